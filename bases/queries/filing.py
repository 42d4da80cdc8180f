"""What carries a base through its life: papers, reviews, rectifications, alerts that are due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Actor, Scope
from accounts.enums import Role
from accounts.models import Grant, OrgUnit, User
from bases.enums import DocumentKind
from bases.models import (
    AnnualReview,
    BaseAlert,
    BaseDocument,
    Rectification,
    RectificationReport,
    SiteReview,
    SiteReviewSeat,
    TeachingBase,
)
from bases.queries.bases import visible
from bases.rules.life import BOOKABLE, expiry_alert
from core.db import session
from core.errors import NotFound
from score_forms.models import ScoreSheet


def list_documents(base_id: int) -> list[BaseDocument]:
    """The papers of a base, by kind, the newest first."""
    stmt = select(BaseDocument).where(BaseDocument.base_id == base_id).order_by(BaseDocument.id.desc())
    order = list(DocumentKind)
    return sorted(session().scalars(stmt), key=lambda row: order.index(row.kind))


def document_kinds(base_id: int) -> frozenset[DocumentKind]:
    """Which papers are on file."""
    stmt = select(BaseDocument.kind).where(BaseDocument.base_id == base_id).distinct()
    return frozenset(session().scalars(stmt))


def get_document(base: TeachingBase, document_id: int) -> BaseDocument:
    """A paper of the base."""
    found = session().scalar(
        select(BaseDocument).where(BaseDocument.id == document_id, BaseDocument.base_id == base.id)
    )
    if found is None:
        raise NotFound(gettext("没有这份材料。"))
    return found


def list_site_reviews(base_id: int) -> list[SiteReview]:
    """Site reviews of a base, the latest first, with seats and sheets."""
    seats = selectinload(SiteReview.seats).joinedload(SiteReviewSeat.sheet)
    stmt = select(SiteReview).where(SiteReview.base_id == base_id).options(seats, joinedload(SiteReview.form))
    return list(session().scalars(stmt.order_by(SiteReview.id.desc()).limit(20)))


def find_open_review(base_id: int) -> SiteReview | None:
    """The site review that is going on."""
    return session().scalar(
        select(SiteReview).where(SiteReview.base_id == base_id, SiteReview.closed_at.is_(None))
    )


def get_site_review(scope: Scope, base_id: int, review_id: int) -> SiteReview:
    """A site review of a base in sight."""
    stmt = select(SiteReview).join(SiteReview.base).where(SiteReview.id == review_id, visible(scope))
    return _review(stmt.where(SiteReview.base_id == base_id))


def _review(stmt: object) -> SiteReview:
    sheets = selectinload(SiteReview.seats).joinedload(SiteReviewSeat.sheet).selectinload(ScoreSheet.marks)
    found = session().scalar(stmt.options(sheets))  # type: ignore[attr-defined]
    if found is None:
        raise NotFound(gettext("没有这次评审。"))
    return found  # type: ignore[no-any-return]


def list_own_seats(actor: Actor) -> list[SiteReviewSeat]:
    """The site reviews somebody is asked to score, those that wait first."""
    stmt = (
        select(SiteReviewSeat)
        .join(SiteReviewSeat.review)
        .where(SiteReviewSeat.user_id == actor.user_id)
        .options(
            joinedload(SiteReviewSeat.review).joinedload(SiteReview.base), joinedload(SiteReviewSeat.sheet)
        )
    )
    waits = and_(SiteReviewSeat.sheet_id.is_(None), SiteReview.closed_at.is_(None))
    return list(session().scalars(stmt.order_by(waits.desc(), SiteReview.due.desc()).limit(100)))


def get_own_seat(actor: Actor, review_id: int) -> SiteReviewSeat:
    """One's seat at a site review."""
    stmt = select(SiteReviewSeat).where(
        SiteReviewSeat.review_id == review_id, SiteReviewSeat.user_id == actor.user_id
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这次评审，或没有请您评。"))
    return found


def list_scorers(owner: OrgUnit) -> list[tuple[User, str]]:
    """Who may score a base on site, with the office they stand for: evaluators and organisers of the register's
    level, of those above and of those below."""
    ids = [int(n) for n in owner.path.strip("/").split("/")]
    near = or_(OrgUnit.id.in_(ids), and_(OrgUnit.path >= owner.path, OrgUnit.path < owner.path + "~"))
    stmt = (
        select(User, OrgUnit)
        .join(Grant, Grant.user_id == User.id)
        .join(OrgUnit, Grant.unit_id == OrgUnit.id)
        .where(
            Grant.role.in_((Role.EVALUATOR, Role.ORGANISER, Role.APPROVER)), User.disabled.is_(False), near
        )
        .order_by(Grant.role == Role.EVALUATOR, User.id)
    )
    found: dict[int, tuple[User, str]] = {}
    for user, unit in session().execute(stmt):
        found[user.id] = (user, unit.title)
    return list(reversed(found.values()))


def list_annual_reviews(base_id: int) -> list[AnnualReview]:
    """The years of a base, the latest first."""
    stmt = select(AnnualReview).where(AnnualReview.base_id == base_id).options(joinedload(AnnualReview.sheet))
    return list(session().scalars(stmt.order_by(AnnualReview.year.desc()).limit(20)))


def get_annual_review(base: TeachingBase, year: int) -> AnnualReview:
    """The review of a base's year."""
    found = session().scalar(
        select(AnnualReview).where(AnnualReview.base_id == base.id, AnnualReview.year == year)
    )
    if found is None:
        raise NotFound(gettext("没有这一年的年检。"))
    return found


def find_annual_review(base_id: int) -> AnnualReview | None:
    """The latest yearly review of a base."""
    stmt = select(AnnualReview).where(AnnualReview.base_id == base_id)
    return session().scalars(stmt.order_by(AnnualReview.year.desc()).limit(1)).first()


def find_open_rectification(base_id: int) -> Rectification | None:
    """What a base has to put right now."""
    return session().scalar(
        select(Rectification).where(Rectification.base_id == base_id, Rectification.closed_at.is_(None))
    )


def list_rectifications(base_id: int) -> list[Rectification]:
    """Everything a base had to put right, the latest first."""
    reports = selectinload(Rectification.reports).joinedload(RectificationReport.document)
    stmt = select(Rectification).where(Rectification.base_id == base_id).options(reports)
    return list(session().scalars(stmt.order_by(Rectification.id.desc()).limit(20)))


def people_of(owner_id: int, role: Role) -> list[int]:
    """Accounts in use that hold a role at a unit."""
    stmt = (
        select(Grant.user_id)
        .join(User, Grant.user_id == User.id)
        .where(Grant.role == role, Grant.unit_id == owner_id, User.disabled.is_(False))
        .distinct()
    )
    return list(session().scalars(stmt.order_by(Grant.user_id)))


@dataclass(frozen=True, slots=True)
class Ending:
    """A designation that ends soon: the base, who keeps its register and who looks after it."""

    base_id: int
    name: str
    owner_id: int
    manager_id: int | None
    expires_on: date


def _ends_by(until: date) -> tuple[ColumnElement[bool], ...]:
    return TeachingBase.state.in_(sorted(BOOKABLE)), TeachingBase.expires_on <= until


def endings_to_alert(today: date) -> Iterator[tuple[Ending, set[int]]]:
    """Designations of every level within the widest alert, with the distances already told; two statements."""
    until = expiry_alert(today)
    sent: defaultdict[tuple[int, date], set[int]] = defaultdict(set)
    same = and_(BaseAlert.base_id == TeachingBase.id, BaseAlert.expires_on == TeachingBase.expires_on)
    known = select(BaseAlert.base_id, BaseAlert.expires_on, BaseAlert.days).join(TeachingBase, same)
    for base_id, told_of, days in session().execute(known.where(*_ends_by(until))):
        sent[base_id, told_of].add(days)
    fields = (
        TeachingBase.id,
        TeachingBase.name,
        TeachingBase.owner_id,
        TeachingBase.manager_id,
        TeachingBase.expires_on,
    )
    stmt = select(*fields).where(*_ends_by(until)).order_by(TeachingBase.owner_id, TeachingBase.expires_on)
    for base_id, name, owner_id, manager_id, end in session().execute(stmt.order_by(TeachingBase.id)):
        if end is not None:
            yield Ending(base_id, name, owner_id, manager_id, end), sent[base_id, end]


def count_waiting_seats(user_id: int) -> int:
    """Site reviews that wait for somebody's sheet."""
    stmt = select(func.count()).select_from(SiteReviewSeat).join(SiteReviewSeat.review)
    return (
        session().scalar(
            stmt.where(
                SiteReviewSeat.user_id == user_id,
                SiteReviewSeat.sheet_id.is_(None),
                SiteReview.closed_at.is_(None),
            )
        )
        or 0
    )
