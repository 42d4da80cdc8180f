"""What venues have free on some days, read once: for a request, for what to offer instead, for the waiting list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bases.enums import BaseResourceKind, DayKind
from bases.models import BaseResource, TeachingBase, Venue
from bases.queries.opening import openings_of
from bases.rules.opening import OpenDay, Opening, open_on
from core import clock
from core.calendars import calendar_around, calendar_of
from core.db import session
from core.errors import Violation
from core.workdays import Calendar
from scheduling.enums import ResourceKind
from scheduling.models import Booking
from scheduling.rules import LIVE, units_of
from scheduling.rules.needs import Stay, most_at_once, taken_units
from scheduling.rules.visits import SiteFacts, Wish, broken_by_visit
from scheduling.snapshots.sites import earliest_day

STEP = timedelta(minutes=30)
"""Free times are offered on the half hour."""
SHUT = (DayKind.CLOSURE, DayKind.HOLIDAY)
FIRST, LAST = time(8), time(18)
"""Where a base keeps no opening times, times are offered between these."""


@dataclass(frozen=True, slots=True)
class Taken(Stay):
    """A seat of a venue, or a piece of what a base lends, that somebody has."""

    visit_id: int | None = None


@dataclass(frozen=True)
class Vacancies:
    """Some venues on some days."""

    venues: Mapping[int, Venue]
    openings: Mapping[int, Opening]
    """By base."""
    calendar: Calendar
    stock: Mapping[int, Mapping[BaseResourceKind, BaseResource]]
    """By base: what it lends; one without guides shows people round itself."""
    taken: Mapping[tuple[int, date], Sequence[Taken]]
    """By venue and day; of all venues of these bases."""
    lent: Mapping[tuple[int, date], Sequence[Taken]]
    """By base resource and day."""
    rooms: Mapping[int, Sequence[int]]
    """All venues of each base."""
    now: datetime

    def without(self, visit_id: int | None) -> Vacancies:
        """The same as if this visit held nothing: it may move within its own time."""
        if visit_id is None:
            return self

        def kept(rows: Mapping[tuple[int, date], Sequence[Taken]]) -> dict[tuple[int, date], list[Taken]]:
            return {place: [t for t in found if t.visit_id != visit_id] for place, found in rows.items()}

        return replace(self, taken=kept(self.taken), lent=kept(self.lent))

    def facts(self, venue_id: int, wish: Wish) -> SiteFacts:
        """What the venue has for a wish."""
        venue = self.venues[venue_id]
        base, day = venue.base, wish.start.date()
        span = units_of(wish.start, wish.minutes)
        whole = taken_units(*span, venue.minutes_before, venue.minutes_after)
        taken = self.taken.get((venue_id, day), ())
        there = open_on(self.openings[base.id], day, self.calendar)
        in_base = [t for room in self.rooms.get(base.id, ()) for t in self.taken.get((room, day), ())]
        return SiteFacts(
            name=name_of(venue),
            not_bookable=_not_bookable(venue),
            capacity=venue.capacity,
            groups=venue.groups,
            max_per_day=venue.max_per_day,
            open_spans=_times(there),
            closure=(there.note or there.kind.label) if there.kind in SHUT else "",
            earliest=earliest_day(base.lead_time, base.lead_unit, self.now.date(), self.calendar),
            left=_left(venue.groups, most_at_once(_during(taken, whole.from_unit, whole.to_unit))),
            batches=len(taken),
            base_name=base.name,
            left_at_once=None
            if base.groups is None
            else _left(base.groups, most_at_once(_during(in_base, whole.from_unit, whole.to_unit))),
            left_that_day=None if base.max_per_day is None else _left(base.max_per_day, len(in_base)),
            stock={kind: found.count for kind, found in self.stock.get(base.id, {}).items()},
            free_pieces={
                kind: self._free_of(found, day, span) for kind, found in self.stock.get(base.id, {}).items()
            },
        )

    def free_seats(self, venue_id: int, wish: Wish) -> list[int]:
        """Seats of the venue that are free through the whole time."""
        venue = self.venues[venue_id]
        whole = taken_units(*units_of(wish.start, wish.minutes), venue.minutes_before, venue.minutes_after)
        taken = self.taken.get((venue_id, wish.start.date()), ())
        return _others(venue.groups, _during(taken, whole.from_unit, whole.to_unit))

    def free_pieces(self, lent: BaseResource, wish: Wish) -> list[int]:
        """Pieces of what a base lends that are free through the whole time."""
        taken = self.lent.get((lent.id, wish.start.date()), ())
        span = units_of(wish.start, wish.minutes)
        return _others(lent.available(wish.start.date()), _during(taken, *_with_ways(lent, span)))

    def _free_of(self, lent: BaseResource, day: date, span: tuple[int, int]) -> int:
        taken = _during(self.lent.get((lent.id, day), ()), *_with_ways(lent, span))
        return _left(lent.available(day), most_at_once(taken))

    def why_not(self, venue_id: int, wish: Wish, waived: Collection[str] = ()) -> list[Violation]:
        """What stands against a visit there and then, but for the codes in `waived`."""
        return broken_by_visit(wish, self.facts(venue_id, wish), self.now, waived)

    def free_starts(self, venue_id: int, day: date, wish: Wish) -> Iterator[datetime]:
        """Times of a day at which the wish could be had, on the half hour."""
        spans = _times(open_on(self.openings[self.venues[venue_id].base_id], day, self.calendar))
        for opens, closes in spans if spans is not None else [(FIRST, LAST)]:
            start = datetime.combine(day, opens)
            while start + timedelta(minutes=wish.minutes) <= datetime.combine(day, closes):
                if not self.why_not(venue_id, replace(wish, start=start)):
                    yield start
                start += STEP


def first_day(base: TeachingBase) -> date:
    """The first day on which a visit could still be had: not today, where nothing is asked ahead."""
    today = clock.today()
    first = earliest_day(base.lead_time, base.lead_unit, today, calendar_around(today))
    return max(first, today + timedelta(days=1))


def name_of(venue: Venue) -> str:
    """The venue with its base, said once where both have one name."""
    return venue.name if venue.name == venue.base.name else f"{venue.base.name} {venue.name}"


def _not_bookable(venue: Venue) -> str:
    if not venue.base.is_bookable:
        return venue.base.state.label
    return gettext("已停用") if venue.is_closed else ""


def _times(there: OpenDay) -> list[tuple[time, time]] | None:
    """When a base is open on a day; None where it keeps no opening times."""
    if there.kind is DayKind.ALWAYS:
        return None
    return [(opens.time(), closes.time()) for opens, closes in there.spans]


def _during(taken: Sequence[Taken], first: int, after: int) -> list[Taken]:
    return [t for t in taken if t.first < after and first < t.after]


def _with_ways(lent: BaseResource, span: tuple[int, int]) -> tuple[int, int]:
    """The time of a party with that on the way to it and back."""
    whole = taken_units(*span, lent.minutes_before, lent.minutes_after)
    return whole.from_unit, whole.to_unit


def _others(seats: int, taken: Sequence[Taken]) -> list[int]:
    busy = {t.seat for t in taken}
    return [seat for seat in range(seats) if seat not in busy]


def _left(limit: int, used: int) -> int:
    return max(0, limit - used)


def read_vacancies(venue_ids: Collection[int], first: date, last: date) -> Vacancies:
    """Read venues with their bases, opening times, what these lend, and bookings from `first` to `last`: a dozen statements."""
    stmt = select(Venue).where(Venue.id.in_(sorted(venue_ids))).options(joinedload(Venue.base))
    venues = {venue.id: venue for venue in session().scalars(stmt)}
    bases = sorted({venue.base_id for venue in venues.values()})
    rooms: dict[int, list[int]] = defaultdict(list)
    for room, base in session().execute(select(Venue.id, Venue.base_id).where(Venue.base_id.in_(bases))):
        rooms[base].append(room)
    stock: dict[int, dict[BaseResourceKind, BaseResource]] = defaultdict(dict)
    pieces: list[int] = []
    lent = select(BaseResource).where(BaseResource.base_id.in_(bases), BaseResource.count > 0)
    for found in session().scalars(lent):
        stock[found.base_id][found.kind] = found
        pieces.append(found.id)
    now = clock.now()
    return Vacancies(
        venues,
        openings_of(bases, first, last),
        calendar_of({now.year, now.year + 1, first.year, last.year}),
        stock,
        _taken(ResourceKind.VENUE, [room for of_base in rooms.values() for room in of_base], first, last),
        _taken(ResourceKind.RESOURCE, pieces, first, last),
        rooms,
        now,
    )


def _taken(
    kind: ResourceKind, ids: Sequence[int], first: date, last: date
) -> Mapping[tuple[int, date], Sequence[Taken]]:
    columns = (
        Booking.resource_id,
        Booking.day,
        Booking.from_unit,
        Booking.to_unit,
        Booking.seat,
        Booking.visit_id,
    )
    stmt = select(*columns).where(
        Booking.kind == kind,
        Booking.resource_id.in_(sorted(ids)),
        Booking.day.between(first, last),
        Booking.state.in_(LIVE),
    )
    found: dict[tuple[int, date], list[Taken]] = defaultdict(list)
    for resource_id, day, since, until, seat, visit_id in session().execute(stmt):
        found[(resource_id, day)].append(Taken(since, until, seat, visit_id))
    return found
