"""Letting somebody off a year's duty, and not."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from party_lessons.enums import DutyEventKind
from party_lessons.models import Obligation
from party_lessons.services.obligations import Owed, record

LONGEST_REASON = 300


def exempt(row: Obligation, reason: str, *, actor: Actor, ground: str = "", seen: int | None = None) -> None:
    """Let somebody off this year's duty, with a reason that is kept, and a ground of the scheme where it names some.

    RuleBroken without a reason or when held already.
    """
    row.expect_version(seen)
    text = reason.strip()
    if ground and ground not in row.scheme.grounds:
        sentence = gettext("请从列出的免计情形中选一种。")
        raise RuleBroken(sentence, [Violation("ground", sentence, "ground")])
    if not text or len(text) > LONGEST_REASON - len(ground) - 1:
        sentence = gettext("请写明免计的理由，不超过 %(most)s 字。", most=LONGEST_REASON - len(ground) - 1)
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    if row.exemption_rule is not None or row.exemption_reason:
        raise Conflict(gettext("这项党课责任已经免计。"))
    if sum(credit.is_held for credit in row.credits) >= row.need:
        raise RuleBroken(gettext("这项党课责任已经完成，不用免计。"))
    row.exemption_reason = f"{ground}，{text}" if ground else text
    row.exempted_by_id, row.exempted_at = actor.user_id, clock.now()
    _note(row, DutyEventKind.EXEMPTED, gettext("免计党课责任：%(who)s", who=row.post.holder.name), actor)


def lift_exemption(row: Obligation, *, actor: Actor, seen: int | None = None) -> None:
    """Let the duty stand again. RuleBroken where it follows from the dates of the post."""
    row.expect_version(seen)
    if row.exemption_rule is not None:
        raise RuleBroken(gettext("这项免计由任职时间决定，请先更正任职起止日期。"))
    if not row.exemption_reason:
        raise Conflict(gettext("这项党课责任没有免计。"))
    _note(row, DutyEventKind.RESTORED, gettext("恢复党课责任：%(who)s", who=row.post.holder.name), actor)
    row.exemption_reason, row.exempted_by_id, row.exempted_at = "", None, None
    session().flush()


def _note(row: Obligation, kind: DutyEventKind, text: str, actor: Actor) -> None:
    record(Owed(row.post, row.year, row.scheme.name), kind, text, actor=actor, why=row.exemption_reason)
    audit.note(session(), text)
    session().flush()
