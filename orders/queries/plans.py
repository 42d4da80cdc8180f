"""Plans of townships: the list of a year, one with its orders and classes, and whose plan a class is of."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from orders.enums import OrderState, PlanState
from orders.models import Order, YearPlan
from scheduling.models import ClassParticipant, TrainingClass

TONES: dict[PlanState, Tone] = {
    PlanState.SUBMITTED: "warn",
    PlanState.RETURNED: "bad",
    PlanState.RELEASED: "ok",
}
LEFT_OUT = (OrderState.DRAFT, OrderState.REFUSED, OrderState.WITHDRAWN)


def find_plan(unit_id: int, year: int) -> YearPlan | None:
    """The plan of a unit and year, once it was submitted."""
    return session().scalar(select(YearPlan).where(YearPlan.unit_id == unit_id, YearPlan.year == year))


def get_plan(scope: Scope, unit_id: int, year: int) -> YearPlan:
    """A submitted plan that a level inside the scope checks; NotFound otherwise."""
    supplier = aliased(OrgUnit)
    stmt = select(YearPlan).join(supplier, YearPlan.supplier_id == supplier.id)
    stmt = stmt.where(YearPlan.unit_id == unit_id, YearPlan.year == year, scope.clause(supplier.path))
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这份计划，或不在您的管理范围内。"))
    return found


def get_township(scope: Scope, unit_id: int) -> OrgUnit:
    """A township inside the scope; NotFound otherwise."""
    stmt = select(OrgUnit).where(
        OrgUnit.id == unit_id, OrgUnit.level == Level.TOWNSHIP, scope.clause(OrgUnit.path)
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这个乡镇(街道)，或不在您的管理范围内。"))
    return found


def _inside(path: Any) -> Any:
    """Units of the outer statement's township."""
    return and_(path >= OrgUnit.path, path < OrgUnit.path + "~")


def is_empty(unit: OrgUnit, year: int) -> bool:
    """Whether there is nothing to submit."""
    return not list_orders(unit, year, 1) and not list_classes(unit, year, 1)


def list_orders(unit: OrgUnit, year: int, most: int = 200) -> list[Order]:
    """Orders of a township's units for a year that were sent in and stand."""
    stmt = (
        select(Order)
        .join(OrgUnit, Order.unit_id == OrgUnit.id)
        .where(OrgUnit.path >= unit.path, OrgUnit.path < unit.path + "~")
        .where(Order.year == year, Order.state.not_in(LEFT_OUT))
    )
    return list(session().scalars(stmt.order_by(Order.id).limit(most)))


def list_classes(unit: OrgUnit, year: int, most: int = 200) -> list[TrainingClass]:
    """Classes that units of a township plan or host in a year."""
    units = select(OrgUnit.id).where(OrgUnit.path >= unit.path, OrgUnit.path < unit.path + "~")
    stmt = select(TrainingClass).where(
        TrainingClass.year == year, or_(TrainingClass.owner_id.in_(units), TrainingClass.host_id.in_(units))
    )
    return list(session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id).limit(most)))


def townships_of(klass: TrainingClass) -> list[OrgUnit]:
    """The townships whose plan a class is of: where it is planned, hosted, or whose units attend."""
    attending = select(ClassParticipant.unit_id).where(ClassParticipant.class_id == klass.id)
    unit = aliased(OrgUnit)
    of_class = or_(unit.id.in_([klass.owner_id, klass.host_id or klass.owner_id]), unit.id.in_(attending))
    stmt = select(OrgUnit).where(
        OrgUnit.level == Level.TOWNSHIP,
        exists().where(of_class, unit.path >= OrgUnit.path, unit.path < OrgUnit.path + "~"),
    )
    return list(session().scalars(stmt.order_by(OrgUnit.path)))


def state_badge(state: PlanState | None) -> Badge:
    """The state of a plan; one that was never submitted is being drawn up."""
    shown = state or PlanState.DRAFTING
    return Badge(shown.label, TONES.get(shown, "idle"))


def plans_table(scope: Scope, year: int) -> BoundTable[Any]:
    """Every township inside the scope with its plan of a year."""
    unit = aliased(OrgUnit)
    orders = (
        select(func.count(Order.id))
        .join(unit, Order.unit_id == unit.id)
        .where(_inside(unit.path), Order.year == year, Order.state.not_in(LEFT_OUT))
        .correlate(OrgUnit)
        .scalar_subquery()
    )
    host = aliased(OrgUnit)
    classes = (
        select(func.count(TrainingClass.id))
        .join(host, TrainingClass.host_id == host.id)
        .where(_inside(host.path), TrainingClass.year == year)
        .correlate(OrgUnit)
        .scalar_subquery()
    )
    table: Table[Any] = Table(
        name="year-plans",
        title=lazy_gettext("年度计划"),
        columns=[
            Column("unit", lazy_gettext("乡镇(街道)"), lambda r: r.OrgUnit.name, sort=OrgUnit.path),
            Column(
                "state",
                lazy_gettext("状态"),
                lambda r: state_badge(r.YearPlan.state if r.YearPlan else None),
                sort=YearPlan.state,
                kind="badge",
                note=lambda r: r.YearPlan.reason if r.YearPlan else "",
            ),
            Column("orders", lazy_gettext("订单"), lambda r: r.orders, sort=orders, kind="number"),
            Column("classes", lazy_gettext("班次"), lambda r: r.classes, sort=classes, kind="number"),
            Column(
                "at",
                lazy_gettext("上报时间"),
                lambda r: r.YearPlan.submitted_at.date() if r.YearPlan and r.YearPlan.submitted_at else None,
                sort=YearPlan.submitted_at,
                kind="date",
            ),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda s, v: s.where(func.coalesce(YearPlan.state, PlanState.DRAFTING) == PlanState(v)),
                PlanState.choices,
            )
        ],
        search=OrgUnit.name,
        search_hint=lazy_gettext("搜索单位"),
        default_sort="unit",
        row_url=lambda r: url_for("orders.show_plan", unit_id=r.OrgUnit.id, year=year),
        row_key=lambda r: r.OrgUnit.id,
        keep=("year",),
    )
    stmt = (
        select(OrgUnit, YearPlan, orders.label("orders"), classes.label("classes"))
        .outerjoin(YearPlan, and_(YearPlan.unit_id == OrgUnit.id, YearPlan.year == year))
        .where(OrgUnit.level == Level.TOWNSHIP, scope.clause(OrgUnit.path))
    )
    return table.bind(session(), stmt)


def count_submitted(scope: Scope) -> int:
    """Plans that wait to be checked by levels inside the scope."""
    supplier = aliased(OrgUnit)
    stmt = select(func.count(YearPlan.id)).join(supplier, YearPlan.supplier_id == supplier.id)
    return (
        session().scalar(stmt.where(YearPlan.state == PlanState.SUBMITTED, scope.clause(supplier.path))) or 0
    )
