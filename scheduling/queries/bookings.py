"""Bookings: those of a person, of a base, and those that meet an absence or a closure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager

from accounts.access import Scope
from accounts.enums import Role
from accounts.models import Grant, OrgUnit
from bases.models import TeachingBase, Venue
from core import clock
from core.db import count_to, first_of, session
from core.errors import NotFound
from core.todo import MOST
from instructor_pool.models import Instructor
from scheduling.enums import BookingState, ResourceKind, SessionState
from scheduling.models import Booking, Claim, Session, TrainingClass
from scheduling.queries import names
from scheduling.queries.classes import HAS_NO_PLACE, HAS_NOBODY, planned_by
from scheduling.rules import LIVE, MINUTES_PER_UNIT

_FEW = aliased(Booking)  # made once: SQLAlchemy works out the columns of every new alias anew
TOLD = (
    contains_eager(Booking.session).contains_eager(Session.training_class).joinedload(TrainingClass.town),
    contains_eager(Booking.session).joinedload(Session.told_venue),
    contains_eager(Booking.session).joinedload(Session.told_instructor),
    contains_eager(Booking.session).joinedload(Session.instructor),
)


def _bookings(*conditions: ColumnElement[bool]) -> Select[Booking]:
    return (
        select(Booking).join(Booking.session).join(Session.training_class).where(*conditions).options(*TOLD)
    )


def list_told(booking_ids: Sequence[int]) -> dict[int, Booking]:
    """Bookings with what a page says of their sessions, by id."""
    return {row.id: row for row in session().scalars(_bookings(Booking.id.in_(booking_ids)))}


def _one(stmt: Select[Booking]) -> Booking:
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这项安排，或不归您答复。"))
    return found


def get_booking(scope: Scope, booking_id: int) -> Booking:
    """A booking of a class planned inside the scope: for organisers who record an answer."""
    return _one(_bookings(Booking.id == booking_id, planned_by(scope)))


def get_own_booking(user_id: int | None, booking_id: int) -> Booking:
    """A booking of the instructor who has this account."""
    mine = select(Instructor.id).where(Instructor.user_id == user_id)
    return _one(
        _bookings(
            Booking.id == booking_id, Booking.kind == ResourceKind.INSTRUCTOR, Booking.resource_id.in_(mine)
        )
    )


def get_base_booking(user_id: int | None, booking_id: int) -> Booking:
    """A booking of a venue in a base this account manages."""
    return _one(
        _bookings(
            Booking.id == booking_id,
            Booking.kind == ResourceKind.VENUE,
            Booking.resource_id.in_(_venues_of(user_id)),
        )
    )


def _venues_of(user_id: int | None) -> Select[int]:
    return (
        select(Venue.id)
        .join(TeachingBase, Venue.base_id == TeachingBase.id)
        .where(TeachingBase.manager_id == user_id)
    )


def list_own(user_id: int, *, past: bool = False, limit: int = 200) -> list[Booking]:
    """Assignments of the instructor with this account: those to come by day, or the past newest first."""
    mine = select(Instructor.id).where(Instructor.user_id == user_id)
    stmt = _bookings(
        Booking.kind == ResourceKind.INSTRUCTOR, Booking.resource_id.in_(mine), Booking.state.in_(LIVE)
    )
    return list(session().scalars(_dated(stmt, past=past).limit(limit)))


def list_for_bases(user_id: int, *, past: bool = False, limit: int = 300) -> list[Booking]:
    """Bookings of the bases this account manages: those to come by day, or the past newest first."""
    stmt = _bookings(
        Booking.kind == ResourceKind.VENUE,
        Booking.resource_id.in_(_venues_of(user_id)),
        Booking.state.in_(LIVE),
    )
    return list(session().scalars(_dated(stmt, past=past).limit(limit)))


def list_of_base(scope: Scope, base_id: int, limit: int = 30) -> list[Booking]:
    """Bookings still to come of one base inside the scope, for its page."""
    owners = select(OrgUnit.id).where(scope.clause(OrgUnit.path))
    found = session().scalar(
        select(TeachingBase.id).where(TeachingBase.id == base_id, TeachingBase.owner_id.in_(owners))
    )
    if found is None:
        raise NotFound(gettext("没有这个基地，或不在您的管理范围内。"))
    # Read first: among so many joins PostgreSQL would look for these few at the very end.
    venues = list(session().scalars(select(Venue.id).where(Venue.base_id == base_id)))
    stmt = _bookings(
        Booking.kind == ResourceKind.VENUE, Booking.resource_id.in_(venues), Booking.state.in_(LIVE)
    )
    return list(session().scalars(_dated(stmt, past=False).limit(limit)))


def _dated(stmt: Select[Booking], *, past: bool) -> Select[Booking]:
    today = clock.today()
    if past:
        return stmt.where(Booking.day < today).order_by(
            Booking.day.desc(), Booking.from_unit.desc(), Booking.id
        )
    return stmt.where(Booking.day >= today).order_by(Booking.day, Booking.from_unit, Booking.id)


def bases_of(user_id: int) -> list[TeachingBase]:
    """The bases this account manages."""
    return list(
        session().scalars(
            select(TeachingBase).where(TeachingBase.manager_id == user_id).order_by(TeachingBase.name)
        )
    )


def instructor_of(user_id: int | None) -> Instructor | None:
    """The person of the pool who has this account."""
    return session().scalar(select(Instructor).where(Instructor.user_id == user_id))


def live_of(session_ids: Collection[int]) -> dict[int, list[Booking]]:
    """Bookings in force by session."""
    found: dict[int, list[Booking]] = {i: [] for i in session_ids}
    stmt = (
        select(Booking)
        .where(Booking.session_id.in_(sorted(session_ids)), Booking.state.in_(LIVE))
        .order_by(Booking.id)
    )
    for booking in session().scalars(stmt):
        found[booking.lesson_id].append(booking)
    return found


def declined_instructors(session_id: int) -> frozenset[int]:
    """Who has declined this session: not to be proposed for it again."""
    return declined_by_session([session_id]).get(session_id, frozenset())


def declined_by_session(session_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The same for many sessions in one statement; sessions nobody declined are left out."""
    stmt = select(Booking.session_id, Booking.resource_id).where(
        Booking.session_id.in_(sorted(session_ids)),
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.state == BookingState.DECLINED,
    )
    found: dict[int, set[int]] = {}
    for session_id, person in session().execute(stmt):
        if session_id is not None:
            found.setdefault(session_id, set()).add(person)
    return {key: frozenset(people) for key, people in found.items()}


