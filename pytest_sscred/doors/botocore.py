"""The door for botocore, and so for boto3: clients and resources, made anywhere and at any time.

Private parts of botocore are used only in this file and its neighbours `emitters` and `attempts`,
and those that differ in aiobotocore in the file of that name. Two methods are wrapped at class
level, so that clients made earlier are reached as well:

- `Endpoint.make_request`, a call with all its attempts. The real one still runs, on a twin of
  the endpoint that emits its events to us. A `before-send` handler of a client would not do, since
  botocore runs all handlers and moto's raises for the operations it lacks; `URLLib3Session.send` is
  never reached while moto is active.
- `RequestSigner.get_auth_instance`, which has no keys to sign with if the client was made without
  any, and would ask the network for fresh keys when they have expired.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from typing import Any

from botocore.credentials import Credentials, RefreshableCredentials
from botocore.endpoint import Endpoint
from botocore.session import Session
from botocore.signers import RequestSigner

from pytest_sscred.account import Account
from pytest_sscred.callbacks import asked_by_callback
from pytest_sscred.consumers.http import Consumers, takes_keys
from pytest_sscred.doors import aiobotocore
from pytest_sscred.doors.attempts import OURS, Attempts, InAFork, OfAnother, OfIam, WithKey, refused
from pytest_sscred.doors.emitters import Emitter
from pytest_sscred.doors.fenced import check_aiobotocore, check_botocore
from pytest_sscred.doors.forks import Reports, accounts, on_forks
from pytest_sscred.doors.logs import ClientLogs
from pytest_sscred.doors.moto.door import Moto, is_active
from pytest_sscred.doors.sessions import begin_sessions_with_what_is_known
from pytest_sscred.doors.spawning import Spawning
from pytest_sscred.doors.threads import Threads
from pytest_sscred.doors.waiters import Waiters
from pytest_sscred.environment import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, set_fake_credentials
from pytest_sscred.errors import AccountClosed
from pytest_sscred.patches import Patches, Switch
from pytest_sscred.refusals import NOT_ASKED_FOR, NOT_MOCKED
from pytest_sscred.resources import is_ours

__tracebackhide__ = True

# Untyped: the stubs lack the private names.
_Endpoint: Any = Endpoint
_RequestSigner: Any = RequestSigner

_SIGNING_KEYS = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
_HOME = "_pytest_sscred"  # attribute of an endpoint whose client calls one account only
_is_under_way: ContextVar[bool] = ContextVar("a call that is answered here", default=False)


class Door:
    """Lets an account answer botocore's calls of IAM and STS until it is closed.

    Doors can be nested and closed in any order: the one opened last answers.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        account.is_copy = False  # a forked process owns what it opens itself
        accounts.add(account)
        account.take_reports = functools.partial(_process.reports.take, account)
        self._wraps = _process.open("accounts", account)
        self._wraps.threads.opened(account)

    def close(self) -> None:
        _process.reports.close(self._account)
        self._wraps.spawning.close(self._account)
        _process.close("accounts", self._account)


@contextmanager
def reachable(account: Account) -> Iterator[None]:
    """Have botocore's calls answered in the block, whether or not a door is open already."""
    if account in _process.accounts:
        yield
        return
    door = Door(account)
    try:
        yield
    finally:
        door.close()


def is_any_open() -> bool:
    """Whether an account is open."""
    return bool(_process.accounts)


def open_consumers(consumers: Consumers) -> Callable[[], None]:
    """Have `consumers` answer botocore's calls with an API key. Returns a function that ends it."""
    _process.open("consumers", consumers)
    return functools.partial(_process.close, "consumers", consumers)


def iam_client(account: Account, access_key_id: str, secret: str, options: dict[str, Any]) -> Any:
    """A client that calls this account and no other; nobody, once it is closed.

    `options` go to `botocore.session.Session.create_client`.
    """
    client: Any = Session().create_client(
        "iam",
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret,
        **{"region_name": REGION, **options},
    )
    endpoint = client._endpoint
    endpoint.__dict__[_HOME] = account
    # Set on the instance, so that it also works while botocore's class is not wrapped.
    endpoint.make_request = functools.partial(_process.request, type(endpoint), endpoint)
    return client


