"""The timeline as a picture, for the reports of pytest-html and Allure."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, tostring

from pytest_sscred.text import describe
from pytest_sscred.timeline import Timeline

_LEFT, _ROW, _COLUMN, _LEGEND = 330, 22, 16, 80  # pixels
_NAME = 20  # characters
# Height and colour: the heights are for those who cannot tell the colours apart.
_BARS = {
    "Active": (14, "#2e7d32"),
    "Inactive": (8, "#f9a825"),
    "Expired": (5, "#ef6c00"),
    "Deleted": (2, "#c62828"),
}


def svg(timeline: Timeline) -> str:
    """An `<svg>` element: a row for each credential, a column for each call.

    A tooltip over a column's number describes the call, one over a bar names the status.
    """
    bottom = (len(timeline.rows) + 1) * _ROW
    width = _LEFT + max(len(timeline.calls) * _COLUMN, len(_BARS) * _LEGEND)
    top = Element("svg", xmlns="http://www.w3.org/2000/svg")
    top.attrib |= {"width": str(width), "height": str(bottom + _ROW), "font-family": "monospace"}
    _add(top, "rect", x=0, y=0, width=width, height=bottom + _ROW, fill="white")
    _add(top, "text", "after call", x=8, y=15)
    for at, (credential, statuses) in enumerate(timeline.rows, 1):
        name = credential.user_name
        name = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
        _add(top, "text", f"{credential.id} {name}", x=8, y=at * _ROW + 15)
        column = 0
        for status, same in groupby(statuses):
            columns = len(list(same))
            if status:
                _bar(top, status, _LEFT + column * _COLUMN, at * _ROW, columns * _COLUMN)
            column += columns
    for number, call in enumerate(timeline.calls, timeline.first):
        left = _LEFT + (number - timeline.first) * _COLUMN
        text = _add(top, "text", str(number % 100), x=left + 1, y=15)
        SubElement(text, "title").text = f"{number}. {describe(call)}"
        if number in timeline.broken:
            frame = _add(top, "rect", x=left, y=_ROW, width=_COLUMN, height=bottom - _ROW)
            frame.attrib |= {"fill": "none", "stroke": "#c62828"}
    if timeline.broken:
        _add(top, "text", "a rule broke", x=8, y=bottom + 15, fill="#c62828")
    for at, status in enumerate(_BARS):
        _bar(top, status, _LEFT + at * _LEGEND, bottom, 10)
        _add(top, "text", status, x=_LEFT + at * _LEGEND + 14, y=bottom + 15)
    return tostring(top, encoding="unicode")


def _bar(top: Element, status: str, left: int, y: int, width: int) -> None:
    height, colour = _BARS[status]
    middle = y + (_ROW - height) // 2
    bar = _add(top, "rect", x=left, y=middle, width=width, height=height, fill=colour)
    SubElement(bar, "title").text = status


def _add(top: Element, tag: str, text: str = "", **attributes: object) -> Element:
    sizes = {"font-size": "12"} if tag == "text" else {}
    element = SubElement(top, tag, sizes | {name: str(each) for name, each in attributes.items()})
    element.text = text
    return element
