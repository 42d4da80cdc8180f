"""Somebody takes a published lesson over: booked, agreed and told at once, without publishing the rest. Flush only."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import Conflict
from instructor_pool.enums import AnswerSource
from instructor_pool.models import Instructor
from scheduling.enums import BookingState, ResourceKind, SessionState
from scheduling.models import Session, SubstituteCall
from scheduling.queries import sessions as session_queries
from scheduling.services import checking, claiming, crediting, publishing, telling


def why_moot(call: SubstituteCall) -> str:
    """Why nobody has to be looked for any more; empty while it is needed."""
    row = call.session
    if row.state is not SessionState.PUBLISHED or row.told_start is None:
        return gettext("这个课次已收回、取消或上完。")
    if row.told_start <= clock.now():
        return gettext("这个课次已经开始或过去。")
    if row.told_instructor_id is not None and row.told_instructor_id != call.absent_id:
        return gettext("已经另行安排了讲师。")
    if (row.start, row.venue_id) != (row.told_start, row.told_venue_id):
        return gettext("这个课次的时间或地点有了改动。")
    return ""


def take_over(row: Session, person: Instructor, *, actor: Actor) -> None:
    """Give a published lesson to somebody who has said yes. Conflict when a rule stands in the way by now.

    Whoever was to teach is told; the answer of the new person is their acceptance. A new version says who it is.
    """
    klass = row.training_class
    session().flush()
    session().scalar(select(OrgUnit.id).where(OrgUnit.id == klass.owner_id).with_for_update())
    row.instructor_id, row.pinned_instructor = person.id, True
    session().flush()
    broken = checking.violations_of(klass, [row])
    if broken:
        raise Conflict(gettext("现在已经不能由您来上这节课了：%(why)s", why=broken[0].sentence))
    crediting.withdraw(row, actor=actor)
    settled = claiming.settle([row])
    row.told_instructor_id = person.id
    for booking in settled.asked:
        if booking.kind is ResourceKind.INSTRUCTOR:
            booking.state, booking.answered_at = BookingState.CONFIRMED, clock.now()
            booking.answer_source = AnswerSource.SELF
    note = gettext("%(name)s 接替《%(course)s》", name=person.name, course=row.told_course_name)
    publishing.add_version(klass, session_queries.list_sessions(klass.id), actor, note)
    session().flush()
    crediting.plan([row], actor=actor)
    telling.withdrawn(
        [booking for booking in settled.released if booking.kind is ResourceKind.INSTRUCTOR],
        gettext("已另请他人授课。"),
    )
