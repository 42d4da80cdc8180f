"""Sessions: one, those of a class with what each lacks, and those waiting to be marked as held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Scope
from core import clock
from core.db import session
from core.errors import NotFound
from instructor_pool.models import Instructor
from scheduling.enums import BookingState, HalfDay, Lack, ResourceKind, SessionState
from scheduling.models import Booking, Session, TrainingClass
from scheduling.queries.classes import planned_by, visible
from scheduling.rules import DayTimes

PARTS = (
    joinedload(Session.course),
    joinedload(Session.instructor),
    joinedload(Session.venue),
    joinedload(Session.told_instructor),
    joinedload(Session.told_venue),
    joinedload(Session.wanted_instructor),
    joinedload(Session.wanted_base),
)


def get_session(scope: Scope, session_id: int) -> Session:
    """A session of a class inside the scope, to look at."""
    return _one(visible(scope), session_id)


def get_own_session(scope: Scope, session_id: int) -> Session:
    """A session of a class planned inside the scope, to change."""
    return _one(planned_by(scope), session_id)


def _one(condition: object, session_id: int) -> Session:
    stmt = (
        select(Session)
        .join(Session.training_class)
        .where(Session.id == session_id, condition)  # type: ignore[arg-type]
        .options(*PARTS, contains_eager(Session.training_class))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这个课次，或不在您的管理范围内。"))
    return found


def list_sessions(class_id: int) -> list[Session]:
    """All sessions of a class in its own order, their parts loaded."""
    stmt = select(Session).where(Session.class_id == class_id).options(*PARTS).order_by(Session.position)
    return list(session().scalars(stmt))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A session with the last answer on each part and what it still lacks."""

    session: Session
    instructor_booking: Booking | None
    venue_booking: Booking | None
    lacks: tuple[Lack, ...]

    @property
    def is_changed(self) -> bool:
        """Told before, and planned differently now."""
        return self.session.state is SessionState.PUBLISHED and not self.session.is_told

    @property
    def tone(self) -> str:
        """Colour of its slot: the words say the same."""
        if self.session.state in (SessionState.HELD, SessionState.CANCELLED):
            return "idle"
        if not self.lacks:
            return "ok"
        open_parts = {Lack.START, Lack.INSTRUCTOR, Lack.VENUE, Lack.INSTRUCTOR_DECLINED, Lack.VENUE_DECLINED}
        return "bad" if open_parts & set(self.lacks) else "warn" if self.is_changed else "info"


def _lacks(row: Session, person: Booking | None, venue: Booking | None) -> tuple[Lack, ...]:
    if not row.is_live:
        return ()
    found: list[Lack] = []
    if row.start is None:
        found.append(Lack.START)
    if row.needs_instructor and row.instructor_id is None:
        found.append(Lack.INSTRUCTOR_DECLINED if _is(person, BookingState.DECLINED) else Lack.INSTRUCTOR)
    if row.venue_id is None:
        found.append(Lack.VENUE_DECLINED if _is(venue, BookingState.DECLINED) else Lack.VENUE)
    if row.is_told and _is(person, BookingState.HELD):
        found.append(Lack.INSTRUCTOR_ANSWER)
    if row.is_told and _is(venue, BookingState.HELD):
        found.append(Lack.VENUE_ANSWER)
    if row.is_complete and not row.is_told:
        found.append(Lack.UNPUBLISHED)
    return tuple(found)


def _is(booking: Booking | None, state: BookingState) -> bool:
    return booking is not None and booking.state is state


def lessons_of(sessions: Sequence[Session]) -> list[Lesson]:
    """The sessions with their last bookings: one more statement, whatever their number."""
    last: dict[tuple[int, ResourceKind], Booking] = {}
    if sessions:
        stmt = select(Booking).where(
            Booking.session_id.in_([s.id for s in sessions]),
            Booking.kind.in_((ResourceKind.INSTRUCTOR, ResourceKind.VENUE)),
            Booking.state != BookingState.RELEASED,
        )
        for booking in session().scalars(stmt.order_by(Booking.id)):
            last[(booking.lesson_id, booking.kind)] = booking
    made = []
    for row in sessions:
        person, venue = last.get((row.id, ResourceKind.INSTRUCTOR)), last.get((row.id, ResourceKind.VENUE))
        made.append(Lesson(row, person, venue, _lacks(row, person, venue)))
    return made


@dataclass(frozen=True, slots=True)
class GridDay:
    """One day of a class: lessons by half-day; 任选 holds those whose half is still open."""

    day: date
    slots: dict[HalfDay, list[Lesson]]


def grid_of(lessons: Sequence[Lesson], klass: TrainingClass, times: DayTimes) -> list[GridDay]:
    """Days of the class, every one of them with its half-days, in order."""
    span = (klass.ends_on - klass.starts_on).days
    days = {klass.starts_on + timedelta(days=n) for n in range(span + 1)} if span < 15 else set()
    days |= {x.session.start.date() if x.session.start else x.session.day for x in lessons}
    grid = {day: GridDay(day, {half: [] for half in HalfDay}) for day in sorted(days)}
    for lesson in sorted(lessons, key=lambda x: (x.session.start or datetime.max, x.session.position)):
        row = lesson.session
        half = times.half_day_of(row.start) if row.start else row.half_day
        grid[row.start.date() if row.start else row.day].slots[half].append(lesson)
    return list(grid.values())


def list_unmarked(scope: Scope, limit: int = 100) -> list[Session]:
    """Published sessions that are over and were neither marked held nor cancelled, oldest first."""
    stmt = (
        select(Session)
        .join(Session.training_class)
        .where(
            planned_by(scope),
            Session.state == SessionState.PUBLISHED,
            Session.start < clock.now() - timedelta(hours=1),
        )
        .options(*PARTS, contains_eager(Session.training_class))
        .order_by(Session.start)
        .limit(limit)
    )
    now = clock.now()
    return [row for row in session().scalars(stmt) if row.end and row.end <= now]


def count_unmarked(scope: Scope) -> tuple[int, int]:
    """Sessions that began before today and are not marked, and their classes."""
    stmt = (
        select(func.count(), func.count(Session.class_id.distinct()))
        .select_from(Session)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .where(planned_by(scope), Session.state == SessionState.PUBLISHED)
        .where(Session.start < datetime.combine(clock.today(), datetime.min.time()))
    )
    row = session().execute(stmt).one()
    return row[0], row[1]


def list_week(scope: Scope, limit: int = 60) -> list[Session]:
    """Sessions of this week's classes inside the scope, in order of time, with what one line says of them."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    stmt = (
        select(Session)
        .join(Session.training_class)
        .where(visible(scope), Session.state != SessionState.CANCELLED)
        .where(Session.day.between(monday, monday + timedelta(days=6)))
        .options(
            contains_eager(Session.training_class).load_only(TrainingClass.name),
            joinedload(Session.instructor).load_only(Instructor.name),
            joinedload(Session.venue),
        )
        .order_by(Session.day, Session.start, Session.position)
        .limit(limit)
    )
    return list(session().scalars(stmt))
