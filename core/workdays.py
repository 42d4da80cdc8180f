"""Which days are worked: the official calendar where it is known, else a provisional one without make-up days."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import holidays


@lru_cache(maxsize=16)
def _provisional(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))


def is_official(year: int) -> bool:
    """Whether the state council's calendar of that year is known."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def is_workday(day: date) -> bool:
    """Whether people work on `day`."""
    if is_official(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and day not in _provisional(day.year)


def after(day: date, count: int) -> date:
    """The day that lies `count` workdays after `day`; `day` itself for 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
