"""Party lessons still to come and who could teach them, read at once for thousands of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, Select, and_, case, not_, or_, select

from accounts.models import OrgUnit
from core.db import session
from courses.enums import Method
from courses.models import Course
from instructor_pool.enums import Grade
from instructor_pool.models import Instructor, Qualification
from instructor_pool.queries import unavailable
from instructor_pool.rules.terms import bookable_days
from party_lessons.rules import Ahead, Audience
from scheduling.enums import BookingState, HalfDay, LoanState, ResourceKind, SessionState
from scheduling.models import Booking, Loan, Session, TrainingClass
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR
from scheduling.queries.figures import day_times
from scheduling.queries.lessons import Place, audience_of
from scheduling.queries.loans import in_year, is_other_unit
from scheduling.rules import MINUTES_PER_UNIT

MINUTES_PER_DAY = 24 * 60
Whole = NDArray[np.int64]
NOBODY: Whole = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Offer:
    """Party lessons ahead, and what post holders could teach of them: `starts` has one or two moments of each.

    A lesson is open to whoever is qualified for its course (`by_course`) or to the person asked for by name
    (`by_name`), places in `ahead` both; one that somebody was told to teach is open to nobody. `ordered` are the
    days they were ordered for; `plans` the units that plan them.
    """

    ahead: Ahead
    ordered: Whole
    plans: Whole
    classes: Whole
    starts: tuple[Whole, Whole]
    lengths: Whole
    by_course: Mapping[int, Whole]
    by_name: Mapping[int, Whole]
    places: Mapping[int, Place]
    staff: Staff

    def open_to(self, person: int) -> Whole:
        """Places of the lessons somebody could teach.

        In term, not away, not told to be elsewhere, not declined before, and of the plan's own people or lent to it.
        """
        days = self.staff.days.get(person)
        courses = (self.by_course.get(course, NOBODY) for course in self.staff.courses.get(person, ()))
        found = np.concatenate([self.by_name.get(person, NOBODY), *courses])
        if days is None or not found.size:
            return NOBODY
        found.sort()
        ordered = self.ordered[found]
        kept = (ordered >= days[0]) & (ordered <= days[1])
        declined = self.staff.declined.get(person)
        if declined:
            kept &= ~np.isin(self.ahead.refs[found], declined)
        found = found[kept]
        found = found[self._may_ask(person, found)]
        away = _joined(self.staff.away.get(person, ()))
        lengths = self.lengths[found]
        free = [~_meets(away, starts[found], lengths) for starts in self.starts]
        result: Whole = found[free[0] | free[1]]
        return result

    def _may_ask(self, person: int, found: Whole) -> NDArray[np.bool_]:
        """In which of these lessons' plans somebody may be used: their own unit's and those above, else by a loan."""
        plans, pool = self.plans[found], self.staff.pools[person]
        own = [unit for unit in set(plans.tolist()) if not is_other_unit(pool, self.places[unit].path)]
        may: NDArray[np.bool_] = np.isin(plans, own)
        for borrower, class_id, first, last in self.staff.loans.get(person, ()):
            ordered = self.ordered[found]
            lent = (plans == borrower) & (ordered >= first) & (ordered <= last)
            may |= lent if class_id is None else lent & (self.classes[found] == class_id)
        return may


@dataclass(frozen=True, slots=True)
class Staff:
    """Post holders: what they may teach and when they cannot, in minutes since the year 1."""

    days: Mapping[int, tuple[int, int]]
    pools: Mapping[int, str]
    """Path of the unit that manages each."""
    loans: Mapping[int, Sequence[tuple[int, int | None, int, int]]]
    """Borrower, the only class if any, first and last day of the loans that are not used up."""
    courses: Mapping[int, Sequence[int]]
    away: Mapping[int, Sequence[tuple[int, int]]]
    declined: Mapping[int, Sequence[int]]


def read_offer(
    year: int, today: date, holders: Select[int], condition: ColumnElement[bool] | None = None
) -> Offer:
    """The party lessons of a year from today on, of every level's plan; nine statements.

    Every level's are in it, since who competes for a lesson may be out of the reader's sight. `holders` gives the
    ids of the people to be asked about; `condition` over Session leaves lessons out.
    """
    stmt = _lessons(year, today)
    if condition is not None:
        stmt = stmt.where(condition)
    return _offer(session().execute(stmt).all(), _staff(holders, year, today))


def may_be_open_to(person: int) -> ColumnElement[bool]:
    """Whether a lesson is among those `Offer.open_to` looks at for somebody: of a course of theirs or by name, not shut."""
    asked = case((Session.pinned_instructor, Session.instructor_id), else_=Session.wanted_instructor_id)
    courses = select(Qualification.course_id).where(Qualification.instructor_id == person)
    is_told = and_(Session.state == SessionState.PUBLISHED, Session.told_instructor_id.is_not(None))
    return and_(
        or_(asked == person, and_(asked.is_(None), Session.course_id.in_(courses))),
        not_(is_told),
        Session.method != Method.ON_SITE,
    )


def _lessons(year: int, today: date) -> Select[*tuple[Any, ...]]:
    live = (SessionState.PLANNED, SessionState.PUBLISHED)
    return (
        select(
            Session.id, Session.day, Session.half_day, Session.course_id, Session.method, Session.class_hours,
            Session.state, Session.start, Session.pinned_start, Session.pinned_instructor, Session.instructor_id,
            Session.wanted_instructor_id, Session.told_start, Session.told_instructor_id, Session.told_hours,
            Session.class_id, TrainingClass.order_kind, TrainingClass.owner_id, TrainingClass.host_id, TrainingClass.town_id,
        )
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .join(Course, Session.course_id == Course.id)
        .where(Session.day >= max(today, date(year, 1, 1)), Session.day <= date(year, 12, 31))
        .where(Course.is_party_lesson, Session.state.in_(live))
    )  # fmt: skip


def _offer(rows: Iterable[Row[*tuple[Any, ...]]], staff: Staff) -> Offer:
    places = _places()
    audiences = _Audiences(places)
    by_course: defaultdict[int, list[int]] = defaultdict(list)
    by_name: defaultdict[int, list[int]] = defaultdict(list)
    halves = _halves()
    found = []
    for row in rows:
        is_told = row.state is SessionState.PUBLISHED and row.told_instructor_id is not None
        start = row.told_start if is_told and row.told_start else row.start
        hours = row.told_hours if is_told and row.told_hours else row.class_hours
        day = (start.date() if start else row.day).toordinal()
        ordered = row.day.toordinal()
        pinned = _minute(row.start) if row.start and row.pinned_start else None
        moments = (
            [pinned]
            if pinned is not None
            else [ordered * MINUTES_PER_DAY + at for at in halves[row.half_day]]
        )
        length = int(hours * MINUTES_PER_CLASS_HOUR)
        line = (
            day, row.id, ordered, length, moments[0], moments[-1], audiences.place(row), row.owner_id, row.class_id,
        )  # fmt: skip
        found.append((line, row.course_id, _asked(row), is_told or row.method is Method.ON_SITE))
    found.sort(key=lambda entry: entry[0])
    for place, (_line, course, name, is_shut) in enumerate(found):
        if not is_shut and name is not None:
            by_name[name].append(place)
        elif not is_shut:
            by_course[course].append(place)
    lines = np.array([entry[0] for entry in found], np.int64).reshape(-1, 9)
    days, refs, ordered_days, minutes, first, second, audience, plans, classes = np.ascontiguousarray(lines.T)
    ahead = Ahead(refs, days, minutes, audience, tuple(audiences.known))
    return Offer(
        ahead=ahead, ordered=ordered_days, plans=plans, classes=classes, starts=(first, second), lengths=minutes,
        by_course=_arrays(by_course), by_name=_arrays(by_name), places=places, staff=staff,
    )  # fmt: skip


def _asked(row: Row[*tuple[Any, ...]]) -> int | None:
    """Who alone may teach it: set by hand, or asked for by name."""
    name: int | None = row.instructor_id if row.pinned_instructor else row.wanted_instructor_id
    return name


def _arrays(lists: Mapping[int, list[int]]) -> dict[int, Whole]:
    return {key: np.array(places, np.int64) for key, places in lists.items()}


class _Audiences:
    """Each audience once: thousands of classes have the same host, area and people."""

    def __init__(self, places: Mapping[int, Place]) -> None:
        self.known: dict[Audience, int] = {}
        self._places = places
        self._by_class: dict[tuple[Any, ...], int] = {}

    def place(self, row: Row[*tuple[Any, ...]]) -> int:
        """Where the audience of a lesson stands in `known`."""
        key = (row.order_kind, row.owner_id, row.host_id, row.town_id)
        if key not in self._by_class:
            town = self._places[row.town_id].path if row.town_id else None
            host = self._places[row.host_id] if row.host_id else None
            audience = audience_of(row.order_kind, self._places[row.owner_id].path, host, town)
            self._by_class[key] = self.known.setdefault(audience, len(self.known))
        return self._by_class[key]


def _places() -> dict[int, Place]:
    units = session().execute(select(OrgUnit.id, OrgUnit.path, OrgUnit.level))
    return {unit_id: Place(path, level) for unit_id, path, level in units}


def _halves() -> dict[HalfDay, list[int]]:
    """Minutes of the day at which lessons of each half-day may start."""
    times, some_day = day_times(), date.min
    return {half: [_minute(at) % MINUTES_PER_DAY for at in times.starts(some_day, half)] for half in HalfDay}


def _minute(moment: datetime) -> int:
    return moment.toordinal() * MINUTES_PER_DAY + moment.hour * 60 + moment.minute


def _staff(holders: Select[int], year: int, today: date) -> Staff:
    days, pools = {}, {}
    terms = select(Instructor.id, Instructor.state, Instructor.term_start, Instructor.term_end, OrgUnit.path)
    terms = terms.join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    for row in session().execute(terms.where(Instructor.id.in_(holders))):
        pools[row.id] = row.path
        bookable = bookable_days(row)
        if bookable is not None:
            days[row.id] = (bookable[0].toordinal(), bookable[1].toordinal())
    loans: defaultdict[int, list[tuple[int, int | None, int, int]]] = defaultdict(list)
    running = (Loan.state == LoanState.APPROVED, Loan.used < Loan.granted, in_year(year))
    for loan in session().scalars(select(Loan).where(Loan.instructor_id.in_(holders), *running)):
        span = loan.first_day.toordinal(), loan.last_day.toordinal()
        loans[loan.instructor_id].append((loan.borrower_id, loan.class_id, *span))
    courses: defaultdict[int, list[int]] = defaultdict(list)
    pairs = select(Qualification.instructor_id, Qualification.course_id)
    for person, course in session().execute(pairs.where(Qualification.instructor_id.in_(holders))):
        courses[person].append(course)
    away: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    declined: defaultdict[int, list[int]] = defaultdict(list)
    first = datetime.combine(max(today, date(year, 1, 1)), time())
    after = datetime(year + 1, 1, 1)
    for person, stretches in unavailable(Instructor.id.in_(holders), first, after).items():
        away[person] += [(_minute(a.starts), _minute(a.ends)) for a in stretches if a.grade is Grade.CANNOT]
    for person, state, ref, day, from_unit, to_unit in session().execute(_answers(holders, first, after)):
        if state is BookingState.DECLINED:
            declined[person].append(ref)
        else:
            midnight = day.toordinal() * MINUTES_PER_DAY
            away[person].append(
                (midnight + from_unit * MINUTES_PER_UNIT, midnight + to_unit * MINUTES_PER_UNIT)
            )
    return Staff(days, pools, loans, courses, away, declined)


def _answers(holders: Select[int], first: datetime, after: datetime) -> Select[*tuple[Any, ...]]:
    return select(
        Booking.resource_id,
        Booking.state,
        Booking.session_id,
        Booking.day,
        Booking.from_unit,
        Booking.to_unit,
    ).where(
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.resource_id.in_(holders),
        Booking.day >= date(first.year, 1, 1),
        Booking.day < after.date(),
        # A lesson may have moved since somebody declined it.
        or_(Booking.state == BookingState.DECLINED, Booking.day >= first.date()),
        Booking.state != BookingState.RELEASED,
    )


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[Whole, Whole]:
    """Half-open spans that overlap or touch made one: starts and ends, ascending."""
    starts: list[int] = []
    ends: list[int] = []
    for since, until in sorted(spans):
        if ends and since <= ends[-1]:
            ends[-1] = max(ends[-1], until)
        else:
            starts.append(since)
            ends.append(until)
    return np.array(starts, np.int64), np.array(ends, np.int64)


def _meets(away: tuple[Whole, Whole], starts: Whole, lengths: Whole) -> NDArray[np.bool_]:
    """Whether each stretch meets one of the spans, of `_joined`."""
    since, until = away
    if not since.size:
        return np.zeros(len(starts), np.bool_)
    next_span = np.searchsorted(until, starts, side="right")
    is_before_one = next_span < len(since)
    found: NDArray[np.bool_] = is_before_one & (
        since[np.minimum(next_span, len(since) - 1)] < starts + lengths
    )
    return found
