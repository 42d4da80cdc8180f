"""Orders: one, the list with where each stands, and how many wait for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from core.when import day_text, span_text
from orders.enums import OrderState, Side, Stage
from orders.models import CounterOffer, Order, Wish
from orders.queries.progress import Lesson, Pack, stage
from scheduling.enums import OrderKind
from scheduling.models import Session, TrainingClass

Unit, Supplier = aliased(OrgUnit), aliased(OrgUnit)
TONES: Mapping[Stage, Tone] = {
    Stage.ASSIGNED: "warn",
    Stage.SUBMITTED: "warn",
    Stage.COUNTERED: "warn",
    Stage.PLANNED: "info",
    Stage.PUBLISHED: "ok",
    Stage.HELD: "ok",
    Stage.SCORED: "ok",
    Stage.CANCELLED: "bad",
    Stage.REFUSED: "bad",
}


def stage_badge(where: Stage) -> Badge:
    """The stage in words."""
    return Badge(where.label, TONES.get(where, "idle"))


def _clause(scope: Scope, side: Side | None) -> ColumnElement[bool]:
    asks, checks = scope.clause(Unit.path), scope.clause(Supplier.path)
    return or_(asks, checks) if side is None else asks if side is Side.UNIT else checks


def _orders(*entities: Any) -> Select[Any]:
    return (
        select(*entities)
        .select_from(Order)
        .join(Unit, Order.unit_id == Unit.id)
        .join(Supplier, Order.supplier_id == Supplier.id)
    )


def _with_stage(scope: Scope, side: Side | None) -> Select[Any]:
    return (
        _orders(Order, stage().label("stage"))
        .outerjoin(Lesson, Order.session_id == Lesson.id)
        .outerjoin(Pack, Order.package_order_id == Pack.id)
        .where(_clause(scope, side))
        .options(
            contains_eager(Order.unit.of_type(Unit)),
            contains_eager(Order.supplier.of_type(Supplier)),
            joinedload(Order.course),
            joinedload(Order.package),
            joinedload(Order.instructor),
            selectinload(Order.wishes),
        )
    )


def with_stages(orders: Sequence[Order]) -> list[tuple[Order, Badge]]:
    """These orders with where each stands, in their order; one statement more."""
    stmt = (
        select(Order.id, stage())
        .outerjoin(Lesson, Order.session_id == Lesson.id)
        .outerjoin(Pack, Order.package_order_id == Pack.id)
        .where(Order.id.in_([order.id for order in orders]))
    )
    found = {order_id: Stage(where) for order_id, where in session().execute(stmt)}
    return [(order, stage_badge(found[order.id])) for order in orders]


def get_order(scope: Scope, order_id: int, side: Side | None = None) -> Order:
    """An order with a party (or the party of that side) inside the scope; NotFound otherwise."""
    found: Order | None = session().scalar(_orders(Order).where(Order.id == order_id, _clause(scope, side)))
    if found is None:
        raise NotFound(gettext("没有这份订单，或不在您的管理范围内。"))
    return found


def look_at(scope: Scope, order_id: int) -> tuple[Order, Stage]:
    """An order with all a page shows of it, and where it stands."""
    stmt = _with_stage(scope, None).where(Order.id == order_id)
    lesson = joinedload(Order.session)
    found = (
        session()
        .execute(
            stmt.options(
                joinedload(Order.base),
                lesson.joinedload(Session.told_instructor),
                lesson.joinedload(Session.told_venue),
                lesson.joinedload(Session.training_class).joinedload(TrainingClass.owner),
                joinedload(Order.package_order),
                joinedload(Order.offer).joinedload(CounterOffer.course),
                joinedload(Order.offer).joinedload(CounterOffer.instructor),
                joinedload(Order.offer).joinedload(CounterOffer.base),
                joinedload(Order.offer).joinedload(CounterOffer.training_class),
                selectinload(Order.events),
            )
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound(gettext("没有这份订单，或不在您的管理范围内。"))
    return found.Order, Stage(found.stage)


def partners_of(order: Order) -> list[Order]:
    """The other orders that became the same session, by unit (合班)."""
    if order.session_id is None:
        return []
    stmt = (
        select(Order).join(Unit, Order.unit_id == Unit.id).options(contains_eager(Order.unit.of_type(Unit)))
    )
    stmt = stmt.where(Order.session_id == order.session_id, Order.id != order.id)
    return list(session().scalars(stmt.order_by(Unit.path)))


def told_span(order: Order) -> str:
    """When the lesson is, as people were told it; empty while they were not."""
    row = order.session
    if row is None or row.told_start is None:
        return ""
    return span_text(row.told_start, row.told_start + timedelta(minutes=row.told_minutes))


def orders_of_session(session_id: int) -> list[Order]:
    """Every order that became this session."""
    stmt = select(Order).where(Order.session_id == session_id).order_by(Order.id)
    return list(session().scalars(stmt))


def orders_behind(session_ids: Sequence[int], package_order_ids: Sequence[int]) -> list[Order]:
    """Every order that became one of these sessions or packages, with its unit."""
    became = or_(Order.session_id.in_(session_ids), Order.package_order_id.in_(package_order_ids))
    stmt = select(Order).where(became).options(joinedload(Order.unit), joinedload(Order.course))
    return list(session().scalars(stmt.order_by(Order.id)))


def orders_of_package(package_order_id: int) -> list[Order]:
    """The order that became this package, if any did."""
    stmt = select(Order).where(Order.package_order_id == package_order_id)
    return list(session().scalars(stmt))


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many orders wait: to be checked, with an offer to answer, to be acknowledged."""

    to_check: int
    offered: int
    assigned: int