class _Process:
    """The accounts that answer in this process, and the wrappers around botocore's methods.

    One per process, as botocore's classes are.
    """

    def __init__(self) -> None:
        self.accounts: tuple[Account, ...] = ()  # read once per call: another thread may close one
        self.consumers: tuple[Consumers, ...] = ()
        self.inherited: tuple[Account, ...] = ()  # open in the process that forked this one
        self.reports = Reports()
        self.moto = Moto(lambda: self.accounts)
        self._wraps: _Wraps | None = None
        self._under_way: set[Attempts] = set()  # they go on even if their account is closed
        self._restore_environment: Callable[[], None] | None = None
        self._lock = threading.RLock()

    def last(self) -> Account | None:
        """The account that was opened last, which answers."""
        opened = self.accounts
        return opened[-1] if opened else None

    def last_or_inherited(self) -> Account | None:
        known = self.inherited + self.accounts
        return known[-1] if known else None

    def open(self, among: str, opened: Any) -> _Wraps:
        with self._lock:
            # First: a collected coroutine may end in between, and must find this one open.
            setattr(self, among, (*getattr(self, among), opened))
            try:
                if self._wraps is None:
                    self._wraps = _Wraps(self)
                if self._restore_environment is None:
                    self._restore_environment = set_fake_credentials(is_active)
                self.moto.notice()
            except BaseException:
                self._drop(among, opened)
                raise
            return self._wraps

    def close(self, among: str, opened: Any) -> None:
        with self._lock:
            self._drop(among, opened)
            self.moto.closed(opened)
            if not self.accounts and not self.consumers and self._restore_environment:
                self._restore_environment()
                self._restore_environment = None
            self.rest()

    def _drop(self, among: str, opened: Any) -> None:
        rest = tuple(each for each in getattr(self, among) if each is not opened)
        setattr(self, among, rest)

    def rest(self) -> None:
        """Leave botocore as it was found, unless calls or work of a closed account go on.

        A forked process never does so: it has no account, and must reach nobody.
        """
        with self._lock:
            if self.accounts or self.consumers or self.inherited or self._under_way:
                return
            if self._wraps is not None and not self._wraps.threads.work_is_left():
                self._wraps.undo()
                self._wraps = None

    def request(self, kind: Any, endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
        """A call of a client that is bound to an account, which may be closed."""
        if self._wraps is not None:
            return kind.make_request(endpoint, operation_model, request_dict)
        return self.answered(kind.make_request, endpoint, operation_model, request_dict)

    def answered(self, real: Any, endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
        """Run `make_request`, on a twin of the endpoint if we may answer the call."""
        self.moto.notice()
        attempts = self._attempts(endpoint, operation_model)
        if attempts is None:
            return real(endpoint, operation_model, request_dict)
        if not aiobotocore.is_awaited(endpoint.__class__):
            before = _is_under_way.get()
            try:
                self._begin(attempts)
                return real(_twin(endpoint, Emitter, attempts), operation_model, request_dict)
            finally:
                _is_under_way.set(before)
                self._end(attempts)
        with self._lock:
            if self._wraps is not None:  # otherwise the last account was closed meanwhile
                self._wraps.wrap_aiobotocore()
        twin = _twin(endpoint, aiobotocore.AwaitedEmitter, attempts)
        return self._awaited(real(twin, operation_model, request_dict), attempts)

    async def _awaited(self, call: Any, attempts: Attempts) -> Any:
        try:
            before = self._begin(attempts)
            try:
                return await call
            finally:
                with suppress(ValueError):  # a coroutine may be discarded in another context
                    _is_under_way.reset(before)
        finally:
            self._end(attempts)

    def _attempts(self, endpoint: Any, model: Any) -> Attempts | None:
        """Who answers the attempts of a call; None if we leave the call alone."""
        called, operation = model.service_model.service_name, model.name
        ours = is_ours(called, operation)
        opened, consumers, wraps = self.accounts, self.consumers, self._wraps
        home: Account | None = endpoint.__dict__.get(_HOME)
        whose = wraps.threads.account() if home is None and wraps is not None else None
        if whose is not None and whose not in opened and not whose.is_copy:
            what = operation if ours else f"{called}:{operation}"
            too_late = AccountClosed.for_thread(what, whose.name)
            if ours:
                raise too_late
            return OfAnother(whose, endpoint, lambda: too_late)
        if home is not None and home not in opened and not home.is_copy:
            raise AccountClosed.for_client(operation, home.name)
        account = home or asked_by_callback() or (opened[-1] if opened else None)
        if self.inherited and (account is None or account.is_copy):
            account = home or self.inherited[-1]
            if ours:
                return InAFork(account, operation)
            consumers = ()
        if account is not None and ours:
            return OURS[called](account, endpoint, operation)
        host, beside = model.service_model.endpoint_prefix, None
        if account is not None:
            why = NOT_ASKED_FOR if takes_keys(host) else NOT_MOCKED
            refuse = functools.partial(refused, account, f"{called}:{operation}", why)
            beside = OfAnother(account, endpoint, refuse)
        if consumers and takes_keys(host):
            return WithKey(consumers[-1], host, operation, beside)
        return beside

    def _begin(self, attempts: Attempts) -> Token[bool]:
        self._under_way.add(attempts)
        return _is_under_way.set(isinstance(attempts, (OfIam, InAFork)))

    def _end(self, attempts: Attempts) -> None:
        with self._lock:
            self._under_way.discard(attempts)
            if not isinstance(attempts, OfIam):  # of another service: it may import moto's IAM
                self.moto.notice()
            if not self.accounts:
                self.rest()

    def has_no_keys(self, signer: Any, signing_name: str) -> bool:
        """Whether signing our call would fail for lack of keys, or ask somebody for new ones."""
        if not (_is_under_way.get() or (signing_name == "iam" and self.accounts)):
            return False
        credentials = signer._credentials
        if isinstance(credentials, RefreshableCredentials):
            return bool(credentials.refresh_needed())
        return credentials is None

    def before_fork(self) -> None:
        for account in self.accounts:
            self.reports.expect(account)

    def in_child(self) -> None:
        """In a forked process: give up the parent's accounts."""
        self._lock = threading.RLock()
        self.inherited = self.inherited + self.accounts
        self.accounts = self.consumers = ()
        self._under_way = set()


class _Wraps:
    """The wrappers around botocore's methods, in place until `undo`."""

    def __init__(self, process: _Process) -> None:
        check_botocore()
        if aiobotocore.signer_class() is not None:
            check_aiobotocore(aiobotocore.signer_class())
        self._process = process
        self._patches = Patches()
        self._patches.wrap(_Endpoint, "make_request", self._wrap_request)
        self._patches.wrap(_RequestSigner, "get_auth_instance", self._wrap_auth)
        self._waiters = Waiters(self._patches, process.last)
        self.wrap_aiobotocore()
        begin_sessions_with_what_is_known(self._patches)
        self.spawning = Spawning(self._patches, process.last_or_inherited)
        self.threads = Threads(self._patches, process.last, process.rest)
        self._logs = ClientLogs(lambda: [each.state.secrets for each in process.accounts])
        on_forks(process.reports, process.before_fork, process.in_child)

    def undo(self) -> None:
        self._patches.undo()
        self._logs.unmask()

    def wrap_aiobotocore(self) -> None:
        """Wrap it if it has been imported, which may be after the account was opened."""
        self._waiters.wrap_aiobotocore()
        signer = aiobotocore.signer_class()
        if signer is not None and not self._patches.has(signer, "get_auth_instance"):
            check_aiobotocore(signer)
            wrapper = functools.partial(aiobotocore.wrap_auth, self._process.has_no_keys)
            self._patches.wrap(signer, "get_auth_instance", wrapper)

    def _wrap_request(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def make_request(endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
            if not switch.is_on:
                return real(endpoint, operation_model, request_dict)
            return self._process.answered(real, endpoint, operation_model, request_dict)

        return make_request

    def _wrap_auth(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def get_auth_instance(signer: Any, signing_name: str, *args: Any, **kwargs: Any) -> Any:
            if switch.is_on and self._process.has_no_keys(signer, signing_name):
                kwargs.setdefault("request_credentials", _SIGNING_KEYS)
            return real(signer, signing_name, *args, **kwargs)

        return get_auth_instance


def _twin(endpoint: Any, emitter: type[Emitter], attempts: Attempts) -> Any:
    """A copy of the endpoint that differs only in the emitter of its events."""
    twin = object.__new__(type(endpoint))
    twin.__dict__.update(endpoint.__dict__)
    twin._event_emitter = emitter(endpoint._event_emitter, attempts)
    return twin


_process = _Process()
