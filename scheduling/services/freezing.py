"""What is published and near is left alone, unless somebody says why. Flush only."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.words import labelled
from scheduling.models import Session, Thaw
from scheduling.queries.policies import policy_of
from scheduling.queries.thaws import is_near, is_shut

HOURS = 4
LONGEST_REASON = 300


def refuse_frozen(row: Session, wanted: tuple[datetime | None, int | None, int | None]) -> None:
    """RuleBroken when this would change what people were told of a near lesson, and nobody has said why.

    `wanted` are start, instructor and venue; filling a part that fell out changes nothing they were told.
    """
    if not is_shut(row, wanted):
        return
    sentence = gettext(
        "开课前 %(days)s 天内已冻结。确需改动的，先在课次页写明理由解冻，再来改。",
        days=policy_of(row.training_class.owner_id).freeze_days,
    )
    raise RuleBroken(sentence, [Violation("frozen", sentence, "")])


def thaw(row: Session, reason: str, *, actor: Actor) -> Thaw:
    """Let a near lesson be changed for some hours; the reason is kept."""
    if not is_near(row):
        raise RuleBroken(gettext("这个课次没有冻结，可以直接改。"))
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        sentence = gettext("请写明为什么要改。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    now = clock.now()
    made = Thaw(session_id=row.id, reason=reason, at=now, until=now + timedelta(hours=HOURS), by=actor.name)
    session().add(made)
    session().flush()
    audit.note(session(), labelled(row.full_name, reason))
    return made