def count_waiting(units: Scope, checked: Scope) -> Waiting:
    """What waits for somebody who orders for `units` and decides on what `checked` are asked for: one statement.

    Whoever decides is not told to answer the own decision.
    """
    mine = and_(_clause(units, Side.UNIT), not_(_clause(checked, Side.SUPPLIER)))
    stmt = _orders(
        func.count().filter(Order.state == OrderState.SUBMITTED, _clause(checked, Side.SUPPLIER)),
        func.count().filter(Order.state == OrderState.COUNTERED, mine),
        func.count().filter(Order.state == OrderState.ASSIGNED, mine),
    )
    states = (OrderState.SUBMITTED, OrderState.COUNTERED, OrderState.ASSIGNED)
    return Waiting(*session().execute(stmt.where(Order.state.in_(states))).one())


def _first_wish(row: Any) -> str:
    order: Order = row.Order
    if not order.wishes:
        return gettext("未写时间")
    first = order.wishes[0]
    more = gettext(" 等 %(n)s 个时间", n=len(order.wishes)) if len(order.wishes) > 1 else ""
    return f"{day_text(first.day)} {first.half_day.label}{more}"


_FIRST_DAY: Any = (
    select(func.min(Wish.day)).where(Wish.order_id == Order.id).correlate(Order).scalar_subquery()
)


def _in_stage(stmt: Any, value: str) -> Any:
    return stmt.where(stage() == Stage(value).value)


ORDERS: Table[Any] = Table(
    name="orders",
    title=lazy_gettext("订单"),
    columns=[
        Column(
            "what",
            lazy_gettext("课程或套餐"),
            lambda r: r.Order.title,
            sort=Order.search_text,
            note=lambda r: r.Order.instructor.name if r.Order.instructor else "",
            width=34,
        ),
        Column("unit", lazy_gettext("点单单位"), lambda r: r.Order.unit.name, sort=Unit.path),
        Column("stage", lazy_gettext("进展"), lambda r: stage_badge(Stage(r.stage)), kind="badge"),
        Column("when", lazy_gettext("希望时间"), _first_wish, sort=_FIRST_DAY),
        Column("people", lazy_gettext("人数"), lambda r: r.Order.people, sort=Order.people, kind="number"),
        Column("kind", lazy_gettext("来源"), lambda r: r.Order.kind.label, sort=Order.kind),
        Column(
            "supplier",
            lazy_gettext("受理单位"),
            lambda r: r.Order.supplier.name,
            sort=Supplier.path,
            default=False,
        ),
        Column(
            "at",
            lazy_gettext("点单时间"),
            lambda r: r.Order.asked_at.date(),
            sort=Order.asked_at,
            kind="date",
        ),
        Column("by", lazy_gettext("经办人"), lambda r: r.Order.asked_by, sort=Order.asked_by, default=False),
        Column("remark", lazy_gettext("备注"), lambda r: r.Order.remark, default=False),
    ],
    filters=[
        Filter("stage", lazy_gettext("进展"), _in_stage, Stage.choices),
        Filter(
            "kind", lazy_gettext("来源"), lambda s, v: s.where(Order.kind == OrderKind(v)), OrderKind.choices
        ),
        Filter(
            "unit",
            lazy_gettext("点单单位"),
            lambda s, v: s.where(Unit.name.icontains(v, autoescape=True)),
        ),
        Filter(
            "year",
            lazy_gettext("年度"),
            lambda s, v: s.where(Order.year == int(v)),
            lambda: [(str(y), str(y)) for y in range(clock.today().year + 1, clock.today().year - 4, -1)],
        ),
    ],
    search=Order.search_text,
    search_hint=lazy_gettext("搜索订单、单位、拼音首字母"),
    default_sort="-at",
    row_url=lambda r: url_for("orders.show", order_id=r.Order.id),
    row_key=lambda r: r.Order.id,
)


def orders_table(scope: Scope, side: Side | None = None) -> BoundTable[Any]:
    """Orders of units inside the scope, and orders that units inside the scope check."""
    return ORDERS.bind(session(), _with_stage(scope, side))
