"""Published bookings that their person or base can no longer serve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, extract, func, or_, select, true
from sqlalchemy.orm import aliased

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.enums import DayKind
from bases.models import BaseResource, Closure, TeachingBase, Venue
from bases.rules import BOOKABLE
from core import clock
from core.db import first_of, session
from instructor_pool.enums import DayPart, Grade
from instructor_pool.models import Instructor, Qualification, Unavailability, WeeklyTime
from instructor_pool.queries import unavailable
from instructor_pool.rules import life
from instructor_pool.rules.clearance import clearance_problem
from instructor_pool.rules.parts import EVENING, NOON
from scheduling.enums import LoanState, ResourceKind, SessionState
from scheduling.models import Booking, Loan, OutsideHours, Session, TrainingClass
from scheduling.models.booking import UNITS_PER_DAY
from scheduling.queries.beyond_stock import is_beyond_stock
from scheduling.queries.bookings import list_told, moments_of
from scheduling.queries.classes import planned_by
from scheduling.rules import LIVE, MINUTES_PER_UNIT

_NOON, _EVENING = (moment.hour * 60 // MINUTES_PER_UNIT for moment in (NOON, EVENING))
_HALF_DAYS = {
    DayPart.MORNING: (0, _NOON),
    DayPart.AFTERNOON: (_NOON, _EVENING),
    DayPart.EVENING: (_EVENING, UNITS_PER_DAY),
}

# Made once: SQLAlchemy works out the columns of every new alias anew.
_FEW, _OWNER, _PLAN = aliased(Booking), aliased(OrgUnit), aliased(OrgUnit)
_ELSEWHERE = func.substr(_OWNER.path, 1, func.length(_PLAN.path)) != _PLAN.path


@dataclass(frozen=True, slots=True)
class Clash:
    """A booking in force that meets an absence, an exit, lapsed courseware, an ended loan, a closure or a closed base."""

    booking: Booking
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Met:
    """A clash before its booking is read; most are only counted."""

    id: int
    day: date
    from_unit: int
    name: str
    reason: str


_AT = (
    Booking.id,
    Booking.day,
    Booking.from_unit,
    Booking.to_unit,
    Booking.units_before,
    Booking.units_after,
)
_WHOM = (
    Instructor.id.label("person_id"),
    Instructor.name,
    Instructor.state.label("person_state"),
    Instructor.term_end,
)


def clashes_of(scope: Scope, instructor_id: int, limit: int = 100) -> list[Clash]:
    """Those of one person, by day: what has to be given to somebody else."""
    found = [*_absent(scope, limit, instructor_id), *_gone(scope, limit, instructor_id)]
    found += [*_uncleared(scope, limit, instructor_id), *_unlent(scope, limit, instructor_id)]
    return _told(_by_day(found, limit))


def clashes_of_base(scope: Scope, base_id: int, limit: int = 100) -> list[Clash]:
    """Those at one base, by day: what has to be moved elsewhere."""
    found = [*_closed(scope, limit, base_id), *_outside(scope, limit, base_id)]
    found += [*_short(scope, limit, base_id), *_unusable(scope, limit, base_id)]
    return _told(_by_day(found, limit))


def list_clashes(scope: Scope, limit: int = 100) -> list[Clash]:
    """Bookings still to come whose person or base can no longer serve them, by day."""
    return _told(_clashes(scope, limit))


def count_clashes(scope: Scope, most: int) -> int:
    """How many `list_clashes` could show, as far as `most`: once there are so many, nothing more is looked for."""
    seen: set[int] = set()
    for find in reversed(_finders()):
        seen.update(met.id for met in find(scope, most))
        if len(seen) >= most:
            break
    return min(len(seen), most)


def _clashes(scope: Scope, limit: int) -> list[_Met]:
    return _by_day([met for find in _finders() for met in find(scope, limit)], limit)


def _finders() -> tuple[Callable[[Scope, int], Iterable[_Met]], ...]:
    """In the order in which their reasons are said of one booking; those of bases, which come last, are the quicker."""
    return _absent, _gone, _uncleared, _unlent, _closed, _outside, _short, _unusable


def _by_day(found: Sequence[_Met], limit: int) -> list[_Met]:
    unique = {met.id: met for met in reversed(found)}
    return sorted(unique.values(), key=lambda met: (met.day, met.from_unit, met.id))[:limit]


def _told(found: Sequence[_Met]) -> list[Clash]:
    bookings = list_told([met.id for met in found])
    return [Clash(bookings[met.id], met.name, met.reason) for met in found]


def _met(row: Any, name: str, reason: str) -> _Met:
    return _Met(row.id, row.day, row.from_unit, name, reason)


def _coming(scope: Scope, kind: ResourceKind, resource: int | None = None) -> tuple[ColumnElement[bool], ...]:
    return (
        planned_by(scope),
        true() if resource is None else Booking.resource_id == resource,
        Session.state == SessionState.PUBLISHED,
        Booking.kind == kind,
        Booking.state.in_(LIVE),
        Booking.day >= clock.today(),
    )


def _last_day() -> Any:
    """The last day with a booking, read off the end of an index: what lapses after it meets nobody."""
    return select(func.max(Booking.day)).scalar_subquery()


def _of_people(
    scope: Scope, limit: int, person: int | None, concerned: Select[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """Bookings of people still to come; `concerned` are the few whose bookings are worth reading."""
    stmt = (
        select(*_AT, *_WHOM)
        .join(Booking.session)
        .join(Session.training_class)
        .join(Instructor, Booking.resource_id == Instructor.id)
        .where(*_coming(scope, ResourceKind.INSTRUCTOR, person))
        .order_by(Booking.day)
        .limit(limit)
    )
    return stmt if concerned is None else stmt.where(_booked(ResourceKind.INSTRUCTOR, concerned))


def _booked(kind: ResourceKind, concerned: Select[int]) -> ColumnElement[bool]:
    """Begins from the few concerned: by their bookings' ids, or all that is still to come is read in order of day."""
    few = select(_FEW.id).where(_FEW.kind == kind, _FEW.resource_id.in_(concerned))
    stmt = few.where(_FEW.day >= clock.today())
    return first_of(Booking.id, stmt)


