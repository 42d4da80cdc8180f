"""When a base is open: what makes a week of opening times impossible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from core.when import WEEKDAYS

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


def hours_text(spans: Sequence[tuple[int, time, time]]) -> str:
    """Opening times the way staff write them: `周一至周五 8:00-18:00，周六 9:00-12:00`."""
    by_day: dict[int, list[tuple[time, time]]] = {}
    for day, opens, closes in sorted(spans):
        by_day.setdefault(day, []).append((opens, closes))
    runs: list[tuple[list[int], list[tuple[time, time]]]] = []
    for day, times in by_day.items():
        if runs and runs[-1][1] == times and runs[-1][0][-1] == day - 1:
            runs[-1][0].append(day)
        else:
            runs.append(([day], times))
    return "，".join(
        f"{_days(days)} {'、'.join(f'{_clock(o)}-{_clock(c)}' for o, c in times)}" for days, times in runs
    )[:120]


def _days(days: Sequence[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    return first if len(days) == 1 else f"{first}至{last}"


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02d}"
