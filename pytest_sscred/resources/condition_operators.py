"""The operators of a policy's conditions, and which operands IAM takes for each.

Recorded from AWS by LocalStack (2026-02: operators and dates) and radkawar/stackd (2026-09-12: the
other operands). The names are those of AWS's guide.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable

# Looks like Joda-Time's dateOptionalTimeParser: -292275054, which is recorded, is its least year.
_DATE = re.compile(
    r"([+-]?\d{1,9})(?:-(\d\d?)(?:-(\d\d?))?)?"
    r"(?:T(?:(?:[01]?\d|2[0-3])(?::[0-5]?\d(?::[0-5]?\d)?)?(?:[.,]\d{1,9})?)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_SECONDS = re.compile(r"[+-]?\d{1,19}", re.ASCII)


def _is_date(text: str) -> bool:
    """Whether it is a date, maybe with a time, or the seconds since 1970 in 64 bits."""
    if _SECONDS.fullmatch(text):
        return -(2**63) <= int(text) < 2**63
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        dt.date(2000 + year % 400, month, day)  # a year that has the same days
    except ValueError:
        return False
    return True


_NETWORK = re.compile(r"([\d.]+|[\da-fA-F:]+)(?:/\d+)?", re.ASCII)
_LEADING_ZEROS = re.compile(r"\b0+(?=\d)")


def _is_network(text: str) -> bool:
    """Whether it is an address or a network. Only IPv6 must have no host bits; `:::` passes."""
    if not _NETWORK.fullmatch(text):
        return False
    is_v6 = ":" in text
    text = text.replace(":::", "::") if is_v6 else _LEADING_ZEROS.sub("", text)
    try:
        ipaddress.ip_network(text, strict=is_v6)
    except ValueError:
        return False
    return True


def _anything(text: str) -> bool:
    return True


# A variable may stand for an ARN but not for numbers, dates and addresses: AWS's guide.
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_ARN = re.compile(r"(?:arn:|\$\{).*|\*", re.DOTALL)
_BASE64 = re.compile("(?:[0-9A-Za-z+/]{4})*(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?")
_ORDERS = "Equals NotEquals LessThan LessThanEquals GreaterThan GreaterThanEquals"
_COMPARISONS: dict[str, tuple[Callable[[str], object], str]] = {
    "String": (
        _anything,
        "Equals NotEquals EqualsIgnoreCase NotEqualsIgnoreCase Like NotLike",
    ),
    "Numeric": (_NUMBER.fullmatch, _ORDERS),
    "Date": (_is_date, _ORDERS),
    "Arn": (_ARN.fullmatch, "Equals NotEquals Like NotLike"),
    "Binary": (_BASE64.fullmatch, "Equals"),
}
_FITS = {
    "Bool": _anything,
    "Null": _anything,
    "IpAddress": _is_network,
    "NotIpAddress": _is_network,
    **{f"{kind}{how}": fits for kind, (fits, hows) in _COMPARISONS.items() for how in hows.split()},
}
# Every condition operator, and whether an operand fits it. Null alone has no IfExists.
OPERATORS = {
    f"{quantifier}{name}": fits
    for quantifier in ("", "ForAllValues:", "ForAnyValue:")
    for operator, fits in _FITS.items()
    for name in (operator, f"{operator}IfExists")
    if name != "NullIfExists"
}
