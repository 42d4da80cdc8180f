"""Carrying classes over to other days: which day becomes which, and what falls on a holiday. No database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext

from core.when import weekday_text
from core.workdays import Calendar

DAY = timedelta(days=1)
YEAR_OF_WEEKS = timedelta(weeks=52)
"""A year ahead on the same weekday."""


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a day comes to lie; `moved_from` names the day it would have been and why that could not be."""

    day: date
    moved_from: str = ""


def land(days: Iterable[tuple[date, bool]], first: date, calendar: Calendar) -> dict[date, Landing]:
    """The days of a class laid out anew from `first` on, each given with whether it was worked.

    The distance between days stays. One that was worked and would fall on a holiday or weekend goes to the next workday,
    and what comes after it stays after it.
    """
    found: dict[date, Landing] = {}
    start: date | None = None
    last: date | None = None
    for day, was_worked in sorted(set(days)):
        start = start or day
        wished = first + (day - start)
        target = wished if last is None else max(wished, last + DAY)
        while was_worked and not calendar.is_workday(target):
            target += DAY
        found[day] = Landing(target, _why(wished, calendar) if target != wished else "")
        last = target
    return found


def _why(day: date, calendar: Calendar) -> str:
    facts = {"day": f"{day:%Y-%m-%d}", "name": calendar.name(day), "weekday": weekday_text(day)}
    if calendar.is_holiday(day) and calendar.name(day):
        return gettext("%(day)s是%(name)s，顺延", **facts)
    if not calendar.is_workday(day):
        return gettext("%(day)s是%(weekday)s，顺延", **facts)
    return gettext("前面的课顺延，跟着后移")


def a_year_ahead(day: date, year: int) -> date:
    """The same weekday of the same week in a later year."""
    target = day + YEAR_OF_WEEKS * (year - day.year)
    while target.year < year:
        target += timedelta(weeks=1)
    return target
