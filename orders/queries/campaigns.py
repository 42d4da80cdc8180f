"""Campaigns: the list, one with who has answered, what a survey found, and what a unit is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from courses.models import Course
from orders.enums import CampaignKind, OrderState
from orders.models import Campaign, Invitation, Need, Order


def open_badge(campaign: Campaign) -> Badge:
    """Open or over."""
    is_open = campaign.is_open(clock.today())
    return Badge(gettext("进行中"), "ok") if is_open else Badge(gettext("已截止"), "idle")


def _asked(scope: Scope) -> ColumnElement[bool]:
    """Campaigns that ask a unit inside the scope."""
    units = select(OrgUnit.id).where(scope.clause(OrgUnit.path))
    return Campaign.id.in_(select(Invitation.campaign_id).where(Invitation.unit_id.in_(units)))


def _owned(scope: Scope) -> ColumnElement[bool]:
    return Campaign.owner_id.in_(select(OrgUnit.id).where(scope.clause(OrgUnit.path)))


def get_campaign(scope: Scope, campaign_id: int) -> Campaign:
    """A campaign that units inside the scope opened or are asked by; NotFound otherwise."""
    return _one(select(Campaign).where(Campaign.id == campaign_id, or_(_owned(scope), _asked(scope))))


def get_own_campaign(scope: Scope, campaign_id: int) -> Campaign:
    """A campaign that a unit inside the scope opened."""
    return _one(select(Campaign).where(Campaign.id == campaign_id, _owned(scope)))


def _one(stmt: Select[Campaign]) -> Campaign:
    found = session().scalar(stmt.options(joinedload(Campaign.owner), selectinload(Campaign.courses)))
    if found is None:
        raise NotFound(gettext("没有这次征集，或不在您的管理范围内。"))
    return found


def get_invitation(scope: Scope, campaign_id: int, unit_id: int | None = None) -> Invitation:
    """The invitation of a unit inside the scope, the first when none is named; NotFound when no such unit is asked."""
    stmt = select(Invitation).join(OrgUnit, Invitation.unit_id == OrgUnit.id)
    stmt = stmt.where(Invitation.campaign_id == campaign_id, scope.clause(OrgUnit.path))
    if unit_id is not None:
        stmt = stmt.where(Invitation.unit_id == unit_id)
    shown = stmt.options(contains_eager(Invitation.unit), selectinload(Invitation.needs))
    found = session().scalars(shown.order_by(OrgUnit.path).limit(1)).first()
    if found is None:
        raise NotFound(gettext("没有这次征集，或不在您的管理范围内。"))
    return found


def count_silent(campaign_id: int) -> int:
    """How many units have not answered."""
    stmt = select(func.count(Invitation.id)).where(Invitation.campaign_id == campaign_id)
    return session().scalar(stmt.where(Invitation.answered_at.is_(None))) or 0


def campaigns_table(scope: Scope) -> BoundTable[Any]:
    """Campaigns that units inside the scope opened or are asked by, and how many of the units inside it have answered."""
    units = select(OrgUnit.id).where(scope.clause(OrgUnit.path))
    asked = select(func.count(Invitation.id)).where(
        Invitation.campaign_id == Campaign.id, Invitation.unit_id.in_(units)
    )
    invited: Any = asked.correlate(Campaign).scalar_subquery()
    answered: Any = asked.where(Invitation.answered_at.is_not(None)).correlate(Campaign).scalar_subquery()
    table: Table[Any] = Table(
        name="campaigns",
        title=lazy_gettext("征集"),
        columns=[
            Column("title", lazy_gettext("标题"), lambda r: r.Campaign.title, sort=Campaign.title, width=36),
            Column("kind", lazy_gettext("种类"), lambda r: r.Campaign.kind.label, sort=Campaign.kind),
            Column("state", lazy_gettext("状态"), lambda r: open_badge(r.Campaign), kind="badge"),
            Column("answered", lazy_gettext("已答复"), _answered, sort=answered, kind="badge"),
            Column(
                "deadline",
                lazy_gettext("截止"),
                lambda r: r.Campaign.deadline,
                sort=Campaign.deadline,
                kind="date",
            ),
            Column(
                "year", lazy_gettext("年度"), lambda r: r.Campaign.year, sort=Campaign.year, kind="number"
            ),
            Column("owner", lazy_gettext("发起单位"), lambda r: r.Campaign.owner.name, sort=OrgUnit.path),
        ],
        filters=[
            Filter(
                "kind",
                lazy_gettext("种类"),
                lambda s, v: s.where(Campaign.kind == CampaignKind(v)),
                CampaignKind.choices,
            )
        ],
        search=Campaign.title,
        search_hint=lazy_gettext("搜索标题"),
        default_sort="-deadline",
        row_url=lambda r: url_for("orders.show_campaign", campaign_id=r.Campaign.id),
        row_key=lambda r: r.Campaign.id,
    )
    stmt = (
        select(Campaign, invited.label("invited"), answered.label("answered"))
        .join(OrgUnit, Campaign.owner_id == OrgUnit.id)
        .where(or_(scope.clause(OrgUnit.path), _asked(scope)))
        .options(contains_eager(Campaign.owner))
    )
    return table.bind(session(), stmt)


def _answered(row: Any) -> Badge:
    """A unit sees whether it has answered itself; whoever asked many sees how many have."""
    if row.invited == 1:
        return answer_badge(is_answered=row.answered == 1)
    return Badge(f"{row.answered} / {row.invited}", "ok" if row.answered == row.invited else "info")


def answer_badge(*, is_answered: bool) -> Badge:
    """Whether a unit has answered."""
    return Badge(gettext("已答复"), "ok") if is_answered else Badge(gettext("没有答复"), "warn")


def invitations_table(campaign: Campaign) -> BoundTable[Any]:
    """Whom a campaign asks, who has answered and with how much."""
    orders = (
        select(func.count(Order.id))
        .where(
            Order.campaign_id == campaign.id,
            Order.unit_id == Invitation.unit_id,
            Order.state != OrderState.DRAFT,
        )
        .correlate(Invitation)
        .scalar_subquery()
    )
    needs = select(func.count()).select_from(Need).where(Need.invitation_id == Invitation.id)
    count = orders if campaign.kind is CampaignKind.INTAKE else needs.correlate(Invitation).scalar_subquery()
    is_intake = campaign.kind is CampaignKind.INTAKE
    table: Table[Any] = Table(
        name="invitations",
        title=lazy_gettext("答复情况"),
        columns=[
            Column("unit", lazy_gettext("单位"), lambda r: r.Invitation.unit.name, sort=OrgUnit.path),
            Column(
                "state",
                lazy_gettext("状态"),
                lambda r: answer_badge(is_answered=r.Invitation.answered_at is not None),
                sort=Invitation.answered_at,
                kind="badge",
            ),
            Column(
                "count",
                lazy_gettext("订单") if is_intake else lazy_gettext("需要的课程"),
                lambda r: r.count,
                sort=count,
                kind="number",
            ),
            Column(
                "by", lazy_gettext("经办人"), lambda r: r.Invitation.answered_by, sort=Invitation.answered_by
            ),
            Column("remark", lazy_gettext("备注"), lambda r: r.Invitation.remark),
            Column(
                "reminded",
                lazy_gettext("提醒过"),
                lambda r: r.Invitation.reminded_on,
                sort=Invitation.reminded_on,
                kind="date",
            ),
        ],
        filters=[
            Filter(
                "answered",
                lazy_gettext("答复"),
                lambda s, v: s.where(
                    Invitation.answered_at.is_not(None) if v == "yes" else Invitation.answered_at.is_(None)
                ),
                [("yes", lazy_gettext("已答复")), ("no", lazy_gettext("没有答复"))],
            )
        ],
        search=OrgUnit.name,
        search_hint=lazy_gettext("搜索单位"),
        default_sort="unit",
        row_key=lambda r: r.Invitation.id,
    )
    stmt = (
        select(Invitation, count.label("count"))
        .join(OrgUnit, Invitation.unit_id == OrgUnit.id)
        .where(Invitation.campaign_id == campaign.id)
        .options(contains_eager(Invitation.unit))
    )
    return table.bind(session(), stmt)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a survey found of one course."""

    course: Course
    units: int
    people: int
    months: str
    """Months in the order of how many ask for them."""


