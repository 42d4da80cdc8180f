"""Stretches of local time, half-open: joined, and cut around what already stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

Span = tuple[datetime, datetime]


def whole_days(first: date, last: date) -> Span:
    """From the first moment of `first` to the last of `last`."""
    return datetime.combine(first, time()), datetime.combine(last + timedelta(days=1), time())


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither touch nor overlap."""
    found: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def around(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """The spans without the time of the holes."""
    rest = joined(spans)
    for hole in joined(holes):
        cut: list[Span] = []
        for begin, end in rest:
            if end <= hole[0] or begin >= hole[1]:
                cut.append((begin, end))
                continue
            cut += [part for part in ((begin, hole[0]), (hole[1], end)) if part[0] < part[1]]
        rest = cut
    return tuple(rest)
