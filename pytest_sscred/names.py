"""What a name was probably meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str], some: Iterable[str] = ()) -> str:
    """`did you mean 'X'?`; if none is near, all the names, or `some` of them."""
    names = sorted(names)
    folded = {each.casefold(): each for each in names}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    if found:
        return f"did you mean {folded[found[0]]!r}?"
    return f"there are: {', '.join(sorted(some) or names)}"
