"""Party lessons still to come and who could teach them, read at once for thousands of both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, Select, and_, case, not_, or_, select

from accounts.models import OrgUnit
from core.db import session
from courses.enums import Method
from courses.models import Course
from instructor_pool.models import Qualification
from party_lessons.rules import Ahead, Audience, Cap
from scheduling.enums import HalfDay, SessionState
from scheduling.models import Session, TrainingClass
from scheduling.models.classes import MINUTES_PER_CLASS_HOUR
from scheduling.queries.figures import day_times
from scheduling.queries.holders import MINUTES_PER_DAY, Lent, Staff, minute, read_staff
from scheduling.queries.lessons import Place, audience_of
from scheduling.queries.limits import Lesson, caps, has_room
from scheduling.queries.loans import is_other_unit
from scheduling.queries.participants import participants_where

Whole = NDArray[np.int64]
NOBODY: Whole = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Offer:
    """Party lessons ahead, and what post holders could teach of them: `starts` has one or two moments of each.

    A lesson is open to whoever's courseware for its course is cleared, among all (`by_course`) or asked for by name
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
    courses: Whole
    places: Mapping[int, Place]
    staff: Staff

    def open_to(self, person: int) -> Whole:
        """Places of the lessons somebody could teach.

        Cleared for the course, in term, not away, not told to be elsewhere, not declined before, within the limits of
        day, week, month and year, and of the plan's own people or lent to it.
        """
        days = self.staff.days.get(person)
        courses = (
            mine[self.ordered[mine] <= until]
            for course, until in self.staff.courses.get(person, ())
            if (mine := self.by_course.get(course, NOBODY)).size
        )
        found = np.concatenate([self._asked_for(person), *courses])
        if days is None or not found.size:
            return NOBODY
        found.sort()
        ordered = self.ordered[found]
        kept = (ordered >= days[0]) & (ordered <= days[1])
        declined = self.staff.declined.get(person)
        if declined:
            kept &= ~np.isin(self.ahead.refs[found], declined)
        kept &= has_room(
            self.staff.limits[person],
            self.staff.taught.get(person, ()),
            self.starts[0][found] // MINUTES_PER_DAY,
        )
        found = found[kept]
        found = found[self._may_ask(person, found)]
        away = joined(self.staff.away.get(person, ()))
        lengths = self.lengths[found]
        free = [~meets(away, starts[found], lengths) for starts in self.starts]
        result: Whole = found[free[0] | free[1]]
        return result

    def _asked_for(self, person: int) -> Whole:
        """Lessons that ask for a person by name, and that the person's courseware is cleared for."""
        mine = self.by_name.get(person, NOBODY)
        until = dict(self.staff.courses.get(person, ()))
        last = np.array([until.get(course, 0) for course in self.courses[mine].tolist()], np.int64)
        asked: Whole = mine[self.ordered[mine] <= last]
        return asked

    def caps_of(self, person: int, among: Collection[int]) -> list[Cap]:
        """What somebody who wants several of these lessons must keep to."""
        found = self.open_to(person)
        found = found[np.isin(self.ahead.refs[found], list(among))]
        away = joined(self.staff.away.get(person, ()))
        moments = [starts[found] for starts in self.starts]
        free = [~meets(away, starts, self.lengths[found]) for starts in moments]
        lessons = [
            Lesson(
                ref,
                tuple(sorted({at for at, is_free in options if is_free})),
                length,
                self._loan_of(person, place),
            )
            for ref, length, place, *options in zip(
                self.ahead.refs[found].tolist(),
                self.lengths[found].tolist(),
                found.tolist(),
                *(
                    zip(at.tolist(), is_free.tolist(), strict=True)
                    for at, is_free in zip(moments, free, strict=True)
                ),
                strict=True,
            )
        ]
        taught = self.staff.taught.get(person, ())
        return list(caps(self.staff.limits[person], taught, lessons, moments[0] // MINUTES_PER_DAY))

    def _loan_of(self, person: int, place: int) -> Lent | None:
        """The loan by which somebody of another unit may be asked for a lesson."""
        plan, day = int(self.plans[place]), int(self.ordered[place])
        if not is_other_unit(self.staff.pools[person], self.places[plan].path):
            return None
        class_id = int(self.classes[place])
        return next(
            loan
            for loan in self.staff.loans[person]
            if loan.borrower == plan and loan.first <= day <= loan.last and loan.class_id in (None, class_id)
        )

    def _may_ask(self, person: int, found: Whole) -> NDArray[np.bool_]:
        """In which of these lessons' plans somebody may be used: their own unit's and those above, else by a loan."""
        plans, pool = self.plans[found], self.staff.pools[person]
        own = [unit for unit in set(plans.tolist()) if not is_other_unit(pool, self.places[unit].path)]
        may: NDArray[np.bool_] = np.isin(plans, own)
        for loan in self.staff.loans.get(person, ()):
            ordered = self.ordered[found]
            lent = (plans == loan.borrower) & (ordered >= loan.first) & (ordered <= loan.last)
            may |= lent if loan.class_id is None else lent & (self.classes[found] == loan.class_id)
        return may


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
    return _offer(session().execute(stmt).all(), read_staff(holders, year, today))


def may_be_open_to(person: int) -> ColumnElement[bool]:
    """Whether a lesson is among those `Offer.open_to` looks at for somebody: of a course of theirs or by name, not shut."""
    asked = case((Session.pinned_instructor, Session.instructor_id), else_=Session.wanted_instructor_id)
    cleared = (Qualification.instructor_id == person, Qualification.cleared_on.is_not(None))
    courses = select(Qualification.course_id).where(*cleared)
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
            Session.class_id, TrainingClass.order_kind, TrainingClass.is_main, TrainingClass.owner_id, TrainingClass.host_id, TrainingClass.town_id,
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
        pinned = minute(row.start) if row.start and row.pinned_start else None
        moments = (
            [pinned]
            if pinned is not None
            else [ordered * MINUTES_PER_DAY + at for at in halves[row.half_day]]
        )
        length = int(hours * MINUTES_PER_CLASS_HOUR)
        line = (
            day, row.id, ordered, length, moments[0], moments[-1], audiences.place(row), row.owner_id, row.class_id, row.course_id,
        )  # fmt: skip
        found.append((line, row.course_id, _asked(row), is_told or row.method is Method.ON_SITE))
    found.sort(key=lambda entry: entry[0])
    for place, (_line, course, name, is_shut) in enumerate(found):
        if not is_shut and name is not None:
            by_name[name].append(place)
        elif not is_shut:
            by_course[course].append(place)
    lines = np.array([entry[0] for entry in found], np.int64).reshape(-1, 10)
    days, refs, ordered_days, minutes, first, second, audience, plans, classes, courses = (
        np.ascontiguousarray(lines.T)
    )
    ahead = Ahead(refs, days, minutes, audience, tuple(audiences.known))
    return Offer(
        ahead=ahead, ordered=ordered_days, plans=plans, classes=classes, starts=(first, second), lengths=minutes,
        by_course=_arrays(by_course), by_name=_arrays(by_name), courses=courses, places=places, staff=staff,
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
        self._units = participants_where()
        self._by_class: dict[tuple[Any, ...], int] = {}

    def place(self, row: Row[*tuple[Any, ...]]) -> int:
        """Where the audience of a lesson stands in `known`."""
        units = self._units.get(row.class_id, frozenset())
        key = (row.order_kind, row.is_main, row.owner_id, row.host_id, row.town_id, units)
        if key not in self._by_class:
            town = self._places[row.town_id].path if row.town_id else None
            host = self._places[row.host_id] if row.host_id else None
            audience = audience_of(
                row.order_kind, self._places[row.owner_id].path, host, town, is_main=row.is_main, units=units
            )
            self._by_class[key] = self.known.setdefault(audience, len(self.known))
        return self._by_class[key]


def _places() -> dict[int, Place]:
    units = session().execute(select(OrgUnit.id, OrgUnit.path, OrgUnit.level))
    return {unit_id: Place(path, level) for unit_id, path, level in units}


def _halves() -> dict[HalfDay, list[int]]:
    """Minutes of the day at which lessons of each half-day may start."""
    times, some_day = day_times(), date.min
    return {half: [minute(at) % MINUTES_PER_DAY for at in times.starts(some_day, half)] for half in HalfDay}


def joined(spans: Sequence[tuple[int, int]]) -> tuple[Whole, Whole]:
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


def meets(away: tuple[Whole, Whole], starts: Whole, lengths: Whole) -> NDArray[np.bool_]:
    """Whether each stretch meets one of the spans, of `joined`."""
    since, until = away
    if not since.size:
        return np.zeros(len(starts), np.bool_)
    next_span = np.searchsorted(until, starts, side="right")
    is_before_one = next_span < len(since)
    found: NDArray[np.bool_] = is_before_one & (
        since[np.minimum(next_span, len(since) - 1)] < starts + lengths
    )
    return found
