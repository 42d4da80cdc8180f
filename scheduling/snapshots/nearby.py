"""What of a large plan matters to one session that a hand is about to place.

A plan of a hundred thousand sessions is not read whole for one of them. What can touch it is: its class; whatever is held
on the days it may be held; and of the people who may teach it all their lessons of these weeks and months, for their limits,
with the number of those in the rest of the year. Leaders whose yearly duty it would fulfil bring the lessons of their year.
Everything else stands still anyway, and adds the same to every choice.
"""

from __future__ import annotations

import time
from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select, union

from core.db import among, session
from courses.models import Course
from instructor_pool.enums import PoolState
from instructor_pool.models import Instructor, Qualification
from party_lessons.models import Credit
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass

LARGE = 3_000
"""Sessions of a plan from which on only what is near is read; a county has a few hundred."""
KEPT_SECONDS = 600
"""How long the size of a plan is believed: it only decides how to read, and what a fair share is."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A session that somebody is about to place."""

    session_id: int
    starts: Sequence[datetime] = ()
    """The times it may have, where these are not those it was asked for."""
    is_brief: bool = False
    """Of sessions that only share rooms with it, their time is enough: nobody asks whose they are."""
    venues: Sequence[int] | None = ()
    """Rooms that are asked about, beside those near its class; None where every room may matter."""


@dataclass(frozen=True)
class Near:
    """One session of a plan and the days it may be held on."""

    session_id: int
    class_id: int
    course_id: int
    first: date
    last: date
    known: frozenset[int]
    """People who stand in it, or are wished for."""
    target: int
    """A fair number of sessions for a person in the year."""
    hand: Hand

    @property
    def months(self) -> tuple[datetime, datetime]:
        """All weeks and months that the days are in."""
        begin = min(self.first.replace(day=1), self.first - timedelta(days=self.first.weekday()))
        end = max(
            self.last.replace(day=monthrange(self.last.year, self.last.month)[1]),
            self.last + timedelta(days=6 - self.last.weekday()),
        )
        return _moments(begin, end)

    @property
    def spans(self) -> tuple[tuple[date, date], tuple[date, date]]:
        """The month and the week of the first day."""
        monday = self.first - timedelta(days=self.first.weekday())
        return _month(self.first), (monday, monday + timedelta(days=6))

    @property
    def month(self) -> tuple[int, int] | None:
        """Year and month of which lessons were only counted."""
        return (self.first.year, self.first.month) if self.is_counted else None

    @property
    def is_counted(self) -> bool:
        """Whether all its days are in one week and one month: then lessons of those only need to be counted."""
        week = timedelta(days=6 - self.first.weekday())
        return self.last <= self.first + week and self.last.month == self.first.month

    @property
    def days(self) -> tuple[datetime, datetime]:
        """From the first midnight to the one after the last day."""
        return _moments(self.first, self.last)

    def has(self, start: datetime | None) -> bool:
        """Whether something that begins then is held on one of its days."""
        return start is not None and self.days[0] <= start < self.days[1]

    @property
    def people(self) -> ColumnElement[bool]:
        """Who may teach it, stands in it, or teaches its class."""
        return Instructor.id.in_(self.people_ids)

    @property
    def taught_by_them(self) -> ColumnElement[bool]:
        """Sessions of these people."""
        return Session.instructor_id.in_(self.people_ids)

    @cached_property
    def people_ids(self) -> Any:
        """Ids of these people, as half a dozen statements ask for them."""
        teaching = select(Session.instructor_id).where(
            Session.class_id == self.class_id, Session.instructor_id.is_not(None)
        )
        known = select(Instructor.id).where(Instructor.id.in_(sorted(self.known)))
        return union(self._qualified(), teaching, *([known] if self.known else []))

    def _qualified(self) -> Any:
        cleared = Qualification.cleared_on.is_not(None)
        return select(Qualification.instructor_id).where(Qualification.course_id == self.course_id, cleared)

    def _on_its_days(self) -> ColumnElement[bool]:
        days = self.days
        return (Session.start >= days[0]) & (Session.start < days[1])

    def sessions(self) -> ColumnElement[bool]:
        """Its class's, those of its days, and those that people who may teach it have in these months.

        In brief, of its days only those of people who may teach it; the others are `strangers`.
        """
        months = self.months
        theirs = select(Session.id).where(
            Session.instructor_id.in_(self._qualified()),
            Session.start >= months[0],
            Session.start < months[1],
        )
        at_once = select(Session.id).where(self._on_its_days())
        if self.hand.is_brief:
            at_once = at_once.where(self.taught_by_them)
        found = [select(Session.id).where(Session.class_id == self.class_id), at_once]
        return Session.id.in_(union(*found) if self.is_counted else union(*found, theirs))

    def strangers(self) -> ColumnElement[bool]:
        """Those of its days that are of other classes, and of people who may not teach it."""
        others = Session.instructor_id.is_(None) | Session.instructor_id.not_in(self.people_ids)
        return (Session.class_id != self.class_id) & self._on_its_days() & others


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    midnight = datetime.min.time()
    return datetime.combine(first, midnight), datetime.combine(last + timedelta(days=1), midnight)


