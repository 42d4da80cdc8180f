"""The site review: several offices score a base where it stands, each alone before seeing the others [0 §15]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import User
from bases import notices
from bases.enums import BaseAction, BaseState
from bases.models import SiteReview, SiteReviewSeat, TeachingBase
from bases.queries.filing import find_open_review
from bases.services import life
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from notifications import services as notifications
from score_forms import services as forms
from score_forms.enums import Purpose
from score_forms.rules import Total, verdict

FEWEST_OFFICES = 2
LONGEST_OFFICE = 80


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person and the office they score for."""

    user: User
    office: str


def invite(base: TeachingBase, invited: Sequence[Invitation], due: date, *, actor: Actor) -> SiteReview:
    """Open a site review of a base that has applied, and tell everybody who is asked.

    RuleBroken for fewer than two offices, an office twice, a deadline gone by, or a review still open.
    """
    if base.state is not BaseState.APPLIED:
        raise RuleBroken(gettext("申报中的基地才能组织实地评审。"))
    if find_open_review(base.id) is not None:
        raise RuleBroken(gettext("这个基地的实地评审还没有结束。"))
    offices = [item.office.strip()[:LONGEST_OFFICE] for item in invited]
    broken = _broken(offices, due)
    if broken:
        raise RuleBroken(gettext("评审没有发起。"), broken)
    review = SiteReview(
        base=base,
        form=forms.current_form(Purpose.SITE_REVIEW, base.owner.path),
        due=due,
        opened_at=clock.now(),
        opened_by_id=actor.user_id,
        seats=[
            SiteReviewSeat(user_id=item.user.id, office=office)
            for item, office in zip(invited, offices, strict=True)
        ],
    )
    session().add(review)
    session().flush()
    for seat in review.seats:
        notifications.queue(seat.user_id, *notices.asked_to_score(review, seat.office))
    audit.note(session(), gettext("%(base)s：发起实地评审", base=base.name))
    return review


def _broken(offices: Sequence[str], due: date) -> list[Violation]:
    broken = []
    if not all(offices):
        broken.append(Violation("office", gettext("请写明每位评审人代表的单位。"), "reviewers"))
    elif len(set(offices)) < len(offices):
        broken.append(Violation("twice", gettext("一个单位只请一位评审人。"), "reviewers"))
    elif len(offices) < FEWEST_OFFICES:
        broken.append(Violation("few", gettext("至少请 %(n)s 个单位评审。", n=FEWEST_OFFICES), "reviewers"))
    if due < clock.today():
        broken.append(Violation("due", gettext("截止日期不能早于今天。"), "due"))
    return broken


def score(
    seat: SiteReviewSeat, marks: Mapping[str, Decimal], comment: str = "", *, actor: Actor
) -> SiteReviewSeat:
    """Hand in one office's sheet; it is never changed afterwards."""
    review = seat.review
    if review.closed_at is not None:
        raise RuleBroken(gettext("评审已经结束，不能再打分。"))
    if seat.sheet_id is not None:
        raise RuleBroken(gettext("您已经交过评分表，交了就不能改。"))
    if review.due < clock.today():
        raise RuleBroken(gettext("已经过了评审截止日期，请联系组织员。"))
    seat.sheet = forms.fill_in(review.form, marks, comment, actor=actor)
    session().flush()
    return seat


def close(review: SiteReview, *, actor: Actor) -> SiteReview:
    """Count the sheets: mean, spread and verdict; a base that passed is 已评审.

    Needs two offices' sheets. A base that did not pass stays 申报中, to be reviewed anew or taken back.
    """
    if review.closed_at is not None:
        raise RuleBroken(gettext("评审已经结束。"))
    sheets = [seat.sheet for seat in review.seats if seat.sheet is not None]
    if len(sheets) < FEWEST_OFFICES:
        raise RuleBroken(
            gettext(
                "至少要有 %(n)s 个单位的评分表，现在只有 %(have)s 份。", n=FEWEST_OFFICES, have=len(sheets)
            )
        )
    totals = [Decimal(sheet.total) for sheet in sheets]
    review.mean, review.passed = verdict(
        [Total(total, sheet.vetoed) for total, sheet in zip(totals, sheets, strict=True)],
        review.form.pass_mark,
    )
    review.spread = max(totals) - min(totals)
    review.closed_at = clock.now()
    session().flush()
    if review.passed:
        said = gettext("实地评审平均 %(mean)s 分，通过", mean=review.mean)
        life.take(review.base, BaseAction.REVIEW, actor=actor, reason=said)
    audit.note(session(), gettext("%(base)s：结束实地评审", base=review.base.name))
    return review
