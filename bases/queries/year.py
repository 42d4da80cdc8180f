"""The year of a base, day by day: open, closed, or otherwise than usual."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from bases.enums import DayKind
from bases.queries.opening import openings_of
from bases.rules.opening import OpenDay, open_on
from core import clock
from core.calendars import calendar_of
from core.when import days_text

_OTHERWISE = (DayKind.SPECIAL, DayKind.MAKE_UP)


@dataclass(frozen=True, slots=True)
class YearDay:
    """One day of the strip."""

    day: date
    mark: str
    """`open`, `otherwise` (open at times of its own) or `closed`."""
    is_today: bool


@dataclass(frozen=True, slots=True)
class YearLine:
    """Days in a row that a closure, a holiday or a time of their own sets apart, as text."""

    when: str
    kind: DayKind
    note: str


@dataclass(frozen=True, slots=True)
class BaseYear:
    """What the page of a base shows of a year."""

    year: int
    is_official: bool
    months: tuple[tuple[YearDay, ...], ...]
    lines: tuple[YearLine, ...]
    open_days: int


def year_of(base_id: int, year: int) -> BaseYear:
    """The year of a base in eight statements."""
    calendar = calendar_of([year])
    opening = openings_of([base_id], date(year, 1, 1), date(year, 12, 31))[base_id]
    today = clock.today()
    months = []
    found: list[tuple[date, OpenDay]] = []
    for month in range(1, 13):
        days = [date(year, month, n + 1) for n in range(monthrange(year, month)[1])]
        there = [(day, open_on(opening, day, calendar)) for day in days]
        found += there
        months.append(tuple(YearDay(day, _mark(open_day), day == today) for day, open_day in there))
    open_days = sum(open_day.is_open for _, open_day in found)
    return BaseYear(year, calendar.is_official(year), tuple(months), tuple(_lines(found)), open_days)


def _mark(open_day: OpenDay) -> str:
    if not open_day.is_open:
        return "closed"
    return "otherwise" if open_day.kind in _OTHERWISE else "open"


def _lines(found: list[tuple[date, OpenDay]]) -> list[YearLine]:
    apart = (DayKind.CLOSURE, DayKind.HOLIDAY, *_OTHERWISE)
    runs: list[tuple[date, date, OpenDay]] = []
    for day, there in found:
        if there.kind not in apart:
            continue
        last = runs[-1] if runs else None
        if last and (day - last[1]).days == 1 and (last[2].kind, last[2].note) == (there.kind, there.note):
            runs[-1] = (last[0], day, there)
        else:
            runs.append((day, day, there))
    return [YearLine(days_text(first, last), there.kind, there.note) for first, last, there in runs]
