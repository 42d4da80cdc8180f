"""The rows behind one problem, read in a bounded number of statements whatever the size of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from accounts.models import OrgUnit
from bases.enums import BaseResourceKind
from bases.models import TeachingBase
from bases.queries.opening import openings_where
from bases.rules.opening import Opening
from core import clock
from core.calendars import calendar_of
from core.db import session
from core.workdays import Calendar
from courses.models import Course
from instructor_pool.models import Instructor, Qualification
from instructor_pool.queries import unavailable
from instructor_pool.rules.calendars import Away, year_of
from party_lessons.models import Credit, Obligation, Post, Scheme
from scheduling.enums import BookingState, LoanState, ResourceKind, SessionState
from scheduling.models import Booking, Loan, PackageOrder, Session, TrainingClass
from scheduling.snapshots.site_records import asked_of, bases_of, stock_of, venues_of

AnyRow = Row[*tuple[Any, ...]]
Rows = Sequence[AnyRow]
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of one plan (the classes of `owner` in `year`) and of everything it can draw on."""

    owner: AnyRow
    year: int
    units: Mapping[int, AnyRow]
    people: Rows
    courses_of: Mapping[int, Sequence[tuple[int, date | None]]]
    """Instructor id to the courses whose courseware is cleared, each with its last day or None."""
    away: Mapping[int, Sequence[Away]]
    """Instructor id to what keeps the person away in the year."""
    posts: Rows
    obligations: Rows
    credits: Rows
    """Held lessons: obligation and session."""
    schemes: Rows
    loans: Mapping[int, Rows]
    """By person of another unit: the loans under which the plan may have them; none of who only stands in it."""
    bases: Rows
    venues: Rows
    openings: Mapping[int, Opening]
    calendar: Calendar
    stock: Rows
    """What bases lend: id, base, kind, pieces and what of it is out of order."""
    asked: Mapping[int, Mapping[BaseResourceKind, int]]
    """By session: what it asks for of its base."""
    classes: Mapping[int, AnyRow]
    sessions: Rows
    orders: Mapping[int, AnyRow]
    """Packages ordered for these classes."""
    accepted: frozenset[tuple[int, ResourceKind, int]]
    """Confirmed bookings: session, kind, resource."""
    declined: Mapping[int, frozenset[int]]
    """Session id to the instructors who said no to it."""
    refused: Mapping[int, frozenset[int]]
    """Session id to the venues whose base said no to it."""
    elsewhere: Rows
    """Live bookings of these people and rooms for other plans and for visits: kind, resource, day, units."""

    def not_lent(self, class_id: int, day: date) -> frozenset[int]:
        """People of other units whom no loan covers for a class on a day."""
        return frozenset(
            person
            for person, loans in self.loans.items()
            if not any(
                x.state is LoanState.APPROVED
                and x.first_day <= day <= x.last_day
                and x.class_id in (None, class_id)
                for x in loans
            )
        )


def read(owner_id: int, year: int) -> Records:
    """Read everything about the plan of `owner_id` in `year`; about thirty statements.

    People are those of the owner and of the units below it, and of other units those on loan. Bases are those of the
    levels above, too, which share theirs.
    """
    owner = _owner(owner_id)
    units = _units(owner.path)
    sharing = _sharing(owner.path)
    loans = _loans(owner, year)
    whose = or_(Instructor.owner_id.in_(_within(owner.path)), Instructor.id.in_(loans))
    classes = {row.id: row for row in _classes(owner_id, year)}
    bookings = _bookings(owner_id, year)
    return Records(
        owner=owner,
        year=year,
        units={row.id: row for row in units},
        people=_people(whose),
        courses_of=_courses_of(whose),
        away=unavailable(whose, *year_of(year)),
        posts=_posts(whose, year),
        obligations=_obligations(whose, year),
        credits=_credits(whose, year),
        schemes=_all(select(Scheme.kind, Scheme.least_minutes, Scheme.is_on)),
        loans=loans,
        bases=bases_of(sharing),
        venues=venues_of(sharing),
        openings=openings_where(TeachingBase.owner_id.in_(sharing), date(year, 1, 1), date(year, 12, 31)),
        calendar=calendar_of((clock.today().year, year, year + 1)),
        stock=stock_of(sharing),
        asked=asked_of(owner_id, year),
        classes=classes,
        sessions=_sessions(owner_id, year),
        orders={row.id: row for row in _orders(owner_id, year)},
        accepted=frozenset(
            (row.session_id, row.kind, row.resource_id)
            for row in bookings
            if row.state is BookingState.CONFIRMED
        ),
        declined=_declined(bookings, ResourceKind.INSTRUCTOR),
        refused=_declined(bookings, ResourceKind.VENUE),
        elsewhere=_elsewhere(owner_id, year),
    )


