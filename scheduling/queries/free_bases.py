"""Which bases are free on a day or on every day of a span: open, bookable, with room in one half-day at least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import func, or_, select

from accounts.access import Scope
from bases.models import Closure, OpeningHours, OpeningSeason, SpecialHours, TeachingBase, Venue
from bases.queries.bases import visible
from bases.queries.opening import openings_where
from bases.queries.register import Look, base_table
from bases.rules.life import BOOKABLE
from bases.rules.opening import OpenDay, open_on
from core import clock
from core.calendars import calendar_of
from core.db import session
from core.tables import BoundTable, Filter, Statement
from instructor_pool.rules.parts import NOON
from scheduling.enums import ResourceKind
from scheduling.models import Booking
from scheduling.models.booking import UNITS_PER_DAY
from scheduling.rules import LIVE, MINUTES_PER_UNIT

MOST_DAYS = 7
_NOON = NOON.hour * 60 // MINUTES_PER_UNIT
HALVES = ((0, _NOON), (_NOON, UNITS_PER_DAY))
"""Before and after noon, in quarter hours."""


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
    first = _day(args.get("first", "")) or clock.today()
    last = _day(args.get("last", "")) or first
    if last < first:
        return Span(first, first, "turned")
    if (last - first).days >= MOST_DAYS:
        return Span(first, first + timedelta(days=MOST_DAYS - 1), "long")
    return Span(first, last)


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def free_table(scope: Scope, look: Look, span: Span) -> BoundTable[Any]:
    """The register, narrowed to the bases that are free on every day of the span."""
    return base_table(
        scope,
        look,
        name="free_bases",
        only=TeachingBase.id.in_(free_bases(scope, span.days)),
        filters=[
            Filter("first", lazy_gettext("从哪天有空"), _as_it_is, kind="date"),
            Filter("last", lazy_gettext("到哪天"), _as_it_is, kind="date"),
        ],
    )


def _as_it_is(stmt: Statement, _value: str) -> Statement:
    return stmt


def free_bases(scope: Scope, days: Collection[date]) -> list[int]:
    """Ids of the bases in sight with a venue that has a seat free in an open half of every day; a fixed number of
    statements."""
    sites = (visible(scope), TeachingBase.state.in_(sorted(BOOKABLE)), Venue.is_closed.is_(False))
    stmt = select(Venue.id, Venue.base_id, Venue.groups).join(Venue.base).where(*sites)
    venues = session().execute(stmt).all()
    busy, week, timeless, shut, odd = _busy(days), _week(days), _timeless(), _shut(days), _odd(days)
    free: defaultdict[int, set[date]] = defaultdict(set)
    dated = [(day, day.weekday()) for day in days]
    for venue_id, base_id, groups in venues:
        hours, closed, found = week.get(base_id, {}), shut.get(base_id, ()), free[base_id]
        own = odd.get(base_id)
        for day, weekday in dated:
            if day in found or day in closed:
                continue
            usual = (0, 1) if base_id in timeless else hours.get(weekday, ())
            for half in usual if own is None else own[day]:
                if len(busy.get((venue_id, day, half), ())) < groups:
                    found.add(day)
                    break
    return [base_id for base_id, found in free.items() if len(found) == len(set(days))]


def _busy(days: Collection[date]) -> dict[tuple[int, date, int], set[int]]:
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


def _week(days: Collection[date]) -> dict[int, dict[int, tuple[int, ...]]]:
    """Halves a base is open in, by weekday of the days asked for; the database looks at the clock times."""
    wanted = sorted({day.weekday() for day in days})
    morning, afternoon = func.min(OpeningHours.opens) < NOON, func.max(OpeningHours.closes) > NOON
    stmt = select(OpeningHours.base_id, OpeningHours.weekday, morning, afternoon)
    stmt = stmt.group_by(OpeningHours.base_id, OpeningHours.weekday)
    found: defaultdict[int, dict[int, tuple[int, ...]]] = defaultdict(dict)
    for base_id, weekday, first, second in session().execute(stmt.where(OpeningHours.weekday.in_(wanted))):
        found[base_id][weekday] = tuple(half for half, is_open in enumerate((first, second)) if is_open)
    return found


def _timeless() -> set[int]:
    """Bases without any times: open all day."""
    stmt = select(TeachingBase.id).where(TeachingBase.id.not_in(select(OpeningHours.base_id)))
    return set(session().scalars(stmt))


def _odd(days: Collection[date]) -> dict[int, dict[date, tuple[int, ...]]]:
    """Bases for which the week is not all there is on these days: a season, times of a day, a holiday that counts.

    They are few, and what is open is worked out for each; the week alone is left to the database.
    """
    first, last = min(days), max(days)
    calendar = calendar_of({day.year for day in days})
    special = select(SpecialHours.base_id).where(SpecialHours.day.between(first, last))
    which = [TeachingBase.id.in_(select(OpeningSeason.base_id)), TeachingBase.id.in_(special)]
    if any(calendar.is_holiday(day) for day in days):
        which.append(TeachingBase.closed_on_holidays.is_(True))
    if any(calendar.is_make_up(day) for day in days):
        which.append(TeachingBase.make_up_as_monday.is_(True))
    openings = openings_where(or_(*which), first, last)
    return {
        base_id: {day: _halves(open_on(opening, day, calendar)) for day in days}
        for base_id, opening in openings.items()
    }


def _halves(found: OpenDay) -> tuple[int, ...]:
    noons = [(datetime.combine(opens.date(), NOON), opens, closes) for opens, closes in found.spans]
    parts = (any(opens < noon for noon, opens, _ in noons), any(closes > noon for noon, _, closes in noons))
    return tuple(half for half, is_open in enumerate(parts) if is_open)


def _shut(days: Collection[date]) -> dict[int, set[date]]:
    """Days of the span on which a base is closed."""
    stmt = select(Closure.base_id, Closure.first_day, Closure.last_day).where(
        Closure.first_day <= max(days), Closure.last_day >= min(days)
    )
    found: defaultdict[int, set[date]] = defaultdict(set)
    for base_id, first, last in session().execute(stmt):
        found[base_id] |= {day for day in days if first <= day <= last}
    return found