def _absent(scope: Scope, limit: int, person: int | None = None) -> Iterable[_Met]:
    """Days and halves are compared in SQL, the hours here: quarter hours are no moments for SQL."""
    met = [
        *session().execute(_on_date(scope, limit, person)),
        *session().execute(_in_week(scope, limit, person)),
    ]
    if not met:
        return
    days, people = {row.day for row in met}, {row.person_id for row in met}
    first, last = datetime.combine(min(days), time()), datetime.combine(max(days), time.max)
    away = unavailable(Instructor.id.in_(people), first, last)
    for row in met:
        start, end = moments_of(row)
        for entry in away.get(row.person_id, ()):
            if entry.grade is Grade.CANNOT and entry.starts < end and start < entry.ends:
                yield _met(row, row.name, entry.reason or gettext("本人不能授课"))
                break


def _on_date(scope: Scope, limit: int, person: int | None) -> Select[*tuple[Any, ...]]:
    after = datetime.combine(clock.today(), time())
    cannot = and_(Unavailability.instructor_id == Instructor.id, Unavailability.grade == Grade.CANNOT)
    away = select(Unavailability.instructor_id)
    away = away.where(Unavailability.grade == Grade.CANNOT, Unavailability.ends >= after)
    stmt = _of_people(scope, limit, person, away).join(Unavailability, cannot)
    return stmt.where(
        Unavailability.ends >= after,
        func.date(Unavailability.starts) <= Booking.day,
        func.date(Unavailability.ends) >= Booking.day,
    )


