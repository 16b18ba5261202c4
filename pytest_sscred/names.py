"""What a name was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """`did you mean 'X'?`, or all the names where none is near."""
    names = sorted(names)
    folded = {each.casefold(): each for each in names}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    if found:
        return f"did you mean {folded[found[0]]!r}?"
    return f"there are: {', '.join(names)}"
