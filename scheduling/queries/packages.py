"""Packages: the menu with its list, one package, one order, and what an order form offers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.enums import BaseResourceKind, Theme
from bases.models import TeachingBase, Venue
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from courses.models import Course
from scheduling.enums import PackageStage
from scheduling.models import Package, PackageOrder, PackagePart, Session, TrainingClass
from scheduling.queries.classes import planned_by
from scheduling.queries.classes import visible as visible_class
from scheduling.queries.needs import lender_of
from scheduling.rules.packages import season_text

MOST_OFFERED = 300
PEOPLE_STEPS = (30, 50, 80, 100, 200)
TONES: dict[PackageStage, Tone] = {
    PackageStage.OPEN: "warn",
    PackageStage.PLACED: "info",
    PackageStage.TOLD: "ok",
    PackageStage.ENDED: "idle",
}
PARTS = (
    selectinload(Package.parts).joinedload(PackagePart.course),
    selectinload(Package.parts).joinedload(PackagePart.base).joinedload(TeachingBase.town),
    selectinload(Package.parts).joinedload(PackagePart.venue),
)


def _above(scope: Scope) -> list[str]:
    """Paths of the units above what the scope reaches: they share their menu with all below."""
    found = set()
    for path in scope.subtrees | scope.units:
        steps = path.strip("/").split("/")
        found |= {"/" + "/".join(steps[:n]) + "/" for n in range(1, len(steps))}
    return sorted(found)


def visible(scope: Scope) -> ColumnElement[bool]:
    """Packages of the scope's own units, and what the levels above offer [3 §五(二)]."""
    if scope.everything:
        return true()
    shared = and_(Package.is_offered, OrgUnit.path.in_(_above(scope)))
    return or_(scope.clause(OrgUnit.path), shared)


def _packages(condition: ColumnElement[bool]) -> Select[Package]:
    return (
        select(Package)
        .join(OrgUnit, Package.owner_id == OrgUnit.id)
        .where(condition)
        .options(contains_eager(Package.owner), *PARTS)
    )


def _one(stmt: Select[Package]) -> Package:
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这个套餐，或不在您的管理范围内。"))
    return found


def get_package(scope: Scope, package_id: int) -> Package:
    """A package to look at or to order."""
    return _one(_packages(and_(Package.id == package_id, visible(scope))))


def get_own_package(scope: Scope, package_id: int) -> Package:
    """A package of the scope's own units, to change."""
    return _one(_packages(and_(Package.id == package_id, scope.clause(OrgUnit.path))))


def list_offered(scope: Scope) -> list[Package]:
    """What can be ordered, by name."""
    stmt = _packages(and_(visible(scope), Package.is_offered)).order_by(Package.name)
    return list(session().scalars(stmt.limit(MOST_OFFERED)))


def get_order(scope: Scope, order_id: int) -> PackageOrder:
    """An order for a class in sight."""
    return _order(PackageOrder.id == order_id, visible_class(scope))


def get_own_order(scope: Scope, order_id: int) -> PackageOrder:
    """An order for a class planned inside the scope, to change."""
    return _order(PackageOrder.id == order_id, planned_by(scope))


def _order(*conditions: ColumnElement[bool]) -> PackageOrder:
    stmt = (
        select(PackageOrder)
        .join(PackageOrder.training_class)
        .where(*conditions)
        .options(
            contains_eager(PackageOrder.training_class).joinedload(TrainingClass.owner),
            joinedload(PackageOrder.package),
            selectinload(PackageOrder.sessions).joinedload(Session.venue),
            selectinload(PackageOrder.sessions).joinedload(Session.instructor),
            selectinload(PackageOrder.sessions).joinedload(Session.wanted_base),
        )
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这个套餐订单，或不在您的管理范围内。"))
    return found


def list_orders(package: Package, scope: Scope, limit: int = 50) -> list[PackageOrder]:
    """The newest orders of a package for classes in sight."""
    stmt = (
        select(PackageOrder)
        .join(PackageOrder.training_class)
        .where(PackageOrder.package_id == package.id, visible_class(scope))
        .options(contains_eager(PackageOrder.training_class))
        .order_by(PackageOrder.first_day.desc(), PackageOrder.id.desc())
    )
    return list(session().scalars(stmt.limit(limit)))


def orders_of_class(class_id: int) -> list[PackageOrder]:
    """The packages ordered for a class, the cancelled ones left out."""
    stmt = select(PackageOrder).where(
        PackageOrder.class_id == class_id, PackageOrder.stage != PackageStage.ENDED
    )
    return list(session().scalars(stmt.order_by(PackageOrder.first_day, PackageOrder.id)))


def list_classes(scope: Scope) -> list[TrainingClass]:
    """Classes of the scope's own plans that are not over or closed, to order for."""
    stmt = select(TrainingClass).where(
        planned_by(scope), TrainingClass.ends_on >= clock.today(), TrainingClass.closed_at.is_(None)
    )
    return list(
        session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id).limit(MOST_OFFERED))
    )


def list_spots(scope: Scope) -> list[Row[int, str, int, str]]:
    """Bases of the scope with their venues in use, to visit or to teach in: base, its name, venue, its name."""
    stmt = (
        select(TeachingBase.id, TeachingBase.name, Venue.id, Venue.name)
        .join(OrgUnit, TeachingBase.owner_id == OrgUnit.id)
        .join(Venue, Venue.base_id == TeachingBase.id)
        .where(scope.clause(OrgUnit.path), Venue.is_closed.is_(False))
    )
    return list(session().execute(stmt.order_by(TeachingBase.name, TeachingBase.id, Venue.id).limit(2000)))


