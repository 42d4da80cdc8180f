"""Lessons that could be created to serve a leader's duty: which class, when the leader is free, which hall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from sqlalchemy import func, or_, select

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.enums import BaseKind
from bases.models import TeachingBase, Venue
from core import clock
from core.db import session
from courses.enums import Method
from courses.models import Course
from party_lessons.models import Obligation
from party_lessons.queries.posts import holder_of
from party_lessons.queries.standing import list_wants
from party_lessons.rules import Want
from party_lessons.rules.audience import is_for
from scheduling.enums import HalfDay, SessionState
from scheduling.models import Session, TrainingClass
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR
from scheduling.queries.ahead import joined, meets
from scheduling.queries.figures import day_times
from scheduling.queries.holders import MINUTES_PER_DAY, Staff, minute, read_staff
from scheduling.queries.lessons import Host, Place, Town, audience_of
from scheduling.queries.limits import has_room
from scheduling.queries.participants import attended_from, participants_where
from scheduling.rules.visits import Wish
from scheduling.snapshots.vacancies import Vacancies, name_of, read_vacancies

MOST_OFFERS = 3
MOST_CLASSES, MOST_DAYS, MOST_HALLS = 12, 15, 12
HALVES = (HalfDay.MORNING, HalfDay.AFTERNOON)
HALLS = (BaseKind.MAIN_CAMPUS, BaseKind.BRANCH_POINT)


@dataclass(frozen=True, slots=True)
class Offer:
    """One lesson that would serve the duty. Without a class a new one of the leader's own unit is opened for it."""

    class_id: int | None
    class_name: str
    start: datetime
    half_day: HalfDay
    course_id: int
    course_name: str
    venue_id: int
    venue_name: str

    @property
    def value(self) -> str:
        """As a form sends it back."""
        return f"{self.class_id or 0}:{self.start.isoformat(timespec='minutes')}:{self.course_id}:{self.venue_id}"


@dataclass(frozen=True, slots=True)
class _Leader:
    """The holder: what is cleared, and when there is room."""

    person: int
    staff: Staff
    courses: Sequence[Course]

    def course_on(self, day: date) -> Course | None:
        """A course whose courseware is cleared that day."""
        until = dict(self.staff.courses.get(self.person, ()))
        return next((c for c in self.courses if day.toordinal() <= until[c.id]), None)

    def is_free(self, start: datetime, minutes: int) -> bool:
        """In term, not away, not booked, within the limits."""
        days = self.staff.days.get(self.person)
        ordinal = start.toordinal()
        if days is None or not days[0] <= ordinal <= days[1]:
            return False
        at = np.array([minute(start)], np.int64)
        away = joined(self.staff.away.get(self.person, ()))
        limits, taught = self.staff.limits[self.person], self.staff.taught.get(self.person, ())
        return bool(
            has_room(limits, taught, at // MINUTES_PER_DAY)[0] and not meets(away, at, np.array([minutes]))[0]
        )


def offers_for(row: Obligation, scope: Scope) -> list[Offer]:
    """A few lessons that could be created for an obligation short of lessons, soonest first; none where nothing fits.

    Classes are those of plans inside the scope. Some twenty statements, whatever the size of the plans.
    """
    today = clock.today()
    wants = list_wants(row.year, today, Obligation.id == row.id)
    if not wants:
        return []
    want = wants[0]
    leader = _leader(want, today)
    if not leader.courses:
        return []
    found = []
    for klass in _classes(want, scope, today):
        found += list(_in_class(klass, want, leader, today))[:1]
        if len(found) == MOST_OFFERS:
            return found
    return found or list(_in_own_unit(row, want, leader, today))[:1]


def _leader(want: Want, today: date) -> _Leader:
    person = want.post.holder_id
    staff = read_staff(holder_of(person), want.deadline.year, today)
    cleared = [course for course, _until in staff.courses.get(person, ())]
    least = -(-want.scheme.shortest // MINUTES_PER_CLASS_HOUR)
    stmt = select(Course).where(Course.id.in_(cleared), Course.is_party_lesson, Course.retired.is_(False))
    lectures = stmt.where(Course.method != Method.ON_SITE, Course.class_hours >= least)
    return _Leader(person, staff, session().scalars(lectures.order_by(Course.name)).all())


def _classes(want: Want, scope: Scope, today: date) -> list[TrainingClass]:
    """Classes still to come before the right people, in which a session may be put."""
    stmt = (
        select(TrainingClass, OrgUnit.path, Host.path, Host.level, Town.path)
        .join(OrgUnit, TrainingClass.owner_id == OrgUnit.id)
        .outerjoin(Host, TrainingClass.host_id == Host.id)
        .outerjoin(Town, TrainingClass.town_id == Town.id)
        .where(TrainingClass.ends_on > today, TrainingClass.starts_on <= want.deadline)
        .where(TrainingClass.closed_at.is_(None), scope.clause(OrgUnit.path))
        .where(or_(*(path.startswith(want.post.area_path) for path in (Host.path, Town.path)), Host.path.is_(None),
                   Host.path == _above(want.post.area_path),
                   TrainingClass.id.in_(attended_from(want.post.area_path))))
        .order_by(TrainingClass.starts_on, TrainingClass.id)
        .limit(40 * MOST_CLASSES)
    )  # fmt: skip
    rows = session().execute(stmt).all()
    units = participants_where(TrainingClass.id.in_([row.TrainingClass.id for row in rows]))
    found = []
    for klass, owner, host_path, level, town in rows:
        host = Place(host_path, level) if host_path else None
        attend = units.get(klass.id, frozenset())
        people = audience_of(klass.order_kind, owner, host, town, is_main=klass.is_main, units=attend)
        if is_for(want.post, people, want.scheme):
            found.append(klass)
    return found[:MOST_CLASSES]


def _above(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] + "/"


def _in_class(klass: TrainingClass, want: Want, leader: _Leader, today: date) -> Iterator[Offer]:
    """Half-days of a class that are empty, on which the leader is free and a hall is."""
    first = max(klass.starts_on, today + timedelta(days=1), want.post.starts)
    last = min(klass.ends_on, want.deadline)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)][:MOST_DAYS]
    if not days:
        return
    taken = _halves_of(klass.id)
    halls = _halls(klass.main_base_id, klass.town_id, klass.size)
    around = _around(leader, halls, days)
    for day in days:
        for half in HALVES:
            if (day, half) not in taken:
                offer = _offer(klass, day, half, leader, around)
                if offer is not None:
                    yield offer


