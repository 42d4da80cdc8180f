"""From told plan to bookings: what stays keeps its answer, the rest is released, new ones go in sorted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from bases.models import Venue
from core import clock
from core.db import session
from core.errors import Conflict
from core.when import span_text
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session
from scheduling.queries import bookings as booking_queries
from scheduling.queries.borrowing import Lent
from scheduling.rules import units_of
from scheduling.services import waiting


@dataclass(frozen=True, slots=True, order=True)
class Want:
    """A resource a session needs for quarter hours `first` to `after` of `day`."""

    kind: str
    resource_id: int
    day: date
    first: int
    after: int
    session_id: int

    @property
    def is_asked(self) -> bool:
        """People and bases answer; the class itself does not."""
        return self.kind != ResourceKind.CLASS.value


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the bookings of some sessions."""

    asked: list[Booking]
    kept: list[Booking]
    released: list[Booking]


def wants_of(row: Session) -> list[Want]:
    """What a complete session claims."""
    if row.start is None:
        return []
    first, after = units_of(row.start, row.minutes)
    resources = [
        (ResourceKind.CLASS, row.class_id),
        (ResourceKind.INSTRUCTOR, row.instructor_id),
        (ResourceKind.VENUE, row.venue_id),
    ]
    day = row.start.date()
    return [
        Want(kind.value, resource, day, first, after, row.id)
        for kind, resource in resources
        if resource is not None
    ]


def settle(rows: Sequence[Session]) -> Settled:
    """Make the bookings of these sessions follow the working plan.

    Bookings are released first and inserted in sorted order, so that two publishers never wait for each
    other crosswise. Conflict names what is in the way; a race that is lost at the table is refused there.
    RuleBroken where another unit's instructor is wanted and no loan has a session left.
    """
    live = booking_queries.live_of([row.id for row in rows])
    new: list[Want] = []
    settled = Settled([], [], [])
    for row in rows:
        standing = {_want(b): b for b in live[row.id]}
        wanted = set(wants_of(row))
        settled.kept.extend(b for want, b in standing.items() if want in wanted)
        settled.released.extend(b for want, b in standing.items() if want not in wanted)
        new.extend(wanted - standing.keys())
    release(settled.released)
    _insert(sorted(new), {row.id: row for row in rows}, settled)
    waiting.after(settled.released)
    return settled


def release(bookings: Sequence[Booking]) -> None:
    """Give the time of these bookings back."""
    for booking in bookings:
        booking.state = BookingState.RELEASED
    session().flush()


def _want(booking: Booking) -> Want:
    return Want(
        booking.kind.value,
        booking.resource_id,
        booking.day,
        booking.from_unit,
        booking.to_unit,
        booking.lesson_id,
    )


def _insert(wants: Sequence[Want], rows: dict[int, Session], settled: Settled) -> None:
    now = clock.now()
    groups = _groups(wants)
    given: dict[tuple[str, int, date], list[tuple[Want, int]]] = defaultdict(list)
    lent = _lent(wants, rows)
    for want in wants:
        place = (want.kind, want.resource_id, want.day)
        seat = _seat(
            want,
            groups.get(want.resource_id, 1) if want.kind == ResourceKind.VENUE.value else 1,
            given[place],
        )
        given[place].append((want, seat))
        row = rows[want.session_id]
        is_person = want.kind == ResourceKind.INSTRUCTOR.value
        booking = Booking(
            session=row,
            kind=ResourceKind(want.kind),
            resource_id=want.resource_id,
            day=want.day,
            from_unit=want.first,
            to_unit=want.after,
            seat=seat,
            state=BookingState.HELD if want.is_asked else BookingState.CONFIRMED,
            asked_at=now,
            loan_id=lent[row.class_id].take(want.resource_id, row.class_id, want.day) if is_person else None,
        )
        session().add(booking)
        settled.asked.append(booking)
    session().flush()


def _lent(wants: Sequence[Want], rows: dict[int, Session]) -> dict[int, Lent]:
    """By class: the loans its lecturers may come under."""
    people: dict[int, set[int]] = defaultdict(set)
    for want in wants:
        if want.kind == ResourceKind.INSTRUCTOR.value:
            people[rows[want.session_id].class_id].add(want.resource_id)
    classes = {row.class_id: row.training_class for row in rows.values()}
    return {class_id: Lent(classes[class_id], ids) for class_id, ids in people.items()}


def _groups(wants: Sequence[Want]) -> dict[int, int]:
    """How many parties each wanted venue takes at once."""
    ids = {want.resource_id for want in wants if want.kind == ResourceKind.VENUE.value}
    return (
        {venue.id: venue.groups for venue in session().query(Venue).filter(Venue.id.in_(ids))} if ids else {}
    )


def _seat(want: Want, groups: int, given: Sequence[tuple[Want, int]]) -> int:
    """The lowest seat free through the whole time."""
    taken = booking_queries.taken_seats(
        ResourceKind(want.kind), want.resource_id, want.day, (want.first, want.after)
    )
    used = set(taken) | {
        seat for other, seat in given if other.first < want.after and want.first < other.after
    }
    free = next((seat for seat in range(groups) if seat not in used), None)
    if free is None:
        raise Conflict(_sentence(want, list(taken.values())))
    return free


def _sentence(want: Want, booking_ids: Sequence[int]) -> str:
    """Who or what is taken, when, and by which class."""
    other = session().get(Booking, booking_ids[0]) if booking_ids else None
    if other is None:
        return gettext("两个课次在同一时间用到同一位讲师或同一地点。")
    names = booking_queries.names_of([other])
    start, end = booking_queries.moments_of(other)
    facts = {
        "name": names[other.id],
        "when": span_text(start, end),
        "klass": other.party.name,
        "course": other.party.title,
    }
    return gettext("%(name)s在 %(when)s 已有安排:%(klass)s《%(course)s》。", **facts)


def find_clash(rows: Sequence[Session]) -> str:
    """The first thing that other sessions have taken and these would need; empty when all is free."""
    groups = _groups([want for row in rows for want in wants_of(row)])
    own = {row.id for row in rows}
    for want in sorted(want for row in rows for want in wants_of(row)):
        seats = booking_queries.taken_seats(
            ResourceKind(want.kind), want.resource_id, want.day, (want.first, want.after)
        )
        others = [b for b in seats.values() if session().get_one(Booking, b).session_id not in own]
        if len(others) >= (groups.get(want.resource_id, 1) if want.kind == ResourceKind.VENUE.value else 1):
            return _sentence(want, others)
    return ""
