"""Bases at every step of their life, the tree of school sites with its checklists, and money granted and spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from accounts.models import User
from accounts.queries import actor_of
from app.demo.cast import Cast
from app.demo.chapters import marks
from bases.enums import (
    AnnualConclusion,
    BaseAction,
    BaseKind,
    BaseState,
    DocumentKind,
    Element,
    LeadUnit,
    Standing,
    Theme,
)
from bases.models import SiteReview, TeachingBase, Venue
from bases.queries.filing import get_own_seat, list_scorers
from bases.services import annual, documents, funding, life, rectifying, register, site_reviews, tree
from bases.services.annual import Decision
from bases.services.documents import Upload
from bases.services.funding import GrantFields
from bases.services.site_reviews import Invitation
from bases.services.tree import Judged
from core import clock
from core.db import session, transaction
from core.docx import Paragraph, write
from scheduling.enums import ResourceKind
from scheduling.models import Booking

NEWCOMERS = (
    ("曾子孝廉文化馆", Theme.PARTY_SPIRIT, "曾馆长"),
    ("麒麟台文化园", Theme.REVOLUTIONARY_TRADITION, "商园长"),
    ("青山寺廉政教育馆", Theme.CLEAN_GOVERNMENT, "孟馆长"),
)
"""One surveyed, one whose review is on, one that passed."""
OFFICES = {"evaluator": "县委组织部", "evaluator2": "县文化和旅游局", "evaluator3": "县应急管理局"}
PAPERS = (
    DocumentKind.APPLICATION,
    DocumentKind.SAFETY_PLAN,
    DocumentKind.FILING_FORM,
    DocumentKind.PLAQUE,
)
SHORT = {
    Element.FUNDS: (Standing.LACKING, "还没有列入年度预算"),
    Element.PLAN: (Standing.PARTLY, "只有上半年的计划"),
    Element.TEACHERS: (Standing.PARTLY, "专职讲解员不足"),
}


def tell(cast: Cast) -> None:
    """Everything at once; each step in a transaction of its own, as people would do it."""
    _grow_tree(cast)
    _newcomers(cast)
    quiet = _quiet_bases(8)
    _in_force(cast, quiet)
    _ledgers(cast, quiet[:3])


def _quiet_bases(count: int) -> list[int]:
    """Themed bases in which nothing is booked: nobody's timetable is torn."""
    booked = select(Venue.base_id).where(
        Venue.id.in_(select(Booking.resource_id).where(Booking.kind == ResourceKind.VENUE))
    )
    stmt = select(TeachingBase.id).where(
        TeachingBase.theme.is_not(None),
        TeachingBase.state == BaseState.FILED,
        TeachingBase.designated_on.is_not(None),
        TeachingBase.designation_level.is_not(None),
        TeachingBase.document_number != "",
        TeachingBase.id.not_in(booked),
    )
    return list(session().scalars(stmt.order_by(TeachingBase.id.desc()).limit(count)))


def _the(base_id: int) -> TeachingBase:
    return session().get_one(TeachingBase, base_id)


def _paper(base: TeachingBase, kind: DocumentKind) -> Upload:
    title = f"{base.name}{kind.label}"
    return Upload(
        f"{title}.docx", write([Paragraph(title, "center", 18, bold=True), Paragraph("(演示材料)")])
    )


def _file_papers(cast: Cast, base: TeachingBase, kinds: Sequence[DocumentKind]) -> None:
    for kind in kinds:
        documents.add_document(base, kind, _paper(base, kind), actor=cast.actor("organiser"))


def _grow_tree(cast: Cast) -> None:
    """Branch points belong to their township's campus; every fifth site is short of something."""
    organiser = cast.actor("organiser")
    with transaction():
        sites = list(session().scalars(select(TeachingBase).order_by(TeachingBase.id)))
        campuses = {base.town_id: base for base in sites if base.kind is BaseKind.MAIN_CAMPUS}
        for n, base in enumerate(sites):
            if base.kind is BaseKind.BRANCH_POINT and (campus := campuses.get(base.town_id)):
                tree.check_place(base, base.kind, campus)
                base.parent_id = campus.id
            if base.kind is BaseKind.PRACTICE_POINT and n % 3:
                continue
            found = {element: Judged(Standing.MET) for element in Element}
            if n % 5 == 0:
                found |= {element: Judged(*short) for element, short in SHORT.items()}
            tree.judge(base, found, actor=organiser)


