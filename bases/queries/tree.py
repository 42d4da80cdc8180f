"""School sites as a tree, on-site bases by theme, and the seven elements over a register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import Integer, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Scope
from bases.enums import BaseKind, Element, Standing, Theme
from bases.models import SiteElement, TeachingBase
from bases.queries.bases import CAPACITY, Town, list_towns, visible
from bases.rules.life import BOOKABLE
from bases.rules.tree import score
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Statement

CAMPUSES_A_PAGE = 20
MOST_LOOSE = 50
MOST_PARENTS = 30
TONES = {Standing.MET: "ok", Standing.PARTLY: "warn", Standing.LACKING: "bad"}
PARTS = (
    joinedload(TeachingBase.town),
    selectinload(TeachingBase.elements),
    selectinload(TeachingBase.venues),
)


@dataclass(frozen=True, slots=True)
class Node:
    """A site with those that belong to it."""

    base: TeachingBase
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Forest:
    """One page of main campuses with everything below; `loose` are other sites that belong to none."""

    campuses: tuple[Node, ...]
    total: int
    page: int
    loose: tuple[TeachingBase, ...]
    loose_total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // CAMPUSES_A_PAGE))


def forest(scope: Scope, page: int = 1) -> Forest:
    """The tree of school sites in sight, a page of main campuses at a time; a fixed number of statements."""
    campus = (visible(scope), TeachingBase.kind == BaseKind.MAIN_CAMPUS)
    # A themed base without a campus stands for itself: it is listed by its theme.
    apart = (
        visible(scope),
        TeachingBase.kind != BaseKind.MAIN_CAMPUS,
        TeachingBase.parent_id.is_(None),
        TeachingBase.theme.is_(None),
    )
    total, loose_total = (
        session().scalar(select(func.count()).select_from(TeachingBase).where(*conditions)) or 0
        for conditions in (campus, apart)
    )
    page = min(max(page, 1), max(1, -(-total // CAMPUSES_A_PAGE)))
    stmt = select(TeachingBase).options(*PARTS).order_by(TeachingBase.name, TeachingBase.id)
    tops = (
        session()
        .scalars(stmt.where(*campus).limit(CAMPUSES_A_PAGE).offset((page - 1) * CAMPUSES_A_PAGE))
        .all()
    )
    second = _below(stmt, tops)
    third = _below(stmt, [base for found in second.values() for base in found])
    return Forest(
        campuses=tuple(
            Node(top, tuple(Node(b, tuple(map(Node, third[b.id]))) for b in second[top.id])) for top in tops
        ),
        total=total,
        page=page,
        loose=tuple(session().scalars(stmt.where(*apart).limit(MOST_LOOSE))),
        loose_total=loose_total,
    )


def _below(stmt: Statement, bases: Sequence[TeachingBase]) -> dict[int, list[TeachingBase]]:
    found: defaultdict[int, list[TeachingBase]] = defaultdict(list)
    ids = [base.id for base in bases]
    if ids:
        for base in session().scalars(stmt.where(TeachingBase.parent_id.in_(ids))):
            found[base.parent_id].append(base)
    return found


def list_children(base_id: int) -> list[TeachingBase]:
    """The sites that belong to one."""
    stmt = (
        select(TeachingBase).where(TeachingBase.parent_id == base_id).options(joinedload(TeachingBase.town))
    )
    return list(session().scalars(stmt.order_by(TeachingBase.name)))


def list_parents(owner_id: int, words: str = "", chosen: int | None = None) -> list[TeachingBase]:
    """Sites of a register that others may belong to: those that answer to some words, the `chosen` one always.

    A register has thousands, so only the first are given; whoever looks for another types more of its name.
    """
    kinds = (BaseKind.MAIN_CAMPUS, BaseKind.BRANCH_POINT)
    stmt = select(TeachingBase).where(TeachingBase.owner_id == owner_id, TeachingBase.kind.in_(kinds))
    found = stmt.order_by(TeachingBase.kind.desc(), TeachingBase.name, TeachingBase.id).limit(MOST_PARENTS)
    for word in words.split()[:4]:
        found = found.where(TeachingBase.search_text.icontains(word, autoescape=True))
    rows = list(session().scalars(found))
    if chosen is not None and all(row.id != chosen for row in rows):
        rows += session().scalars(stmt.where(TeachingBase.id == chosen))
    return rows


@dataclass(frozen=True, slots=True)
class ThemeTally:
    """On-site bases of one theme: how many, how many can be booked, how many people at once in the largest."""

    theme: Theme
    bases: int
    bookable: int
    largest: int


def themes(scope: Scope) -> list[ThemeTally]:
    """On-site bases in sight by theme; one statement."""
    bookable = func.sum(case((TeachingBase.state.in_(sorted(BOOKABLE)), 1), else_=0)).cast(Integer)
    stmt = (
        select(TeachingBase.theme, func.count(), bookable, func.max(CAPACITY))
        .where(visible(scope), TeachingBase.theme.is_not(None))
        .group_by(TeachingBase.theme)
    )
    found = {row[0]: ThemeTally(row[0], row[1], row[2] or 0, row[3] or 0) for row in session().execute(stmt)}
    return [found[theme] for theme in Theme if theme in found]


def standings(base: TeachingBase) -> dict[Element, SiteElement]:
    """What was found of each element, by element."""
    return {row.element: row for row in base.elements}


def _worth() -> Any:
    """How far a site has the seven, as SQL: partly counts half, what nobody judged counts nothing."""
    worth = case(
        (SiteElement.standing == Standing.MET, 2), (SiteElement.standing == Standing.PARTLY, 1), else_=0
    )
    stmt = select(func.sum(worth)).where(SiteElement.base_id == TeachingBase.id)
    return stmt.correlate(TeachingBase).scalar_subquery()


def _cell(element: Element) -> Column[Any]:
    def badge(base: TeachingBase) -> Badge | None:
        row = standings(base).get(element)
        return Badge(row.standing.label, TONES[row.standing]) if row else None  # type: ignore[arg-type]

    def note(base: TeachingBase) -> str | None:
        row = standings(base).get(element)
        return row.note if row else None

    return Column(element.value, element.label, badge, kind="badge", note=note)


def _short_of(stmt: Statement, value: str) -> Statement:
    """Sites that lack an element, have it in part only, or were never asked."""
    had = select(SiteElement.base_id).where(
        SiteElement.element == Element(value), SiteElement.standing == Standing.MET
    )
    return stmt.where(TeachingBase.id.not_in(had))


def checklist_table(scope: Scope) -> BoundTable[Any]:
    """Every site with its seven elements."""
    towns = [(str(town.id), town.name) for town in list_towns(scope)]
    return Table[Any](
        name="checklists",
        title=lazy_gettext("七要素清单"),
        columns=[
            Column("name", lazy_gettext("名称"), lambda b: b.name, sort=TeachingBase.name),
            Column("kind", lazy_gettext("类型"), lambda b: b.kind.label, sort=TeachingBase.kind),
            Column(
                "town", lazy_gettext("所在镇街"), lambda b: b.town.name if b.town else None, sort=Town.name
            ),
            Column(
                "score",
                lazy_gettext("具备程度"),
                lambda b: (
                    score({row.element: row.standing for row in b.elements}) * len(b.elements) / len(Element)
                ),
                sort=_worth(),
                kind="percent",
            ),
            *[_cell(element) for element in Element],
            Column(
                "judged",
                lazy_gettext("最近核对"),
                lambda b: max((row.judged_on for row in b.elements), default=None),
                kind="date",
            ),
            Column(
                "who",
                lazy_gettext("核对人"),
                lambda b: "、".join(sorted({row.judged_by for row in b.elements})),
                default=False,
            ),
        ],
        filters=[
            Filter(
                "kind",
                lazy_gettext("类型"),
                lambda s, v: s.where(TeachingBase.kind == BaseKind(v)),
                BaseKind.choices,
            ),
            Filter(
                "town", lazy_gettext("所在镇街"), lambda s, v: s.where(TeachingBase.town_id == int(v)), towns
            ),
            Filter("short", lazy_gettext("还不具备"), _short_of, Element.choices),
        ],
        search=TeachingBase.search_text,
        search_hint=lazy_gettext("搜索基地、主管单位、拼音首字母"),
        default_sort="name",
        row_url=lambda b: f"/bases/{b.id}/checklist",
    ).bind(
        session(),
        select(TeachingBase)
        .outerjoin(Town, TeachingBase.town_id == Town.id)
        .where(visible(scope))
        .options(joinedload(TeachingBase.town), selectinload(TeachingBase.elements)),
    )
