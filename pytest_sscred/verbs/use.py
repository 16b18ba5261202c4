"""Use: whether a service would take a credential, and services that do."""

from __future__ import annotations

from pytest_sscred.arguments import known_service
from pytest_sscred.authentication import Authentication
from pytest_sscred.verbs.read import Read

__tracebackhide__ = True


class Use(Read):
    """What the credentials are good for."""

    def authenticate(
        self,
        service_name: str,
        *,
        secret: str | None = None,
        user_name: str | None = None,
        password: str | None = None,
    ) -> Authentication:
        """Whether the service would take this credential now, and why not.

        For tests that fake the service themselves. It counts as a use: among `calls` as
        `Authenticate`, and where it is accepted as the credential's `last_used`.

        :param secret: the API key, of a service that takes one
        :param user_name: the ServiceUserName, of a service that takes a password
        :param password: the ServicePassword
        :raises ValueError: for a service that there is not
        :raises TypeError: for what that service does not take
        """
        service = known_service(service_name)
        named = {"secret": secret, "user_name": user_name, "password": password}
        given = {name: value for name, value in named.items() if value is not None}
        wanted = ["secret"] if service.takes_api_key else ["user_name", "password"]
        if list(given) != wanted:
            words = " and ".join(f"{name}=..." for name in wanted)
            raise TypeError(f"authenticate takes {words} for {service.name}")
        for name, value in given.items():
            if not isinstance(value, str):  # which is not told: it may be a secret
                raise TypeError(f"{name} is text, not {type(value).__name__}")
        return self._service.authenticate(service, given[wanted[-1]], user_name)
