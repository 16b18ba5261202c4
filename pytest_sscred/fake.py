"""FakeIAM: an account with all its verbs, open or closed to botocore's calls."""

from __future__ import annotations

import contextlib
from typing import Any

from pytest_sscred import assertions
from pytest_sscred.accepting import Services
from pytest_sscred.blocks import Block
from pytest_sscred.clients import iam_client
from pytest_sscred.doors.botocore import Door, bind, open_frontends
from pytest_sscred.doors.endpoint import Answered, Endpoint
from pytest_sscred.frontends import Frontends
from pytest_sscred.handles import User
from pytest_sscred.operations.access_keys import ACCESS_KEYS_PER_USER
from pytest_sscred.options import Options, is_whole
from pytest_sscred.verbs.assert_ import Assert, fail_if
from pytest_sscred.verbs.load import Load
from pytest_sscred.verbs.require import Require
from pytest_sscred.verbs.sweep import Sweep
from pytest_sscred.verbs.use import Use
from pytest_sscred.wording import joined

__tracebackhide__ = True


class FakeIAM(Load, Require, Assert, Use, Sweep, Block):
    """An AWS account in memory that answers IAM's calls of botocore, boto3 and aiobotocore while
    it is open.

    The fixture `sscred_iam` gives one, open. Elsewhere: `with FakeIAM() as iam: ...`; leaving
    the block without an exception raises AssertionError for what `problems()` names.

    :param account_id: the account's number, 12 digits
    :param quota: credentials a user may have for a service; two, as in AWS
    :param page_size: items on a page of a list at most, whatever MaxItems says
    :param unused_faults: `"fail"` or `"allow"` a fault that never fired
    :param unsupported: `"fail"` or `"allow"` a call that was refused since nobody answers it here,
        and whose exception was swallowed
    :param network: `"fail"` a call of another AWS service that no mock answers, and send nothing,
        or `"allow"` it to leave for AWS
    :param waits: `"skip"` the sleep before a retry and move the clock instead, or `"sleep"` it
    :param seed: what ids and secrets derive from; the fixture gives the test's id
    :raises ValueError: for a value that an option does not take
    """

    def __init__(
        self,
        *,
        account_id: str = Options.account_id,
        quota: int = Options.quota,
        page_size: int | None = Options.page_size,
        unused_faults: str = Options.unused_faults,
        unsupported: str = Options.unsupported,
        network: str = Options.network,
        waits: str = Options.waits,
        seed: str = "pytest-sscred",
    ) -> None:
        options = Options(
            account_id=account_id,
            quota=quota,
            page_size=page_size,
            unused_faults=unused_faults,
            unsupported=unsupported,
            network=network,
            waits=waits,
        )
        super().__init__(options, seed)
        self._door: Door | None = None

    def open(self) -> None:
        """Answer IAM's calls from now on, and put fake AWS keys into the environment.

        :raises RuntimeError: where it is open already, or where botocore is not one it knows
        """
        if self._door is not None:
            raise RuntimeError("this FakeIAM is open already; make another one to nest them")
        self._door = Door(self._service)

    def close(self) -> None:
        """Answer no more, and end all rules. With the last account closed, botocore and the
        environment are as they were. The account can still be read."""
        if self._door is None:
            return
        self.end_rules()  # before: a rule that calls boto3 reaches nobody else
        door, self._door = self._door, None
        door.close()

    def problems(self) -> list[str]:
        """What has gone wrong unnoticed, a message each, unless the options allow it.

        That is a broken rule, a fault that never fired, or a call that was refused since nobody
        answers it here.
        """
        if self._door is not None:
            self._door.take_reports()
        for rule in self._service.rules:
            rule.meanwhile()
        problems = [rule.broken for rule in self._service.rules if rule.broken is not None]
        if self._options.unsupported == "fail":
            problems += map(assertions.swallowed, dict.fromkeys(self._service.journal.refused()))
        if self._options.unused_faults == "fail":
            unused = self._faults.unused()
            if unused:
                problems.append(assertions.unused_faults(unused, self.calls, self._handles()))
            problems += map(assertions.never_happened, self._faults.missed())
        problems += [
            assertions.raised_before(each)
            for each in self._faults.interruptions
            if each.error is not None
        ]
        return problems

    def client(self, user_name: User | str | None = None, **options: Any) -> Any:
        """A botocore client of IAM, the account's administrator's: a caller that is no IAM user.

        It asks this account, whichever was opened last, and no other once this one is closed.

        :param user_name: sign with an access key of this user's instead; one is made where the
            user has no Active one
        :param options: for `botocore.session.Session.create_client`, as in `config=Config(...)`
        :raises LookupError: where there is no such user
        :raises ValueError: where the user has two keys and neither is Active
        :raises RuntimeError: where the account is not open, as the client would reach AWS
        """
        if self._door is None:
            raise RuntimeError("open the account first: with FakeIAM() as iam: iam.client()")
        if user_name is None:
            key, secret = self._account.administrator_key, self._account.ids.secret_access_key()
            return self._client(key, secret, options)
        with self._account.lock:
            user = self.user(user_name)._record
            active = [each for each in user.access_keys.values() if each.status == "Active"]
            if not active and len(user.access_keys) >= ACCESS_KEYS_PER_USER:
                raise ValueError(
                    f"{user.name} has {ACCESS_KEYS_PER_USER} access keys, none of them Active"
                )
            record = active[0] if active else self._account.add_access_key(user)
        return self._client(record.id, record.secret, options)

    def _client(self, access_key_id: str, secret: str, options: dict[str, Any]) -> Any:
        client = iam_client(access_key_id, secret, **options)
        bind(client, self._service)
        return client

    def act_as(self, user_name: User | str | None) -> None:
        """Make this user the caller of every call that no key of the account has signed.

        None makes it the administrator again.

        :raises LookupError: where there is no such user
        """
        self._account.acting = None if user_name is None else self.user(user_name)._record

    def serve(self, port: int = 0, *, answered: Answered | None = None) -> Endpoint:
        """Answer IAM's calls over HTTP on 127.0.0.1 too, until it is closed or its block is left.

        The account need not be open: that is for botocore in this process.

        :param port: of 127.0.0.1; a free one, where it is 0
        :param answered: is told of each answer, a record with `status` and `call`
        :raises OSError: where the port is taken
        """
        if not is_whole(port) or not 0 <= port <= 65535:
            raise ValueError(f"port takes a whole number from 0 to 65535, not {port!r}")
        try:
            return Endpoint(self._service, port, answered)
        except OSError as error:
            hint = f"cannot listen on port {port} of 127.0.0.1; 0 takes a free one"
            raise OSError(error.errno, f"{hint} ({error.strerror})") from None

    def open_services(self) -> Services:
        """Answer for IAM and for the services that take its credentials, to code that uses
        `requests`; and to botocore's clients of them that use an API key.

        Until it is closed, or its block is left.
        """
        from pytest_sscred.doors import requests  # not before it is needed

        frontends = Frontends(self._service)
        closing = contextlib.ExitStack()
        closing.callback(requests.open_door(self._service, frontends))
        closing.callback(open_frontends(frontends))
        return Services(frontends, closing.close)

    def __enter__(self) -> FakeIAM:
        self.open()
        return self

    def _leave(self, *, failed: bool) -> None:
        self.close()
        if not failed:
            fail_if(joined(self.problems()) or None)
