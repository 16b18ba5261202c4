"""Who calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_sscred.clients import iam_client
from pytest_sscred.verbs.read import Read

__tracebackhide__ = True


class Callers(Read):
    """Clients of one caller or another."""

    _close: Callable[[], None] | None = None

    def client(self, user_name: str | None = None, **options: Any) -> Any:
        """A botocore client of IAM, the account's administrator's: a caller that is no IAM user.

        :param user_name: sign with an access key of this user's instead; one is made where the
            user has no Active one
        :param options: for `botocore.session.Session.create_client`, as in `config=Config(...)`
        :raises LookupError: where there is no such user
        :raises RuntimeError: where the account is not open, as the client would reach AWS
        """
        if self._close is None:
            raise RuntimeError("open the account first: with FakeIAM() as iam: iam.client()")
        if user_name is None:
            key, secret = self._account.administrator_key, self._account.ids.secret_access_key()
            return iam_client(key, secret, **options)
        with self._account.lock:
            user = self.user(user_name)._record
            active = [each for each in user.access_keys.values() if each.status == "Active"]
            record = active[0] if active else self._account.add_access_key(user)
        return iam_client(record.id, record.secret, **options)

    def act_as(self, user_name: str | None) -> None:
        """Make this user the caller of every call that no key of the account has signed.

        None makes it the administrator again.

        :raises LookupError: where there is no such user
        """
        self._account.acting = None if user_name is None else self.user(user_name)._record
