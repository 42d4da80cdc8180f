"""Which bases are free on a day or on every day of a span: open, bookable, with room in one half-day at least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import select

from accounts.access import Scope
from bases.models import Closure, OpeningHours, TeachingBase, Venue
from bases.queries.bases import visible
from bases.queries.register import Look, base_table
from bases.rules.life import BOOKABLE
from core import clock
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
    """Ids of the bases in sight with a venue that has a seat free in an open half of every day; four statements."""
    sites = (visible(scope), TeachingBase.state.in_(sorted(BOOKABLE)), Venue.is_closed.is_(False))
    stmt = select(Venue.id, Venue.base_id, Venue.groups).join(Venue.base).where(*sites)
    venues = session().execute(stmt).all()
    busy = _busy(days)
    week, shut = _week(), _shut(days)
    free: defaultdict[int, set[date]] = defaultdict(set)
    for venue_id, base_id, groups in venues:
        for day in days:
            if day in free[base_id] or day in shut.get(base_id, ()):
                continue
            # A base without any times is open all day.
            open_halves = week[base_id].get(day.weekday(), ()) if base_id in week else (0, 1)
            if any(len(busy.get((venue_id, day, half), ())) < groups for half in open_halves):
                free[base_id].add(day)
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


def _week() -> dict[int, dict[int, set[int]]]:
    """Halves a base is open in, by weekday."""
    found: defaultdict[int, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for base_id, weekday, opens, closes in session().execute(
        select(OpeningHours.base_id, OpeningHours.weekday, OpeningHours.opens, OpeningHours.closes)
    ):
        found[base_id][weekday] |= {0} if opens < NOON else set()
        found[base_id][weekday] |= {1} if closes > NOON else set()
    return {base_id: dict(days) for base_id, days in found.items()}


def _shut(days: Collection[date]) -> dict[int, set[date]]:
    """Days of the span on which a base is closed."""
    stmt = select(Closure.base_id, Closure.first_day, Closure.last_day).where(
        Closure.first_day <= max(days), Closure.last_day >= min(days)
    )
    found: defaultdict[int, set[date]] = defaultdict(set)
    for base_id, first, last in session().execute(stmt):
        found[base_id] |= {day for day in days if first <= day <= last}
    return found
