"""After the lesson: it was held with so many people, or it was not."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from scheduling.enums import BookingState, SessionState
from scheduling.models import Session
from scheduling.queries import bookings as booking_queries
from scheduling.services import crediting

MOST_ATTENDING = 100_000


def hold(row: Session, *, attendance: int, actor: Actor, seen: int | None = None) -> None:
    """Mark a published session as held with `attendance` people; duties it serves are credited.

    RuleBroken before it has ended, or while it lacks its instructor. An answer that never came counts
    as given: the lesson was taught.
    """
    row.expect_version(seen)
    if row.state is not SessionState.PUBLISHED or row.told_start is None:
        raise RuleBroken(gettext("只有已发布的课次才能登记授课。"))
    if row.needs_instructor and row.told_instructor_id is None:
        raise RuleBroken(gettext("这个课次没有讲师,请先安排或取消。"))
    if not 0 <= attendance <= MOST_ATTENDING:
        sentence = gettext("到课人数应在 0 到 100000 之间。")
        raise RuleBroken(sentence, [Violation("attendance", sentence, "attendance")])
    # What was told is what happened: an unpublished wish for another plan ends here.
    row.start, row.instructor_id, row.venue_id = row.told_start, row.told_instructor_id, row.told_venue_id
    row.class_hours, row.course_name = row.told_hours or row.class_hours, row.told_course_name
    if row.end is None or row.end > clock.now():
        raise RuleBroken(gettext("课还没有上完,结束以后再登记。"))
    row.state, row.attendance, row.held_at = SessionState.HELD, attendance, clock.now()
    for booking in booking_queries.live_of([row.id])[row.id]:
        booking.state = BookingState.CONFIRMED
    session().flush()
    crediting.hold(row, actor=actor)
    audit.note(session(), f"{row.training_class.name}《{row.course_name}》")