def _in_week(scope: Scope, limit: int, person: int | None) -> Select[*tuple[Any, ...]]:
    """Bookings that meet somebody's weekly pattern; `dow` counts from Sunday."""
    cannot = and_(WeeklyTime.instructor_id == Instructor.id, WeeklyTime.grade == Grade.CANNOT)
    meets = [
        and_(WeeklyTime.part == part, Booking.from_unit < until, Booking.to_unit > since)
        for part, (since, until) in _HALF_DAYS.items()
    ]
    away = select(WeeklyTime.instructor_id).where(WeeklyTime.grade == Grade.CANNOT)
    stmt = _of_people(scope, limit, person, away).join(WeeklyTime, cannot)
    return stmt.where(
        extract("dow", Booking.day) == (WeeklyTime.weekday + 1) % 7,
        func.coalesce(WeeklyTime.first_day, Booking.day) <= Booking.day,
        func.coalesce(WeeklyTime.last_day, Booking.day) >= Booking.day,
        or_(*meets),
    )


def _gone(scope: Scope, limit: int, person: int | None = None) -> Iterable[_Met]:
    gone = or_(Instructor.state.not_in(life.BOOKABLE), Instructor.term_end < Booking.day)
    concerned = select(Instructor.id).where(
        or_(Instructor.state.not_in(life.BOOKABLE), Instructor.term_end < _last_day())
    )
    for row in session().execute(_of_people(scope, limit, person, concerned).where(gone)):
        ended = gettext("聘期到 %(day)s 为止", day=row.term_end)
        yield _met(row, row.name, ended if row.person_state in life.BOOKABLE else row.person_state.label)


def _uncleared(scope: Scope, limit: int, person: int | None = None) -> Iterable[_Met]:
    """Courseware taken out of use, or no longer cleared on that day [3 §五(六)]."""
    same = and_(Qualification.instructor_id == Instructor.id, Qualification.course_id == Session.course_id)
    concerned = select(Qualification.instructor_id).where(
        or_(Qualification.cleared_on.is_(None), Qualification.cleared_until < _last_day())
    )
    stmt = (
        _of_people(scope, limit, person, concerned)
        .add_columns(Qualification)
        .join(Qualification, same)
        .where(or_(Qualification.cleared_on.is_(None), Qualification.cleared_until < Booking.day))
    )
    for row in session().execute(stmt):
        problem = clearance_problem(row.Qualification, row.day)
        if problem is not None:
            yield _met(row, row.name, problem.label)


def _unlent(scope: Scope, limit: int, person: int | None = None) -> Iterable[_Met]:
    """People of other units whose loan was ended, or who were booked before loans were asked for."""
    planners = _PLAN.id.in_(select(TrainingClass.owner_id).where(planned_by(scope)))
    owners = select(_OWNER.id).join(_PLAN, _ELSEWHERE).where(planners)
    concerned = select(Instructor.id).where(Instructor.owner_id.in_(owners))
    stmt = (
        _of_people(scope, limit, person, concerned)
        .add_columns(Loan.end_reason)
        .outerjoin(Loan, Booking.loan_id == Loan.id)
        .join(_OWNER, Instructor.owner_id == _OWNER.id)
        .join(_PLAN, TrainingClass.owner_id == _PLAN.id)
        .where(_ELSEWHERE)
        .where(or_(Loan.id.is_(None), Loan.state != LoanState.APPROVED))
    )
    for row in session().execute(stmt):
        ended = gettext("借用已结束：%(reason)s", reason=row.end_reason) if row.end_reason else ""
        yield _met(row, row.name, ended or gettext("没有同意的借用"))


def _at(base_id: int | None) -> ColumnElement[bool]:
    return true() if base_id is None else TeachingBase.id == base_id


