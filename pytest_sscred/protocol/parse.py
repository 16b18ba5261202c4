"""Turns a form of the Query protocol into an operation's parameters."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import unquote_plus

from botocore.model import ListShape, MapShape, Shape, StructureShape

from pytest_sscred import assumed
from pytest_sscred.errors import AwsError
from pytest_sscred.wire import Request

# No input of IAM is nested deeper; deeper names are ignored, like unknown parameters.
_DEEPEST = 16
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)
_LARGEST = 2**31 - 1
_INDEX = re.compile(r"[0-9]{1,9}", re.ASCII)
_LARGEST_GAP = 10  # between the numbers of a list's elements
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

Tree = dict[str, Any]  # of str and Tree


def read_form(request: Request) -> dict[str, str]:
    """The parameters of the query string and of the body, as text; if repeated, the last one.

    Parsed by hand: `urllib.parse.parse_qsl` takes four times as long, and a call is little else.
    """
    form: dict[str, str] = {}
    query = request.url.partition("#")[0].partition("?")[2]
    for encoded in (query, request.body.decode("utf-8", "replace")):
        if not encoded:
            continue
        is_escaped = "%" in encoded or "+" in encoded
        for pair in encoded.split("&"):
            name, _, value = pair.partition("=")
            if is_escaped:
                name, value = unquote_plus(name), unquote_plus(value)
            form[name] = value
    return form


def parse(shape: StructureShape | None, form: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that `shape` knows, in Python's types; unknown ones are ignored, as by IAM.

    Raises MalformedInput for an invalid number or boolean. No input of IAM has other types.
    """
    if shape is None:
        return {}
    return _structure(shape, _tree(form))


def as_sent(shape: StructureShape | None, form: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a call that was refused before they were read: as text."""
    return {name: form[name] for name in (shape.members if shape else ()) if name in form}


def _tree(form: Mapping[str, str]) -> Mapping[str, Any]:
    """`{"Tags.member.1.Key": "x"}` as nested dicts."""
    if "." not in "".join(form):
        return form
    tree: Tree = {}
    for name, value in form.items():
        if "." not in name:
            tree[name] = value
            continue
        if ".." in name:
            raise AwsError("MalformedInput", "Two index elements may not occur back to back")
        *path, last = name.split(".", _DEEPEST)
        node = tree
        for step in path:
            child = node.get(step)
            if not isinstance(child, dict):
                child = node[step] = {}
            node = child
        node[last] = value
    return tree


def _value(shape: Shape, node: str | Tree) -> Any:
    return _PARSERS.get(shape.type_name, _text)(shape, node)


def _text(shape: Shape, node: str | Tree) -> str:
    return node if isinstance(node, str) else ""


def _structure(shape: StructureShape, node: str | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(node, str):
        return {}
    return {
        name: parser(member, node[name]) for name, member, parser in _members(shape) if name in node
    }


@functools.cache
def _members(shape: StructureShape) -> list[tuple[str, Shape, Callable[[Any, str | Tree], Any]]]:
    """Each member's name, shape and parser; cached, since botocore looks them up every time."""
    return [
        (name, member, _PARSERS.get(member.type_name, _text))
        for name, member in shape.members.items()
    ]


def _list(shape: ListShape, node: str | Tree) -> list[Any]:
    if isinstance(node, str):
        return []  # botocore sends `Tags=` for an empty list
    items = _numbered(node.get("member", {}), shape.member.type_name == "string")
    return [None if item is None else _value(shape.member, item) for item in items]


def _map(shape: MapShape, node: str | Tree) -> dict[str, Any]:
    if isinstance(node, str):
        return {}
    entries = [each for each in _numbered(node.get("entry", {}), False) if isinstance(each, dict)]
    return {
        _value(shape.key, entry.get("key", "")): _value(shape.value, entry.get("value", ""))
        for entry in entries
    }


def _numbered(node: str | Tree, are_texts: bool) -> list[Any]:
    """A list's elements by their numbers, None in a gap.

    The texts are recorded (radkawar/stackd, 2026-09).
    """
    if isinstance(node, str):
        return []
    for index in node:
        _check_index(index, are_texts)
    found: list[Any] = []
    for index in sorted(node, key=int):
        gap = int(index) - 1 - len(found)
        if gap > _LARGEST_GAP:
            text = f"Excessively sparse input would skip {gap} list elements"
            raise AwsError("MalformedInput", text)
        found += [None] * gap
        found[int(index) - 1 :] = [node[index]]  # 01 is 1
    return found


def _check_index(index: str, are_texts: bool) -> None:
    if index.startswith("-"):
        raise AwsError("MalformedInput", f"Key {index} may not have a leading '-'")
    if not _INDEX.fullmatch(index):
        if are_texts:
            raise AwsError("MalformedInput", "Start of list found where not expected")
        _refuse(index)
    if int(index) == 0:
        raise AwsError("MalformedInput", f"{index} is not a valid index")


def _integer(shape: Shape, node: str | Tree) -> int:
    text = _text(shape, node)
    if not _INTEGER.fullmatch(text) or not -_LARGEST - 1 <= int(text) <= _LARGEST:
        _refuse(text)
    return int(text)


def _boolean(shape: Shape, node: str | Tree) -> bool:
    text = _text(shape, node)
    if text not in _BOOLEANS:
        _refuse(text)
    return _BOOLEANS[text]


def _refuse(value: str) -> NoReturn:
    raise AwsError("MalformedInput", assumed.MALFORMED.format(value=value))


_PARSERS: dict[str, Callable[[Any, str | Tree], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "integer": _integer,
    "boolean": _boolean,
}
