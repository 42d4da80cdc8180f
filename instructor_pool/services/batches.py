"""Reviewing many at once: panels drawn, conflicts declared, decisions pending, applied together [2]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from accounts.models import OrgUnit, User
from core import audit, clock
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import BatchDecision, EligibilityGap, PoolAction, PoolState
from instructor_pool.models import Instructor, ReviewBatch, ReviewConflict, Reviewer, ReviewPanel
from instructor_pool.notices import asked_to_review, must_replace, remembered_to_review
from instructor_pool.rules.panels import FEWEST_REVIEWERS, draw
from instructor_pool.services import life, publicity, reviewing
from notifications import services as notifications
from score_forms.rules import Total, verdict

MOST_PEOPLE = 100
REMIND_EVERY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Panel:
    """How panels are seated: `by_hand` (user ids) sit for everybody, else `size` are drawn for each."""

    size: int = FEWEST_REVIEWERS
    by_hand: tuple[int, ...] = ()


def check_eligibility(
    people: Sequence[Instructor], *, actor: Actor
) -> tuple[list[Instructor], list[tuple[Instructor, list[EligibilityGap]]]]:
    """Pass the nominated ones against whom nothing stands; answers (passed, left with what is missing)."""
    nominated = [p for p in people if p.state is PoolState.NOMINATED]
    found = queries.eligibility_gaps(nominated)
    passed = [p for p in nominated if not found[p.id]]
    for person in passed:
        life.take_step(
            person, PoolAction.CHECK_ELIGIBILITY, actor=actor, reason=gettext("材料齐全，批量通过")
        )
    return passed, [(p, found[p.id]) for p in nominated if found[p.id]]


def open_batch(
    owner: OrgUnit,
    title: str,
    people: Sequence[Instructor],
    *,
    panel: Panel,
    due: date | None = None,
    actor: Actor,
) -> ReviewBatch:
    """Seat a panel for each of `people`: the reviewers picked by hand, else as many as wanted drawn for each.

    Whoever is of the candidate's unit or has declared a conflict is left out; RuleBroken names the candidates for
    whom fewer than three (or fewer than `size`) remain.
    """
    if not people:
        raise _refused("people", gettext("请至少选一位候选人。"))
    if len(people) > MOST_PEOPLE:
        raise _refused("people", gettext("一个批次最多 %(n)s 位候选人。", n=MOST_PEOPLE))
    if any(p.owner_id != owner.id for p in people):
        raise _refused("people", gettext("一个批次里的候选人要属于同一个师资库。"))
    wanted, by_hand = max(panel.size, FEWEST_REVIEWERS), panel.by_hand
    users, seats = _seats(people, by_hand, wanted)
    fewest = FEWEST_REVIEWERS if by_hand else wanted
    short = [p for p in people if len(seats[p.id]) < fewest]
    if short:
        names = "、".join(p.name for p in short)
        sentence = gettext(
            "%(names)s 可用的评审人不到 %(n)s 位(同单位和声明回避的不算)。", names=names, n=fewest
        )
        raise _refused("reviewers", sentence)
    batch = ReviewBatch(
        owner_id=owner.id, title=title.strip()[:80], panel_size=wanted, due=due, opened_at=clock.now(),
        opened_by_id=actor.user_id,
    )  # fmt: skip
    session().add(batch)
    session().flush()
    for person in people:
        chosen = [users[user_id] for user_id in seats[person.id]]
        reviewing.open_panel(person, chosen, due=due, batch=batch, actor=actor)
    audit.note(session(), gettext("建立评审批次「%(title)s」，%(n)s 人", title=batch.title, n=len(people)))
    return batch


def _refused(subject: str, sentence: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(subject, sentence, subject)])


def _seats(
    people: Sequence[Instructor], by_hand: Sequence[int], size: int
) -> tuple[dict[int, User], dict[int, tuple[int, ...]]]:
    users: dict[int, User] = {}
    busy: dict[int, int] = {}
    allowed: dict[int, list[int]] = {}
    for person in people:
        offered = queries.list_evaluators(person)
        users |= {u.id: u for u, _n in offered}
        busy |= {u.id: n for u, n in offered}
        allowed[person.id] = [u.id for u, _n in offered if not by_hand or u.id in by_hand]
    return users, draw(allowed, busy, len(by_hand) if by_hand else size)


def recuse(seat: Reviewer, reason: str, *, actor: Actor) -> User | None:
    """Declare a conflict and leave the seat; the least busy one who may takes it. None when there is nobody:
    whoever opened the batch is told.
    """
    if seat.user_id != actor.user_id:
        raise NotAllowed(gettext("您不在这个评审组里。"))
    if seat.sheet_id is not None:
        raise RuleBroken(gettext("您已经交过评分表，不能再回避。请告诉组织员。"))
    if not reason.strip():
        sentence = gettext("请写明回避的原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    panel, person = seat.panel, seat.panel.instructor
    conflict = ReviewConflict(
        user_id=seat.user_id, instructor_id=person.id, reason=reason.strip()[:200], declared_at=clock.now()
    )
    session().add(conflict)
    panel.reviewers.remove(seat)
    session().flush()
    audit.note(session(), gettext("声明回避 %(name)s 的评审", name=person.name))
    seated = {r.user_id for r in panel.reviewers}
    offered = [u for u, _n in queries.list_evaluators(person) if u.id not in seated]
    if offered:
        panel.reviewers.append(Reviewer(user_id=offered[0].id))
        session().flush()
        notifications.queue(offered[0].id, *asked_to_review(panel))
        return offered[0]
    batch = session().get(ReviewBatch, panel.batch_id) if panel.batch_id else None
    if batch is not None and batch.opened_by_id is not None:
        notifications.queue(batch.opened_by_id, *must_replace(panel))
    return None


def seat_reviewer(panel: ReviewPanel, user: User, *, actor: Actor) -> Reviewer:
    """Add a reviewer to a panel at work, for one who has left or does not answer."""
    if panel.closed_at is not None:
        raise RuleBroken(gettext("评审已经结束。"))
    if any(r.user_id == user.id for r in panel.reviewers):
        raise RuleBroken(gettext("%(name)s 已在评审组里。", name=user.name))
    if queries.barred_reviewers(panel.instructor, [user]):
        raise RuleBroken(
            gettext("%(names)s 与候选人同一单位、已声明回避或就是本人，须回避。", names=user.name)
        )
    seat = Reviewer(user_id=user.id)
    panel.reviewers.append(seat)
    session().flush()
    notifications.queue(user.id, *asked_to_review(panel))
    audit.note(session(), gettext("为 %(name)s 增加评审人", name=panel.instructor.name))
    return seat


def remind(batch: ReviewBatch, *, actor: Actor) -> int:
    """Tell everybody with sheets to hand in, at most once in twelve hours; answers how many people."""
    now = clock.now()
    if batch.reminded_at is not None and now - batch.reminded_at < REMIND_EVERY:
        raise RuleBroken(gettext("12 小时内已经催过一次。"))
    left: dict[int, int] = {}
    for panel in batch.panels:
        for seat in panel.reviewers:
            if seat.sheet_id is None and panel.closed_at is None:
                left[seat.user_id] = left.get(seat.user_id, 0) + 1
    batch.reminded_at = now
    session().flush()
    for user_id, n in left.items():
        notifications.queue(user_id, *remembered_to_review(batch, n))
    return len(left)


def decide(
    batch: ReviewBatch, panel_id: int, decision: BatchDecision | None, reason: str = "", *, actor: Actor
) -> ReviewPanel:
    """Note what is to become of a candidate; nothing happens until the batch is applied. None takes it back."""
    _refuse_done(batch)
    panel = next((p for p in batch.panels if p.id == panel_id), None)
    if panel is None:
        raise RuleBroken(gettext("这位候选人不在这个批次里。"))
    if decision is not None:
        wrong = _wrong(panel, decision, reason)
        if wrong:
            raise RuleBroken(wrong, [Violation("decision", wrong, "reason")])
    panel.decision = decision
    panel.decision_reason = reason.strip()[:300] if decision else ""
    panel.decided_by_id = actor.user_id if decision else None
    session().flush()
    return panel


def _wrong(panel: ReviewPanel, decision: BatchDecision, reason: str) -> str:
    name = panel.instructor.name
    if decision is not BatchDecision.ADVANCE and not reason.strip():
        return str(gettext("%(name)s：请写明原因。", name=name))
    if not queries.is_complete(panel):
        return str(gettext("%(name)s 还没评完，不能定。", name=name))
    if decision is BatchDecision.ADVANCE and not _passes(panel):
        return str(gettext("%(name)s 没达到合格线，不能进入公示。", name=name))
    return ""


def _passes(panel: ReviewPanel) -> bool:
    totals = [Total(r.sheet.total, r.sheet.vetoed) for r in panel.reviewers if r.sheet is not None]
    return verdict(totals, panel.form.pass_mark)[1]


def suggest(batch: ReviewBatch, *, actor: Actor) -> int:
    """Fill in every complete panel that has no decision: those who pass advance, the others are rejected."""
    _refuse_done(batch)
    found = [p for p in batch.panels if p.decision is None and queries.is_complete(p)]
    for panel in found:
        passes = _passes(panel)
        decision = BatchDecision.ADVANCE if passes else BatchDecision.REJECT
        decide(batch, panel.id, decision, "" if passes else gettext("评审没达到合格线"), actor=actor)
    return len(found)


def apply(batch: ReviewBatch, *, actor: Actor) -> dict[BatchDecision, int]:
    """Do what was decided, for all at once and only once; RuleBroken names every candidate that is not ready."""
    if not actor.can(P.POOL_EDIT):
        raise NotAllowed(gettext("执行批次要由组织员办理。"))
    _refuse_done(batch)
    faults = []
    for panel in batch.panels:
        if panel.decision is None:
            faults.append(gettext("%(name)s 还没有决定。", name=panel.instructor.name))
        elif wrong := _wrong(panel, panel.decision, panel.decision_reason):
            faults.append(wrong)
    if faults:
        raise RuleBroken(
            gettext("还有 %(n)s 位候选人不能执行：%(first)s", n=len(faults), first=faults[0]),
            [Violation("decision", f) for f in faults],
        )
    counts = dict.fromkeys(BatchDecision, 0)
    for panel in batch.panels:
        if panel.decision is not None:
            counts[panel.decision] += 1
            _carry_out(panel, panel.decision, actor=actor)
    batch.applied_at, batch.applied_by_id = clock.now(), actor.user_id
    session().flush()
    audit.note(session(), gettext("执行评审批次「%(title)s」", title=batch.title))
    return counts


def _refuse_done(batch: ReviewBatch) -> None:
    if batch.applied_at is not None:
        raise RuleBroken(gettext("这个批次已经执行，不能再改。"))


_STEPS = {
    BatchDecision.RESERVE: PoolAction.RESERVE,
    BatchDecision.REJECT: PoolAction.REJECT,
}


def _carry_out(panel: ReviewPanel, decision: BatchDecision, *, actor: Actor) -> None:
    # Somebody may have closed the panel or moved the candidate by hand meanwhile.
    if panel.closed_at is None:
        reviewing.close_review(panel, actor=actor)
    if panel.instructor.state is not PoolState.REVIEWED:
        return
    if decision is BatchDecision.ADVANCE:
        publicity.publicise(panel.instructor, actor=actor)
    else:
        life.take_step(panel.instructor, _STEPS[decision], actor=actor, reason=panel.decision_reason)