def taken_seats(kind: ResourceKind, resource_id: int, day: date, units: tuple[int, int]) -> dict[int, int]:
    """Seats of a resource taken at any of the quarter hours: seat → booking id."""
    stmt = select(Claim.seat, Claim.booking_id).where(
        Claim.kind == kind.value,
        Claim.resource_id == resource_id,
        Claim.day == day,
        Claim.unit >= units[0],
        Claim.unit < units[1],
    )
    return {seat: booking_id for seat, booking_id in session().execute(stmt)}


def list_during(kind: ResourceKind, resource_id: int, day: date, units: tuple[int, int]) -> list[Booking]:
    """Bookings in force of a resource that meet these quarter hours of a day."""
    stmt = select(Booking).where(
        Booking.kind == kind,
        Booking.resource_id == resource_id,
        Booking.day == day,
        Booking.state.in_(LIVE),
        Booking.from_unit < units[1],
        Booking.to_unit > units[0],
    )
    return list(session().scalars(stmt.order_by(Booking.id)))


def organisers_of(owner_id: int) -> list[int]:
    """Accounts of the organisers of a level: who is told when something falls out."""
    return list(
        session().scalars(
            select(Grant.user_id).where(Grant.unit_id == owner_id, Grant.role == Role.ORGANISER)
        )
    )