def _closed(scope: Scope, limit: int, base_id: int | None = None) -> Iterable[_Met]:
    concerned = select(Venue.id).join(Closure, Closure.base_id == Venue.base_id)
    concerned = concerned.where(Closure.last_day >= clock.today())
    stmt = (
        select(*_AT, TeachingBase.name, Closure.reason)
        .join(Booking.session)
        .join(Session.training_class)
        .join(Venue, Booking.resource_id == Venue.id)
        .join(TeachingBase, Venue.base_id == TeachingBase.id)
        .join(Closure, Closure.base_id == TeachingBase.id)
        .where(*_coming(scope, ResourceKind.VENUE), _at(base_id))
        .where(_booked(ResourceKind.VENUE, concerned))
        .where(Booking.day.between(Closure.first_day, Closure.last_day))
        .order_by(Booking.day)
        .limit(limit)
    )
    for row in session().execute(stmt):
        yield _met(row, row.name, row.reason or gettext("这一天不开放"))


def _outside(scope: Scope, limit: int, base_id: int | None = None) -> Iterable[_Met]:
    """Made before the opening times of the base changed."""
    stmt = (
        select(*_AT, TeachingBase.name, OutsideHours)
        .join(OutsideHours, OutsideHours.booking_id == Booking.id)
        .join(Booking.session)
        .join(Session.training_class)
        .join(Venue, Booking.resource_id == Venue.id)
        .join(TeachingBase, Venue.base_id == TeachingBase.id)
        .where(*_coming(scope, ResourceKind.VENUE), _at(base_id))
        .where(Booking.id.in_(select(OutsideHours.booking_id)))
        .order_by(Booking.day)
        .limit(limit)
    )
    for row in session().execute(stmt):
        yield _met(row, row.name, outside_text(row.OutsideHours))


def outside_text(there: OutsideHours) -> str:
    """What the opening times say now of the day of a booking."""
    if there.hours:
        return gettext("这一天只开放 %(hours)s", hours=there.hours)
    why = there.note or (there.kind.label if there.kind is DayKind.HOLIDAY else "")
    return gettext("这一天不开放（%(why)s）", why=why) if why else gettext("这一天不开放")


def _short(scope: Scope, limit: int, base_id: int | None = None) -> Iterable[_Met]:
    """Made before the base had fewer pieces, or some were out of order."""
    stmt = (
        select(*_AT, TeachingBase.name, BaseResource)
        .join(Booking.session)
        .join(Session.training_class)
        .join(BaseResource, Booking.resource_id == BaseResource.id)
        .join(TeachingBase, BaseResource.base_id == TeachingBase.id)
        .where(*_coming(scope, ResourceKind.RESOURCE), _at(base_id), is_beyond_stock())
        .order_by(Booking.day)
        .limit(limit)
    )
    for row in session().execute(stmt):
        yield _met(row, row.name, short_text(row.BaseResource, row.day))


def short_text(piece: BaseResource, day: date) -> str:
    """How many pieces the base still has on a day."""
    return gettext("%(what)s不够了，这一天可用 %(count)s", what=piece.title, count=piece.available(day))


def _unusable(scope: Scope, limit: int, base_id: int | None = None) -> Iterable[_Met]:
    unusable = or_(TeachingBase.state.not_in(sorted(BOOKABLE)), Venue.is_closed.is_(True))
    concerned = select(Venue.id).join(TeachingBase, Venue.base_id == TeachingBase.id).where(unusable)
    stmt = (
        select(*_AT, TeachingBase)
        .join(Booking.session)
        .join(Session.training_class)
        .join(Venue, Booking.resource_id == Venue.id)
        .join(TeachingBase, Venue.base_id == TeachingBase.id)
        .where(*_coming(scope, ResourceKind.VENUE), _at(base_id))
        .where(_booked(ResourceKind.VENUE, concerned))
        .order_by(Booking.day)
        .limit(limit)
    )
    for row in session().execute(stmt):
        base = row.TeachingBase
        yield _met(row, base.name, base.state.label if not base.is_bookable else gettext("教学点已停用"))
