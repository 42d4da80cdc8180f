"""A year of days as a strip of months: which days a person is away, in columns a drawing can use."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from instructor_pool.enums import Grade

WHOLE_DAY_HOURS = 20


@dataclass(frozen=True, slots=True)
class Day:
    """One day: `mark` is "", "cannot", "rather_not", or either with "-part" for part of the day."""

    number: int
    mark: str
    is_today: bool
    is_weekend: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the strip; `away` counts days with any absence that forbids."""

    number: int
    days: tuple[Day, ...]
    away: int


def year_strip(year: int, away: Iterable[tuple[datetime, datetime, Grade]], today: date) -> list[Month]:
    """Twelve months of `year`, each day marked by the worst absence that meets it."""
    marks: dict[date, str] = {}
    for starts, ends, grade in away:
        first = max(starts.date(), date(year, 1, 1))
        last = min((ends - timedelta(microseconds=1)).date(), date(year, 12, 31))
        while first <= last:
            mark = _mark(first, starts, ends, grade)
            marks[first] = min(marks.get(first, mark), mark, key=_ORDER.index)
            first += timedelta(days=1)
    return [_month(year, number, marks, today) for number in range(1, 13)]


_ORDER = ["cannot", "cannot-part", "rather_not", "rather_not-part"]


def _mark(day: date, starts: datetime, ends: datetime, grade: Grade) -> str:
    begin = datetime.combine(day, time())
    covered = min(ends, begin + timedelta(days=1)) - max(starts, begin)
    part = "" if covered >= timedelta(hours=WHOLE_DAY_HOURS) else "-part"
    return f"{grade.value}{part}"


def _month(year: int, number: int, marks: dict[date, str], today: date) -> Month:
    days = []
    for n in range(1, calendar.monthrange(year, number)[1] + 1):
        day = date(year, number, n)
        days.append(Day(n, marks.get(day, ""), day == today, day.weekday() >= 5))
    return Month(number, tuple(days), sum(1 for d in days if d.mark.startswith("cannot")))
