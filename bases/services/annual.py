"""The yearly review: one person scores the six parts, another concludes [common]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from bases.enums import AnnualConclusion, BaseAction, BaseState
from bases.models import AnnualReview, TeachingBase
from bases.queries.filing import find_annual_review
from bases.services import life, rectifying
from core import audit, clock
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from score_forms import services as forms
from score_forms.enums import Purpose


@dataclass(frozen=True, slots=True)
class Decision:
    """How a year is concluded: renewed until `until`, put right by `until`, or revoked; with the opinion."""

    conclusion: AnnualConclusion
    opinion: str = ""
    until: date | None = None


def begin(base: TeachingBase, *, actor: Actor, seen: int | None = None) -> AnnualReview:
    """Open the review of this year; RuleBroken when the year was reviewed already."""
    year = clock.today().year
    last = find_annual_review(base.id)
    if last is not None and last.year == year:
        raise RuleBroken(gettext("%(year)s 年已经年检过。", year=year))
    life.take(base, BaseAction.BEGIN_ANNUAL_REVIEW, actor=actor, seen=seen)
    review = AnnualReview(
        base=base,
        year=year,
        form=forms.current_form(Purpose.BASE_YEAR, base.owner.path),
        opened_at=clock.now(),
    )
    session().add(review)
    session().flush()
    return review


def score(
    review: AnnualReview, marks: Mapping[str, Decimal], comment: str = "", *, actor: Actor
) -> AnnualReview:
    """Hand in the sheet with the six parts; it is never changed afterwards."""
    if review.base.state is not BaseState.ANNUAL_REVIEW:
        raise RuleBroken(gettext("基地不在年检中。"))
    if review.sheet_id is not None:
        raise RuleBroken(gettext("年检表已经交过，交了就不能改。"))
    review.sheet = forms.fill_in(review.form, marks, comment, actor=actor)
    review.reviewed_by_id, review.reviewed_by = actor.user_id, actor.name
    session().flush()
    audit.note(session(), gettext("%(base)s：交 %(year)s 年年检表", base=review.base.name, year=review.year))
    return review


def conclude(
    review: AnnualReview, decision: Decision, *, actor: Actor, seen: int | None = None
) -> AnnualReview:
    """End the year: renewed, to be put right, or revoked.

    NotAllowed for whoever scored it. RuleBroken before it was scored, for a decision without its date or reason,
    and for a base that is not under review. After a rectification the same year is concluded again.
    """
    review.expect_version(seen)
    base = review.base
    if base.state is not BaseState.ANNUAL_REVIEW:
        raise RuleBroken(gettext("基地不在年检中。"))
    if review.sheet_id is None:
        raise RuleBroken(gettext("年检表还没有交。"))
    if review.reviewed_by_id == actor.user_id:
        raise NotAllowed(gettext("打分的人不能作结论，请另一位审批人办理。"))
    broken = _broken(decision)
    if broken:
        raise RuleBroken(gettext("年检结论没有保存。"), broken)
    review.conclusion, review.opinion = decision.conclusion, decision.opinion.strip()
    review.decided_at, review.decided_by_id, review.decided_by = clock.now(), actor.user_id, actor.name
    session().flush()
    if decision.conclusion is AnnualConclusion.RENEW:
        base.expires_on = decision.until
        life.take(base, BaseAction.RENEW, actor=actor, reason=decision.opinion)
    elif decision.conclusion is AnnualConclusion.RECTIFY and decision.until is not None:
        rectifying.order(base, decision.opinion, decision.until, review=review, actor=actor)
    else:
        life.take(base, BaseAction.REVOKE, actor=actor, reason=decision.opinion)
    return review


def _broken(decision: Decision) -> list[Violation]:
    today, found = clock.today(), []
    if decision.conclusion is AnnualConclusion.RENEW and (decision.until is None or decision.until <= today):
        found.append(Violation("until", gettext("续期要写明今天以后的有效期。"), "until"))
    if decision.conclusion is AnnualConclusion.RECTIFY and (decision.until is None or decision.until < today):
        found.append(Violation("until", gettext("整改要写明期限，不早于今天。"), "until"))
    if decision.conclusion is not AnnualConclusion.RENEW and not decision.opinion.strip():
        found.append(Violation("opinion", gettext("请写明要整改什么，或为什么撤销。"), "opinion"))
    return found
