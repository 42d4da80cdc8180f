"""What people are told about bases."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext

from bases.models import Rectification, RectificationReport, SiteReview, TeachingBase
from core.when import day_text
from core.words import labelled

Letter = tuple[str, str, str, str]
"""Kind, title, body, url."""


def filing_url(base_id: int) -> str:
    """Where a base's life is looked after."""
    return f"/bases/{base_id}/filing"


def asked_to_score(review: SiteReview, office: str) -> Letter:
    """For everybody with a seat at a site review."""
    title = gettext("请对 %(base)s 作实地评审", base=review.base.name)
    body = gettext(
        "代表 %(office)s，请在 %(day)s 前交评审表。", office=office, day=day_text(review.due, year=True)
    )
    return "site_review", title, body, f"/bases/site-reviews/{review.id}"


def told_to_rectify(row: Rectification, base: TeachingBase) -> Letter:
    """For the base's manager."""
    title = gettext("%(base)s 要整改", base=base.name)
    body = gettext("%(asked)s(期限 %(day)s)", asked=row.asked, day=day_text(row.due, year=True))
    return "rectification", title, body, f"/my-base/{base.id}/rectification"


def rectification_reported(base: TeachingBase) -> Letter:
    """For the organisers of the register."""
    title = gettext("%(base)s 交了整改报告，请验收", base=base.name)
    return "rectification", title, "", filing_url(base.id)


def rectification_answered(base: TeachingBase, report: RectificationReport) -> Letter:
    """For the base's manager."""
    if report.accepted:
        return "rectification", gettext("%(base)s 整改验收合格", base=base.name), report.answer, "/my-base/"
    title = gettext("%(base)s 整改没有通过验收", base=base.name)
    return "rectification", title, report.answer, f"/my-base/{base.id}/rectification"


def state_changed(base: TeachingBase, reason: str) -> Letter:
    """For the base's manager: a stop, an end, or the way back."""
    title = labelled(base.name, base.state.label)
    return "base_state", title, reason, "/my-base/"


def designation_ends(name: str, ends: date, today: date, url: str) -> Letter:
    """For the organisers of the register and the base's manager."""
    left, day = (ends - today).days, day_text(ends, year=True)
    if left < 0:
        title = gettext("%(base)s 的挂牌已于 %(day)s 到期", base=name, day=day)
    elif left == 0:
        title = gettext("%(base)s 的挂牌今天到期", base=name)
    else:
        title = gettext("%(base)s 的挂牌 %(day)s 到期，还有 %(n)s 天", base=name, day=day, n=left)
    return "designation", title, gettext("续期要先年检。"), url
