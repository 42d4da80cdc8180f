"""Taking a published session back, or cancelling it: everybody asked is told."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.queries import bookings as booking_queries
from scheduling.services import claiming, crediting, following, telling, tying, waiting


def withdraw(row: Session, *, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Take a published session back: bookings are released, the working plan stays for another try.

    The rest of its package comes back with it; one that lacks a part leaves the plan whole. RuleBroken once a part
    was held.
    """
    row.expect_version(seen)
    if row.state is not SessionState.PUBLISHED:
        raise RuleBroken(gettext("这个课次没有发布，不用收回。"))
    rows = tying.with_rest(row)
    if tying.has_begun(rows):
        raise RuleBroken(gettext("套餐已经上了一部分，不能收回；余下的可以取消。"))
    why = _reason(reason)
    for part in rows:
        _take_back(part, why, actor)
    for part in rows:
        part.state = SessionState.PLANNED
    if row.package_order_id is not None and not all(part.is_complete for part in rows):
        for part in rows:
            tying.take_out(part)
    tying.restage(rows)
    session().flush()
    following.tell(rows, following.Turn.WITHDRAWN, actor=actor)
    audit.note(session(), row.full_name)


def cancel(row: Session, *, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Cancel a session for good, with a reason that is kept and told; what is left of its package goes with it."""
    row.expect_version(seen)
    if not row.is_live:
        raise RuleBroken(gettext("这个课次%(state)s，不能取消。", state=row.state.label))
    why = _reason(reason)
    rows = [part for part in tying.with_rest(row) if part.is_live]
    for part in rows:
        _take_back(part, why, actor)
    for part in rows:
        part.cancel_reason, part.state = why, SessionState.CANCELLED
        part.pinned_start = part.pinned_instructor = part.pinned_venue = False
    tying.restage(rows)
    session().flush()
    following.tell(rows, following.Turn.CANCELLED, actor=actor)
    audit.note(session(), row.full_name)


def _reason(reason: str) -> str:
    reason = reason.strip()[:300]
    if not reason:
        sentence = gettext("请写明原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    return reason


def _take_back(row: Session, reason: str, actor: Actor) -> None:
    released = booking_queries.live_of([row.id])[row.id]
    claiming.release(released)
    waiting.after(released)
    crediting.withdraw(row, actor=actor)
    telling.withdrawn(released, reason)
    row.told_start = row.told_instructor_id = row.told_venue_id = row.told_hours = None
    row.told_course_name = ""
