"""What a call costs, without a clock."""

from __future__ import annotations

import sys


def work(call, *args, **kwargs):
    """How many functions are called by it and what it calls."""
    events = []
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, what: events.append(event))
    try:
        call(*args, **kwargs)
    finally:
        sys.setprofile(before)
    return len(events)