def count_coming_by_planner(base_id: int) -> list[tuple[int, int]]:
    """(level that planned, bookings in force from today on) of one base."""
    venues = select(Venue.id).where(Venue.base_id == base_id)
    stmt = (
        select(TrainingClass.owner_id, func.count())
        .select_from(Booking)
        .join(Booking.session)
        .join(Session.training_class)
        .where(
            Booking.kind == ResourceKind.VENUE,
            Booking.resource_id.in_(venues),
            Booking.state.in_(LIVE),
            Booking.day >= clock.today(),
        )
        .group_by(TrainingClass.owner_id)
    )
    return [(owner_id, count) for owner_id, count in session().execute(stmt)]


def moments_of(booking: Booking) -> tuple[datetime, datetime]:
    """From when to when the party is there; its venue may be taken longer."""
    midnight = datetime.combine(booking.day, time())
    unit = timedelta(minutes=MINUTES_PER_UNIT)
    return (
        midnight + unit * (booking.from_unit + booking.units_before),
        midnight + unit * (booking.to_unit - booking.units_after),
    )


def count_held(kind: ResourceKind, user_id: int) -> int:
    """Bookings of sessions to come that wait for the answer of this account."""
    mine = select(Instructor.id).where(Instructor.user_id == user_id)
    ids = mine if kind is ResourceKind.INSTRUCTOR else _venues_of(user_id)
    stmt = (
        select(func.count())
        .select_from(Booking)
        .where(
            Booking.kind == kind,
            Booking.session_id.is_not(None),
            Booking.resource_id.in_(ids),
            Booking.state == BookingState.HELD,
            Booking.day >= clock.today(),
        )
    )
    return session().scalar(stmt) or 0


def count_overdue(scope: Scope) -> int:
    """Bookings to come that were not answered by their deadline, as far as MOST and one more."""
    stmt = select(Booking.id).join(Booking.session).join(Session.training_class)
    stmt = stmt.where(planned_by(scope), Booking.state == BookingState.HELD, Booking.day >= clock.today())
    return count_to(MOST, stmt.where(Booking.answer_by <= clock.now()))


def list_declined(scope: Scope, limit: int = 100) -> list[Booking]:
    """The declines that left a part open: sessions to come that still lack it, the soonest first."""
    return first_declined(scope, limit, limit)[0]


def first_declined(scope: Scope, limit: int, most: int = MOST + 1) -> tuple[list[Booking], int]:
    """The first of them, and how many there are, as far as `most`."""
    stmt = select(Booking.id).join(Booking.session).join(Session.training_class).where(*_left_open(scope))
    ids = list(session().scalars(stmt.order_by(Session.day, Booking.id).limit(most)))
    first = _bookings(Booking.id.in_(ids[:limit])).order_by(Session.day, Booking.id)
    return list(session().scalars(first)) if ids else [], len(ids)


def _left_open(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    person = and_(Booking.kind == ResourceKind.INSTRUCTOR, HAS_NOBODY)
    place = and_(Booking.kind == ResourceKind.VENUE, HAS_NO_PLACE)
    newest = select(func.max(Booking.id)).where(
        Booking.session_id == Session.id, Booking.kind != ResourceKind.CLASS
    )
    # The few declines first, by their ids, or all sessions to come are read in order of day.
    declined = select(_FEW.id).where(_FEW.kind.in_(list(ResourceKind)), _FEW.state == BookingState.DECLINED)
    return (
        planned_by(scope),
        first_of(Booking.id, declined),
        Session.state.in_((SessionState.PLANNED, SessionState.PUBLISHED)),
        Session.day >= clock.today(),
        or_(person, place),
        Booking.id.in_(
            newest.group_by(Booking.kind, Booking.session_id).correlate(Session).scalar_subquery()
        ),
    )


def names_of(bookings: Sequence[Booking]) -> dict[int, str]:
    """Who or what each booking asks, by booking id."""
    wanted: dict[ResourceKind, set[int]] = {}
    for booking in bookings:
        wanted.setdefault(booking.kind, set()).add(booking.resource_id)
    readers = {
        ResourceKind.INSTRUCTOR: names.people,
        ResourceKind.VENUE: names.rooms,
        ResourceKind.CLASS: names.classes,
        ResourceKind.RESOURCE: names.pieces,
    }
    found = {kind: readers[kind](ids) for kind, ids in wanted.items()}
    return {b.id: found[b.kind].get(b.resource_id, "") for b in bookings}