def demand(campaign: Campaign) -> list[Demand]:
    """By course how many units and people want it and when, the most wanted first."""
    stmt = (
        select(Need.course_id, Need.month, func.count(), func.sum(Need.people))
        .join(Invitation, Need.invitation_id == Invitation.id)
        .where(Invitation.campaign_id == campaign.id)
        .group_by(Need.course_id, Need.month)
    )
    by_course: dict[int, list[tuple[int, int, int]]] = {}
    for course_id, month, units, people in session().execute(stmt):
        by_course.setdefault(course_id, []).append((month, units, people))
    found = [_demand(course, by_course.get(course.id, [])) for course in campaign.courses]
    return sorted(found, key=lambda one: (-one.people, one.course.name))


def _demand(course: Course, parts: list[tuple[int, int, int]]) -> Demand:
    wished = sorted(((units, month) for month, units, _people in parts if month), reverse=True)
    months = "、".join(gettext("%(month)s月(%(n)s 家)", month=month, n=units) for units, month in wished[:4])
    return Demand(course, sum(p[1] for p in parts), sum(p[2] for p in parts), months)


DEMAND_COLUMNS: list[Column[Demand]] = [
    Column("course", lazy_gettext("课程"), lambda d: d.course.name, width=36),
    Column("category", lazy_gettext("内容类别"), lambda d: d.course.category.label),
    Column("units", lazy_gettext("单位数"), lambda d: d.units, kind="number"),
    Column("people", lazy_gettext("人数"), lambda d: d.people, kind="number"),
    Column("months", lazy_gettext("希望的月份"), lambda d: d.months),
]


def orders_for(campaign_id: int, unit_id: int) -> list[Order]:
    """What a unit ordered for a campaign, the oldest first."""
    stmt = select(Order).where(Order.campaign_id == campaign_id, Order.unit_id == unit_id)
    shown = stmt.options(joinedload(Order.course), joinedload(Order.package), selectinload(Order.wishes))
    return list(session().scalars(shown.order_by(Order.id)))


def count_unanswered(scope: Scope, owned: Scope) -> int:
    """Open campaigns that wait for a unit inside the scope, without those the same person opened."""
    stmt = (
        select(func.count(Invitation.id))
        .join(Campaign, Invitation.campaign_id == Campaign.id)
        .join(OrgUnit, Invitation.unit_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), Invitation.answered_at.is_(None), Campaign.closed_at.is_(None))
        .where(Campaign.deadline >= clock.today(), ~_owned(owned))
    )
    return session().scalar(stmt) or 0
