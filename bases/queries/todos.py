"""What waits for organisers about their bases."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from accounts.access import Actor
from accounts.enums import P
from bases.enums import BaseState, RectificationState
from bases.models import AnnualReview, Rectification, SiteReview, TeachingBase
from bases.queries.bases import kept_by
from bases.queries.filing import count_waiting_seats
from bases.rules import BOOKABLE, expiry_alert
from core import clock
from core.db import session
from core.todo import Todo, Urgency

_IN_PROGRESS = (BaseState.APPLIED, BaseState.REVIEWED)


def todos(actor: Actor) -> list[Todo]:
    """What waits for whoever scores bases, approves, keeps the register or looks after a base."""
    lines: list[Todo] = []
    if actor.can(P.SITE_SCORE) and actor.user_id is not None:
        count = count_waiting_seats(actor.user_id)
        text = gettext("%(n)s 个基地请您实地评审", n=count)
        lines.append(Todo(text, "/bases/site-reviews", count, "site_reviews", Urgency.NOW))
    if actor.can(P.OWN_BASE) and actor.user_id is not None:
        lines += _own(actor.user_id)
    if actor.can(P.BASE_APPROVE):
        lines.append(_to_conclude(actor))
    if actor.can(P.BASE_EDIT):
        lines += _kept(actor)
    return lines


def _own(user_id: int) -> list[Todo]:
    """What a manager's bases have to put right."""
    stmt = (
        select(TeachingBase.id, TeachingBase.name, Rectification.due)
        .join(Rectification, Rectification.base_id == TeachingBase.id)
        .where(TeachingBase.manager_id == user_id, Rectification.state == RectificationState.ORDERED)
    )
    return [
        Todo(
            gettext("%(base)s 要在 %(day)s 前交整改报告", base=name, day=due),
            f"/my-base/{base_id}/rectification",
            1,
            f"rectify_{base_id}",
            Urgency.NOW,
        )
        for base_id, name, due in session().execute(stmt.order_by(Rectification.due))
    ]


def _to_conclude(actor: Actor) -> Todo:
    """Yearly reviews that are scored and wait for somebody else's conclusion."""
    stmt = (
        select(func.count())
        .select_from(AnnualReview)
        .join(AnnualReview.base)
        .where(
            kept_by(actor.scope(P.BASE_APPROVE)),
            TeachingBase.state == BaseState.ANNUAL_REVIEW,
            AnnualReview.year == clock.today().year,
            AnnualReview.sheet_id.is_not(None),
        )
    )
    count = session().scalar(stmt) or 0
    text = gettext("%(n)s 个基地的年检等您作结论", n=count)
    return Todo(text, "/bases/?state=annual_review", count, "base_years", Urgency.NOW)


def _kept(actor: Actor) -> list[Todo]:
    """Designations that end, applications on the way, reviews and rectifications that press."""
    today = clock.today()
    scope = actor.scope(P.BASE_EDIT)

    def count(*conditions: ColumnElement[bool]) -> int:
        stmt = select(func.count()).select_from(TeachingBase).where(kept_by(scope), *conditions)
        return session().scalar(stmt) or 0

    in_use = TeachingBase.state.in_(BOOKABLE)
    over = count(in_use, TeachingBase.expires_on < today)
    soon = count(in_use, TeachingBase.expires_on.between(today, expiry_alert(today)))
    waiting = count(TeachingBase.state.in_(_IN_PROGRESS))
    open_rows = select(Rectification.base_id).where(Rectification.closed_at.is_(None))
    reported = count(TeachingBase.id.in_(open_rows.where(Rectification.state == RectificationState.REPORTED)))
    ordered = open_rows.where(Rectification.state == RectificationState.ORDERED)
    late = count(TeachingBase.id.in_(ordered.where(Rectification.due < today)))
    rectifying = count(TeachingBase.id.in_(ordered.where(Rectification.due >= today)))
    overdue_reviews = count(
        TeachingBase.id.in_(
            select(SiteReview.base_id).where(SiteReview.closed_at.is_(None), SiteReview.due < today)
        )
    )
    return [
        Todo(
            gettext("%(n)s 个基地挂牌已到期", n=over),
            "/bases/?expiry=over",
            over,
            "base_expired",
            Urgency.NOW,
        ),
        Todo(gettext("%(n)s 个基地挂牌 90 天内到期", n=soon), "/bases/?expiry=soon", soon, "base_expiring"),
        Todo(
            gettext("%(n)s 个基地正在申报，待评审备案", n=waiting),
            "/bases/?bookable=no",
            waiting,
            "base_applying",
        ),
        Todo(
            gettext("%(n)s 个基地的实地评审过了截止日期", n=overdue_reviews),
            "/bases/?state=applied",
            overdue_reviews,
            "site_reviews_late",
        ),
        Todo(
            gettext("%(n)s 个基地交了整改报告，等您验收", n=reported),
            "/bases/?state=rectifying",
            reported,
            "base_reported",
            Urgency.NOW,
        ),
        Todo(
            gettext("%(n)s 个基地整改超期", n=late),
            "/bases/?state=rectifying",
            late,
            "base_rectification_late",
            Urgency.NOW,
        ),
        Todo(
            gettext("%(n)s 个基地整改中", n=rectifying),
            "/bases/?state=rectifying",
            rectifying,
            "base_rectifying",
        ),
    ]
