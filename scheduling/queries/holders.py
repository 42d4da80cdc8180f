"""Post holders as the forecast sees them: what they may teach, when they cannot, and how much more they may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, select

from accounts.models import OrgUnit
from core.db import session
from instructor_pool.enums import Grade
from instructor_pool.models import Instructor, Qualification
from instructor_pool.queries import unavailable
from instructor_pool.rules.terms import bookable_days
from scheduling.enums import BookingState, LoanState, ResourceKind
from scheduling.models import Booking, Loan
from scheduling.queries.loans import in_year
from scheduling.rules import MINUTES_PER_UNIT

MINUTES_PER_DAY = 24 * 60
FOR_GOOD = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan that is not used up: borrower, the only class if any, first and last day, and how many sessions are left."""

    borrower: int
    class_id: int | None
    first: int
    last: int
    left: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Sessions a person teaches at most; None: as many as you like."""

    day: int | None
    week: int | None
    month: int | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Staff:
    """By person. Days are ordinals; moments minutes since the year 1."""

    days: Mapping[int, tuple[int, int]]
    pools: Mapping[int, str]
    """Path of the unit that manages each."""
    loans: Mapping[int, Sequence[Lent]]
    courses: Mapping[int, Sequence[tuple[int, int]]]
    """Courses whose courseware is cleared, each with the last day of that [3 §五(六)]."""
    away: Mapping[int, Sequence[tuple[int, int]]]
    declined: Mapping[int, Sequence[int]]
    limits: Mapping[int, Limits]
    taught: Mapping[int, Sequence[int]]
    """Days of the sessions each has taught in the year or was told to teach."""


def read_staff(holders: Select[int], year: int, today: date) -> Staff:
    """The people whose ids `holders` gives; six statements."""
    days, pools, limits = {}, {}, {}
    for row in session().execute(_people(holders)):
        pools[row.id] = row.path
        limits[row.id] = Limits(row.max_per_day, row.max_per_week, row.max_per_month, row.max_per_year)
        bookable = bookable_days(row)
        if bookable is not None:
            days[row.id] = (bookable[0].toordinal(), bookable[1].toordinal())
    away: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    first, after = datetime.combine(max(today, date(year, 1, 1)), time()), datetime(year + 1, 1, 1)
    for person, stretches in unavailable(Instructor.id.in_(holders), first, after).items():
        away[person] += [(minute(a.starts), minute(a.ends)) for a in stretches if a.grade is Grade.CANNOT]
    declined: defaultdict[int, list[int]] = defaultdict(list)
    taught: defaultdict[int, list[int]] = defaultdict(list)
    for person, state, ref, day, from_unit, to_unit in session().execute(_answers(holders, year)):
        if state is BookingState.DECLINED:
            # A lesson may have moved since somebody declined it.
            declined[person].append(ref)
            continue
        taught[person].append(day.toordinal())
        if day >= first.date():
            midnight = day.toordinal() * MINUTES_PER_DAY
            span = midnight + from_unit * MINUTES_PER_UNIT, midnight + to_unit * MINUTES_PER_UNIT
            away[person].append(span)
    return Staff(days, pools, _loans(holders, year), _courses(holders), away, declined, limits, taught)


def _people(holders: Select[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Instructor.id,
            Instructor.state,
            Instructor.term_start,
            Instructor.term_end,
            Instructor.max_per_day,
            Instructor.max_per_week,
            Instructor.max_per_month,
            Instructor.max_per_year,
            OrgUnit.path,
        )
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(Instructor.id.in_(holders))
    )


def _loans(holders: Select[int], year: int) -> Mapping[int, Sequence[Lent]]:
    found: defaultdict[int, list[Lent]] = defaultdict(list)
    running = (Loan.state == LoanState.APPROVED, Loan.used < Loan.granted, in_year(year))
    for loan in session().scalars(select(Loan).where(Loan.instructor_id.in_(holders), *running)):
        span = loan.first_day.toordinal(), loan.last_day.toordinal()
        found[loan.instructor_id].append(
            Lent(loan.borrower_id, loan.class_id, *span, loan.granted - loan.used)
        )
    return found


def _courses(holders: Select[int]) -> Mapping[int, Sequence[tuple[int, int]]]:
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    columns = (Qualification.instructor_id, Qualification.course_id, Qualification.cleared_until)
    cleared = (Qualification.instructor_id.in_(holders), Qualification.cleared_on.is_not(None))
    for person, course, until in session().execute(select(*columns).where(*cleared)):
        found[person].append((course, FOR_GOOD if until is None else until.toordinal()))
    return found


def _answers(holders: Select[int], year: int) -> Select[*tuple[Any, ...]]:
    columns = (
        Booking.resource_id, Booking.state, Booking.session_id, Booking.day, Booking.from_unit, Booking.to_unit,
    )  # fmt: skip
    return select(*columns).where(
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.resource_id.in_(holders),
        Booking.day >= date(year, 1, 1),
        Booking.day < date(year + 1, 1, 1),
        Booking.state != BookingState.RELEASED,
    )


def minute(moment: datetime) -> int:
    """Minutes since the year 1."""
    return moment.toordinal() * MINUTES_PER_DAY + moment.hour * 60 + moment.minute
