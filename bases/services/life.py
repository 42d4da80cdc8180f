"""The steps of a base's life, from survey to revocation."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from accounts.access import Actor
from bases import notices
from bases.enums import BaseAction, BaseState, Need, RectificationState
from bases.models import BaseStateChange, TeachingBase
from bases.queries.filing import document_kinds, find_open_rectification, find_open_review
from bases.rules.life import (
    BY_ITSELF,
    REASON_NEEDED,
    FileFacts,
    after,
    is_bookable,
    lacking,
    permission_for,
)
from core import audit, clock
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from core.words import labelled
from notifications import services as notifications

LONGEST_REASON = 300
Follower = Callable[[TeachingBase], None]
_on_stop: list[Follower] = []


def on_stop(follower: Follower) -> None:
    """Let a feature above know when a base can no longer be booked, inside the same transaction."""
    if follower not in _on_stop:
        _on_stop.append(follower)


def check_step(base: TeachingBase, action: BaseAction, *, actor: Actor, reason: str = "") -> BaseState:
    """The state the action leads to; NotAllowed or RuleBroken with what forbids it."""
    step = after(base.state, action)
    if step is None:
        sentence = gettext(
            "基地%(state)s，不能办理「%(action)s」。", state=base.state.label, action=action.label
        )
        raise RuleBroken(sentence)
    if not actor.can(permission_for(base.state, action)):
        raise NotAllowed(gettext("「%(action)s」要由另外授权的人办理。", action=action.label))
    needs = missing(base, action)
    if needs:
        words = [need.label for need in needs]
        sentence = gettext("还缺：%(what)s。请先在基地档案里补齐。", what="、".join(words))
        raise RuleBroken(sentence, [Violation(need.value, need.label) for need in needs])
    if action in REASON_NEEDED and not reason.strip():
        sentence = gettext("请写明理由。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    return step


def take(
    base: TeachingBase, action: BaseAction, *, actor: Actor, reason: str = "", seen: int | None = None
) -> None:
    """Take the base to its next state, and tell whom a stop concerns.

    RuleBroken when that step does not follow, the file still lacks something for it, or a stop goes
    without a reason; NotAllowed when it is somebody else's to take. Bookings stay: whoever planned them is told
    which a stop has hit.
    """
    base.expect_version(seen)
    step = check_step(base, action, actor=actor, reason=reason)
    _close_what_waits(base, action)
    before = base.state
    note_change(base, step, actor=actor, reason=reason)
    if is_bookable(before) != is_bookable(step) and base.manager_id is not None:
        notifications.queue(base.manager_id, *notices.state_changed(base, reason.strip()))
    if is_bookable(before) and not is_bookable(step):
        for tell in _on_stop:
            tell(base)


def take_by_hand(
    base: TeachingBase, action: BaseAction, *, actor: Actor, reason: str = "", seen: int | None = None
) -> None:
    """The same for a step chosen by name; RuleBroken for one that only comes with a review or a report."""
    if action in BY_ITSELF:
        raise RuleBroken(gettext("「%(action)s」随评审、年检结论或整改验收一起办理。", action=action.label))
    take(base, action, actor=actor, reason=reason, seen=seen)


def _close_what_waits(base: TeachingBase, action: BaseAction) -> None:
    """A step back or an end leaves no review and no rectification hanging."""
    if action is BaseAction.TAKE_BACK and find_open_review(base.id) is not None:
        raise RuleBroken(gettext("实地评审还没有结束，请先结束评审。"))
    if action is BaseAction.REVOKE:
        row = find_open_rectification(base.id)
        if row is not None:
            row.state, row.closed_at = RectificationState.ENDED, clock.now()


def note_change(base: TeachingBase, step: BaseState, *, actor: Actor, reason: str = "") -> None:
    """Set the state and keep who did it, when and why. Flushes."""
    session().add(
        BaseStateChange(
            base_id=base.id,
            before=base.state,
            after=step,
            at=clock.now(),
            by_id=actor.user_id,
            by_name=actor.name,
            reason=reason.strip()[:LONGEST_REASON],
        )
    )
    base.state = step
    audit.note(session(), labelled(base.name, step.label))
    session().flush()


def missing(base: TeachingBase, action: BaseAction) -> list[Need]:
    """What the base's file still lacks for an action."""
    facts = FileFacts(
        has_place=base.town_id is not None or bool(base.address),
        has_contact=bool(base.contact_name and base.phone_sealed),
        has_venue=any(not venue.is_closed and venue.capacity > 0 for venue in base.venues),
        has_hours=bool(base.opening_hours),
        has_designation=bool(base.designation_level and base.document_number and base.designated_on),
        expires_on=base.expires_on,
        documents=document_kinds(base.id),
    )
    return lacking(facts, action, clock.today())


def why_not_bookable(base: TeachingBase) -> str:
    """A sentence why nothing can be booked here, "" when it can."""
    if is_bookable(base.state):
        return ""
    if base.state is BaseState.RECTIFYING:
        return gettext("整改期间不能预约。")
    if base.state is BaseState.REVOKED:
        return gettext("已撤销，不能预约。")
    return gettext("备案以后才能预约。")
