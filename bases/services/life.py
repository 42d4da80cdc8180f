"""The steps of a base's life, from survey to revocation."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from bases.enums import BaseState, Need
from bases.models import BaseStateChange, TeachingBase
from bases.rules import REASONED, TRANSITIONS, FileFacts, is_bookable, lacking
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation

LONGEST_REASON = 300


def change_state(
    base: TeachingBase, step: BaseState, *, actor: Actor, reason: str = "", seen: int | None = None
) -> None:
    """Take the base to its next state.

    RuleBroken when that step does not follow, the file still lacks something for it, or a stop goes
    without a reason. Bookings stay: whoever planned them is shown those a stop has hit.
    """
    base.expect_version(seen)
    if step not in TRANSITIONS[base.state]:
        sentence = gettext(
            "基地%(before)s,不能直接变为%(after)s。", before=base.state.label, after=step.label
        )
        raise RuleBroken(sentence)
    needs = missing(base, step)
    if needs:
        words = [need.label for need in needs]
        sentence = gettext("还缺:%(what)s。请先在基地档案里补齐。", what="、".join(words))
        raise RuleBroken(sentence, [Violation(need.value, need.label) for need in needs])
    text = reason.strip()
    if step in REASONED and not text:
        sentence = gettext("请写明理由。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    session().add(
        BaseStateChange(
            base_id=base.id,
            before=base.state,
            after=step,
            at=clock.now(),
            by_id=actor.user_id,
            by_name=actor.name,
            reason=text[:LONGEST_REASON],
        )
    )
    base.state = step
    audit.note(session(), gettext("%(name)s:%(state)s", name=base.name, state=step.label))
    session().flush()


def missing(base: TeachingBase, step: BaseState) -> list[Need]:
    """What the base's file still lacks for a step."""
    facts = FileFacts(
        has_place=base.town_id is not None or bool(base.address),
        has_contact=bool(base.contact_name and base.phone_sealed),
        has_venue=any(not venue.is_closed and venue.capacity > 0 for venue in base.venues),
        has_hours=bool(base.opening_hours),
        has_designation=bool(base.designation_level and base.document_number and base.designated_on),
        expires_on=base.expires_on,
    )
    return lacking(facts, step, clock.today())


def why_not_bookable(base: TeachingBase) -> str:
    """A sentence why nothing can be booked here, "" when it can."""
    if is_bookable(base.state):
        return ""
    if base.state is BaseState.RECTIFYING:
        return gettext("整改期间不能预约。")
    if base.state is BaseState.REVOKED:
        return gettext("已撤销,不能预约。")
    return gettext("备案以后才能预约。")
