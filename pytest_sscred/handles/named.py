"""Live handles of managed policies, and what all things with a name have."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, ClassVar

from pytest_sscred import resources
from pytest_sscred.handles.base import Handle
from pytest_sscred.resources.named import Named as Table
from pytest_sscred.state.state import State

__tracebackhide__ = True

Document = dict[str, Any]


class Named(Handle[Any]):
    """Something with a name, a path and an ARN. It outlives its deletion."""

    __slots__ = ()

    _table: ClassVar[staticmethod[[], Table[Any]]]

    def __init__(self, state: State, an_id: str) -> None:
        super().__init__(state, self._table().rows(state), an_id)

    @classmethod
    def _ids(cls, state: State) -> list[str]:
        """Of all that exist, by name."""
        return [row.id for row in cls._table().there(state)]

    @property
    def name(self) -> str:
        """The name, in the case it was given."""
        name: str = self._row.name
        return name

    @property
    def path(self) -> str:
        """The path, `/` if none was given."""
        path: str = self._row.path
        return path

    @property
    def arn(self) -> str:
        """The ARN: account, path and name as they are now."""
        arn: str = self._row.arn
        return arn

    @property
    def created(self) -> dt.datetime:
        """The CreateDate, aware, in UTC, in whole seconds."""
        created: dt.datetime = self._row.created
        return created

    @property
    def exists(self) -> bool:
        return super().exists and self._table().is_there(self._state, self._row)

    @property
    def _named_by(self) -> tuple[str, str]:
        return f"{type(self).__name__}Name", self.name

    @property
    def _made_as(self) -> str:
        """What the call that makes it names it."""
        return self.name


class Policy(Named):
    """A managed policy of the account's own, as it is now. `id` is `ANPA` and 17 characters."""

    __slots__ = ()

    _label = "policy"
    _made_by = "CreatePolicy"
    _table = staticmethod(lambda: resources.policies.POLICIES)

    @property
    def document(self) -> Document:
        """The document of its default version."""
        document: Document = json.loads(resources.policies.default_document(self._row))
        return document

    @property
    def versions(self) -> dict[str, Document]:
        """The documents of its versions by their ids, such as `v1`, the newest first."""
        return {each.id: json.loads(each.document) for each in self._row.versions}

    @property
    def _named_by(self) -> tuple[str, str]:
        return "PolicyArn", self.arn

    @property
    def _title(self) -> str:
        return f"policy {self.name}"
