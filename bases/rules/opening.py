"""When a base is open on a day: the one answer for booking by hand, matching, checks, visits and boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bases.enums import DayKind
from core.workdays import Calendar

Hours = Sequence[tuple[time, time]]
Week = Mapping[int, Hours]
"""Opening times by weekday, 0 = Monday."""


@dataclass(frozen=True, slots=True)
class Season:
    """A week of its own from one month-day to another, both included (501 is 1 May); it may run over the new year."""

    name: str
    begins: int
    ends: int
    week: Week

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        at = day.month * 100 + day.day
        if self.begins <= self.ends:
            return self.begins <= at <= self.ends
        return at >= self.begins or at <= self.ends


@dataclass(frozen=True, slots=True)
class Special:
    """The opening times of one day."""

    hours: Hours
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """All that is known of when a base is open; closures are first day, last day and reason."""

    week: Week = field(default_factory=dict)
    seasons: Sequence[Season] = ()
    specials: Mapping[date, Special] = field(default_factory=dict)
    closures: Sequence[tuple[date, date, str]] = ()
    closed_on_holidays: bool = False
    make_up_as_monday: bool = False


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The times at which a base is open on a day, none when it is closed, and what decides it."""

    spans: tuple[tuple[datetime, datetime], ...]
    kind: DayKind
    note: str = ""
    """The name of the season or holiday, or the reason that was given."""

    @property
    def is_open(self) -> bool:
        """Whether it is open at any time."""
        return bool(self.spans)

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether it is open all the time from `start` to `end`."""
        return any(opens <= start and end <= closes for opens, closes in self.spans)


def open_on(opening: Opening, day: date, calendar: Calendar) -> OpenDay:
    """When a base is open on a day.

    What is said of the day itself goes first: a closure, then its special times. A holiday of the Chinese
    calendar closes bases that say so; a make-up workday counts as a Monday where they say so. Then comes the
    season the day lies in, and last the week. A base without any times is open all day.
    """
    for first, last, reason in opening.closures:
        if first <= day <= last:
            return OpenDay((), DayKind.CLOSURE, reason)
    special = opening.specials.get(day)
    if special is not None:
        return OpenDay(_on(day, special.hours), DayKind.SPECIAL, special.reason)
    if opening.closed_on_holidays and calendar.is_holiday(day):
        return OpenDay((), DayKind.HOLIDAY, calendar.name(day))
    as_monday = opening.make_up_as_monday and calendar.is_make_up(day)
    weekday = 0 if as_monday else day.weekday()
    season = next((found for found in opening.seasons if found.covers(day)), None)
    week = opening.week if season is None else season.week
    if season is None and not opening.week:
        return OpenDay(whole(day), DayKind.ALWAYS)
    kind = DayKind.MAKE_UP if as_monday else DayKind.WEEK if season is None else DayKind.SEASON
    note = calendar.name(day) if as_monday else "" if season is None else season.name
    return OpenDay(_on(day, week.get(weekday, ())), kind, note)


def whole(day: date) -> tuple[tuple[datetime, datetime], ...]:
    """All of a day."""
    midnight = datetime.combine(day, time())
    return ((midnight, midnight + timedelta(days=1)),)


def _on(day: date, hours: Hours) -> tuple[tuple[datetime, datetime], ...]:
    return tuple((datetime.combine(day, opens), datetime.combine(day, closes)) for opens, closes in hours)


def clashing_seasons(seasons: Sequence[tuple[str, int, int]]) -> tuple[str, str] | None:
    """The names of two seasons (name, begins, ends) that share a day of the year; None when all go apart."""
    found = [Season(name, begins, ends, {}) for name, begins, ends in seasons]
    leap = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    for n, one in enumerate(found):
        for other in found[n + 1 :]:
            if any(one.covers(day) and other.covers(day) for day in leap):
                return one.name, other.name
    return None
