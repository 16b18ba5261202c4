"""Seed: put into the account, and taken from it, directly; not recorded as calls."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

from pytest_sscred.account import TEST, Cause, UserRecord
from pytest_sscred.arguments import known_service, user_name_of
from pytest_sscred.clock import in_utc, whole_seconds
from pytest_sscred.errors import AwsError
from pytest_sscred.handles import Credential, User
from pytest_sscred.protocol.validate import validate
from pytest_sscred.services import Service
from pytest_sscred.verbs.read import Read

__tracebackhide__ = True


class Seed(Read):
    """What a test puts into its account, checked at once."""

    def add_user(self, name: str, path: str = "/") -> User:
        """A new user.

        :raises ValueError: for a name or path that IAM would refuse, or a name that is taken
        """
        self._check("CreateUser", UserName=name, Path=path)
        with self._seeding():
            if self._account.user(name) is not None:
                raise ValueError(
                    f"the account has a user {name!r} already (names differ by more than case): "
                    f"user({name!r}) gives it"
                )
            return User(self._account, self._account.add_user(name, path))

    def add_credential(
        self,
        user_name: User | str,
        service_name: str,
        *,
        status: str = "Active",
        created: dt.datetime | None = None,
        age_days: int | None = None,
        expires: dt.datetime | None = None,
    ) -> Credential:
        """A new credential, and its user where there is none of that name.

        :param status: `"Active"` or `"Inactive"`
        :param created: when it was made, with a time zone; now, where it is left out, or a day
            before `expires` where that has passed
        :param age_days: days after `created` at which it expires, 1 to 36600; never, if left out
        :param expires: or when it does, with a time zone
        :raises ValueError: for what IAM would refuse, the third of a user and service included
        """
        user_name = user_name_of(user_name)
        age = {} if age_days is None else {"CredentialAgeDays": age_days}
        about = {"UserName": user_name, "ServiceName": service_name, **age}
        self._check("CreateServiceSpecificCredential", **about)
        service = known_service(service_name)
        _check_settable(status)
        if expires is not None and age_days is not None:
            raise ValueError("give one of age_days and expires, not both")
        with self._seeding():
            made, deadline = self._lifetime(created, expires)
            cause = Cause("add_credential", TEST, made)
            user = self._account.user(user_name)
            if user is None:
                user = self._account.add_user(user_name, "/", created=cause.at)
            self._check_quota(user, service)
            record = self._account.add_credential(
                user, service, cause, status=status, age_days=age_days, expires=deadline
            )
        return Credential(self._account, record)

    def remove_user(self, name: User | str) -> None:
        """Take the user away with all that hangs on it, as if someone else had done it.

        :raises LookupError: where there is none of that name
        """
        with self._seeding():
            record = self.user(name)._record
            self._account.remove_user(record, self._by_the_test("remove_user"))

    def remove_credential(self, credential: Credential | str) -> None:
        """Take a credential away, as if someone else had done it.

        :raises LookupError: where it is unknown, or deleted already
        """
        with self._seeding():
            record = self._credential(credential)._record
            if record.id not in self._account.credentials:
                raise LookupError(f"the credential {record.id} is deleted already")
            self._account.remove_credential(record, self._by_the_test("remove_credential"))

    @contextlib.contextmanager
    def _seeding(self) -> Iterator[None]:
        """What the test itself does is seen at once, and so all that was written before it."""
        with self._account.lock:
            yield
            self._service.propagation.see_all()

    def _by_the_test(self, verb: str) -> Cause:
        return Cause(verb, TEST, self._clock.now())

    def _lifetime(
        self, created: dt.datetime | None, expires: dt.datetime | None
    ) -> tuple[dt.datetime, dt.datetime | None]:
        """When a credential is made, and its deadline; a day before one that has passed."""
        if expires is None:
            return self._moment(created), None
        deadline = whole_seconds(in_utc(expires))
        if created is None and deadline <= self._clock.now():
            created = deadline - dt.timedelta(days=1)
        made = self._moment(created)
        if deadline <= made:
            raise ValueError(f"expires, {deadline}, is not after created, {made}")
        return made, deadline

    def _moment(self, created: dt.datetime | None) -> dt.datetime:
        now = self._clock.now()
        if created is None:
            return now
        moment = whole_seconds(in_utc(created))
        if moment > now:
            raise ValueError(f"created lies in the future: {moment} is after {now}")
        return moment

    def _check(self, operation: str, **params: Any) -> None:
        """Hold seeds against the constraints of the operation that would make them."""
        members = self._model.members(operation)
        for name, value in params.items():
            expected = int if members[name].type_name == "integer" else str
            if not isinstance(value, expected) or isinstance(value, bool):
                raise TypeError(f"{name} takes {expected.__name__}, not {value!r}")
        try:
            validate(self._model.operation(operation).input_shape, params)
        except AwsError as error:
            raise ValueError(f"{operation} would refuse this: {error.message}") from None

    def _check_quota(self, user: UserRecord, service: Service) -> None:
        quota = self._account.quota
        if self._account.places_taken(user, service, self._clock.now()) >= quota:
            raise ValueError(
                f"{user.name} has as many credentials for {service.name} as this account's quota "
                f"allows, {quota}; @pytest.mark.sscred_iam(quota=...) sets another"
            )


def _check_settable(status: str) -> None:
    if status not in ("Active", "Inactive"):
        raise ValueError(
            f"status takes 'Active' or 'Inactive', not {status!r}; for an expired credential "
            "give an expires that has passed"
        )
