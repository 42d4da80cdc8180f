"""Sessions as the party-lesson duty sees them: who hosts, who attends, who could still teach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from accounts.enums import Level
from accounts.models import OrgUnit
from bases.models import TeachingBase, Venue
from core.db import session
from courses.models import Course
from instructor_pool.enums import Grade
from instructor_pool.models import Instructor, Qualification
from instructor_pool.queries import unavailable
from instructor_pool.rules.calendars import year_of
from instructor_pool.rules.terms import term_problem
from party_lessons.models import Post
from party_lessons.queries.obligations import held_in
from party_lessons.rules import LessonFacts
from scheduling.enums import BookingState, LoanState, OrderKind, ResourceKind, SessionState
from scheduling.models import Booking, Loan, Session, TrainingClass
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR
from scheduling.queries.bookings import moments_of
from scheduling.queries.figures import day_times
from scheduling.queries.loans import in_year, is_other_unit
from scheduling.rules import DayTimes

Span = tuple[datetime, datetime]
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Host, Town = aliased(OrgUnit), aliased(OrgUnit)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the tree as the audience tests need it."""

    path: str
    level: Level


def area_of(owner_path: str, host: Place | None) -> str:
    """The area a class is hosted for: the host itself, or the one it is a department of; the plan's own without a host."""
    if host is None:
        return owner_path
    return host.path if host.level is not Level.UNIT else host.path.rstrip("/").rpartition("/")[0] + "/"


def attending(order_kind: OrderKind, owner_path: str, host: Place | None, town_path: str | None) -> str:
    """Whose members attend: of the township a lesson is sent to, of the unit or township that hosts, else of the area."""
    hosted_by_owner = host is None or host.path == owner_path
    if hosted_by_owner and order_kind is OrderKind.INDIVIDUAL_ORDER and town_path:
        return town_path
    return owner_path if host is None else host.path


def lesson_facts(session_id: int) -> LessonFacts:
    """One session with whoever was told to teach it, for its credits."""
    row = session().execute(_sessions().where(Session.id == session_id)).one()
    return _facts(row, frozenset())


def list_told_facts(year: int) -> list[LessonFacts]:
    """Sessions of the year that were told or held, for bringing credits in step."""
    told = (SessionState.PUBLISHED, SessionState.HELD)
    stmt = _sessions().where(_in_year(year), Session.state.in_(told))
    return [_facts(row, frozenset()) for row in session().execute(stmt)]


def list_lesson_facts(year: int, today: date) -> list[LessonFacts]:
    """Party lessons of the year that are still to come, with the post holders who could teach each; six statements.

    Every level's are in it: who competes for a lesson may be out of the reader's sight. Could teach means
    qualified or asked for by name, in term, not away, not told to be elsewhere, not declined before, and of the
    plan's own people or lent to it.
    """
    live = (SessionState.PLANNED, SessionState.PUBLISHED)
    stmt = _sessions().where(
        _in_year(year), Session.day >= today, Course.is_party_lesson, Session.state.in_(live)
    )
    rows = session().execute(stmt.order_by(Session.day, Session.id)).all()
    staff = _Staff.read(year)
    return [_facts(row, staff.who_could(row)) for row in rows]


def _in_year(year: int) -> Any:
    return Session.day.between(date(year, 1, 1), date(year, 12, 31))


def _sessions() -> AnySelect:
    return (
        select(
            Session,
            TrainingClass,
            Course.is_party_lesson,
            OrgUnit.path,
            Host.path,
            Host.level,
            Town.path,
            Town.name,
        )
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .join(OrgUnit, TrainingClass.owner_id == OrgUnit.id)
        .outerjoin(Course, Session.course_id == Course.id)
        .outerjoin(Host, TrainingClass.host_id == Host.id)
        .outerjoin(Town, TrainingClass.town_id == Town.id)
        .outerjoin(Venue, Venue.id == func.coalesce(Session.told_venue_id, Session.venue_id))
        .outerjoin(TeachingBase, Venue.base_id == TeachingBase.id)
    )


def _facts(row: AnyRow, candidates: frozenset[int]) -> LessonFacts:
    lesson, klass, is_party_lesson, owner_path, host_path, host_level, town_path, base_name = row
    host = Place(host_path, host_level) if host_path else None
    is_held = lesson.state is SessionState.HELD
    is_told = lesson.state is SessionState.PUBLISHED and lesson.told_instructor_id is not None
    start = lesson.told_start if is_told and lesson.told_start else lesson.start
    hours = lesson.told_hours if is_told and lesson.told_hours else lesson.class_hours
    return LessonFacts(
        session_ref=lesson.id,
        day=start.date() if start else lesson.day,
        minutes=int(hours * MINUTES_PER_CLASS_HOUR),
        is_party_lesson=bool(is_party_lesson),
        host_path=host_path or "",
        area_path=area_of(owner_path, host),
        audience_paths=frozenset({attending(klass.order_kind, owner_path, host, town_path)}),
        instructor_id=_teacher(lesson),
        is_told=is_told,
        is_held=is_held,
        candidates=candidates,
        title=lesson.course_name,
        class_id=klass.id,
        class_name=klass.name,
        place=base_name or "",
        heads=lesson.attendance if is_held and lesson.attendance is not None else klass.size,
    )


