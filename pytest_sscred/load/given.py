"""One object of the data that is loaded: what it has, and where it stands. ValueErrors say both."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from pytest_sscred.errors import AwsError
from pytest_sscred.resources.policy_documents import check_form
from pytest_sscred.state.state import State

__tracebackhide__ = True

Result = TypeVar("Result")

SHAPE = (
    "load takes what dump() gives, or what `aws iam get-account-authorization-details`, `aws iam "
    "list-service-specific-credentials --all-users`, `aws iam list-users` or `aws iam "
    "list-access-keys` prints"
)
_NO_DATE = "{!r} is not a date as the AWS CLI prints one"
_ARN = re.compile(r"arn:[\w-]+:iam::(\d+|aws):(.+)", re.ASCII | re.DOTALL)


class Once:
    """What has been loaded so far by one load, in which no name or id may occur twice."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def __contains__(self, what_and_key: tuple[str, str]) -> bool:
        return what_and_key in self._seen

    def __call__(self, what: str, key: str, already: str) -> None:
        """ValueError if it occurs twice, or if the account has it already."""
        if (what, key) in self._seen:
            raise ValueError(f"the {what} {key!r} stands in it twice")
        if already:
            raise ValueError(already)
        self._seen.add((what, key))


@contextlib.contextmanager
def at(place: str) -> Iterator[None]:
    """ValueErrors begin with the place; so does what IAM would refuse."""
    try:
        yield
    except AwsError as error:
        raise ValueError(f"{place}: {error.message}") from None
    except (ValueError, TypeError) as error:
        raise ValueError(f"{place}: {error}") from None


class Given:
    """One object. All methods raise ValueError for what is missing or of another type."""

    def __init__(self, state: State, once: Once, member: Mapping[str, Any]) -> None:
        self.state = state
        self.once = once
        self._member = member

    def __contains__(self, name: str) -> bool:
        return self._member.get(name) is not None

    def text(self, name: str) -> str:
        found: str = self._of(str, "text", name)
        return found

    def text_or(self, name: str, otherwise: str) -> str:
        """The text; `otherwise` if it is left out."""
        return self.text(name) if name in self._member else otherwise

    def flag(self, name: str) -> bool:
        """Whether it is so; not, if it is left out."""
        return bool(name in self and self._of(bool, "true or false", name))

    def date(self, name: str) -> dt.datetime | None:
        return self.made(name) if self._member.get(name) else None

    def made(self, name: str) -> dt.datetime:
        """A date as the CLI prints it, or a datetime as boto3 gives it."""
        value = self._member.get(name)
        moment = value if isinstance(value, dt.datetime) else _parsed(self.text(name))
        zone = moment.tzinfo or dt.timezone.utc
        try:
            return moment.replace(tzinfo=zone).astimezone(dt.timezone.utc)
        except OverflowError:
            raise ValueError(_NO_DATE.format(value)) from None

    def document(self, name: str) -> str:
        """A policy's document, as an object, as JSON or URL-quoted; as JSON text."""
        value = self._member.get(name)
        text = json.dumps(value) if isinstance(value, Mapping) else self.text(name)
        text = text if text.lstrip()[:1] == "{" else unquote(text)
        with at(name):
            check_form(text)
        return text

    def arn(self, name: str) -> str:
        """An ARN of IAM, in this account if it is of any account's own."""
        text = self.text(name)
        found = _ARN.fullmatch(text)
        if found is None:
            raise ValueError(f"{name} is not an ARN of IAM: {text!r}")
        return f"arn:aws:iam::{'aws' if found[1] == 'aws' else self.state.id}:{found[2]}"

    def each(self, name: str, do: Callable[[Given], Result]) -> list[Result]:
        """Do that with every object of a list, of which there are none if it is left out."""
        results = []
        for place, member in enumerate(members(self._member, name)):
            with at(f"{name}[{place}]"):
                results.append(do(Given(self.state, self.once, member)))
        return results

    def inner(self, name: str) -> Given:
        """An object in it."""
        return Given(self.state, self.once, self._of(Mapping, "an object", name))

    def only(self, names: Iterable[str]) -> dict[str, Any]:
        """Those of its members that have these names."""
        return {name: self._member[name] for name in names if name in self}

    def names(self, name: str) -> list[str]:
        """The texts of a list; none if it is left out."""
        found = self._member.get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise ValueError(f"{name} is not a list of texts: {SHAPE}")
        return found

    def tags(self) -> list[dict[str, str]]:
        """Tags, as operations take them."""
        return self.each("Tags", lambda tag: {name: tag.text(name) for name in ("Key", "Value")})

    def boundary(self) -> dict[str, str]:
        """A user's boundary, as CreateUser takes it."""
        if "PermissionsBoundary" not in self:
            return {}
        with at("PermissionsBoundary"):
            arn = self.inner("PermissionsBoundary").arn("PermissionsBoundaryArn")
        return {"PermissionsBoundary": arn}

    def _of(self, kind: Any, called: str, name: str) -> Any:
        value = self._member.get(name)
        if not isinstance(value, kind):
            among = ", ".join(map(str, self._member))  # only names: a value may be a secret
            what = f"is not {called}" if name in self._member else "is missing"
            raise ValueError(f"{name} {what} in an object of {among or 'nothing'}: {SHAPE}")
        if isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value):
            raise ValueError(f"{name} has half of a character in it, a lone surrogate")
        return value


def members(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list; none if it is left out."""
    found = data.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise ValueError(f"{name} is not a list of objects: {SHAPE}")
    return found


def _parsed(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(_NO_DATE.format(text)) from None
