"""The rows behind one problem, read in a bounded number of statements whatever the size of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from accounts.models import OrgUnit
from bases.enums import BaseResourceKind
from bases.models import TeachingBase
from bases.queries.opening import openings_where
from bases.rules.opening import Opening
from core import clock
from core.calendars import calendar_of
from core.db import among, session
from core.workdays import Calendar
from instructor_pool.enums import PoolState, SourceCategory
from instructor_pool.models import Instructor, Qualification
from instructor_pool.queries import unavailable
from instructor_pool.rules.calendars import Away, year_of
from party_lessons.models import Credit, Obligation, Post
from party_lessons.queries.facts import scheme_facts
from party_lessons.rules import SchemeFacts
from scheduling.enums import BookingState, LoanState, ResourceKind
from scheduling.models import Booking, Loan, PackageOrder, Session, TrainingClass
from scheduling.snapshots.near_sites import near_sites
from scheduling.snapshots.nearby import Count, Near, counts_of, outside_of
from scheduling.snapshots.session_records import bystanders_of, sessions_of, sessions_with, set_apart
from scheduling.snapshots.site_records import asked_of, bases_of, counts_parties, stock_of, venues_of
from scheduling.snapshots.spans import Span

AnyRow = Row[*tuple[Any, ...]]
Rows = Sequence[AnyRow]
TEACHING = (PoolState.APPOINTED, PoolState.RENEWAL_DUE)
_YES = BookingState.CONFIRMED


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of one plan (the classes of `owner` in `year`) and of everything it can draw on."""

    owner: AnyRow
    year: int
    units: Mapping[int, AnyRow]
    people: Rows
    courses_of: Mapping[int, Sequence[tuple[int, date | None]]]
    """Instructor id to the courses whose courseware is cleared, each with its last day or None."""
    away: Mapping[int, Sequence[Away]]  # instructor id to what keeps the person away in the year
    posts: Rows
    obligations: Rows
    credits: Rows  # held lessons: obligation and session
    schemes: Mapping[int, SchemeFacts]
    loans: Mapping[int, Rows]
    """By person of another unit: the loans under which the plan may have them; none of who only stands in it."""
    bases: Rows
    venues: Rows
    openings: Mapping[int, Opening]
    calendar: Calendar
    stock: Rows  # what bases lend: id, base, kind, pieces, out of order
    asked: Mapping[int, Mapping[BaseResourceKind, int]]  # by session: what it asks for of its base
    classes: Mapping[int, AnyRow]
    sessions: Rows
    orders: Mapping[int, AnyRow]  # packages ordered for these classes
    accepted: frozenset[tuple[int, ResourceKind, int]]  # confirmed bookings: session, kind, resource
    declined: Mapping[int, frozenset[int]]  # session id to the instructors who said no to it
    refused: Mapping[int, frozenset[int]]  # session id to the venues whose base said no to it
    elsewhere: Rows
    """Live bookings of these people and rooms for other plans and for visits: kind, resource, day, units."""
    near: Near | None = None  # the one session that may move, where only what is near it was read
    taken: Mapping[int, Sequence[Span]] = field(default_factory=dict)  # by venue: sessions not read
    outside: Mapping[int, Count] = field(default_factory=dict)  # by person: sessions not read

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


