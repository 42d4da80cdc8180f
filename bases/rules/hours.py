"""When a base is open: what makes a week of opening times impossible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

LONGEST_BUFFER = 240
"""Minutes a venue may be kept before or after a party."""


def bad_spans(spans: Sequence[tuple[int, time, time]]) -> set[int]:
    """Weekdays (0 = Monday) whose opening times end before they begin or overlap."""
    bad: set[int] = set()
    until: dict[int, time] = {}
    for weekday, opens, closes in sorted(spans):
        if closes <= opens or opens < until.get(weekday, time.min):
            bad.add(weekday)
        until[weekday] = max(closes, until.get(weekday, time.min))
    return bad