def near_of(owner_id: int, year: int, hand: Hand) -> Near | None:
    """What is near a session of a large plan; None where the whole is read: small plans, and courses of no catalogue."""
    size, target = _size(owner_id, year)
    if size < LARGE:
        return None
    row = session().get_one(Session, hand.session_id)
    if row.course_id is None:
        return None
    days = {row.day, *(start.date() for start in hand.starts), *([row.start.date()] if row.start else [])}
    people = (row.instructor_id, row.told_instructor_id, row.wanted_instructor_id)
    return Near(
        row.id,
        row.class_id,
        row.course_id,
        min(days),
        max(days),
        frozenset(person for person in people if person is not None),
        target,
        hand,
    )


_sizes: dict[tuple[str, int, int], tuple[float, int, int]] = {}


def _size(owner_id: int, year: int) -> tuple[int, int]:
    """How many sessions a plan has, and a fair share of them for one person."""
    place = (str(session().get_bind().engine.url), owner_id, year)
    known = _sizes.get(place)
    if known is None or time.monotonic() - known[0] > KEPT_SECONDS:
        mine = (TrainingClass.owner_id == owner_id) & (TrainingClass.year == year)
        stmt = select(func.count(), func.count(Session.course_id)).join_from(Session, TrainingClass)
        size, lessons = session().execute(stmt.where(mine, Session.state != SessionState.CANCELLED)).one()
        people = 1
        if size >= LARGE:
            people = session().scalar(_teaching(owner_id)) or 1
        known = _sizes[place] = (time.monotonic(), size, max(1, -(-lessons // people)))
    return known[1], known[2]


def _teaching(owner_id: int) -> Any:
    from_ = select(func.count()).select_from(Instructor)
    states = (PoolState.APPOINTED, PoolState.RENEWAL_DUE)
    return from_.where(Instructor.owner_id == owner_id, Instructor.state.in_(states))


class Count(NamedTuple):
    """How many sessions somebody has in the year, and of those in the month and the week of the days near."""

    year: int = 0
    month: int = 0
    week: int = 0


def counts_of(owner_id: int, year: int, near: Near) -> dict[int, Count]:
    """By person who may teach it, over the whole plan."""
    within = [_moments(*span) for span in near.spans]
    counted = [func.sum(case(((Session.start >= a) & (Session.start < b), 1), else_=0)) for a, b in within]
    stmt = (
        select(Session.instructor_id, func.count(), *counted)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .where(TrainingClass.owner_id == owner_id, TrainingClass.year == year)
        .where(Session.state != SessionState.CANCELLED, Session.start.is_not(None))
        .where(near.taught_by_them)
        .group_by(Session.instructor_id)
    )
    return {
        person: Count(int(in_year), int(in_month), int(in_week))
        for person, in_year, in_month, in_week in session().execute(stmt)
        if person is not None
    }


def outside_of(counts: Mapping[int, Count], rows: Sequence[Any], near: Near) -> dict[int, Count]:
    """By person: how many of those are not among `rows`."""
    found = dict(counts)
    month, week = (_moments(*span) for span in near.spans)
    for row in rows:
        if row.instructor_id in found and row.start is not None:
            had = found[row.instructor_id]
            is_in_month, is_in_week = month[0] <= row.start < month[1], week[0] <= row.start < week[1]
            found[row.instructor_id] = Count(had.year - 1, had.month - is_in_month, had.week - is_in_week)
    return found


def lessons_of_year(owner_id: int, year: int, people: Collection[int]) -> list[int]:
    """The party lessons of a plan that these people have in the year and have not held."""
    if not people:
        return []
    stmt = (
        select(Session.id)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .join(Course, Session.course_id == Course.id)
        .where(TrainingClass.owner_id == owner_id, TrainingClass.year == year, Course.is_party_lesson)
        .where(among(Session.instructor_id, people), Session.start.is_not(None))
        .where(Session.state.in_((SessionState.PLANNED, SessionState.PUBLISHED)))
    )
    return list(session().scalars(stmt))


def credits_for(obligations: Collection[int]) -> Sequence[Any]:
    """What counts for some duties: obligation, session, and whether it was held."""
    if not obligations:
        return ()
    counted = select(Credit.obligation_id, Credit.session_ref, Credit.is_held)
    return session().execute(counted.where(among(Credit.obligation_id, obligations))).all()
