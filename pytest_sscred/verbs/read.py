"""Read: live handles, the calls, the report."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from pytest_sscred.account import Account
from pytest_sscred.arguments import check_status, known_service, user_name_of
from pytest_sscred.aside import aside
from pytest_sscred.calls import Call
from pytest_sscred.clock import Clock
from pytest_sscred.current import current
from pytest_sscred.doors.botocore import reachable
from pytest_sscred.faults import Faults
from pytest_sscred.handles import Credential, User
from pytest_sscred.ids import Ids
from pytest_sscred.names import nearest
from pytest_sscred.options import Options
from pytest_sscred.output import Output
from pytest_sscred.protocol.model import load_model
from pytest_sscred.report import Paint, plain, section
from pytest_sscred.service import Service
from pytest_sscred.wording import count

__tracebackhide__ = True


class Read:
    """The parts put together, and what can be read of them."""

    def __init__(self, options: Options, seed: str) -> None:
        if current.on_account is not None:
            current.on_account()
        self._options = options
        self._seed = seed
        self._model = load_model()
        self._clock = Clock()
        self._account = Account(
            options.account_id,
            ids=Ids(seed, options.account_id),
            clock=self._clock,
            quota=options.quota,
            page_size=options.page_size,
        )
        self._faults = Faults()
        self._output = Output()
        self._service = Service(
            self._account,
            self._faults,
            self._model,
            sleeps=options.waits == "sleep",
            keeps_calls_here=options.network == "fail",
            name=seed,
        )

    def __repr__(self) -> str:
        account = self._account
        users, credentials = len(account.users), len(account.credentials)
        return (
            f"<FakeIAM {account.id}: {count(users, 'user')}, {count(credentials, 'credential')}, "
            f"{count(self._service.journal.number_of_calls(), 'call')}>"
        )

    @property
    def account_id(self) -> str:
        """The account's number, 12 digits."""
        return self._account.id

    @property
    def clock(self) -> Clock:
        """The account's time: `now()`, `move_to(datetime)`, `shift(timedelta)`."""
        return self._clock

    def user(self, name: User | str) -> User:
        """The user of that name, in whatever case. Verbs that take a name take a handle too.

        :raises LookupError: where there is none
        """
        name = user_name_of(name)
        record = self._account.user(name)
        if record is None:
            names = [each.name for each in self._account.users.values()]
            hint = nearest(name, names) if names else "the account has none; add_user makes one"
            raise LookupError(f"the account has no user {name!r}: {hint}")
        return User(self._account, record)

    def users(self) -> list[User]:
        """All users, in the order of their names."""
        account = self._account
        with account.lock:
            return [User(account, account.users[key]) for key in account.user_keys]

    def credential(self, credential_id: str) -> Credential:
        """The credential of that id, a deleted one too.

        :raises LookupError: where there never was one
        """
        given: object = credential_id
        if not isinstance(given, str):  # which is not told: an answer of IAM has secrets
            kind = type(given).__name__
            raise TypeError(f"expected a Credential or its id, not {kind}")
        record = self._account.every_credential.get(credential_id)
        if record is None:
            known = self._account.every_credential
            hint = nearest(credential_id, known) if known else "add_credential makes one"
            raise LookupError(f"the account has no credential {credential_id!r}: {hint}")
        return Credential(self._account, record)

    def credentials(
        self,
        user_name: User | str | None = None,
        service_name: str | None = None,
        status: str | None = None,
    ) -> list[Credential]:
        """The credentials that fit, oldest first; deleted ones for `status="Deleted"` alone.

        :raises ValueError: for a status or a service that there is not
        """
        if status is not None:
            check_status(status)
        service = known_service(service_name).name if service_name is not None else None
        user = user_name_of(user_name).casefold() if user_name is not None else None
        with self._account.lock:
            return [
                handle
                for handle in self._handles()
                if (handle.status == status if status else handle.status != "Deleted")
                and user in (None, handle.user_name.casefold())
                and service in (None, handle.service_name)
            ]

    @property
    def calls(self) -> list[Call]:
        """Every call that was answered so far, each attempt of a retried one included."""
        with self._account.lock:
            return self._service.journal.calls()

    @property
    def waits(self) -> list[dt.timedelta]:
        """What botocore's retries would have slept, in order; the clock was moved instead.

        With the marker's `waits="sleep"`, what they have slept.
        """
        with self._account.lock:
            return [dt.timedelta(seconds=wait.seconds) for wait in self._service.journal.waits()]

    def report(self, *, about: str = "", whole: bool = False, paint: Paint = plain) -> str:
        """Credentials with their histories, and the calls, as text; secrets are not in it.

        :param about: a text; rows of the credentials whose ids are in it come before others
        :param whole: all rows, not a few
        :param paint: colours a text: takes it and the colour's name
        """
        return section(
            self._handles(),
            self.calls,
            self._service.journal.refused(),
            self._service.journal.unread(),
            self._service.journal.stale_reads(),
            [rule.broken for rule in self._service.rules if rule.broken],
            about=about,
            whole=whole,
            paint=paint,
        )

    @contextlib.contextmanager
    def _as_the_test(self) -> Iterator[None]:
        """What a callback of the test's own calls is answered by this account, open or not."""
        with aside(self._service), reachable(self._service):
            yield

    def _handles(self) -> list[Credential]:
        """Every credential that ever was, oldest first."""
        with self._account.lock:
            records = list(self._account.every_credential.values())
        return [Credential(self._account, record) for record in records]

    def _credential(self, credential: Credential | str) -> Credential:
        if not isinstance(credential, Credential):
            return self.credential(credential)
        if credential._account is not self._account:
            raise ValueError(f"{credential!r} belongs to another account than {self!r}")
        return credential
