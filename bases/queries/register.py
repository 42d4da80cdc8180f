"""The register as a list: columns, filters, distances, and what an address asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, radians
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from accounts.queries import list_units
from bases.enums import BaseKind, BaseState, DesignationLevel, Theme
from bases.models import TeachingBase
from bases.queries.bases import CAPACITY, GUIDES, TONES, Town, list_towns, visible
from bases.rules.life import BOOKABLE, expiry_alert
from bases.rules.places import Box, Origin, km_between, read_box, read_point
from core import clock
from core.db import session
from core.excel import MAX_ROWS
from core.tables import Badge, BoundTable, Column, Filter, Statement, Table
from core.web import row_number

KM_PER_DEGREE = 111.195
WITHIN = (5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Look:
    """What an address asks of the register beside the filters: where from, which part of the map."""

    towns: Sequence[OrgUnit]
    origin: Origin | None = None
    box: Box | None = None
    bad_point: str = ""
    """Coordinates that were typed and make no sense."""


def look_of(scope: Scope, args: Mapping[str, str]) -> Look:
    """Read the origin (coordinates `at`, else the town `from`) and the part of the map (`box`)."""
    towns = list_towns(scope)
    typed = args.get("at", "").strip()[:60]
    origin = read_point(typed) if typed else None
    if not typed:
        number = row_number(args.get("from"))
        town = next((t for t in towns if t.id == number and t.latitude is not None), None)
        if town is not None and town.latitude is not None and town.longitude is not None:
            origin = Origin(town.latitude, town.longitude, town.name)
    bad = typed if typed and origin is None else ""
    return Look(towns, origin, read_box(args.get("box", "")), bad)


def _square(origin: Origin) -> Any:
    """Square of the distance in kilometres as SQL arithmetic: flat around the origin, right within half a percent
    for a province; what is shown is reckoned on the globe."""
    north = (TeachingBase.latitude - origin.latitude) * KM_PER_DEGREE
    east = (TeachingBase.longitude - origin.longitude) * (KM_PER_DEGREE * cos(radians(origin.latitude)))
    return north * north + east * east


def _inside(box: Box | None) -> ColumnElement[bool]:
    if box is None:
        return true()
    return TeachingBase.latitude.between(box.south, box.north) & TeachingBase.longitude.between(
        box.west, box.east
    )


def _with_capacity(stmt: Statement, value: str) -> Statement:
    return stmt.where(int(value) <= CAPACITY)


def _by_booking(stmt: Statement, value: str) -> Statement:
    return stmt.where(
        TeachingBase.state.in_(BOOKABLE) if value == "yes" else TeachingBase.state.not_in(BOOKABLE)
    )


def _by_expiry(stmt: Statement, value: str) -> Statement:
    today = clock.today()
    if value == "over":
        return stmt.where(TeachingBase.expires_on < today)
    return stmt.where(TeachingBase.expires_on.between(today, expiry_alert(today)))


def _as_it_is(stmt: Statement, _value: str) -> Statement:
    return stmt


def _in_county(stmt: Statement, value: str) -> Statement:
    return stmt.where(TeachingBase.owner_id == int(value))


def base_table(
    scope: Scope,
    look: Look,
    *,
    beside_map: bool = False,
    name: str = "bases",
    only: ColumnElement[bool] | None = None,
    filters: Sequence[Filter] = (),
) -> BoundTable[Any]:
    """The register as a list; with an origin the nearest come first.

    `only` and `filters` narrow it further; beside the map there is room for a few columns only.
    """
    columns = _columns(look.origin)
    if beside_map:
        columns = [replace(c, default=c.key in ("name", "state", "capacity", "km")) for c in columns]
    return Table[Any](
        name=f"{name}_map" if beside_map else name,
        title=lazy_gettext("教学基地"),
        columns=columns,
        filters=[*filters, *_filters(scope, look)],
        search=TeachingBase.search_text,
        search_hint=lazy_gettext("搜索基地、主管单位、拼音首字母"),
        default_sort="km" if look.origin else "name",
        row_url=lambda r: f"/bases/{r[0].id}",
        row_key=lambda r: r[0].id,
        keep=("view", "box"),
    ).bind(
        session(),
        select(TeachingBase, Town.name, CAPACITY, GUIDES)
        .outerjoin(Town, TeachingBase.town_id == Town.id)
        .where(visible(scope), _inside(look.box), true() if only is None else only),
    )


def list_whole(stmt: Statement) -> Iterator[TeachingBase]:
    """The bases of a list with all that the filing sheet says of them, a few hundred at a time."""
    whole = stmt.with_only_columns(TeachingBase).order_by(None).order_by(TeachingBase.name, TeachingBase.id)
    whole = whole.options(
        joinedload(TeachingBase.town),
        selectinload(TeachingBase.venues),
        selectinload(TeachingBase.resources),
    )
    return iter(session().scalars(whole.limit(MAX_ROWS).execution_options(yield_per=500)))


def _columns(origin: Origin | None) -> list[Column[Any]]:
    columns: list[Column[Any]] = [
        Column(
            "name",
            lazy_gettext("名称"),
            lambda r: r[0].name,
            sort=TeachingBase.name,
            note=lambda r: r[0].address,
        ),
        Column("kind", lazy_gettext("类型"), lambda r: r[0].kind.label, sort=TeachingBase.kind),
        Column(
            "theme",
            lazy_gettext("主题"),
            lambda r: r[0].theme.label if r[0].theme else None,
            sort=TeachingBase.theme,
        ),
        Column("state", lazy_gettext("状态"), _state_badge, sort=TeachingBase.state, kind="badge"),
        Column("town", lazy_gettext("所在镇街"), lambda r: r[1], sort=Town.name),
        Column("capacity", lazy_gettext("单批容量"), lambda r: r[2], sort=CAPACITY, kind="number"),
    ]
    if origin is not None:
        columns.append(
            Column(
                "km",
                lazy_gettext("距离(公里)"),
                lambda r: _km(origin, r[0]),
                sort=_square(origin),
                kind="number",
            )
        )
    return [*columns, *_more_columns()]


def _km(origin: Origin, base: TeachingBase) -> float | None:
    if base.latitude is None or base.longitude is None:
        return None
    return round(km_between(origin, base.latitude, base.longitude), 1)


def _more_columns() -> list[Column[Any]]:
    return [
        Column(
            "level",
            lazy_gettext("挂牌级别"),
            lambda r: r[0].designation_level.label if r[0].designation_level else None,
            sort=TeachingBase.designation_level,
        ),
        Column(
            "expires",
            lazy_gettext("有效期至"),
            lambda r: r[0].expires_on,
            sort=TeachingBase.expires_on,
            kind="date",
        ),
        Column(
            "unit",
            lazy_gettext("主管单位"),
            lambda r: r[0].supervising_unit,
            sort=TeachingBase.supervising_unit,
            default=False,
        ),
        Column(
            "contact",
            lazy_gettext("联系人"),
            lambda r: r[0].contact_name,
            sort=TeachingBase.contact_name,
            default=False,
        ),
        Column(
            "guides",
            lazy_gettext("讲解员数"),
            lambda r: r[3],
            sort=GUIDES,
            kind="number",
            default=False,
        ),
        Column("opening", lazy_gettext("开放时段"), lambda r: r[0].opening_text, default=False),
        Column(
            "document",
            lazy_gettext("文号"),
            lambda r: r[0].document_number,
            sort=TeachingBase.document_number,
            default=False,
        ),
    ]


def _filters(scope: Scope, look: Look) -> list[Filter]:
    towns = [(str(town.id), town.name) for town in look.towns]
    placed = [(str(town.id), town.name) for town in look.towns if town.latitude is not None]
    counties = [(str(unit.id), unit.name) for unit in list_units(scope, Level.COUNTY)]
    found = [
        Filter(
            "kind",
            lazy_gettext("类型"),
            lambda s, v: s.where(TeachingBase.kind == BaseKind(v)),
            BaseKind.choices,
        ),
        Filter(
            "theme", lazy_gettext("主题"), lambda s, v: s.where(TeachingBase.theme == Theme(v)), Theme.choices
        ),
        Filter("town", lazy_gettext("所在镇街"), lambda s, v: s.where(TeachingBase.town_id == int(v)), towns),
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda s, v: s.where(TeachingBase.state == BaseState(v)),
            BaseState.choices,
        ),
        Filter(
            "level",
            lazy_gettext("挂牌级别"),
            lambda s, v: s.where(TeachingBase.designation_level == DesignationLevel(v)),
            DesignationLevel.choices,
        ),
        Filter(
            "capacity",
            lazy_gettext("容量不少于"),
            _with_capacity,
            [(str(n), str(n)) for n in (30, 50, 80, 100, 150, 200)],
        ),
        Filter(
            "bookable",
            lazy_gettext("能否预约"),
            _by_booking,
            [("yes", lazy_gettext("可以预约")), ("no", lazy_gettext("不能预约"))],
        ),
        Filter(
            "parent",
            lazy_gettext("上级校区"),
            lambda s, v: s.where(TeachingBase.parent_id.is_(None), TeachingBase.kind != BaseKind.MAIN_CAMPUS),
            [("none", lazy_gettext("没有上级校区"))],
        ),
        Filter(
            "expiry",
            lazy_gettext("挂牌到期"),
            _by_expiry,
            [("soon", lazy_gettext("90 天内到期")), ("over", lazy_gettext("已到期"))],
        ),
        Filter("from", lazy_gettext("离哪个镇街"), _as_it_is, placed),
        Filter("at", lazy_gettext("或离哪个坐标(纬度，经度)"), _as_it_is),
    ]
    if len(counties) > 1:
        found.insert(2, Filter("county", lazy_gettext("县(市、区)"), _in_county, counties))
    origin = look.origin
    if origin is not None:
        found.append(
            Filter(
                "within",
                lazy_gettext("距离不超过"),
                lambda s, v: s.where(_square(origin) <= int(v) ** 2),
                [(str(n), lazy_gettext("%(n)s 公里", n=n)) for n in WITHIN],
            )
        )
    return found


def _state_badge(row: Any) -> Badge:
    """The state of a base in a list."""
    base: TeachingBase = row[0]
    return Badge(base.state.label, TONES[base.state])  # type: ignore[arg-type]
