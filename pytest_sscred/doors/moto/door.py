"""The door for moto: its IAM and an open account of the same number are one account.

Users, groups, policies and what else the account keeps are shown by moto's `IAMBackend` in place
of its own, and its methods that change them do our operations. So everything that uses the backend
sees and changes the same things: CloudFormation, STS, moto's server, a test that reaches into it.
Roles stay moto's; the account reads them from there. What moto had before is taken over when an
account is opened; afterwards moto has it back as it was.

moto is looked up once the user has imported it, and is not a dependency. What we rely on is checked
before it is touched.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pytest_sscred.account import Account
from pytest_sscred.callbacks import asked_by_callback
from pytest_sscred.doors import moto as parts
from pytest_sscred.patches import Patches, Switch
from pytest_sscred.resources.access_keys import KIND as ACCESS_KEYS
from pytest_sscred.resources.people import user_of_id

if TYPE_CHECKING:
    from pytest_sscred.doors.moto.things import Things

__tracebackhide__ = True

_CORE, _MODELS = "moto.core.models", "moto.iam.models"
_SIGNED_BY = re.compile(r"Credential=([^/,\s]+)")
_signature = functools.cache(inspect.signature)
_asked_for: ContextVar[Account | None] = ContextVar("whose call moto is asked", default=None)


class Moto:
    """Shares the accounts that are open with moto, from when the user has imported it."""

    def __init__(self, opened: Callable[[], tuple[Account, ...]]) -> None:
        self._opened = opened
        self._shared: dict[Account, Things] = {}
        self._patches = Patches()
        self._starts = Patches()
        self._lock = threading.RLock()
        self._refused: Any = None  # the module that has changed

    def notice(self) -> None:
        """Begin with what has been opened, or mocked, since the last time."""
        if _CORE not in sys.modules or len(self._shared) == len(self._opened()):
            return
        if not is_active():
            self._notice_starts(getattr(sys.modules[_CORE], "MockAWS", None))
            return
        models = _models()
        if models is not None and models is not self._refused:
            with self._lock:
                self._notice(models)

    def _notice_starts(self, mock: Any) -> None:
        """Begin as soon as moto starts, if it has been imported and is not active yet."""
        if hasattr(mock, "start") and not self._starts.has(mock, "start"):
            self._starts.wrap(mock, "start", self._wrap_start)

    def _wrap_start(self, real: Any, _: Switch) -> Any:
        @functools.wraps(real)
        def start(mock: Any, *args: Any, **kwargs: Any) -> None:
            real(mock, *args, **kwargs)
            self.notice()

        return start

    def _notice(self, models: Any) -> None:
        if not self._shared:
            changed = parts.fence.what_has_changed(models)
            if changed:
                self._refused = models
                warnings.warn(
                    parts.fence.MotoChanged(parts.fence.CHANGED.format(changed)), stacklevel=2
                )
                return
            self._patch(models)
        for account in self._opened():
            if account not in self._shared:
                things = self._shared[account] = parts.things.Things(account, models)
                account.take_roles = functools.partial(parts.roles.take_roles, things)
                account.session_of = functools.partial(parts.roles.session_of, things)
                backend = parts.roles.backend_of(models, account.state.id)
                if backend is not None:
                    parts.rows.take_over(things, vars(backend))
                    parts.methods.take_password_policy(things, vars(backend))

    def closed(self, account: Account) -> None:
        """Leave nothing of the account in moto; nor of us, after the last one."""
        with self._lock:
            things = self._shared.pop(account, None)
            if things is not None:
                self._leave(things)
            if not self._opened():
                self._refused = None
                self._starts.undo()

    def _leave(self, things: Things) -> None:
        if not self._shared:
            self._patches.undo()
            for name in (*parts.rows.SORTS, "account_aliases"):
                delattr(things.models.IAMBackend, name)
        backend = parts.roles.backend_of(things.models, things.state.id)
        if backend is not None:
            parts.roles.give_back(things, backend.roles.values(), vars(backend)["managed_policies"])

    def things(self, backend: Any) -> Things | None:
        """What a backend shares; None if it is another account's, or none is open."""
        if getattr(backend, "partition", "aws") != "aws":
            return None
        wanted = _asked_for.get() or asked_by_callback()
        for account in reversed(self._opened()) if wanted is None else (wanted,):
            if account.state.id == backend.account_id and account in self._opened():
                return self._shared.get(account)
        return None

    def _patch(self, models: Any) -> None:
        backend = models.IAMBackend
        for name in parts.rows.SORTS:
            setattr(backend, name, _Shown(name, self.things))
        backend.account_aliases = _Aliases("account_aliases", self.things)
        for operation, method in parts.methods.methods_of(backend).items():
            self._patches.wrap(backend, method, functools.partial(self._wrap, operation))
        self._patches.wrap(backend, "delete_access_key_by_name", self._wrap_delete_key)
        self._patches.wrap(backend, "list_user_tags", self._wrap_list_tags)
        self._patches.wrap(backend, "attach_role_policy", self._wrap_attach)

    def _wrap(self, operation: str, real: Any, switch: Switch) -> Any:
        with_tags = operation == "CreateUser" and "Tuple" in str(real.__annotations__["return"])

        @functools.wraps(real)
        def method(backend: Any, *args: Any, **kwargs: Any) -> Any:
            things = self.things(backend) if switch.is_on else None
            if things is None:
                return real(backend, *args, **kwargs)
            given = _signature(real).bind(backend, *args, **kwargs).arguments
            names = parts.methods.names_of(operation)
            params = {names[name]: given[name] for name in given if name in names}
            done = parts.methods.do(things, operation, params, given.get("status"))
            # moto 5.0.0 returns a user with its tags.
            return (done, {"Tags": done.tags or []}) if with_tags else done

        return method

    def _wrap_delete_key(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def delete_access_key_by_name(backend: Any, name: str) -> None:
            things = self.things(backend) if switch.is_on else None
            key = None if things is None else ACCESS_KEYS.find(things.state, name)
            if things is None or key is None:
                real(backend, name)
            else:
                user = user_of_id(things.state, key.owner)
                parts.methods.do(
                    things, "DeleteAccessKey", {"UserName": user.name, "AccessKeyId": name}
                )

        return delete_access_key_by_name

    def _wrap_list_tags(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def list_user_tags(backend: Any, user_name: str) -> Any:
            listed = real(backend, user_name)
            if not switch.is_on or self.things(backend) is None:
                return listed
            tags = backend.get_user(user_name).tags or []
            return {"Tags": tags} if isinstance(listed, dict) else tags  # in moto 5.0.0

        return list_user_tags

    def _wrap_attach(self, real: Any, switch: Switch) -> Any:
        @functools.wraps(real)
        def attach_role_policy(backend: Any, policy_arn: str, role_name: str) -> None:
            things = self.things(backend) if switch.is_on else None
            if things is not None:
                parts.rows.show_policy_of_aws(things, policy_arn, vars(backend)["managed_policies"])
            real(backend, policy_arn, role_name)

        return attach_role_policy


class _Shown:
    """An attribute of the backend, which is a view while an account is open."""

    def __init__(self, name: str, things: Callable[[Any], Things | None]) -> None:
        self._name = name
        self._things = things

    def __get__(self, backend: Any, owner: Any = None) -> Any:
        if backend is None:
            return self
        own, things = vars(backend)[self._name], self._things(backend)
        return own if things is None else self._view(things, own)

    def __set__(self, backend: Any, value: Any) -> None:
        """moto sets it when a backend is made, and when it is reset."""
        vars(backend)[self._name] = value
        things = self._things(backend)
        if things is None:
            return
        parts.rows.forget_made(things)
        if self._name == "managed_policies":
            with things.state.lock:
                parts.rows.know_policies(things, value)

    def _view(self, things: Things, own: Any) -> Any:
        return parts.rows.View(things, parts.rows.SORTS[self._name], own)


class _Aliases(_Shown):
    def _view(self, things: Things, own: Any) -> Any:
        return list(parts.rows.ALIASES.keys(things))


def is_elsewhere(account: Account, request: Any) -> bool:
    """Whether moto takes a request for one of an account with another number."""
    models = _models()
    if models is None:
        return False
    number = request.headers.get("x-moto-account-id")
    if number is not None:
        return bool(_text(number) != account.state.id)
    signed = _SIGNED_BY.search(_text(request.headers.get("Authorization", "")))
    return signed is not None and any(
        signed[1] in vars(backend)["access_keys"]
        for other, backends in list(models.iam_backends.items())
        if other != account.state.id
        for backend in list(backends.values())
    )


@contextmanager
def asked_for(account: Account) -> Iterator[None]:
    """Have moto go by this account in the block, whichever was opened last."""
    before = _asked_for.get()
    try:
        _asked_for.set(account)
        yield
    finally:
        _asked_for.set(before)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _models() -> Any:
    """moto's module of IAM, which moto imports at its first call; None without moto."""
    models = sys.modules.get(_MODELS)
    if models is None and is_active():
        models = importlib.import_module(_MODELS)
    return models if hasattr(models, "iam_backends") else None  # otherwise it is being imported


def is_active() -> bool:
    """Whether moto answers; asked at each call, mostly where nobody has imported it."""
    core = sys.modules.get(_CORE)
    if core is None:
        return False
    stubber = getattr(core, "botocore_stubber", None)  # None while moto is being imported
    return bool(stubber and stubber.enabled)


def load_policies(account: Account) -> None:
    """Have moto load AWS's policies if it is to: it does so when it makes an account."""
    models = _models()
    if models is not None and models.load_iam_aws_managed_policies():
        models.iam_backends[account.state.id]["global"]