def list_courses(scope: Scope) -> list[Course]:
    """Courses that can be taught in a package."""
    stmt = select(Course).join(OrgUnit, Course.owner_id == OrgUnit.id)
    stmt = stmt.where(scope.clause(OrgUnit.path), Course.retired.is_(False))
    return list(session().scalars(stmt.order_by(Course.name).limit(1000)))


def coach_text(order: PackageOrder) -> str:
    """Whether coaches are wanted and who provides them."""
    if not order.needs_coach:
        return gettext("不需要")
    lent = lender_of(order.sessions, BaseResourceKind.COACH)
    if lent is None:
        return gettext("需要大客车，基地没有够用的，由主办单位安排")
    if not lent[1]:
        return gettext("大客车 %(n)s 辆，由接待的基地提供", n=lent[0])
    return gettext("大客车 %(n)s 辆，由%(base)s提供", n=lent[0], base=lent[1])


def part_text(part: PackagePart) -> str:
    """`现场 红色纪念馆`, `讲授 嘉祥党史`."""
    return f"{part.method.label} {part.title}"


def offered_badge(package: Package) -> Badge:
    """On the menu or not."""
    return Badge(gettext("在菜单上"), "ok") if package.is_offered else Badge(gettext("已下架"), "idle")


def stage_badge(order: PackageOrder) -> Badge:
    """How far an order is."""
    return Badge(order.stage.label, TONES[order.stage])


_HOURS: Any = (
    select(func.sum(PackagePart.class_hours))
    .where(PackagePart.package_id == Package.id)
    .correlate(Package)
    .scalar_subquery()
)
_PRICE = Package.meals_price + Package.transport_price


def _in_month(stmt: Any, value: str) -> Any:
    month = int(value)
    within = and_(Package.first_month <= month, Package.last_month >= month)
    around = or_(Package.first_month <= month, Package.last_month >= month)
    wraps = Package.first_month > Package.last_month
    return stmt.where(case((wraps, around), else_=within))


def _of_theme(stmt: Any, value: str) -> Any:
    visits = (
        select(PackagePart.package_id)
        .outerjoin(TeachingBase, PackagePart.base_id == TeachingBase.id)
        .where(or_(PackagePart.theme == Theme(value), TeachingBase.theme == Theme(value)))
    )
    return stmt.where(Package.id.in_(visits))


PACKAGES: Table[Package] = Table(
    name="packages",
    title=lazy_gettext("套餐菜单"),
    columns=[
        Column(
            "name",
            lazy_gettext("套餐"),
            lambda p: p.name,
            sort=Package.name,
            note=lambda p: p.summary,
            width=30,
        ),
        Column(
            "parts", lazy_gettext("内容"), lambda p: [part_text(x) for x in p.parts], kind="tags", width=40
        ),
        Column(
            "hours",
            lazy_gettext("学时"),
            lambda p: sum(x.class_hours for x in p.parts),
            sort=_HOURS,
            kind="number",
        ),
        Column(
            "people",
            lazy_gettext("最多人数"),
            lambda p: p.most_people,
            sort=Package.most_people,
            kind="number",
        ),
        Column(
            "season",
            lazy_gettext("季节"),
            lambda p: season_text(p.first_month, p.last_month),
            sort=Package.first_month,
        ),
        Column("price", lazy_gettext("每人费用(元)"), lambda p: p.price, sort=_PRICE, kind="number"),
        Column(
            "coach",
            lazy_gettext("用车"),
            lambda p: gettext("需要") if p.needs_coach else gettext("不需要"),
            sort=Package.needs_coach,
            default=False,
        ),
        Column("owner", lazy_gettext("提供单位"), lambda p: p.owner.name, sort=OrgUnit.name),
        Column("state", lazy_gettext("状态"), offered_badge, sort=Package.is_offered, kind="badge"),
    ],
    filters=[
        Filter("theme", lazy_gettext("主题"), _of_theme, Theme.choices),
        Filter(
            "month",
            lazy_gettext("月份"),
            _in_month,
            lambda: [(str(m), gettext("%(month)s月", month=m)) for m in range(1, 13)],
        ),
        Filter(
            "people",
            lazy_gettext("人数"),
            lambda stmt, v: stmt.where(Package.most_people >= int(v)),
            lambda: [(str(n), gettext("至少 %(n)s 人", n=n)) for n in PEOPLE_STEPS],
        ),
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda stmt, v: stmt.where(Package.is_offered.is_(v == "on")),
            lambda: [("on", gettext("在菜单上")), ("off", gettext("已下架"))],
        ),
    ],
    search=Package.search_text,
    search_hint=lazy_gettext("搜索套餐、拼音首字母"),
    default_sort="name",
    row_url=lambda p: f"/scheduling/packages/{p.id}",
)


def packages_table(scope: Scope) -> BoundTable[Package]:
    """The menu as the scope sees it."""
    return PACKAGES.bind(session(), _packages(visible(scope)))


def menu_table(scope: Scope) -> BoundTable[Package]:
    """What of it can be ordered now."""
    table = replace(PACKAGES, name="menu-packages", keep=("campaign",))
    return table.bind(session(), _packages(and_(visible(scope), Package.is_offered)))