def _newcomers(cast: Cast) -> None:
    organiser = cast.actor("organiser")
    with transaction():
        town = (
            session().scalars(select(TeachingBase.town_id).where(TeachingBase.town_id.is_not(None))).first()
        )
        ids = []
        for n, (name, theme, contact) in enumerate(NEWCOMERS):
            base = register.enter(
                cast.county,
                actor=organiser,
                name=name,
                kind=BaseKind.PRACTICE_POINT,
                theme=theme,
                address=f"嘉祥县曾子路 {n + 1} 号",
                latitude=35.40 + n / 50,
                longitude=116.34 + n / 40,
                contact_name=contact,
                phone=f"1380000000{n}",
                guides=2,
                lead_time=3,
                lead_unit=LeadUnit.DAYS,
                capacity=60,
            )
            base.town_id = town
            ids.append(register.saved(base).id)
    for base_id in ids[1:]:
        with transaction():
            base = _the(base_id)
            _file_papers(cast, base, PAPERS[:3])
            life.take(base, BaseAction.APPLY, actor=organiser)
        _review(cast, base_id, whole=base_id == ids[2])


def _review(cast: Cast, base_id: int, *, whole: bool) -> None:
    """Three offices are asked; one has scored, or all have and the review is over."""
    luck = Random(base_id)  # noqa: S311  (the same demo every time, nothing secret)
    with transaction():
        base = _the(base_id)
        asked = [
            Invitation(user, OFFICES[user.login])
            for user, _office in list_scorers(base.owner)
            if user.login in OFFICES
        ]
        due = clock.today() + timedelta(days=10)
        review_id = site_reviews.invite(base, asked, due, actor=cast.actor("organiser")).id
    for login in OFFICES if whole else ("evaluator2",):
        with transaction():
            seat = get_own_seat(cast.actor(login), review_id)
            share = luck.uniform(0.78, 0.95)
            said = marks(seat.review.form, share, luck)
            site_reviews.score(seat, said, "现场查看，条件具备。", actor=cast.actor(login))
    if whole:
        with transaction():
            site_reviews.close(session().get_one(SiteReview, review_id), actor=cast.actor("organiser"))


def _in_force(cast: Cast, ids: Sequence[int]) -> None:
    """Designated and soon to expire, in use, under review, renewed, to be put right, reported, revoked."""
    organiser, approver = cast.actor("organiser"), cast.actor("approver")
    today = clock.today()
    with transaction():
        for base_id in ids:
            base = _the(base_id)
            _file_papers(cast, base, PAPERS)
            life.take(base, BaseAction.DESIGNATE, actor=approver)
    soon, in_use, reviewed, renewed, ordered, reported, revoked = ids[:7]
    with transaction():
        _the(soon).expires_on = today + timedelta(days=25)
        for base_id in (in_use, reviewed, renewed, ordered, reported):
            life.take(_the(base_id), BaseAction.OPEN, actor=organiser)
    luck = Random(in_use)  # noqa: S311
    for base_id in (reviewed, renewed):
        with transaction():
            review = annual.begin(_the(base_id), actor=organiser)
            annual.score(review, marks(review.form, 0.86, luck), "台账齐全，讲解词需更新。", actor=organiser)
        if base_id == renewed:
            with transaction():
                decision = Decision(AnnualConclusion.RENEW, "同意续期", date(today.year + 3, 4, 9))
                annual.conclude(session().merge(review), decision, actor=approver)
    with transaction():
        manager = session().scalars(select(User).where(User.login == "manager")).one()
        for base_id, asked in ((ordered, "消防通道被占用，限期清理"), (reported, "展板内容陈旧，限期更新")):
            _the(base_id).manager_id = manager.id
            rectifying.order(_the(base_id), asked, today + timedelta(days=20), actor=organiser)
    with transaction():
        paper = Upload("整改情况.docx", write([Paragraph("展板已全部更新。")]))
        keeper = actor_of(session().scalars(select(User).where(User.login == "manager")).one())
        rectifying.report(_the(reported), "展板已全部更新，请验收。", paper, actor=keeper)
    with transaction():
        life.take(_the(revoked), BaseAction.REVOKE, actor=approver, reason="场馆改建，停止开放")


def _ledgers(cast: Cast, ids: Sequence[int]) -> None:
    organiser = cast.actor("organiser")
    year = clock.today().year
    for n, base_id in enumerate(ids):
        with transaction():
            base = _the(base_id)
            amount = int(Decimal(50_000 + 20_000 * n) * 100)
            fields = GrantFields("县财政", "展陈维护", amount, date(year, 2, 20), f"嘉财〔{year}〕{12 + n}号")
            grant = funding.enter_grant(base, fields, actor=organiser)
            receipt = Upload("发票.docx", write([Paragraph("展板制作费发票(演示)")]))
            funding.spend(grant, "更换展板", 1_860_000, date(year, 3, 12), voucher=receipt, actor=organiser)
            funding.spend(grant, "讲解员培训", 420_050, date(year, 4, 8), actor=organiser)
            twice = funding.spend(grant, "更换展板", 1_860_000, date(year, 4, 9), actor=organiser)
            funding.cancel(twice, "重复登记", actor=organiser)