def read(owner_id: int, year: int, near: Near | None = None) -> Records:
    """Read everything about the plan of `owner_id` in `year`, or what is `near` one session; about thirty statements.

    People are those of the owner and of the units below it, and of other units those on loan. Bases are those of the
    levels above, too, which share theirs.
    """
    owner = _owner(owner_id)
    units = _units(owner.path)
    sharing = _sharing(owner.path)
    loans = _loans(owner, year, near)
    mine = or_(Instructor.owner_id.in_(_within(owner.path)), among(Instructor.id, loans))
    # Facts about somebody who turns out to be of another plan do no harm.
    whose = mine if near is None else near.people
    first, last = (date(year, 1, 1), date(year, 12, 31)) if near is None else (near.first, near.last)
    rows = sessions_of(owner_id, year, near)
    which: ColumnElement[bool] = TeachingBase.owner_id.in_(sharing)
    if near is not None and near.hand.venues is not None:
        which = near_sites(which, near, rows)
    bases, venues, stock = bases_of(which), venues_of(which), stock_of(which)
    taken, also = _set_apart(owner_id, year, near, (bases, venues, stock))
    rows = sorted((*rows, *sessions_with(also)), key=lambda row: row.id) if also else rows
    # The others stand still: no answer to them matters, and of what they ask for only what is taken on these days.
    few = None if near is None else [near.session_id]
    at_once = None if near is None else [near.session_id, *(row.id for row in rows if near.has(row.start))]
    packages = None if near is None else {row.package_order_id for row in rows}
    classes = {row.id: row for row in _classes(owner_id, year, {row.class_id for row in rows}, near)}
    bookings = _bookings(owner_id, year, few)
    return Records(
        owner=owner,
        year=year,
        units={row.id: row for row in units},
        people=_people(mine if near is None else and_(mine, whose)),
        courses_of=_courses_of(whose, near),
        away=unavailable(whose, *(year_of(year) if near is None else near.days)),
        posts=_posts(whose, year),
        obligations=_obligations(whose, year),
        credits=() if near is not None else _credits(whose, year),
        schemes=scheme_facts(),
        loans=loans,
        bases=bases,
        venues=venues,
        openings=openings_where(which, first, last),
        calendar=calendar_of((clock.today().year, year, year + 1)),
        stock=stock,
        asked=asked_of(owner_id, year, at_once),
        classes=classes,
        sessions=rows,
        orders={row.id: row for row in _orders(owner_id, year, packages)},
        accepted=frozenset(
            (row.session_id, row.kind, row.resource_id) for row in bookings if row.state is _YES
        ),
        declined=_declined(bookings, ResourceKind.INSTRUCTOR),
        refused=_declined(bookings, ResourceKind.VENUE),
        elsewhere=_elsewhere(owner_id, year, near, (venues, stock)),
        near=near,
        taken=taken,
        outside={} if near is None else outside_of(counts_of(owner_id, year, near), rows, near),
    )


def _set_apart(
    owner_id: int, year: int, near: Near | None, sites: tuple[Rows, Rows, Rows]
) -> tuple[Mapping[int, Sequence[Span]], Collection[int]]:
    """Where the time of others is enough: what they take of rooms, and who of them must be read whole all the same."""
    if near is None or not near.hand.is_brief:
        return {}, ()
    bases, venues, stock = {row.id: row for row in sites[0]}, sites[1], {row.base_id for row in sites[2]}
    counted = {row.id for row in venues if counts_parties(row, bases[row.base_id])}
    lending = {row.id for row in venues if row.base_id in stock}
    return set_apart(bystanders_of(owner_id, year, near), counted, lending)


def with_more(records: Records, session_ids: Collection[int]) -> Records:
    """The same with more sessions of the plan: those that somebody's duty depends on."""
    known = {row.id for row in records.sessions}
    more = sessions_with(set(session_ids) - known)
    if not more:
        return records
    rows = sorted((*records.sessions, *more), key=lambda row: row.id)
    missing = {row.class_id for row in more} - records.classes.keys()
    classes = {row.id: row for row in _classes(records.owner.id, records.year, missing, records.near)}
    outside = outside_of(records.outside, more, records.near) if records.near else {}
    return replace(records, sessions=rows, classes={**records.classes, **classes}, outside=outside)


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


def _loans(owner: AnyRow, year: int, near: Near | None) -> Mapping[int, Rows]:
    """Loans of the year by person, and people of other units who stand in it without one."""
    columns = (Loan.instructor_id, Loan.class_id, Loan.first_day, Loan.last_day, Loan.state, Loan.granted)
    found: dict[int, list[AnyRow]] = defaultdict(list)
    lent = Loan.state.in_((LoanState.APPROVED, LoanState.ENDED))
    days = Loan.first_day.between(date(year, 1, 1), date(year, 12, 31))
    stmt = select(*columns).where(Loan.borrower_id == owner.id, lent, days).order_by(Loan.id)
    if near is not None:
        stmt = stmt.join(Instructor, Loan.instructor_id == Instructor.id).where(near.people)
    for row in _all(stmt):
        found[row.instructor_id].append(row)
    stands = (
        select(Session.told_instructor_id)
        .distinct()
        .join(TrainingClass)
        .join(Instructor, Session.told_instructor_id == Instructor.id)
        .where(TrainingClass.owner_id == owner.id, TrainingClass.year == year)
    )
    if near is not None:
        stands = select(Instructor.id).where(Instructor.id.in_(near.known))
    for (person,) in _all(stands.where(Instructor.owner_id.not_in(_within(owner.path)))):
        found.setdefault(person, [])
    return dict(sorted(found.items()))


