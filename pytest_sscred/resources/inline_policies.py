"""Inline policies of users and groups.

As recorded from AWS by LocalStack (2026-02) and radkawar/stackd (2026-09). Names are the same in
whatever case; the first spelling is listed, and Get repeats the one that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pytest_sscred import resources
from pytest_sscred.ask import Ask
from pytest_sscred.errors import AwsError
from pytest_sscred.resources.links import within
from pytest_sscred.resources.owned import Hanging, Operation
from pytest_sscred.resources.pages import page
from pytest_sscred.state.state import State, Tables

LARGEST = {"user": 2048, "group": 5120, "role": 10240}
"""Characters of all inline policies of one together, white space left out."""


class InlinePolicy(NamedTuple):
    name: str
    document: str


class _Inline(Hanging):
    """All of them, by the id of whose they are and by their folded names."""

    conflict = "Cannot delete entity, must delete policies first."

    def rows(self, tables: Tables) -> Any:
        return tables.sorted("inline policies")

    def of(self, tables: Tables, owner_id: str) -> list[InlinePolicy]:
        """One's, in the order of their names."""
        rows = self.rows(tables)
        return [rows[key] for key in within(rows, owner_id)]

    def find(self, tables: Tables, owner_id: str, name: str) -> InlinePolicy | None:
        found: InlinePolicy | None = self.rows(tables).get((owner_id, name.casefold()))
        return found

    def put(self, state: State, owner_id: str, name: str, document: str) -> None:
        known = self.find(state, owner_id, name)
        row = InlinePolicy(known.name if known else name, document)
        self.rows(state)[owner_id, name.casefold()] = row

    def holds(self, tables: Tables, user_id: str) -> bool:
        return bool(within(self.rows(tables), user_id))

    def clear(self, state: State, user_id: str, ask: Ask) -> None:
        for key in within(self.rows(state), user_id):
            del self.rows(state)[key]

    def removals(self, tables: Tables, user_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for policy in self.of(tables, user_id):
            yield "DeleteUserPolicy", {"PolicyName": policy.name}


INLINE = _Inline()


class _Of:
    """The four operations over the inline policies of one sort."""

    def __init__(self, noun: str, find: Callable[[Any, Ask], Any]) -> None:
        self.noun = noun
        self._find = find

    def put(self, state: State, ask: Ask) -> None:
        owner, name = self._find(state, ask), ask.params["PolicyName"]
        document = ask.params["PolicyDocument"]
        resources.policy_documents.check(document, managed=False)
        others = [
            each.document
            for each in INLINE.of(state, owner.id)
            if each.name.casefold() != name.casefold()
        ]
        most = LARGEST[self.noun]
        if sum(map(resources.policy_documents.size, [document, *others])) > most:
            text = f"Maximum policy size of {most} bytes exceeded for {self.noun} {owner.name}"
            raise AwsError("LimitExceeded", text)
        INLINE.put(state, owner.id, name, document)

    def get(self, tables: Tables, ask: Ask) -> Mapping[str, Any]:
        owner, policy = self._meant(tables, ask)
        return {
            f"{self.noun.capitalize()}Name": owner.name,
            "PolicyName": ask.params["PolicyName"],
            "PolicyDocument": resources.policy_documents.encoded(policy.document),
        }

    def list(self, tables: Tables, ask: Ask) -> Mapping[str, Any]:
        owner = self._find(tables, ask)
        by_name = {each.name.casefold(): each for each in INLINE.of(tables, owner.id)}
        found, rest = page(tables, ask.params, "inline policies", list(by_name))
        return {"PolicyNames": [by_name[key].name for key in found], **rest}

    def delete(self, state: State, ask: Ask) -> None:
        owner, policy = self._meant(state, ask)
        del INLINE.rows(state)[owner.id, policy.name.casefold()]

    def _meant(self, tables: Tables, ask: Ask) -> tuple[Any, InlinePolicy]:
        owner, name = self._find(tables, ask), ask.params["PolicyName"]
        policy = INLINE.find(tables, owner.id, name)
        if policy is None:
            text = f"The {self.noun} policy with name {name} cannot be found."
            raise AwsError("NoSuchEntity", text)
        return owner, policy


def operations(
    noun: str, find: Callable[[Any, Ask], Any]
) -> tuple[dict[str, Operation], dict[str, Operation]]:
    """Reads and writes of one sort, whose row `find` gives."""
    of, name = _Of(noun, find), noun.capitalize()
    reads: dict[str, Operation] = {f"Get{name}Policy": of.get, f"List{name}Policies": of.list}
    return reads, {f"Put{name}Policy": of.put, f"Delete{name}Policy": of.delete}
