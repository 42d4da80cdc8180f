"""Entering people who are in the pool already, and amending what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypedDict, Unpack

from accounts.access import Actor
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.pinyin import plain_pinyin, search_text, sound
from courses.models import Course
from instructor_pool.enums import EngagementMode, Gender, PoolState, SourceCategory
from instructor_pool.models import AvailabilityHint, Instructor, Qualification, StateChange
from instructor_pool.rules.life import IN_POOL


class InstructorFields(TypedDict, total=False):
    """What the information sheet says of a person; limits count sessions, a term includes both days."""

    name: str
    gender: Gender | None
    birth_month: date | None
    ethnicity: str
    political_status: str
    education: str
    major: str
    work_unit: str
    unit: OrgUnit | None
    post_title: str
    professional_title: str
    source_category: SourceCategory
    engagement_mode: EngagementMode
    research: str
    recommended_by: str
    phone: str | None
    id_number: str | None
    town: OrgUnit | None
    certificate_number: str
    term_start: date
    term_end: date
    max_per_day: int
    max_per_week: int | None
    max_per_month: int | None
    max_per_year: int | None
    fee_per_hour: int
    is_volunteer: bool
    remark: str
    courses: Sequence[Course]


def enter(
    owner: OrgUnit,
    *,
    actor: Actor,
    reason: str,
    state: PoolState = PoolState.APPOINTED,
    **fields: Unpack[InstructorFields],
) -> Instructor:
    """A person known to be in `owner`'s pool from before the system; not flushed, so that thousands go in at once.

    This is the register of facts, not the way in: new people pass nomination and review [2].
    """
    person = Instructor(
        owner_id=owner.id,
        name=fields["name"],
        state=state,
        source_category=fields.get("source_category", SourceCategory.OTHER),
        engagement_mode=fields.get("engagement_mode", EngagementMode.INVITED),
    )
    session().add(person)
    # Who teaches already does so with what was approved before the system came; a candidate has yet to be cleared.
    _set(person, fields, hinted=frozenset(), cleared_on=clock.today() if state in IN_POOL else None)
    step = StateChange(
        instructor=person, after=state, at=clock.now(), by_id=actor.user_id, by_name=actor.name, reason=reason
    )
    session().add(step)
    return person


def amend(
    person: Instructor,
    *,
    actor: Actor,
    hinted: Iterable[str] = (),
    cleared: bool = True,
    **fields: Unpack[InstructorFields],
) -> None:
    """Set the given fields; `courses` replaces the qualifications. `hinted` are remarks already offered. Not flushed.

    Courses that come new are `cleared` when the source is a record of what is taught already; else their
    courseware has yet to be reviewed.
    """
    _set(person, fields, hinted=frozenset(hinted), cleared_on=clock.today() if cleared else None)


def _set(
    person: Instructor, fields: InstructorFields, *, hinted: frozenset[str], cleared_on: date | None
) -> None:
    for name, value in fields.items():
        if name == "unit":
            person.unit_id = value.id if isinstance(value, OrgUnit) else None
        elif name == "town":
            person.town_id = value.id if isinstance(value, OrgUnit) else None
        elif name != "courses":
            setattr(person, name, value)
    if "courses" in fields:
        _qualify(person, fields["courses"], cleared_on)
    remark = fields.get("remark", "")
    if remark and remark not in hinted:
        session().add(AvailabilityHint(instructor=person, text=remark[:200]))
    person.name_pinyin = plain_pinyin(person.name)[:80]
    person.name_sound = sound(person.name)[:80]
    person.search_text = search_text(person.name, person.work_unit, person.post_title)


def _qualify(person: Instructor, courses: Sequence[Course], cleared_on: date | None) -> None:
    wanted = {course.id: course for course in courses}
    kept = [q for q in person.qualifications if q.course_id in wanted]
    held = {q.course_id for q in kept}
    person.qualifications = kept + [
        Qualification(course_id=id_, cleared_on=cleared_on) for id_ in wanted if id_ not in held
    ]
