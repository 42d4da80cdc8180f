"""Courseware: handed in, reviewed by somebody else, cleared for a time; who may teach what follows from it [3 §五(六)]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock, files
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from courses.models import Course
from instructor_pool import queries
from instructor_pool.enums import CoursewareState, IncidentGrade, PoolState
from instructor_pool.models import Courseware, Instructor, Qualification, TeachingIncident
from instructor_pool.notices import courseware_decided
from instructor_pool.rules.clearance import LONGEST_DAYS
from notifications import services as notifications

OUTSIDE = (PoolState.EXITED, PoolState.REJECTED)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is handed in: a title, an address it can be read at, a remark, a file by name and content."""

    title: str
    link: str = ""
    note: str = ""
    file_name: str = ""
    file_body: bytes | None = None


def submit(person: Instructor, course: Course, draft: Draft, *, actor: Actor) -> Courseware:
    """Hand in the next version. What is cleared stays in force until the new version is.

    RuleBroken while a version waits for review, for people outside the pool, and for retired courses.
    """
    if person.state in OUTSIDE:
        raise RuleBroken(gettext("%(name)s 已不在库，不能再交课件。", name=person.name))
    if course.retired:
        raise _refused("retired", gettext("课程「%(name)s」已停开。", name=course.name), "course")
    versions = queries.list_versions(person.id, course.id)
    if any(v.state is CoursewareState.SUBMITTED for v in versions):
        sentence = gettext("《%(name)s》已有一版课件待审核，审完再交新版。", name=course.name)
        raise _refused("waiting", sentence, "course")
    item = Courseware(
        instructor=person,
        course=course,
        number=versions[0].number + 1 if versions else 1,
        title=draft.title.strip()[:120],
        link=draft.link.strip(),
        note=draft.note.strip()[:300],
        state=CoursewareState.SUBMITTED,
        submitted_at=clock.now(),
        submitted_by_id=actor.user_id,
        submitted_by=actor.name,
    )
    if draft.file_body is not None:
        item.file = files.keep(draft.file_name, draft.file_body, field="file")
    session().add(item)
    session().flush()
    audit.note(session(), _subject(item))
    return item


def clear(item: Courseware, *, until: date, opinion: str = "", actor: Actor, seen: int | None = None) -> None:
    """Clear a version up to and including `until`: from now on the person may be scheduled with the course."""
    _check_review(item, actor, seen)
    today = clock.today()
    if not today < until <= today + timedelta(days=LONGEST_DAYS):
        raise _refused("until", gettext("有效期要在明天以后、五年以内。"), "until")
    for older in queries.list_versions(item.instructor_id, item.course_id):
        if older.state is CoursewareState.CLEARED:
            older.state = CoursewareState.SUPERSEDED
    item.cleared_until = until
    _decide(item, CoursewareState.CLEARED, opinion, actor)
    held = queries.find_qualification(item.instructor_id, item.course_id)
    if held is None:
        held = Qualification(instructor_id=item.instructor_id, course_id=item.course_id)
        session().add(held)
    session().flush()
    held.cleared_on, held.cleared_until, held.courseware_id = today, until, item.id
    _tell(item)


def send_back(item: Courseware, opinion: str, *, actor: Actor, seen: int | None = None) -> None:
    """Return a version with what has to change; an older cleared one stays in force."""
    _check_review(item, actor, seen)
    if not opinion.strip():
        raise _refused("opinion", gettext("请写明要改什么。"), "opinion")
    _decide(item, CoursewareState.RETURNED, opinion, actor)
    _tell(item)


def withdraw(item: Courseware, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """Take a cleared version out of use: the course can no longer be scheduled with the person."""
    item.expect_version(seen)
    if item.state is not CoursewareState.CLEARED:
        raise RuleBroken(gettext("只有审核通过的课件能停用，这一版%(state)s。", state=item.state.label))
    if not reason.strip():
        raise _refused("opinion", gettext("请写明停用原因。"), "opinion")
    item.state, item.opinion = CoursewareState.WITHDRAWN, f"{reason.strip()}({actor.name})"[:300]
    audit.note(session(), _subject(item))
    held = queries.find_qualification(item.instructor_id, item.course_id)
    if held is not None and held.courseware_id == item.id:
        held.cleared_on = held.cleared_until = held.courseware_id = None
    _tell(item)


def _check_review(item: Courseware, actor: Actor, seen: int | None) -> None:
    item.expect_version(seen)
    if item.state is not CoursewareState.SUBMITTED:
        raise RuleBroken(gettext("这一版课件%(state)s，不能再审。", state=item.state.label))
    if actor.user_id is not None and actor.user_id in (item.submitted_by_id, item.instructor.user_id):
        raise NotAllowed(gettext("课件要由提交人和讲师本人以外的人审核。"))


def _decide(item: Courseware, state: CoursewareState, opinion: str, actor: Actor) -> None:
    item.state, item.opinion = state, opinion.strip()[:300]
    item.reviewed_at, item.reviewer_id, item.reviewer = clock.now(), actor.user_id, actor.name
    session().flush()
    audit.note(session(), _subject(item))


def _subject(item: Courseware) -> str:
    return f"{item.instructor.name}《{item.course.name}》v{item.number} {item.state.label}"


def _tell(item: Courseware) -> None:
    session().flush()
    if item.instructor.user_id is not None:
        notifications.queue(item.instructor.user_id, *courseware_decided(item))


def _refused(code: str, sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(code, sentence, subject)])


def record_incident(
    person: Instructor, *, day: date, grade: IncidentGrade, what: str, actor: Actor
) -> TeachingIncident:
    """Keep a teaching incident; it counts towards discipline and exit [3 §六(二)]."""
    if day > clock.today():
        raise _refused("day", gettext("日期不能晚于今天。"), "day")
    if not what.strip():
        raise _refused("what", gettext("请写明经过。"), "what")
    row = TeachingIncident(
        instructor=person,
        day=day,
        grade=grade,
        what=what.strip()[:300],
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    session().add(row)
    session().flush()
    audit.note(session(), gettext("%(name)s 的教学责任事故", name=person.name))
    return row


def revoke_incident(row: TeachingIncident, reason: str, *, actor: Actor) -> None:
    """Take an incident back with a reason; it stays readable and no longer counts."""
    if row.revoked_at is not None:
        raise RuleBroken(gettext("这条记录已经撤销。"))
    if not reason.strip():
        raise _refused("reason", gettext("请写明撤销原因。"), "reason")
    row.revoked_at, row.revoke_reason = clock.now(), reason.strip()[:300]
    session().flush()
    audit.note(session(), gettext("撤销 %(name)s 的教学责任事故", name=row.instructor.name))