def _all(statement: Any) -> Rows:
    return session().execute(statement).all()


def _owner(owner_id: int) -> AnyRow:
    return (
        session()
        .execute(select(OrgUnit.id, OrgUnit.path, OrgUnit.level, OrgUnit.name).where(OrgUnit.id == owner_id))
        .one()
    )


def _ancestors(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


def _related(path: str) -> ColumnElement[bool]:
    """Units at, below or above a path."""
    return or_((OrgUnit.path >= path) & (OrgUnit.path < path + "~"), OrgUnit.path.in_(_ancestors(path)))


def _units(path: str) -> Rows:
    columns = (
        OrgUnit.id,
        OrgUnit.parent_id,
        OrgUnit.path,
        OrgUnit.level,
        OrgUnit.latitude,
        OrgUnit.longitude,
    )
    return _all(select(*columns).where(_related(path)).order_by(OrgUnit.id))


def _sharing(path: str) -> Any:
    return select(OrgUnit.id).where(_related(path)).scalar_subquery()


def _within(path: str) -> Any:
    return select(OrgUnit.id).where(OrgUnit.path >= path, OrgUnit.path < path + "~").scalar_subquery()


def _loans(owner: AnyRow, year: int) -> Mapping[int, Rows]:
    """Loans of the year by person, and people of other units who stand in it without one."""
    columns = (Loan.instructor_id, Loan.class_id, Loan.first_day, Loan.last_day, Loan.state, Loan.granted)
    found: dict[int, list[AnyRow]] = defaultdict(list)
    lent = Loan.state.in_((LoanState.APPROVED, LoanState.ENDED))
    days = Loan.first_day.between(date(year, 1, 1), date(year, 12, 31))
    for row in _all(select(*columns).where(Loan.borrower_id == owner.id, lent, days).order_by(Loan.id)):
        found[row.instructor_id].append(row)
    stands = (
        select(Session.told_instructor_id)
        .distinct()
        .join(TrainingClass)
        .join(Instructor, Session.told_instructor_id == Instructor.id)
        .where(TrainingClass.owner_id == owner.id, TrainingClass.year == year)
        .where(Instructor.owner_id.not_in(_within(owner.path)))
    )
    for (person,) in _all(stands):
        found.setdefault(person, [])
    return dict(sorted(found.items()))


def _people(whose: ColumnElement[bool]) -> Rows:
    columns = (
        Instructor.id,
        Instructor.state,
        Instructor.source_category,
        Instructor.town_id,
        Instructor.term_start,
        Instructor.term_end,
        Instructor.max_per_day,
        Instructor.max_per_week,
        Instructor.max_per_month,
        Instructor.max_per_year,
        Instructor.fee_per_hour,
        Instructor.rating,
    )
    return _all(select(*columns).where(whose).order_by(Instructor.id))


def _courses_of(whose: ColumnElement[bool]) -> Mapping[int, Sequence[tuple[int, date | None]]]:
    found: dict[int, list[tuple[int, date | None]]] = defaultdict(list)
    columns = (Qualification.instructor_id, Qualification.course_id, Qualification.cleared_until)
    statement = select(*columns).join(Instructor).where(whose)
    cleared = statement.where(Qualification.cleared_on.is_not(None))
    for row in _all(cleared.order_by(Qualification.course_id)):
        found[row.instructor_id].append((row.course_id, row.cleared_until))
    return found


def _in_year(year: int) -> ColumnElement[bool]:
    return (Post.starts <= date(year, 12, 31)) & or_(Post.ends.is_(None), Post.ends >= date(year, 1, 1))


def _posts(whose: ColumnElement[bool], year: int) -> Rows:
    columns = (
        Post.id,
        Post.holder_id,
        Post.unit_id,
        Post.kind,
        Post.starts,
        Post.ends,
        OrgUnit.path.label("unit_path"),
    )
    statement = (
        select(*columns)
        .join(OrgUnit, Post.unit_id == OrgUnit.id)
        .join(Instructor, Post.holder_id == Instructor.id)
    )
    return _all(statement.where(whose, _in_year(year)).order_by(Post.id))


def _obligations(whose: ColumnElement[bool], year: int) -> Rows:
    """Duties of the year that nothing exempts."""
    columns = (Obligation.id, Obligation.post_id, Obligation.need, Obligation.deadline)
    statement = select(*columns).join(Post).join(Instructor, Post.holder_id == Instructor.id)
    stands = Obligation.exemption_rule.is_(None) & (Obligation.exemption_reason == "")
    return _all(statement.where(Obligation.year == year, stands, whose).order_by(Obligation.id))


def _credits(whose: ColumnElement[bool], year: int) -> Rows:
    statement = select(Credit.obligation_id, Credit.session_ref).join(Obligation).join(Post)
    statement = statement.join(Instructor, Post.holder_id == Instructor.id)
    return _all(statement.where(Obligation.year == year, Credit.is_held, whose))


def _classes(owner_id: int, year: int) -> Rows:
    columns = (
        TrainingClass.id,
        TrainingClass.size,
        TrainingClass.is_main,
        TrainingClass.order_kind,
        TrainingClass.host_id,
        TrainingClass.town_id,
        TrainingClass.main_base_id,
    )
    return _all(
        select(*columns)
        .where(TrainingClass.owner_id == owner_id, TrainingClass.year == year)
        .order_by(TrainingClass.id)
    )


def _sessions(owner_id: int, year: int) -> Rows:
    columns = (
        Session.id,
        Session.class_id,
        Session.day,
        Session.half_day,
        Session.course_id,
        Session.method,
        Session.class_hours,
        Session.leader_required,
        Session.wanted_base_id,
        Session.wanted_venue_id,
        Session.wanted_theme,
        Session.wanted_instructor_id,
        Session.package_order_id,
        Session.package_position,
        Session.state,
        Session.start,
        Session.instructor_id,
        Session.venue_id,
        Session.pinned_start,
        Session.pinned_instructor,
        Session.pinned_venue,
        Session.told_start,
        Session.told_instructor_id,
        Session.told_venue_id,
        Session.told_hours,
        Course.is_party_lesson,
    )
    mine = (TrainingClass.owner_id == owner_id) & (TrainingClass.year == year)
    statement = select(*columns).join(TrainingClass).outerjoin(Course, Session.course_id == Course.id)
    return _all(statement.where(mine, Session.state != SessionState.CANCELLED).order_by(Session.id))


def _orders(owner_id: int, year: int) -> Rows:
    """Ordered packages that still stand: their days, people and stage."""
    columns = (
        PackageOrder.id,
        PackageOrder.first_day,
        PackageOrder.last_day,
        PackageOrder.people,
        PackageOrder.stage,
    )
    mine = (TrainingClass.owner_id == owner_id) & (TrainingClass.year == year)
    return _all(select(*columns).join(TrainingClass).where(mine).order_by(PackageOrder.id))


def _bookings(owner_id: int, year: int) -> Rows:
    columns = (Booking.session_id, Booking.kind, Booking.resource_id, Booking.state)
    statement = select(*columns).join(Session).join(TrainingClass)
    told = Booking.state.in_((BookingState.CONFIRMED, BookingState.DECLINED))
    return _all(
        statement.where(TrainingClass.owner_id == owner_id, TrainingClass.year == year, told).order_by(
            Booking.id
        )
    )


def _declined(bookings: Rows, kind: ResourceKind) -> Mapping[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in bookings:
        if row.state is BookingState.DECLINED and row.kind is kind:
            found[row.session_id].add(row.resource_id)
    return {session_id: frozenset(ids) for session_id, ids in found.items()}


def _elsewhere(owner_id: int, year: int) -> Rows:
    """Bookings that other plans and visits hold in this year."""
    columns = (
        Booking.id,
        Booking.kind,
        Booking.resource_id,
        Booking.day,
        Booking.from_unit,
        Booking.to_unit,
        Booking.units_before,
        Booking.units_after,
    )
    statement = select(*columns).outerjoin(Booking.session).outerjoin(Session.training_class)
    other = (
        Booking.visit_id.is_not(None) | (TrainingClass.owner_id != owner_id) | (TrainingClass.year != year)
    )
    live = Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED)) & (
        Booking.kind != ResourceKind.CLASS
    )
    in_year = (Booking.day >= date(year, 1, 1)) & (Booking.day <= date(year, 12, 31))
    return _all(statement.where(other, live, in_year).order_by(Booking.id))
