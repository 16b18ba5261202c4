"""Tags: what is refused, and the three operations that everything with tags has.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.pages import page
from pytest_sscred.state.state import State, Tables

Tags = tuple[tuple[str, str], ...]
"""Pairs of key and value."""

MOST = 50


class HasTags(Protocol):
    @property
    def tags(self) -> Tags: ...


Row = TypeVar("Row", bound=HasTags)


class Tagged:
    """The operations over the tags of one sort of things."""

    def __init__(
        self,
        noun: str,
        find: Callable[[Any, Ask], Any],
        put: Callable[[State, Any, Tags], object],
        *,
        by_case: bool,
    ) -> None:
        """
        :param find: (tables, ask) -> the row that a call names
        :param put: (state, row, tags): have the row have these
        :param by_case: whether keys that differ by case only are two
        """
        self.noun = noun
        self._find = find
        self._put = put
        self._fold: Callable[[str], str] = str if by_case else str.casefold
        self._sort = by_case

    def checked(self, members: Iterable[Mapping[str, str]]) -> Tags:
        """The tags of a request. InvalidInput for those that no request may have."""
        tags = tuple((member["Key"], member["Value"]) for member in members)
        if any(key.casefold().startswith("aws:") for key, _ in tags):
            text = "Tag keys beginning with aws: are reserved for system use."
            raise AwsError("InvalidInput", text)
        if len({self._fold(key) for key, _ in tags}) < len(tags):
            insensitive = " Please note that Tag keys are case insensitive."
            hint = "" if self._sort else insensitive
            raise AwsError("InvalidInput", f"Duplicate tag keys found.{hint}")
        return tags

    def tag(self, state: State, ask: Ask) -> None:
        row = self._find(state, ask)
        if not ask.params["Tags"]:
            raise AwsError("InvalidInput", "Error occurred while validating input. ")
        tags = {self._fold(key): (key, value) for key, value in row.tags}
        for key, value in self.checked(ask.params["Tags"]):
            tags[self._fold(key)] = (key, value)
        if len(tags) > MOST:
            # Recorded for OIDC providers; of the others the code alone.
            text = "The number of tags has reached the maximum limit."
            raise AwsError("LimitExceeded", text)
        self._put(state, row, tuple(tags.values()))

    def untag(self, state: State, ask: Ask) -> None:
        row = self._find(state, ask)
        gone = {self._fold(key) for key in ask.params["TagKeys"]}
        rest = tuple(pair for pair in row.tags if self._fold(pair[0]) not in gone)
        self._put(state, row, rest)

    def list(self, tables: Tables, ask: Ask) -> dict[str, Any]:
        """By length of the key, then by key; of users as they were set, which is a guess."""
        tags = self._find(tables, ask).tags
        if self._sort:
            tags = sorted(tags, key=lambda pair: (len(pair[0]), pair[0]))
        by_place = {f"{place:02}": pair for place, pair in enumerate(tags)}
        found, rest = page(tables, ask.params, f"{self.noun} tags", list(by_place))
        return {"Tags": wire(by_place[place] for place in found), **rest}


def wire(tags: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]