def _people(whose: ColumnElement[bool]) -> Rows:
    columns = (
        Instructor.id,
        Instructor.state.in_(TEACHING).label("is_teaching"),
        (Instructor.source_category == SourceCategory.LEADER).label("is_leader"),
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


def _courses_of(
    whose: ColumnElement[bool], near: Near | None
) -> Mapping[int, Sequence[tuple[int, date | None]]]:
    found: dict[int, list[tuple[int, date | None]]] = defaultdict(list)
    columns = (Qualification.instructor_id, Qualification.course_id, Qualification.cleared_until)
    cleared = select(*columns).where(Qualification.cleared_on.is_not(None))
    if near is None:
        cleared = cleared.join(Instructor).where(whose)
    else:
        cleared = cleared.where(Qualification.course_id == near.course_id)
    for person, course, until in _all(cleared.order_by(Qualification.course_id)):
        found[person].append((course, until))
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
        OrgUnit.level.label("unit_level"),
    )
    statement = (
        select(*columns)
        .join(OrgUnit, Post.unit_id == OrgUnit.id)
        .join(Instructor, Post.holder_id == Instructor.id)
    )
    return _all(statement.where(whose, _in_year(year)).order_by(Post.id))


def _obligations(whose: ColumnElement[bool], year: int) -> Rows:
    columns = (
        Obligation.id, Obligation.post_id, Obligation.scheme_id, Obligation.need, Obligation.deadline,
    )  # fmt: skip
    statement = select(*columns).join(Post).join(Instructor, Post.holder_id == Instructor.id)
    stands = Obligation.exemption_rule.is_(None) & (Obligation.exemption_reason == "")
    return _all(statement.where(Obligation.year == year, stands, whose).order_by(Obligation.id))


def _credits(whose: ColumnElement[bool], year: int) -> Rows:
    statement = select(Credit.obligation_id, Credit.session_ref, Credit.is_held).join(Obligation).join(Post)
    statement = statement.join(Instructor, Post.holder_id == Instructor.id)
    return _all(statement.where(Obligation.year == year, whose))


def _classes(owner_id: int, year: int, ids: Collection[int], near: Near | None) -> Rows:
    columns = (
        TrainingClass.id,
        TrainingClass.size,
        TrainingClass.is_main,
        TrainingClass.order_kind,
        TrainingClass.host_id,
        TrainingClass.town_id,
        TrainingClass.main_base_id,
    )
    stmt = select(*columns).where(TrainingClass.owner_id == owner_id, TrainingClass.year == year)
    if near is not None:
        stmt = stmt.where(among(TrainingClass.id, ids))
    return _all(stmt.order_by(TrainingClass.id))


def _orders(owner_id: int, year: int, few: Collection[int | None] | None) -> Rows:
    """Ordered packages that still stand: their days, people and stage."""
    columns = (
        PackageOrder.id,
        PackageOrder.first_day,
        PackageOrder.last_day,
        PackageOrder.people,
        PackageOrder.stage,
    )
    mine = (TrainingClass.owner_id == owner_id) & (TrainingClass.year == year)
    stmt = select(*columns).join(TrainingClass).where(mine)
    if few is not None:
        stmt = stmt.where(PackageOrder.id.in_(sorted(order for order in few if order is not None)))
    return _all(stmt.order_by(PackageOrder.id))


def _bookings(owner_id: int, year: int, few: Sequence[int] | None) -> Rows:
    columns = (Booking.session_id, Booking.kind, Booking.resource_id, Booking.state)
    statement = select(*columns).join(Session).join(TrainingClass)
    told = Booking.state.in_((BookingState.CONFIRMED, BookingState.DECLINED))
    mine = statement.where(TrainingClass.owner_id == owner_id, TrainingClass.year == year, told)
    if few is not None:
        mine = mine.where(Booking.session_id.in_(few))
    return _all(mine.order_by(Booking.id))


def _declined(bookings: Rows, kind: ResourceKind) -> Mapping[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in bookings:
        if row.state is BookingState.DECLINED and row.kind is kind:
            found[row.session_id].add(row.resource_id)
    return {session_id: frozenset(ids) for session_id, ids in found.items()}


def _elsewhere(owner_id: int, year: int, near: Near | None, sites: tuple[Rows, Rows]) -> Rows:
    """Bookings that other plans and visits hold in this year, or on the days near a session of what matters to it."""
    first, last = (date(year, 1, 1), date(year, 12, 31)) if near is None else (near.first, near.last)
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
    in_year = (Booking.day >= first) & (Booking.day <= last)
    if near is not None:
        theirs = {
            ResourceKind.INSTRUCTOR: Booking.resource_id.in_(near.people_ids),
            ResourceKind.VENUE: among(Booking.resource_id, [row.id for row in sites[0]]),
            ResourceKind.RESOURCE: among(Booking.resource_id, [row.id for row in sites[1]]),
        }
        in_year &= or_(*((Booking.kind == kind) & which for kind, which in theirs.items()))
    return _all(statement.where(other, live, in_year).order_by(Booking.id))
