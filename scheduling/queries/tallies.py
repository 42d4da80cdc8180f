"""Held lessons counted by month, for figures with their trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, extract, func, select

from accounts.access import Scope
from bases.models import TeachingBase, Venue
from core.db import session
from instructor_pool.models import Instructor
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.classes import visible


@dataclass(frozen=True, slots=True)
class MonthTally:
    """What was held in one month: lessons, people reached, class hours, who taught."""

    lessons: int = 0
    people: int = 0
    hours: float = 0.0
    instructors: int = 0


def held_in_scope(scope: Scope, year: int) -> list[MonthTally]:
    """Twelve months of held lessons of classes inside the scope; one statement."""
    return _months(year, _of_classes(scope))


def held_by_person(user_id: int, year: int) -> list[MonthTally]:
    """Twelve months of what the person behind an account taught."""
    return _months(
        year, Session.instructor_id.in_(select(Instructor.id).where(Instructor.user_id == user_id))
    )


def held_at_bases(user_id: int, year: int) -> list[MonthTally]:
    """Twelve months of what was held at the bases of a manager."""
    venues = select(Venue.id).join(TeachingBase).where(TeachingBase.manager_id == user_id)
    return _months(year, Session.venue_id.in_(venues))


def held_at_base(base_id: int, year: int) -> list[MonthTally]:
    """Twelve months of what was held at one base."""
    return _months(year, Session.venue_id.in_(select(Venue.id).where(Venue.base_id == base_id)))


def _of_classes(scope: Scope) -> ColumnElement[bool]:
    """Lessons of the classes in sight; by their ids, so that the index over class and state serves them."""
    return Session.class_id.in_(select(TrainingClass.id).where(visible(scope)))


def _months(year: int, condition: ColumnElement[bool]) -> list[MonthTally]:
    month = extract("month", Session.start)
    stmt = (
        select(
            month,
            func.count(),
            func.coalesce(func.sum(Session.attendance), 0),
            func.sum(Session.class_hours),
            func.count(Session.instructor_id.distinct()),
        )
        .where(Session.state == SessionState.HELD, condition)
        .where(Session.start >= date(year, 1, 1), Session.start < date(year + 1, 1, 1))
        .group_by(month)
    )
    found = {
        int(row[0]): MonthTally(row[1], int(row[2] or 0), float(row[3] or 0), row[4])
        for row in session().execute(stmt)
    }
    return [found.get(number, MonthTally()) for number in range(1, 13)]


def count_teaching(scope: Scope, year: int) -> int:
    """Different people who taught a held lesson of the year."""
    stmt = (
        select(func.count(Session.instructor_id.distinct()))
        .where(Session.state == SessionState.HELD, _of_classes(scope))
        .where(Session.start >= date(year, 1, 1), Session.start < date(year + 1, 1, 1))
    )
    return session().scalar(stmt) or 0