def _halves_of(class_id: int) -> set[tuple[date, HalfDay]]:
    """Half-days on which a class has something already; a lesson that may be in either takes both."""
    live = (SessionState.PLANNED, SessionState.PUBLISHED, SessionState.HELD)
    stmt = select(Session.day, Session.half_day).where(Session.class_id == class_id, Session.state.in_(live))
    return {
        (day, taken)
        for day, half in session().execute(stmt)
        for taken in (HALVES if half is HalfDay.ANY else (half,))
    }


def _halls(base_id: int | None, town_id: int | None, heads: int) -> list[int]:
    """Classrooms that hold so many: the class's own first, then the smallest that do, those of the township before others."""
    stmt = (
        select(Venue.id)
        .join(Venue.base)
        .where(TeachingBase.kind.in_(HALLS), Venue.is_closed.is_(False), Venue.capacity >= heads)
        .order_by(
            TeachingBase.id != (base_id or 0),
            func.coalesce(TeachingBase.town_id, 0) != (town_id or 0),
            Venue.capacity,
            Venue.id,
        )
    )
    return list(session().scalars(stmt.limit(MOST_HALLS)))


_Taken = tuple[datetime, datetime, int | None, int | None]
"""From, until, and who and which hall is taken."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What some days have: halls, when they are free, and what is planned with them or the leader."""

    halls: Sequence[int]
    vacancies: Vacancies
    taken: Sequence[_Taken]


def _around(leader: _Leader, halls: Sequence[int], days: Sequence[date]) -> _Around:
    vacancies = read_vacancies(halls, days[0], days[-1])
    return _Around(halls, vacancies, _planned(leader.person, halls, days))


def _offer(
    klass: TrainingClass | None,
    day: date,
    half: HalfDay,
    leader: _Leader,
    where: _Around,
) -> Offer | None:
    course = leader.course_on(day)
    if course is None:
        return None
    minutes = int(course.class_hours * MINUTES_PER_CLASS_HOUR)
    start = day_times().starts(day, half)[0]
    if not leader.is_free(start, minutes):
        return None
    vacancies = where.vacancies
    wish = Wish(start, minutes, klass.size if klass is not None else 1)
    end = start + timedelta(minutes=minutes)
    met = [(who, hall) for since, until, who, hall in where.taken if since < end and start < until]
    if any(who == leader.person for who, _hall in met):
        return None
    full = {hall for _who, hall in met}
    free = [v for v in where.halls if v in vacancies.venues and v not in full]
    hall = next((v for v in free if not vacancies.why_not(v, wish)), None)
    if hall is None:
        return None
    return Offer(
        class_id=None if klass is None else klass.id,
        class_name="" if klass is None else klass.name,
        start=start,
        half_day=half,
        course_id=course.id,
        course_name=course.name,
        venue_id=hall,
        venue_name=name_of(vacancies.venues[hall]),
    )


def _planned(person: int, halls: Sequence[int], days: Sequence[date]) -> list[_Taken]:
    """When the working plans have the leader or one of the halls on some days, told or not."""
    live = (SessionState.PLANNED, SessionState.PUBLISHED)
    stmt = select(Session.start, Session.class_hours, Session.instructor_id, Session.venue_id).where(
        # No session is longer than a day.
        Session.start >= datetime.combine(days[0] - timedelta(days=1), time()),
        Session.start < datetime.combine(days[-1] + timedelta(days=1), time()),
        Session.state.in_(live),
        or_(Session.instructor_id == person, Session.venue_id.in_(halls)),
    )
    return [
        (start, start + timedelta(minutes=int(hours * MINUTES_PER_CLASS_HOUR)), who, hall)
        for start, hours, who, hall in session().execute(stmt)
        if start is not None
    ]


def _in_own_unit(row: Obligation, want: Want, leader: _Leader, today: date) -> Iterator[Offer]:
    """A lesson of the leader's own unit on a workday of the next weeks, in a class that is opened for it."""
    first = max(today + timedelta(days=7), want.post.starts)
    days = [first + timedelta(days=n) for n in range(2 * MOST_DAYS)]
    days = [day for day in days if day.weekday() < 5 and day <= want.deadline]
    if not days:
        return
    halls = _halls(None, row.post.unit_id, 1)
    around = _around(leader, halls, days)
    for day in days:
        for half in HALVES:
            offer = _offer(None, day, half, leader, around)
            if offer is not None:
                yield offer
