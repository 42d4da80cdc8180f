"""Which bases are free on a day or on every day of a span: open, bookable, with room in one half-day at least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from accounts.access import Scope
from bases.models import (
    Closure,
    OpeningHours,
    OpeningSeason,
    SeasonHours,
    SpecialHours,
    TeachingBase,
    Venue,
)
from bases.queries.bases import visible
from bases.queries.opening import openings_of
from bases.queries.register import Look, base_table
from bases.rules.life import BOOKABLE
from bases.rules.opening import OpenDay, open_on
from core import clock
from core.calendars import calendar_of
from core.db import session
from core.tables import BoundTable, Filter, Statement
from core.when import read_day
from instructor_pool.rules.parts import NOON
from scheduling.enums import ResourceKind
from scheduling.models import Booking
from scheduling.models.booking import UNITS_PER_DAY
from scheduling.rules import LIVE, MINUTES_PER_UNIT

MOST_DAYS = 7
_NOON = NOON.hour * 60 // MINUTES_PER_UNIT
HALVES = ((0, _NOON), (_NOON, UNITS_PER_DAY))
"""Before and after noon, in quarter hours."""
Busy = Mapping[tuple[int, date, int], Collection[int]]
"""Seats taken, by venue, day and half."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are asked for, both included; `problem` names what is wrong with what was typed."""

    first: date
    last: date
    problem: str = ""

    @property
    def days(self) -> list[date]:
        """Every day."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def read_span(args: Mapping[str, str]) -> Span:
    """From `first` and `last`; today where nothing sensible was typed, a week at most."""
    first = read_day(args.get("first", "")) or clock.today()
    last = read_day(args.get("last", "")) or first
    if last < first:
        return Span(first, first, "turned")
    if (last - first).days >= MOST_DAYS:
        return Span(first, first + timedelta(days=MOST_DAYS - 1), "long")
    return Span(first, last)


def free_table(scope: Scope, look: Look, span: Span) -> BoundTable[Any]:
    """The register, narrowed to the bases that are free on every day of the span."""
    return base_table(
        scope,
        look,
        name="free_bases",
        only=are_free(span.days),
        filters=[
            Filter("first", lazy_gettext("从哪天有空"), _as_it_is, kind="date"),
            Filter("last", lazy_gettext("到哪天"), _as_it_is, kind="date"),
        ],
    )


def _as_it_is(stmt: Statement, _value: str) -> Statement:
    return stmt


def free_bases(scope: Scope, days: Collection[date]) -> list[int]:
    """Ids of the bases in sight that are free on every day."""
    return list(session().scalars(select(TeachingBase.id).where(visible(scope), are_free(days))))


def are_free(days: Collection[date]) -> ColumnElement[bool]:
    """Whether a base has a venue with a seat free in an open half of every day.

    Of most bases the database says so from their week or season. Those of which more has to be known, since they are
    full, closed or open otherwise on one of the days, are few and looked at one by one: a fixed number of statements.
    """
    busy = _busy(days)
    doubtful = _odd(days) | _full(busy)
    free = _free_of(doubtful, days, busy)
    has_room = exists().where(Venue.base_id == TeachingBase.id, Venue.is_closed.is_(False))
    usual = and_(has_room, TeachingBase.id.not_in(sorted(doubtful)), _is_open_on_all(days))
    return and_(TeachingBase.state.in_(sorted(BOOKABLE)), or_(usual, TeachingBase.id.in_(sorted(free))))


def _is_open_on_all(days: Collection[date]) -> ColumnElement[bool]:
    """Whether a base is open on every day; where it keeps no seasons, its week is looked at once for all of them."""
    hours = OpeningHours.base_id == TeachingBase.id
    wanted = sorted({day.weekday() for day in days})
    count = select(func.count(OpeningHours.weekday.distinct())).where(hours, OpeningHours.weekday.in_(wanted))
    by_week = or_(~exists().where(hours), count.scalar_subquery() == len(wanted))
    has_seasons = exists().where(OpeningSeason.base_id == TeachingBase.id)
    return case((has_seasons, and_(*map(_is_open, days))), else_=by_week)


def _is_open(day: date) -> ColumnElement[bool]:
    """Whether a base is open on a day by its season, else by its week; one that keeps no times is."""
    at = day.month * 100 + day.day
    season = and_(
        OpeningSeason.base_id == TeachingBase.id,
        case(
            (
                OpeningSeason.begins <= OpeningSeason.ends,
                and_(OpeningSeason.begins <= at, at <= OpeningSeason.ends),
            ),
            else_=or_(OpeningSeason.begins <= at, at <= OpeningSeason.ends),
        ),
    )
    weekday = day.weekday()
    in_season = exists().where(
        season, SeasonHours.season_id == OpeningSeason.id, SeasonHours.weekday == weekday
    )
    hours = OpeningHours.base_id == TeachingBase.id
    by_week = or_(~exists().where(hours), exists().where(hours, OpeningHours.weekday == weekday))
    return case((exists().where(season), in_season), else_=by_week)


def _odd(days: Collection[date]) -> set[int]:
    """Bases closed on one of the days, with times of its own, or minding that it is a holiday."""
    first, last = min(days), max(days)
    calendar = calendar_of({day.year for day in days})
    shut = select(Closure.base_id).where(Closure.first_day <= last, Closure.last_day >= first)
    special = select(SpecialHours.base_id).where(SpecialHours.day.between(first, last))
    flags = []
    if any(calendar.is_holiday(day) for day in days):
        flags.append(TeachingBase.closed_on_holidays)
    if any(calendar.is_make_up(day) for day in days):
        flags.append(TeachingBase.make_up_as_monday)
    odd = [TeachingBase.id.in_(shut), TeachingBase.id.in_(special), *flags]
    return set(session().scalars(select(TeachingBase.id).where(or_(*odd))))


def _full(busy: Busy) -> set[int]:
    """Bases of which all venues are taken in some half of some day."""
    taken = sorted({venue for venue, _day, _half in busy})
    booked = select(Venue.base_id).where(Venue.id.in_(taken))
    rooms = _rooms(Venue.base_id.in_(booked))
    halves = {(day, half) for _venue, day, half in busy}
    return {
        base_id
        for base_id, venues in rooms.items()
        if any(_is_full(venues, busy, day, half) for day, half in halves)
    }


def _is_full(venues: Mapping[int, int], busy: Busy, day: date, half: int) -> bool:
    return all(len(busy.get((venue, day, half), ())) >= groups for venue, groups in venues.items())


def _rooms(which: ColumnElement[bool]) -> Mapping[int, Mapping[int, int]]:
    """By base: its venues in use with the groups each takes at once."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    stmt = select(Venue.base_id, Venue.id, Venue.groups).where(which, Venue.is_closed.is_(False))
    for base_id, venue_id, groups in session().execute(stmt):
        found[base_id][venue_id] = groups
    return found


