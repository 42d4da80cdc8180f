"""Steps of a person's life in the pool; each checks the table of rules.life and writes a StateChange."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext

from accounts import services as accounts
from accounts.access import Actor
from accounts.enums import P, Role
from core import audit, clock
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import EngagementMode, ExitReason, PoolAction, PoolState
from instructor_pool.models import Instructor
from instructor_pool.rules import life
from instructor_pool.services import certificates
from instructor_pool.services.entering import note_change

HAS_OWN_VERB = frozenset(
    {
        PoolAction.REVIEW, PoolAction.PUBLICISE, PoolAction.SIGN_LETTER, PoolAction.APPOINT, PoolAction.ADMIT,
        PoolAction.RENEW, PoolAction.EXIT,
    }
)  # fmt: skip


def take_step(person: Instructor, action: PoolAction, *, actor: Actor, reason: str = "") -> Instructor:
    """Do `action`; RuleBroken where the table forbids it, NotAllowed where only an approver may.

    What needs more than a reason has a verb of its own, in `publicity`, `appointing` and here.
    """
    if action in HAS_OWN_VERB:
        raise RuleBroken(gettext("「%(action)s」要填写更多内容。", action=action.label))
    after = check_step(person, action, actor=actor, reason=reason)
    if action is PoolAction.APPROVE:
        require_passed(person)
        _refuse_reviewer(person, actor)
        problem = queries.publicity_problem(person)
        if problem is not None:
            raise RuleBroken(problem.label, [Violation(problem.value, problem.label, "reason")])
    return move(person, after, actor=actor, reason=reason)


def check_step(person: Instructor, action: PoolAction, *, actor: Actor, reason: str = "") -> PoolState:
    """The state `action` would lead to; raises the refusal a person can read."""
    after = life.after(person.state, action)
    if after is None or not life.suits_engagement(action, person.engagement_mode):
        raise RuleBroken(
            gettext(
                "%(name)s 现在是「%(state)s」(%(mode)s)，不能「%(action)s」。",
                name=person.name,
                state=person.state.label,
                mode=person.engagement_mode.label,
                action=action.label,
            )
        )
    if action in life.APPROVER_ACTIONS and not actor.can(P.POOL_APPROVE):
        raise NotAllowed(gettext("「%(action)s」只能由审批人办理。", action=action.label))
    if action in life.REASON_NEEDED and not reason.strip():
        raise RuleBroken(gettext("请写明原因。"), [Violation("reason", gettext("请写明原因。"), "reason")])
    return after


def move(person: Instructor, after: PoolState, *, actor: Actor, reason: str) -> Instructor:
    """Write the step that `check_step` allowed."""
    before, person.state = person.state, after
    session().flush()
    note_change(person, before, actor=actor, reason=reason)
    audit.note(session(), gettext("讲师 %(name)s：%(state)s", name=person.name, state=after.label))
    return person


def require_passed(person: Instructor) -> None:
    """RuleBroken unless the last review is over and the candidate passed it."""
    panel = queries.find_last_panel(person.id)
    if panel is None or panel.closed_at is None:
        raise RuleBroken(gettext("还没有评审结果，不能继续。"))
    if not panel.passed:
        raise RuleBroken(gettext("评审没有通过(平均 %(mean)s 分)，只能不予通过或转为后备。", mean=panel.mean))


def _refuse_reviewer(person: Instructor, actor: Actor) -> None:
    panel = queries.find_last_panel(person.id)
    if panel is not None and any(seat.user_id == actor.user_id for seat in panel.reviewers):
        raise NotAllowed(gettext("评审过这位候选人的人不能再作审批。"))


def renew(person: Instructor, *, start: date, end: date, reason: str = "", actor: Actor) -> Instructor:
    """A new term; the certificate holds for it. A term that still runs grows longer, so that nothing booked falls out."""
    after = check_step(person, PoolAction.RENEW, actor=actor)
    check_term(start, end)
    if person.term_end is not None and end <= person.term_end:
        sentence = gettext("新聘期要比原聘期(至 %(day)s)长。", day=person.term_end)
        raise RuleBroken(sentence, [Violation("end", sentence, "end")])
    if person.term_start is None or person.term_end is None or person.term_end < clock.today():
        person.term_start = start
    person.term_end = end
    certificates.prolong(person, end)
    text = gettext("续聘至 %(day)s", day=end)
    return move(person, after, actor=actor, reason=f"{text} {reason}".strip())


def check_term(start: date, end: date) -> None:
    """RuleBroken when a term ends before it starts."""
    if end < start:
        sentence = gettext("聘期结束不能早于开始。")
        raise RuleBroken(sentence, [Violation("term", sentence, "end")])


def leave(person: Instructor, *, why: ExitReason, day: date, note: str = "", actor: Actor) -> Instructor:
    """Make a person leave the pool: reason, approver and date are kept, and the instructor's account role ends."""
    text = f"{why.label} {note}".strip()
    after = check_step(person, PoolAction.EXIT, actor=actor, reason=text)
    if day > clock.today():
        sentence = gettext("退出日期不能晚于今天。")
        raise RuleBroken(sentence, [Violation("day", sentence, "day")])
    person.exit_reason, person.exit_date, person.exit_approver_id = why, day, actor.user_id
    _close_account(person)
    certificates.withdraw(person, why.label)
    return move(person, after, actor=actor, reason=text)


def _close_account(person: Instructor) -> None:
    user = person.user
    if user is None:
        return
    for grant in [g for g in user.grants if g.role is Role.INSTRUCTOR]:
        accounts.revoke(user, Role.INSTRUCTOR, grant.unit_id)
    if not user.grants:
        user.disabled = True
    accounts.end_sessions(user)


def mark_due(people: list[Instructor], *, actor: Actor) -> int:
    """Move appointed people whose term is about to end to 待续聘; the daily job asks for it."""
    due = [
        p for p in people if p.state is PoolState.APPOINTED and p.engagement_mode is EngagementMode.APPOINTED
    ]
    for person in due:
        left = gettext("聘期至 %(day)s", day=person.term_end)
        move(person, check_step(person, PoolAction.FALL_DUE, actor=actor), actor=actor, reason=left)
    return len(due)
