"""Bases in every state, their papers, and a site review that is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.access import SYSTEM
from accounts.models import User
from bases.enums import BaseKind, BaseState, DesignationLevel, DocumentKind
from bases.models import AnnualReview, SiteReview, SiteReviewSeat, TeachingBase
from bases.queries.filing import list_scorers
from bases.services import documents, funding, site_reviews
from bases.services.documents import Upload
from bases.services.funding import GrantFields
from bases.services.site_reviews import Invitation
from core import clock
from core.db import session
from score_forms.enums import Kind, Purpose
from score_forms.models import ScoreForm
from score_forms.services import ensure_default_forms
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


def furnish_base(base: TeachingBase, people: Mapping[str, User], due: date) -> dict[str, int | str]:
    """Ids of one of everything a base's file may hold: a paper, a site review that asks `people`, a year, a ledger."""
    forms = ensure_default_forms()
    paper = documents.add_document(base, DocumentKind.SAFETY_PLAN, Upload("预案.pdf", PDF), actor=SYSTEM)
    review = SiteReview(
        base_id=base.id, form_id=forms[Purpose.SITE_REVIEW].id, due=due, opened_at=clock.now()
    )
    seats = [people[login] for login in ("organiser", "approver", "evaluator") if login in people]
    review.seats = [SiteReviewSeat(user_id=user.id, office=user.login) for user in seats]
    year = AnnualReview(
        base_id=base.id, year=clock.today().year, form_id=forms[Purpose.BASE_YEAR].id, opened_at=clock.now()
    )
    session().add_all([review, year])
    fields = GrantFields("县财政", "维护", 1000, clock.today())
    grant = funding.enter_grant(base, fields, actor=SYSTEM)
    paid = funding.spend(grant, "展板", 100, clock.today(), voucher=Upload("票.pdf", PDF), actor=SYSTEM)
    session().flush()
    return {
        "document_id": paper.id,
        "review_id": review.id,
        "year": year.year,
        "grant_id": grant.id,
        "spending_id": paid.id,
    }
