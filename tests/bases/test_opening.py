"""When a base is open on a day: what goes before what."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from bases.enums import DayKind
from bases.rules.opening import Opening, Season, Special, clashing_seasons, open_on
from core.workdays import Calendar, Standing, Year, seeded

WEEK = {day: [(time(9), time(17))] for day in range(5)}
SUMMER = Season("夏季", 501, 930, {day: [(time(8), time(12)), (time(15), time(19))] for day in range(6)})
WINTER = Season("冬季", 1115, 315, {day: [(time(10), time(16))] for day in range(5)})
CALENDAR = Calendar(
    {2027: Year(Standing.OFFICIAL, {date(2027, 10, 1): "国庆节"}, {date(2027, 10, 9): "国庆节"})}
)
BASE = Opening(
    WEEK,
    (SUMMER, WINTER),
    {
        date(2027, 6, 12): Special([(time(13), time(14))], "开放日"),
        date(2027, 7, 1): Special([(time(6), time(7))]),
    },
    [(date(2027, 7, 1), date(2027, 7, 3), "维修")],
    closed_on_holidays=True,
    make_up_as_monday=True,
)


def hours(opening: Opening, day: date) -> tuple[DayKind, str, list[str]]:
    found = open_on(opening, day, CALENDAR)
    return found.kind, found.note, [f"{a:%H:%M}-{b:%H:%M}" for a, b in found.spans]


@pytest.mark.parametrize(
    ("day", "kind", "note", "spans"),
    [
        (date(2027, 4, 5), DayKind.WEEK, "", ["09:00-17:00"]),
        (date(2027, 4, 10), DayKind.WEEK, "", []),  # a Saturday
        (date(2027, 4, 30), DayKind.WEEK, "", ["09:00-17:00"]),
        (date(2027, 5, 1), DayKind.SEASON, "夏季", ["08:00-12:00", "15:00-19:00"]),
        (date(2027, 9, 30), DayKind.SEASON, "夏季", ["08:00-12:00", "15:00-19:00"]),
        (date(2027, 12, 31), DayKind.SEASON, "冬季", ["10:00-16:00"]),
        (date(2027, 1, 1), DayKind.SEASON, "冬季", ["10:00-16:00"]),
        (date(2027, 3, 15), DayKind.SEASON, "冬季", ["10:00-16:00"]),
        (date(2027, 3, 16), DayKind.WEEK, "", ["09:00-17:00"]),
        (date(2027, 6, 12), DayKind.SPECIAL, "开放日", ["13:00-14:00"]),
        (date(2027, 7, 1), DayKind.CLOSURE, "维修", []),  # also where times were given for the day
        (date(2027, 7, 3), DayKind.CLOSURE, "维修", []),
        (date(2027, 10, 1), DayKind.HOLIDAY, "国庆节", []),
        (date(2027, 10, 9), DayKind.MAKE_UP, "国庆节", ["09:00-17:00"]),  # a Saturday that is worked
        (date(2027, 10, 16), DayKind.WEEK, "", []),
    ],
)
def test_what_is_said_of_the_day_goes_before_holiday_season_and_week(
    day: date, kind: DayKind, note: str, spans: list[str]
) -> None:
    assert hours(BASE, day) == (kind, note, spans)


def test_holidays_and_make_up_days_change_only_bases_that_say_so() -> None:
    plain = Opening(WEEK)
    assert hours(plain, date(2027, 10, 1)) == (DayKind.WEEK, "", ["09:00-17:00"])
    assert hours(plain, date(2027, 10, 9)) == (DayKind.WEEK, "", [])


def test_a_base_that_says_nothing_is_open_all_day_but_for_closures_and_holidays() -> None:
    silent = Opening(closures=[(date(2027, 7, 1), date(2027, 7, 1), "维修")], closed_on_holidays=True)
    found = open_on(silent, date(2027, 6, 6), CALENDAR)
    assert found.kind is DayKind.ALWAYS
    assert found.holds(datetime(2027, 6, 6), datetime(2027, 6, 7))
    assert not open_on(silent, date(2027, 7, 1), CALENDAR).is_open
    assert not open_on(silent, date(2027, 10, 1), CALENDAR).is_open


def test_a_visit_fits_into_one_stretch_and_not_across_noon() -> None:
    day = open_on(BASE, date(2027, 6, 1), CALENDAR)
    assert day.holds(datetime(2027, 6, 1, 8), datetime(2027, 6, 1, 12))
    assert not day.holds(datetime(2027, 6, 1, 11), datetime(2027, 6, 1, 15, 30))


@pytest.mark.parametrize(
    ("seasons", "clash"),
    [
        ([("夏", 501, 930), ("冬", 1001, 430)], None),
        ([("夏", 501, 930), ("秋", 930, 1031)], ("夏", "秋")),
        ([("冬", 1101, 315), ("春", 301, 430)], ("冬", "春")),
        ([("冬", 1101, 228), ("闰", 229, 229)], None),
    ],
)
def test_seasons_share_no_day(seasons: list[tuple[str, int, int]], clash: tuple[str, str] | None) -> None:
    assert clashing_seasons(seasons) == clash


def test_a_year_the_libraries_know_is_official_and_the_next_provisional() -> None:
    assert seeded(2026).standing is Standing.OFFICIAL
    assert date(2026, 10, 10) in seeded(2026).make_ups
    assert seeded(2027).standing is Standing.PROVISIONAL
    assert seeded(2027).make_ups == {}
    assert seeded(2027).holidays[date(2027, 10, 1)] == "国庆节"


def test_workdays_are_counted_over_holidays_and_make_up_saturdays() -> None:
    assert Calendar().after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert Calendar().after(date(2026, 10, 9), 1) == date(2026, 10, 10)  # a Saturday that is worked
    assert CALENDAR.after(date(2027, 9, 30), 1) == date(2027, 10, 4)
    assert Calendar().after(date(2026, 9, 30), 0) == date(2026, 9, 30)