def _free_of(base_ids: Collection[int], days: Collection[date], busy: Busy) -> list[int]:
    """Those of these bases that are free on every day, each by its own opening times and bookings."""
    calendar = calendar_of({day.year for day in days})
    openings = openings_of(base_ids, min(days), max(days))
    return [
        base_id
        for base_id, venues in _rooms(Venue.base_id.in_(sorted(base_ids))).items()
        if all(
            any(
                not _is_full(venues, busy, day, half)
                for half in _halves(open_on(openings[base_id], day, calendar))
            )
            for day in days
        )
    ]


def _busy(days: Collection[date]) -> Busy:
    """Seats taken of each venue by day and half."""
    stmt = select(Booking.resource_id, Booking.day, Booking.from_unit, Booking.to_unit, Booking.seat).where(
        Booking.kind == ResourceKind.VENUE, Booking.state.in_(LIVE), Booking.day.in_(sorted(days))
    )
    taken: defaultdict[tuple[int, date, int], set[int]] = defaultdict(set)
    for venue_id, day, first, after, seat in session().execute(stmt):
        for half, (begins, ends) in enumerate(HALVES):
            if first < ends and after > begins:
                taken[venue_id, day, half].add(seat)
    return taken


def _halves(found: OpenDay) -> tuple[int, ...]:
    noons = [(datetime.combine(opens.date(), NOON), opens, closes) for opens, closes in found.spans]
    parts = (any(opens < noon for noon, opens, _ in noons), any(closes > noon for noon, _, closes in noons))
    return tuple(half for half, is_open in enumerate(parts) if is_open)