def _teacher(lesson: Session) -> int | None:
    """Who taught it, or who was told to; a working plan nobody was told counts for nobody."""
    if lesson.state is SessionState.HELD:
        return lesson.told_instructor_id or lesson.instructor_id
    return lesson.told_instructor_id if lesson.state is SessionState.PUBLISHED else None


@dataclass(frozen=True, slots=True)
class _Staff:
    """The post holders of a year: what they may teach and when they cannot."""

    people: Mapping[int, Instructor]
    pools: Mapping[int, str]
    """Path of the unit that manages each."""
    lent: Mapping[tuple[int, int], Sequence[Loan]]
    """Borrower and person to the loans that are not used up."""
    by_course: Mapping[int, frozenset[int]]
    away: Mapping[int, Sequence[Span]]
    declined: Mapping[int, frozenset[int]]
    """Session id to those who said no to it."""
    times: DayTimes

    @classmethod
    def read(cls, year: int) -> _Staff:
        holders = select(Post.holder_id).where(held_in(year))
        owned = select(Instructor, OrgUnit.path).join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        found = session().execute(owned.where(Instructor.id.in_(holders))).all()
        by_course: dict[int, set[int]] = defaultdict(set)
        pairs = select(Qualification.course_id, Qualification.instructor_id)
        for course_id, person in session().execute(pairs.where(Qualification.instructor_id.in_(holders))):
            by_course[course_id].add(person)
        away: dict[int, list[Span]] = defaultdict(list)
        declined: dict[int, set[int]] = defaultdict(set)
        for person, stretches in unavailable(Instructor.id.in_(holders), *year_of(year)).items():
            away[person] += [(a.starts, a.ends) for a in stretches if a.grade is Grade.CANNOT]
        for booking in _answers(holders, year):
            if booking.state is BookingState.DECLINED:
                declined[booking.lesson_id].add(booking.resource_id)
            else:
                away[booking.resource_id].append(moments_of(booking))
        frozen = {course_id: frozenset(people) for course_id, people in by_course.items()}
        return cls(
            {person.id: person for person, _path in found},
            {person.id: path for person, path in found},
            _lent(holders, year),
            frozen,
            away,
            {k: frozenset(v) for k, v in declined.items()},
            day_times(),
        )

    def who_could(self, row: AnyRow) -> frozenset[int]:
        """Ids of those who could still teach a session."""
        lesson: Session = row[0]
        if not lesson.needs_instructor:
            return frozenset()
        if lesson.told_instructor_id is not None:
            return frozenset({lesson.told_instructor_id})
        wanted = lesson.instructor_id if lesson.pinned_instructor else lesson.wanted_instructor_id
        qualified = frozenset({wanted}) if wanted else self.by_course.get(lesson.course_id or 0, frozenset())
        left = qualified & self.people.keys() - self.declined.get(lesson.id, frozenset())
        return frozenset(p for p in left if self._may_be_asked(p, row) and self._is_free(p, lesson))

    def _may_be_asked(self, person: int, row: AnyRow) -> bool:
        lesson, klass, _is_party_lesson, owner_path, *_rest = row
        if not is_other_unit(self.pools[person], owner_path):
            return True
        return any(loan.covers(klass.id, lesson.day) for loan in self.lent.get((klass.owner_id, person), ()))

    def _is_free(self, person: int, lesson: Session) -> bool:
        starts = (
            [lesson.start]
            if lesson.start and lesson.pinned_start
            else self.times.starts(lesson.day, lesson.half_day)
        )
        length = timedelta(minutes=lesson.minutes)
        return term_problem(self.people[person], lesson.day) is None and any(
            all(start + length <= since or start >= until for since, until in self.away.get(person, ()))
            for start in starts
        )


def _lent(holders: AnySelect, year: int) -> Mapping[tuple[int, int], Sequence[Loan]]:
    running = (Loan.state == LoanState.APPROVED, Loan.used < Loan.granted, in_year(year))
    lent: dict[tuple[int, int], list[Loan]] = defaultdict(list)
    for loan in session().scalars(select(Loan).where(Loan.instructor_id.in_(holders), *running)):
        lent[loan.borrower_id, loan.instructor_id].append(loan)
    return lent


def _answers(holders: AnySelect, year: int) -> Iterable[Booking]:
    stmt = select(Booking).where(
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.resource_id.in_(holders),
        Booking.day.between(date(year, 1, 1), date(year, 12, 31)),
        Booking.state != BookingState.RELEASED,
    )
    return session().scalars(stmt)
