"""From told plan to bookings: what stays keeps its answer, the rest is released, new ones go in sorted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask_babel import gettext

from bases.models import TeachingBase
from core import clock
from core.db import session
from core.errors import Conflict, RuleBroken
from core.when import span_text
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session
from scheduling.queries import bookings as booking_queries
from scheduling.queries import names
from scheduling.queries.borrowing import Lent
from scheduling.queries.needs import Sites, sites_of, supply_of
from scheduling.queries.policies import policy_of
from scheduling.rules import MINUTES_PER_UNIT, units_of
from scheduling.rules.answers import answer_by
from scheduling.rules.needs import Stay, Taken, most_at_once, taken_units
from scheduling.services import waiting
from scheduling.services.places import lock_bases
from scheduling.services.seating import make_room


@dataclass(frozen=True, slots=True, order=True)
class Want:
    """A resource a session needs for quarter hours `first` to `after` of `day`; `piece` tells apart several of one kind.

    A venue is taken longer, and so is what has a way to go: the minutes before and after are added when it is booked.
    """

    kind: str
    resource_id: int
    day: date
    first: int
    after: int
    session_id: int
    piece: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the bookings of some sessions."""

    asked: list[Booking]
    kept: list[Booking]
    released: list[Booking]


def wants_of(row: Session, sites: Sites) -> list[Want]:
    """What a complete session claims: class, instructor, venue, and what the base lends it."""
    if row.start is None:
        return []
    resources = [
        (ResourceKind.CLASS, row.class_id),
        (ResourceKind.INSTRUCTOR, row.instructor_id),
        (ResourceKind.VENUE, row.venue_id),
    ]
    one = Want("", 0, row.start.date(), *units_of(row.start, row.minutes), row.id)
    found = [
        replace(one, kind=kind.value, resource_id=resource)
        for kind, resource in resources
        if resource is not None
    ]
    return found if row.venue_id is None else [*found, *_pieces(row, row.venue_id, one, sites)]


def _pieces(row: Session, venue_id: int, one: Want, sites: Sites) -> Iterable[Want]:
    for resource, count in sites.pieces(row, venue_id):
        for piece in range(count):
            yield replace(one, kind=ResourceKind.RESOURCE.value, resource_id=resource.id, piece=piece)


def settle(rows: Sequence[Session]) -> Settled:
    """Make the bookings of these sessions follow the working plan.

    Bookings are released first and inserted in sorted order, so that two publishers never wait for each
    other crosswise. Conflict names what is in the way; a race that is lost at the table is refused there.
    RuleBroken where another unit's instructor is wanted and no loan has a session left, and where a base has
    not what was asked for.
    """
    sites = sites_of(rows)
    for row in rows:
        _refuse_lacking(row, sites)
    wanted = {row.id: wants_of(row, sites) for row in rows}
    return _settle({row.id: row for row in rows}, wanted, list(ResourceKind))


def settle_pieces(row: Session) -> Settled:
    """Make what the base lends to a published session follow what the session asks for now."""
    if row.told_start is None or row.told_venue_id is None:
        return Settled([], [], [])
    sites = sites_of([row], [row.told_venue_id])
    _refuse_lacking(row, sites, row.told_venue_id)
    one = Want("", 0, row.told_start.date(), *units_of(row.told_start, row.told_minutes), row.id)
    wanted = {row.id: list(_pieces(row, row.told_venue_id, one, sites))}
    return _settle({row.id: row}, wanted, [ResourceKind.RESOURCE])


def _settle(
    rows: dict[int, Session], wanted: Mapping[int, Sequence[Want]], kinds: Sequence[ResourceKind]
) -> Settled:
    live = booking_queries.live_of(list(rows))
    new: list[Want] = []
    settled = Settled([], [], [])
    for row_id, wants in wanted.items():
        standing = _standing(b for b in live[row_id] if b.kind in kinds)
        settled.kept.extend(b for want, b in standing.items() if want in wants)
        settled.released.extend(b for want, b in standing.items() if want not in wants)
        new.extend(set(wants) - standing.keys())
    release(settled.released)
    _insert(sorted(new), rows, settled)
    waiting.after(settled.released)
    return settled


def release(bookings: Sequence[Booking]) -> None:
    """Give the time of these bookings back."""
    for booking in bookings:
        booking.state = BookingState.RELEASED
    session().flush()


def release_pieces(row: Session) -> None:
    """Give back what the base lends to a session that no longer comes there."""
    release([b for b in booking_queries.live_of([row.id])[row.id] if b.kind is ResourceKind.RESOURCE])


def _refuse_lacking(row: Session, sites: Sites, venue_id: int | None = None) -> None:
    where = venue_id or row.venue_id
    if where is None:
        return
    for kind, wanted, there in sites.lacking(row, where):
        raise RuleBroken(lacking_text(sites.venues[where].base, kind.label, wanted, there))


def lacking_text(base: TeachingBase, what: str, wanted: int, there: int) -> str:
    """A base never has as much of something as was asked for."""
    facts = {"base": base.name, "what": what, "wanted": wanted, "there": there}
    return gettext("%(base)s的%(what)s不够：要 %(wanted)s，一共 %(there)s。", **facts)


def _standing(bookings: Iterable[Booking]) -> dict[Want, Booking]:
    """Bookings by what they are for; pieces of one kind are numbered by their seats."""
    found: dict[Want, Booking] = {}
    for booking in sorted(bookings, key=lambda b: b.seat):
        want = Want(
            booking.kind.value,
            booking.resource_id,
            booking.day,
            booking.from_unit + booking.units_before,
            booking.to_unit - booking.units_after,
            booking.lesson_id,
        )
        while want in found:
            want = replace(want, piece=want.piece + 1)
        found[want] = booking
    return found


