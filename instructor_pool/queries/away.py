"""When people are away, and remarks that may say so."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from instructor_pool.enums import HALVES
from instructor_pool.models import AvailabilityHint, Instructor, Unavailability, WeeklyTime
from instructor_pool.rules.calendars import Away, effective


def unavailable(whose: ColumnElement[bool], start: datetime, end: datetime) -> dict[int, list[Away]]:
    """What keeps people away in [start, end) by person, weekly patterns and dated entries taken together.

    `whose` is a condition over Instructor. Two statements; people who are free do not appear.
    """
    dated: defaultdict[int, list[Away]] = defaultdict(list)
    stretches = select(
        Unavailability.instructor_id,
        Unavailability.starts,
        Unavailability.ends,
        Unavailability.grade,
        Unavailability.reason,
    ).where(Unavailability.starts < end, Unavailability.ends > start)
    for person_id, starts, ends, grade, reason in session().execute(stretches.join(Instructor).where(whose)):
        dated[person_id].append(Away(starts, ends, grade, reason))
    weekly: defaultdict[int, list[Any]] = defaultdict(list)
    patterns = select(
        WeeklyTime.instructor_id,
        WeeklyTime.weekday,
        WeeklyTime.part,
        WeeklyTime.grade,
        WeeklyTime.reason,
        WeeklyTime.first_day,
        WeeklyTime.last_day,
    )
    patterns = patterns.join(Instructor).where(whose)
    if end - start < timedelta(days=6):
        days = {(start + timedelta(days=n)).weekday() for n in range((end - start).days + 2)}
        patterns = patterns.where(WeeklyTime.weekday.in_(sorted(days)))
    for row in session().execute(patterns):
        weekly[row.instructor_id].append(row)
    found = {
        person_id: effective(dated[person_id], weekly[person_id], start, end)
        for person_id in sorted({*dated, *weekly})
    }
    return {person_id: away for person_id, away in found.items() if away}


def unavailable_of(instructor_id: int, start: datetime, end: datetime) -> list[Away]:
    """The same for one person."""
    return unavailable(Instructor.id == instructor_id, start, end).get(instructor_id, [])


def list_weekly(instructor_id: int) -> list[WeeklyTime]:
    """A person's weekly pattern, by weekday and part of the day."""
    rows = session().scalars(select(WeeklyTime).where(WeeklyTime.instructor_id == instructor_id))
    return sorted(rows, key=lambda row: (row.weekday, HALVES.index(row.part)))


def list_unavailability(instructor_id: int, since: datetime | None = None) -> list[Unavailability]:
    """A person's stretches in order, optionally those that end after `since`."""
    stmt = select(Unavailability).where(Unavailability.instructor_id == instructor_id)
    if since is not None:
        stmt = stmt.where(Unavailability.ends > since)
    return list(session().scalars(stmt.order_by(Unavailability.starts)))


def get_unavailability(instructor_id: int, row_id: int) -> Unavailability:
    """One stretch of one person; NotFound otherwise."""
    stmt = select(Unavailability).where(
        Unavailability.id == row_id, Unavailability.instructor_id == instructor_id
    )
    row = session().scalar(stmt)
    if row is None:
        raise NotFound(gettext("没有这条时间登记，可能已经删掉了。"))
    return row


def list_hints(scope: Scope, instructor_id: int | None = None) -> list[AvailabilityHint]:
    """Remarks still to be settled, by text and person; one person's when asked."""
    stmt = (
        select(AvailabilityHint)
        .join(Instructor, AvailabilityHint.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), AvailabilityHint.settled_at.is_(None))
        .options(contains_eager(AvailabilityHint.instructor))
    )
    if instructor_id is not None:
        stmt = stmt.where(AvailabilityHint.instructor_id == instructor_id)
    return list(session().scalars(stmt.order_by(AvailabilityHint.text, Instructor.name_pinyin).limit(500)))


def get_hint(scope: Scope, hint_id: int) -> AvailabilityHint:
    """One remark inside the scope; NotFound otherwise."""
    stmt = (
        select(AvailabilityHint)
        .join(Instructor, AvailabilityHint.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    )
    hint = session().scalar(stmt.where(AvailabilityHint.id == hint_id, scope.clause(OrgUnit.path)))
    if hint is None:
        raise NotFound(gettext("没有这条备注，或不在您的管理范围内。"))
    return hint


def find_hint(instructor_id: int, text: str) -> AvailabilityHint | None:
    """The remark of this wording, settled or not."""
    stmt = select(AvailabilityHint).where(
        AvailabilityHint.instructor_id == instructor_id, AvailabilityHint.text == text
    )
    return session().scalar(stmt)
