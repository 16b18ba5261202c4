"""Turns an operation's result, or an error, into IAM's XML.

Byte for byte as the bodies in Cloud Custodian's recordings of IAM (2016 to 2020), whose
content-lengths these reproduce: no XML declaration, two spaces of indentation, one newline at the
end, an empty list as an empty-element tag.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import re
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from pytest_sscred.errors import ErrorKind
from pytest_sscred.state.clock import as_text, seconds_since_1970

# Characters that no XML 1.0 document may hold, not even escaped. The others, negated, would take
# `re` 3 ms to compile.
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NESTED = (StructureShape, ListShape, MapShape)
_CARRIAGE_RETURN = {"\r": "&#13;"}  # a parser would read a bare one as a newline

# Members that IAM writes before the others of their shape, which follow as in the model
# (radkawar/stackd, 2026-09).
_FIRST = {
    "Tag": ("Value",),
    "GetAccountAuthorizationDetailsResponse": (
        "Policies", "UserDetailList", "RoleDetailList", "GroupDetailList",
    ),
}  # fmt: skip


def result_body(
    operation: OperationModel, result: Mapping[str, Any], namespace: str, request_id: str
) -> bytes:
    """The body of a successful answer. An operation without an output shape has no result."""
    lines: list[str] = []
    if operation.output_shape is not None:
        wrapper = operation.output_shape.serialization["resultWrapper"]
        _element(lines, wrapper, operation.output_shape, result, "  ")
    answer = "\n".join([*lines, ""]) if lines else ""
    return (
        f'<{operation.name}Response xmlns="{namespace}">\n'
        f"{answer}"
        "  <ResponseMetadata>\n"
        f"    <RequestId>{request_id}</RequestId>\n"
        "  </ResponseMetadata>\n"
        f"</{operation.name}Response>\n"
    ).encode()


def error_body(kind: ErrorKind, message: str, namespace: str, request_id: str) -> bytes:
    """The body of an error: the request id is beside the error, not in metadata."""
    return (
        f'<ErrorResponse xmlns="{namespace}">\n'
        "  <Error>\n"
        f"    <Type>{'Sender' if kind.by_sender else 'Receiver'}</Type>\n"
        f"    <Code>{kind.code}</Code>\n"
        f"    <Message>{_text(message)}</Message>\n"
        "  </Error>\n"
        f"  <RequestId>{request_id}</RequestId>\n"
        "</ErrorResponse>\n"
    ).encode()


def headers(request_id: str, length: int, now: dt.datetime) -> dict[str, str]:
    """The headers of an answer whose body has that length."""
    return {
        "x-amzn-requestid": request_id,
        "content-type": "text/xml",
        "content-length": str(length),
        "date": _http_date(seconds_since_1970(now)),
    }


@functools.lru_cache(maxsize=8)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def _element(lines: list[str], name: str, shape: Shape, value: Any, indent: str) -> None:
    """Add the lines of an element."""
    if not isinstance(shape, _NESTED):
        text = _scalar(value)
        lines.append(f"{indent}<{name}>{text}</{name}>" if text else f"{indent}<{name}/>")
        return
    at = len(lines)
    lines.append(f"{indent}<{name}>")
    _children(lines, shape, value, f"{indent}  ")
    if len(lines) == at + 1:
        lines[at] = f"{indent}<{name}/>"
    else:
        lines.append(f"{indent}</{name}>")


def _children(lines: list[str], shape: Any, value: Any, indent: str) -> None:
    if isinstance(shape, StructureShape):
        for name, member in _members(shape):
            if name in value:
                _element(lines, name, member, value[name], indent)
    elif isinstance(shape, ListShape):
        for item in value:
            _element(lines, "member", shape.member, item, indent)
    else:
        for key, item in value.items():
            lines.append(f"{indent}<entry>")
            _element(lines, "key", shape.key, key, f"{indent}  ")
            _element(lines, "value", shape.value, item, f"{indent}  ")
            lines.append(f"{indent}</entry>")


@functools.cache
def _members(shape: StructureShape) -> list[tuple[str, Shape]]:
    """Each member's name and shape, in the order in which IAM writes them."""
    names = dict.fromkeys([*_FIRST.get(shape.name, ()), *shape.members])
    return [(name, shape.members[name]) for name in names]


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return as_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return _text(str(value))


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text), _CARRIAGE_RETURN)
