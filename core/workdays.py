"""Which days are worked. `core.calendars` reads the years that are kept; this is what follows from them.

A year that is not kept is taken from the calendar libraries: official where the State Council's arrangement is
known, else provisional: the holidays the law names, without make-up workdays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays
from chinese_calendar.constants import holidays as official_holidays
from chinese_calendar.constants import workdays as official_make_ups

from core.words import N_, Labelled

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


class Standing(Labelled):
    """Whether the holidays of a year have been announced."""

    OFFICIAL = "official", N_("正式")
    PROVISIONAL = "provisional", N_("暂定")


class DayRule(Labelled):
    """How a day differs from its weekday."""

    HOLIDAY = "holiday", N_("放假")
    MAKE_UP = "make_up", N_("上班")


@dataclass(frozen=True, slots=True)
class Year:
    """The holidays and make-up workdays of one year with their names."""

    standing: Standing
    holidays: Mapping[date, str]
    make_ups: Mapping[date, str]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Some years as they are kept; all others as the libraries have them."""

    years: Mapping[int, Year] = field(default_factory=dict)

    def of(self, year: int) -> Year:
        """One year."""
        return self.years.get(year) or seeded(year)

    def is_official(self, year: int) -> bool:
        """Whether the State Council's arrangement of that year is in it."""
        return self.of(year).standing is Standing.OFFICIAL

    def is_holiday(self, day: date) -> bool:
        """Whether it is a day off because of a public holiday."""
        return day in self.of(day.year).holidays

    def is_make_up(self, day: date) -> bool:
        """Whether it is worked to make up for a holiday."""
        return day in self.of(day.year).make_ups

    def name(self, day: date) -> str:
        """The holiday that a day belongs to or makes up for; empty for all other days."""
        year = self.of(day.year)
        return year.holidays.get(day) or year.make_ups.get(day) or ""

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`."""
        return self.is_make_up(day) or (day.weekday() < 5 and not self.is_holiday(day))

    def after(self, day: date, count: int) -> date:
        """The day that lies `count` workdays after `day`; `day` itself for 0."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day


@lru_cache(maxsize=16)
def seeded(year: int) -> Year:
    """A year as the libraries have it."""
    announced = {day: name for day, name in official_holidays.items() if day.year == year}
    if announced:
        make_ups = {day: NAMES.get(name, name) for day, name in official_make_ups.items() if day.year == year}
        return Year(
            Standing.OFFICIAL, {day: NAMES.get(name, name) for day, name in announced.items()}, make_ups
        )
    expected = holidays.country_holidays("CN", years=year, language="zh_CN")
    return Year(Standing.PROVISIONAL, {day: name[:40] for day, name in sorted(expected.items())}, {})
