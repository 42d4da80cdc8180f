"""After the lesson: it was held with so many people, or it was not."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.words import labelled
from scheduling.enums import BookingState, SessionState
from scheduling.models import Session
from scheduling.queries import bookings as booking_queries
from scheduling.services import crediting, following, tying

MOST_ATTENDING = 100_000
LONGEST_REASON = 300
Follower = Callable[[Session], None]
_on_change: list[Follower] = []


def on_change(follower: Follower) -> None:
    """Let a feature above know when a session was held or its holding taken back, inside the same transaction."""
    if follower not in _on_change:
        _on_change.append(follower)


def hold(row: Session, *, attendance: int, actor: Actor, seen: int | None = None) -> None:
    """Mark a published session as held with `attendance` people; duties it serves are credited.

    RuleBroken before it has ended, or while it lacks its instructor. An answer that never came counts
    as given: the lesson was taught.
    """
    row.expect_version(seen)
    if row.state is not SessionState.PUBLISHED or row.told_start is None:
        raise RuleBroken(gettext("只有已发布的课次才能登记授课。"))
    if row.needs_instructor and row.told_instructor_id is None:
        raise RuleBroken(gettext("这个课次没有讲师，请先安排或取消。"))
    if not 0 <= attendance <= MOST_ATTENDING:
        sentence = gettext("到课人数应在 0 到 100000 之间。")
        raise RuleBroken(sentence, [Violation("attendance", sentence, "attendance")])
    # What was told is what happened: an unpublished wish for another plan ends here.
    row.start, row.instructor_id, row.venue_id = row.told_start, row.told_instructor_id, row.told_venue_id
    row.class_hours, row.course_name = row.told_hours or row.class_hours, row.told_course_name
    if row.end is None or row.end > clock.now():
        raise RuleBroken(gettext("课还没有上完，结束以后再登记。"))
    row.state, row.attendance, row.held_at = SessionState.HELD, attendance, clock.now()
    for booking in booking_queries.live_of([row.id])[row.id]:
        booking.state = BookingState.CONFIRMED
    session().flush()
    crediting.hold(row, actor=actor)
    _tell(row)
    following.tell([row], following.Turn.HELD, actor=actor)
    audit.note(session(), row.full_name)


def take_back(row: Session, *, reason: str, actor: Actor, seen: int | None = None) -> None:
    """It was registered by mistake: the session waits to be registered again, and what it credited is taken back.

    RuleBroken without a reason, and once the class is closed.
    """
    row.expect_version(seen)
    if row.state is not SessionState.HELD:
        raise RuleBroken(gettext("这个课次没有登记授课，不用撤销。"))
    if row.training_class.closed_at is not None:
        raise RuleBroken(gettext("班次已经结班，请先撤销结班。"))
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        sentence = gettext("请写明原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    row.state, row.held_at, row.attendance = SessionState.PUBLISHED, None, None
    tying.restage([row])
    session().flush()
    crediting.withdraw(row, actor=actor)
    crediting.plan([row], actor=actor)
    _tell(row)
    audit.note(session(), labelled(row.full_name, reason))


def _tell(row: Session) -> None:
    for follower in _on_change:
        follower(row)
