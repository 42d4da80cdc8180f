"""Reviewing a candidate: a panel of at least three, each scores alone before seeing the others [2]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from accounts.models import User
from core import audit, clock
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import PoolAction
from instructor_pool.models import Instructor, ReviewBatch, Reviewer, ReviewPanel
from instructor_pool.notices import asked_to_review
from instructor_pool.rules.panels import FEWEST_REVIEWERS
from instructor_pool.services.entering import note_change
from instructor_pool.services.life import check_step
from notifications import services as notifications
from score_forms import services as forms
from score_forms.enums import Purpose
from score_forms.rules import Total, verdict


def open_panel(
    person: Instructor,
    reviewers: Sequence[User],
    *,
    due: date | None = None,
    batch: ReviewBatch | None = None,
    actor: Actor,
) -> ReviewPanel:
    """Seat a panel for a candidate whose eligibility is checked; RuleBroken names every reviewer who may not sit."""
    check_step(person, PoolAction.REVIEW, actor=actor)
    chosen = list({user.id: user for user in reviewers}.values())
    if queries.find_open_panel(person.id) is not None:
        raise RuleBroken(gettext("这位候选人已有评审组在评。"))
    if len(chosen) < FEWEST_REVIEWERS:
        raise _refused("few", gettext("评审组至少 %(n)s 人。", n=FEWEST_REVIEWERS), "reviewers")
    barred = queries.barred_reviewers(person, chosen)
    if barred:
        names = "、".join(u.name for u in barred)
        raise _refused(
            "conflict",
            gettext("%(names)s 与候选人同一单位、已声明回避或就是本人，须回避。", names=names),
            "reviewers",
        )
    if due is not None and due < clock.today():
        raise _refused("due", gettext("截止日期不能早于今天。"), "due")
    panel = ReviewPanel(
        instructor=person,
        form_id=forms.current_form(Purpose.TRIAL_LECTURE, person.owner.path).id,
        opened_at=clock.now(),
        due=due,
        batch_id=batch.id if batch else None,
        reviewers=[Reviewer(user_id=user.id) for user in chosen],
    )
    session().add(panel)
    session().flush()
    kind, title, body, url = asked_to_review(panel)
    for user in chosen:
        notifications.queue(user.id, kind, title, body, url)
    audit.note(session(), gettext("为 %(name)s 组成评审组", name=person.name))
    return panel


def _refused(code: str, sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(code, sentence, subject)])


def score_candidate(
    panel: ReviewPanel, marks: Mapping[str, Decimal], comment: str = "", *, actor: Actor
) -> Reviewer:
    """Hand in one's sheet; it is never changed afterwards. NotAllowed for those who have no seat."""
    seat = next((r for r in panel.reviewers if r.user_id == actor.user_id), None)
    if seat is None:
        raise NotAllowed(gettext("您不在这个评审组里。"))
    if panel.closed_at is not None:
        raise RuleBroken(gettext("评审已经结束，不能再打分。"))
    if seat.sheet_id is not None:
        raise RuleBroken(gettext("您已经交过评分表，交了就不能改。"))
    sheet = forms.fill_in(panel.form, marks, comment, actor=actor)
    seat.sheet = sheet
    session().flush()
    return seat


def close_review(panel: ReviewPanel, *, actor: Actor) -> ReviewPanel:
    """Count the sheets: mean (highest and lowest dropped from five on) and verdict; the candidate is 已评审.

    Needs at least three sheets; seats without one are left out and stay visible.
    """
    if not actor.can(P.POOL_EDIT):
        raise NotAllowed(gettext("结束评审要由组织员办理。"))
    if panel.closed_at is not None:
        raise RuleBroken(gettext("评审已经结束。"))
    person = panel.instructor
    after = check_step(person, PoolAction.REVIEW, actor=actor)
    totals = [Total(Decimal(r.sheet.total), r.sheet.vetoed) for r in panel.reviewers if r.sheet is not None]
    if len(totals) < FEWEST_REVIEWERS:
        raise RuleBroken(
            gettext("至少要有 %(n)s 份评分表，现在只有 %(have)s 份。", n=FEWEST_REVIEWERS, have=len(totals))
        )
    panel.mean, panel.passed = verdict(totals, panel.form.pass_mark)
    panel.closed_at = clock.now()
    before, person.state = person.state, after
    session().flush()
    result = gettext("通过") if panel.passed else gettext("未通过")
    note_change(
        person,
        before,
        actor=actor,
        reason=gettext("评审平均 %(mean)s 分，%(result)s", mean=panel.mean, result=result),
    )
    return panel
