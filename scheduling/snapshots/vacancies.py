"""What venues have free on some days, read once: for a request, for what to offer instead, for the waiting list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bases.models import Closure, TeachingBase, Venue
from core import clock
from core.db import session
from core.errors import Violation
from scheduling.enums import ResourceKind
from scheduling.models import Booking
from scheduling.rules import LIVE, units_of
from scheduling.rules.visits import SiteFacts, Wish, broken_by_visit
from scheduling.snapshots.sites import earliest_day

STEP = timedelta(minutes=30)
"""Free times are offered on the half hour."""
FIRST, LAST = time(8), time(18)
"""Where a base keeps no opening times, times are offered between these."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Quarter hours of a seat that somebody has."""

    first: int
    after: int
    seat: int
    visit_id: int | None


@dataclass(frozen=True)
class Vacancies:
    """Some venues on some days."""

    venues: Mapping[int, Venue]
    closures: Mapping[int, Sequence[Closure]]
    taken: Mapping[tuple[int, date], Sequence[Taken]]
    now: datetime

    def without(self, visit_id: int | None) -> Vacancies:
        """The same as if this visit held nothing: it may move within its own time."""
        if visit_id is None:
            return self
        kept = {place: [t for t in rows if t.visit_id != visit_id] for place, rows in self.taken.items()}
        return replace(self, taken=kept)

    def facts(self, venue_id: int, wish: Wish) -> SiteFacts:
        """What the venue has for a wish."""
        venue = self.venues[venue_id]
        base, day = venue.base, wish.start.date()
        first, after = units_of(wish.start, wish.minutes)
        taken = self.taken.get((venue_id, day), ())
        busy = {t.seat for t in taken if t.first < after and first < t.after}
        shut = next((c for c in self.closures.get(base.id, ()) if c.first_day <= day <= c.last_day), None)
        return SiteFacts(
            name=name_of(venue),
            not_bookable=_not_bookable(venue),
            capacity=venue.capacity,
            groups=venue.groups,
            max_per_day=venue.max_per_day,
            open_spans=_open_spans(base, day),
            closure="" if shut is None else shut.reason or gettext("暂不开放"),
            earliest=earliest_day(base.lead_time, base.lead_unit, self.now.date()),
            free_seats=[seat for seat in range(venue.groups) if seat not in busy],
            batches=len(taken),
        )

    def why_not(self, venue_id: int, wish: Wish) -> list[Violation]:
        """What stands against a visit there and then."""
        return broken_by_visit(wish, self.facts(venue_id, wish), self.now)

    def free_starts(self, venue_id: int, day: date, wish: Wish) -> Iterator[datetime]:
        """Times of a day at which the wish could be had, on the half hour."""
        spans = _open_spans(self.venues[venue_id].base, day)
        for opens, closes in spans if spans is not None else [(FIRST, LAST)]:
            start = datetime.combine(day, opens)
            while start + timedelta(minutes=wish.minutes) <= datetime.combine(day, closes):
                if not self.why_not(venue_id, replace(wish, start=start)):
                    yield start
                start += STEP


def first_day(base: TeachingBase) -> date:
    """The first day on which a visit could still be had: not today, where nothing is asked ahead."""
    today = clock.today()
    return max(earliest_day(base.lead_time, base.lead_unit, today), today + timedelta(days=1))


def name_of(venue: Venue) -> str:
    """The venue with its base, said once where both have one name."""
    return venue.name if venue.name == venue.base.name else f"{venue.base.name} {venue.name}"


def _not_bookable(venue: Venue) -> str:
    if not venue.base.is_bookable:
        return venue.base.state.label
    return gettext("已停用") if venue.is_closed else ""


def _open_spans(base: TeachingBase, day: date) -> list[tuple[time, time]] | None:
    if not base.opening_hours:
        return None
    return [(h.opens, h.closes) for h in base.opening_hours if h.weekday == day.weekday()]


def read_vacancies(venue_ids: Collection[int], first: date, last: date) -> Vacancies:
    """Read venues with their bases, closures and bookings from `first` to `last`: five statements."""
    ids = sorted(venue_ids)
    found = session().scalars(
        select(Venue)
        .where(Venue.id.in_(ids))
        .options(joinedload(Venue.base).selectinload(TeachingBase.opening_hours))
    )
    venues = {venue.id: venue for venue in found}
    closures: dict[int, list[Closure]] = defaultdict(list)
    shut = select(Closure).where(
        Closure.base_id.in_({venue.base_id for venue in venues.values()}),
        Closure.first_day <= last,
        Closure.last_day >= first,
    )
    for closure in session().scalars(shut):
        closures[closure.base_id].append(closure)
    return Vacancies(venues, closures, _taken(ids, first, last), clock.now())


def _taken(ids: Sequence[int], first: date, last: date) -> Mapping[tuple[int, date], Sequence[Taken]]:
    columns = (
        Booking.resource_id,
        Booking.day,
        Booking.from_unit,
        Booking.to_unit,
        Booking.seat,
        Booking.visit_id,
    )
    stmt = select(*columns).where(
        Booking.kind == ResourceKind.VENUE,
        Booking.resource_id.in_(ids),
        Booking.day.between(first, last),
        Booking.state.in_(LIVE),
    )
    found: dict[tuple[int, date], list[Taken]] = defaultdict(list)
    for venue_id, day, since, until, seat, visit_id in session().execute(stmt):
        found[(venue_id, day)].append(Taken(since, until, seat, visit_id))
    return found