def _insert(wants: Sequence[Want], rows: dict[int, Session], settled: Settled) -> None:
    now = clock.now()
    supply = supply_of((want.kind, want.resource_id) for want in wants)
    lock_bases(supply.bases)
    given: dict[tuple[str, int, date], list[tuple[Taken, int]]] = defaultdict(list)
    lent = _lent(wants, rows)
    for want in wants:
        row, kind = rows[want.session_id], ResourceKind(want.kind)
        taken = taken_units(want.first, want.after, *supply.buffers(kind, want.resource_id))
        place = given[want.kind, want.resource_id, want.day]
        seat = _seat(want, taken, supply.seats(kind, want.resource_id, want.day), place)
        place.append((taken, seat))
        is_person = kind is ResourceKind.INSTRUCTOR
        booking = Booking(
            session=row,
            kind=kind,
            resource_id=want.resource_id,
            day=want.day,
            from_unit=taken.from_unit,
            to_unit=taken.to_unit,
            units_before=taken.units_before,
            units_after=taken.units_after,
            seat=seat,
            state=BookingState.HELD if kind.is_asked else BookingState.CONFIRMED,
            asked_at=now,
            answer_by=_answer_by(row, want, now) if kind.is_asked else None,
            loan_id=lent[row.class_id].take(want.resource_id, row.class_id, want.day) if is_person else None,
        )
        session().add(booking)
        settled.asked.append(booking)
    session().flush()


def _answer_by(row: Session, want: Want, now: datetime) -> datetime:
    start = datetime.combine(want.day, time()) + timedelta(minutes=MINUTES_PER_UNIT) * want.first
    return answer_by(now, start, policy_of(row.training_class.owner_id))


def _lent(wants: Sequence[Want], rows: dict[int, Session]) -> dict[int, Lent]:
    """By class: the loans its lecturers may come under."""
    people: dict[int, set[int]] = defaultdict(set)
    for want in wants:
        if want.kind == ResourceKind.INSTRUCTOR.value:
            people[rows[want.session_id].class_id].add(want.resource_id)
    classes = {row.class_id: row.training_class for row in rows.values()}
    return {class_id: Lent(classes[class_id], ids) for class_id, ids in people.items()}


def _seat(want: Want, span: Taken, seats: int, given: list[tuple[Taken, int]]) -> int:
    """The lowest seat free through the whole time, after others have moved where that makes room."""
    taken = booking_queries.taken_seats(
        ResourceKind(want.kind), want.resource_id, want.day, (span.from_unit, span.to_unit)
    )
    used = set(taken) | {
        seat for other, seat in given if other.from_unit < span.to_unit and span.from_unit < other.to_unit
    }
    free = next((seat for seat in range(seats) if seat not in used), None)
    if free is not None:
        return free
    made = []
    if seats > 1:
        made = make_room(
            ResourceKind(want.kind), want.resource_id, want.day, (span.from_unit, span.to_unit), seats
        )
    if not made:
        raise Conflict(_sentence(want, sorted(taken.values()), seats))
    given.clear()  # they are written, and may sit elsewhere now
    return made[0]


def _sentence(want: Want, booking_ids: Sequence[int], seats: int) -> str:
    """Who or what is taken, when, and by which class."""
    if want.kind == ResourceKind.RESOURCE.value:
        return _pieces_sentence(want, booking_ids, seats)
    other = session().get(Booking, booking_ids[0]) if booking_ids else None
    if other is None:
        return gettext("两个课次在同一时间用到同一位讲师或同一地点。")
    known = booking_queries.names_of([other])
    start, end = booking_queries.moments_of(other)
    facts = {
        "name": known[other.id],
        "when": span_text(start, end),
        "klass": other.party.name,
        "course": other.party.title,
    }
    return gettext("%(name)s在 %(when)s 已有安排：%(klass)s《%(course)s》。", **facts)


def _pieces_sentence(want: Want, booking_ids: Sequence[int], seats: int) -> str:
    """What of the base runs short, when, how many there are and who has them."""
    midnight = datetime.combine(want.day, time())
    unit = timedelta(minutes=MINUTES_PER_UNIT)
    holders = dict.fromkeys(f"{b.party.name}《{b.party.title}》" for b in _bookings(booking_ids))
    facts = {
        "name": names.pieces([want.resource_id])[want.resource_id],
        "when": span_text(midnight + unit * want.first, midnight + unit * want.after),
        "count": seats,
    }
    if not holders:
        return gettext("%(name)s在 %(when)s 不够用，当天可用 %(count)s。", **facts)
    who = "、".join(holders)
    return gettext("%(name)s在 %(when)s 已经用完(可用 %(count)s)：%(who)s。", who=who, **facts)


def _bookings(ids: Sequence[int]) -> Iterable[Booking]:
    return (session().get_one(Booking, booking_id) for booking_id in ids)


def find_clash(rows: Sequence[Session]) -> str:
    """The first thing that other sessions have taken and these would need; empty when all is free."""
    sites = sites_of(rows)
    wants = sorted(want for row in rows for want in wants_of(row, sites))
    supply = supply_of((want.kind, want.resource_id) for want in wants)
    own = {row.id for row in rows}
    for want in wants:
        kind = ResourceKind(want.kind)
        taken = taken_units(want.first, want.after, *supply.buffers(kind, want.resource_id))
        units = taken.from_unit, taken.to_unit
        held = booking_queries.list_during(kind, want.resource_id, want.day, units)
        others = [b for b in held if b.session_id is None or b.session_id not in own]
        seats = supply.seats(kind, want.resource_id, want.day)
        if most_at_once([Stay(b.from_unit, b.to_unit) for b in others]) + want.piece >= seats:
            return _sentence(want, [b.id for b in others], seats)
    return ""
