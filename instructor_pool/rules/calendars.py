"""What a person's weekly pattern and dated entries come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from instructor_pool.enums import DayPart, Grade
from instructor_pool.rules.parts import part_on


@dataclass(frozen=True, slots=True)
class Away:
    """A stretch of local time, half-open, in which a person cannot or would rather not teach."""

    starts: datetime
    ends: datetime
    grade: Grade
    reason: str


class Weekly(Protocol):
    """A part of a weekday (0 = Monday), from a first day to a last one where they are given."""

    @property
    def weekday(self) -> int: ...
    @property
    def part(self) -> DayPart: ...
    @property
    def grade(self) -> Grade: ...
    @property
    def reason(self) -> str: ...
    @property
    def first_day(self) -> date | None: ...
    @property
    def last_day(self) -> date | None: ...


def effective(
    dated: Iterable[Away], weekly: Iterable[Weekly], since: datetime, until: datetime
) -> list[Away]:
    """The absences that meet [since, until), in order.

    What is said of a date goes before the weekly pattern, so that a dated "can" lifts it and a dated
    "rather not" softens it. Among dated entries the worst holds; `dated` are those that meet the span.
    """
    said = list(dated)
    found = [entry for entry in said if entry.grade is not Grade.CAN]
    for usual in occurrences(weekly, since, until):
        found += _without(usual, said)
    return sorted(found, key=lambda a: (a.starts, a.ends, a.grade))


def occurrences(weekly: Iterable[Weekly], since: datetime, until: datetime) -> Iterator[Away]:
    """Every time the pattern meets [since, until)."""
    for row in weekly:
        first = max(since.date(), row.first_day or date.min)
        last = min(until.date(), row.last_day or date.max)
        day = first + timedelta(days=(row.weekday - first.weekday()) % 7)
        while day <= last:
            met = part_on(day, row.part)
            if met.starts < until and met.ends > since:
                yield Away(met.starts, met.ends, row.grade, row.reason)
            day += timedelta(days=7)


def _without(usual: Away, said: Sequence[Away]) -> list[Away]:
    left = [(usual.starts, usual.ends)]
    for entry in said:
        if entry.starts < usual.ends and usual.starts < entry.ends:
            left = [
                piece
                for starts, ends in left
                for piece in ((starts, min(ends, entry.starts)), (max(starts, entry.ends), ends))
                if piece[0] < piece[1]
            ]
    return [Away(starts, ends, usual.grade, usual.reason) for starts, ends in left]


def year_of(year: int) -> tuple[datetime, datetime]:
    """The span of a year, half-open."""
    return datetime.combine(date(year, 1, 1), time()), datetime.combine(date(year + 1, 1, 1), time())
