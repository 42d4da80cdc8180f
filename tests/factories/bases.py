"""Bases in every state, their papers, and a site review that is over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bases.enums import BaseKind, BaseState, DesignationLevel, DocumentKind
from bases.models import TeachingBase
from bases.queries.filing import list_scorers
from bases.services import documents, site_reviews
from bases.services.documents import Upload
from bases.services.site_reviews import Invitation
from core import clock
from score_forms.enums import Kind
from score_forms.models import ScoreForm
from tests.factories.county import County, make_base

PDF = b"%PDF-1.4\nx\n%%EOF"
PLAQUE = {
    "designation_level": DesignationLevel.COUNTY,
    "document_number": "嘉组发〔2027〕1号",
    "designated_on": date(2027, 5, 1),
    "expires_on": date(2028, 4, 30),
}


def full_marks(form: ScoreForm, share: str = "1") -> dict[str, Decimal]:
    """Marks at a share of the full ones, vetoes passed."""
    marks = {i.key: (i.most * Decimal(share)).quantize(Decimal(1)) for i in form.indicators if i.most}
    return marks | {i.key: Decimal(1) for i in form.indicators if i.kind is Kind.VETO}


def add_papers(county: County, base: TeachingBase) -> None:
    """Every paper a step may ask for."""
    for kind in (
        DocumentKind.APPLICATION,
        DocumentKind.SAFETY_PLAN,
        DocumentKind.FILING_FORM,
        DocumentKind.PLAQUE,
    ):
        upload = Upload(f"{kind.value}.pdf", PDF)
        documents.add_document(base, kind, upload, actor=county.actor("organiser"))


def make_base_in(
    county: County, state: BaseState, name: str, *, papers: bool = True, **fields: Any
) -> TeachingBase:
    """A base with a whole file, put into a state from outside."""
    fields = {"contact_name": "周馆长", "phone": "13812345678", **PLAQUE, **fields}
    manager = county.users["manager"]
    base = make_base(
        county.unit("嘉祥县"),
        name,
        BaseKind.PRACTICE_POINT,
        county.unit("西镇"),
        state=state,
        manager_id=manager,
        **fields,
    )
    if papers:
        add_papers(county, base)
    return base


def review_on_site(county: County, base: TeachingBase, shares: dict[str, str]) -> None:
    """Offices score an applied base; closing it makes it reviewed when they are content."""
    organiser = county.actor("organiser")
    from_logins = [user for user, _office in list_scorers(base.owner) if user.login in shares]
    invited = [Invitation(user, f"{user.login}局") for user in from_logins]
    review = site_reviews.invite(base, invited, clock.today(), actor=organiser)
    for seat in review.seats:
        login = seat.user.login
        marks = full_marks(review.form, shares[login])
        site_reviews.score(seat, marks, actor=county.actor(login))
    site_reviews.close(review, actor=organiser)
