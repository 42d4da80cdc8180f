"""When people are away, and remarks that may say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from instructor_pool.enums import Grade
from instructor_pool.models import AvailabilityHint, Instructor, Unavailability

MOST_IN_CLAUSE = 500


@dataclass(frozen=True, slots=True)
class Away:
    """A stretch of local time, half-open, in which a person cannot or would rather not teach."""

    starts: datetime
    ends: datetime
    grade: Grade
    reason: str


def unavailable(
    instructor_ids: Collection[int] | None, start: datetime, end: datetime
) -> dict[int, list[Away]]:
    """Stretches that meet [start, end) by person, one statement; None asks for everybody.

    People who are free do not appear.
    """
    stmt = select(
        Unavailability.instructor_id,
        Unavailability.starts,
        Unavailability.ends,
        Unavailability.grade,
        Unavailability.reason,
    ).where(Unavailability.starts < end, Unavailability.ends > start)
    if instructor_ids is not None and len(instructor_ids) <= MOST_IN_CLAUSE:
        stmt = stmt.where(Unavailability.instructor_id.in_(instructor_ids))
    wanted = None if instructor_ids is None else set(instructor_ids)
    found: defaultdict[int, list[Away]] = defaultdict(list)
    for person_id, starts, ends, grade, reason in session().execute(stmt.order_by(Unavailability.starts)):
        if wanted is None or person_id in wanted:
            found[person_id].append(Away(starts, ends, grade, reason))
    return dict(found)


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
        raise NotFound(gettext("没有这条时间登记,可能已经删掉了。"))
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
        raise NotFound(gettext("没有这条备注,或不在您的管理范围内。"))
    return hint


def find_hint(instructor_id: int, text: str) -> AvailabilityHint | None:
    """The remark of this wording, settled or not."""
    stmt = select(AvailabilityHint).where(
        AvailabilityHint.instructor_id == instructor_id, AvailabilityHint.text == text
    )
    return session().scalar(stmt)
