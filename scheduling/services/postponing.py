"""Moving one published session to another time at once: everybody asked is told, and a new version says why. Flush only."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.when import days_text
from core.words import labelled
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.queries.figures import day_times
from scheduling.queries.thaws import is_near
from scheduling.services import freezing, publishing, shifting
from scheduling.services.publishing import Published

LONGEST_REASON = 300


def postpone(
    row: Session, start: datetime, *, reason: str, actor: Actor, seen: int | None = None
) -> Published:
    """Move a published session that has not begun; person and place stay.

    RuleBroken without a reason, while it has changes nobody was told of, for a part of a package, and with every rule
    that stands in the way of the new time. Conflict when somebody was faster.
    """
    row.expect_version(seen)
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        sentence = gettext("请写明原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    if row.state is not SessionState.PUBLISHED or row.venue_id is None:
        raise RuleBroken(gettext("只有已发布的课次才能改期。"))
    if not row.is_told:
        raise RuleBroken(gettext("这个课次有未发布的改动，请先发布或撤回改动，再改期。"))
    if start == row.start:
        sentence = gettext("新时间和原来一样。")
        raise RuleBroken(sentence, [Violation("at", sentence, "at")])
    if start <= clock.now():
        sentence = gettext("新时间已经过去。")
        raise RuleBroken(sentence, [Violation("day", sentence, "day")])
    klass = row.training_class
    if not klass.starts_on <= start.date() <= klass.ends_on:
        days = days_text(klass.starts_on, klass.ends_on)
        sentence = gettext("班次的日期是 %(days)s，不能改到这以外。", days=days)
        raise RuleBroken(sentence, [Violation("day", sentence, "day")])
    if is_near(row):
        # Near lessons are left alone unless somebody says why, which was just said.
        freezing.thaw(row, reason, actor=actor)
    shifting.move(row, start, row.venue_id, actor=actor)
    row.day, row.half_day = start.date(), day_times().half_day_of(start)
    session().flush()
    told = publishing.publish(row.training_class, actor=actor, note=reason, only={row.id})
    audit.note(session(), labelled(row.full_name, reason))
    return told
