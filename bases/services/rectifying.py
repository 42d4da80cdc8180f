"""Putting a base right: what is asked until when, what the base reports, and whether that will do."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import Role
from bases import notices
from bases.enums import BaseAction, DocumentKind, RectificationState
from bases.models import AnnualReview, Rectification, RectificationReport, TeachingBase
from bases.queries.filing import find_open_rectification, people_of
from bases.services import documents, life
from bases.services.documents import Upload
from core import audit, clock
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from notifications import services as notifications

LONGEST_TEXT = 1000


def order(
    base: TeachingBase,
    asked: str,
    due: date,
    *,
    actor: Actor,
    review: AnnualReview | None = None,
    seen: int | None = None,
) -> Rectification:
    """Stop a base until it is put right; its manager is told. RuleBroken without what is asked or a deadline to come."""
    if due < clock.today():
        sentence = gettext("整改期限不能早于今天。")
        raise RuleBroken(sentence, [Violation("due", sentence, "due")])
    life.take(base, BaseAction.RECTIFY, actor=actor, reason=asked, seen=seen)
    row = Rectification(
        base_id=base.id,
        annual_review_id=review.id if review else None,
        asked=asked.strip()[:LONGEST_TEXT],
        due=due,
        state=RectificationState.ORDERED,
        ordered_at=clock.now(),
        ordered_by_id=actor.user_id,
        ordered_by=actor.name,
    )
    session().add(row)
    session().flush()
    if base.manager_id is not None:
        notifications.queue(base.manager_id, *notices.told_to_rectify(row, base))
    return row


def report(
    base: TeachingBase, said: str, upload: Upload | None = None, *, actor: Actor
) -> RectificationReport:
    """The base's word that it is put right, late or not; the organisers are told."""
    row = get_open(base)
    if row.state is not RectificationState.ORDERED:
        raise RuleBroken(gettext("整改报告已经交了，正在等待验收。"))
    if not said.strip():
        sentence = gettext("请写明整改了什么。")
        raise RuleBroken(sentence, [Violation("text", sentence, "text")])
    paper = (
        documents.add_document(base, DocumentKind.RECTIFICATION_REPORT, upload, actor=actor)
        if upload
        else None
    )
    made = RectificationReport(
        rectification=row,
        text=said.strip()[:LONGEST_TEXT],
        document_id=paper.id if paper else None,
        reported_at=clock.now(),
        reported_by_id=actor.user_id,
        reported_by=actor.name,
    )
    session().add(made)
    row.state = RectificationState.REPORTED
    session().flush()
    for user_id in people_of(base.owner_id, Role.ORGANISER):
        notifications.queue(user_id, *notices.rectification_reported(base))
    audit.note(session(), gettext("%(base)s：交整改报告", base=base.name))
    return made


def answer(
    base: TeachingBase, accept: bool, said: str, due: date | None = None, *, actor: Actor
) -> RectificationReport:
    """Accept a report, or send it back with the reason and perhaps a later deadline.

    An accepted base is in use again, or back in the yearly review that had asked. NotAllowed for whoever reported.
    """
    row = get_open(base)
    if row.state is not RectificationState.REPORTED:
        raise RuleBroken(gettext("还没有收到整改报告。"))
    last = row.reports[-1]
    if last.reported_by_id == actor.user_id:
        raise NotAllowed(gettext("交报告的人不能自己验收。"))
    broken = []
    if not accept and not said.strip():
        broken.append(Violation("answer", gettext("请写明哪里没有改到位。"), "answer"))
    if not accept and due is not None and due < clock.today():
        broken.append(Violation("due", gettext("整改期限不能早于今天。"), "due"))
    if broken:
        raise RuleBroken(gettext("验收没有保存。"), broken)
    last.accepted, last.answer = accept, said.strip()[: life.LONGEST_REASON]
    last.answered_at, last.answered_by_id, last.answered_by = clock.now(), actor.user_id, actor.name
    if accept:
        row.state, row.closed_at = RectificationState.ACCEPTED, clock.now()
        session().flush()
        back = BaseAction.RESUME_REVIEW if row.annual_review_id else BaseAction.RESUME
        life.take(base, back, actor=actor, reason=said or gettext("整改验收合格"))
    else:
        row.state, row.due = RectificationState.ORDERED, due or row.due
        session().flush()
    if base.manager_id is not None:
        notifications.queue(base.manager_id, *notices.rectification_answered(base, last))
    audit.note(session(), gettext("%(base)s：整改验收", base=base.name))
    return last


def get_open(base: TeachingBase) -> Rectification:
    """What the base has to put right now; RuleBroken when nothing."""
    row = find_open_rectification(base.id)
    if row is None:
        raise RuleBroken(gettext("这个基地没有要整改的事项。"))
    return row
