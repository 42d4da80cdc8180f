"""Who came to bases in a year: visits that checked in and on-site sessions that were held, people and groups by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.enums import Theme
from bases.models import TeachingBase
from bases.queries.bases import kept_by
from core.db import session
from core.excel import Sheet, SheetColumn, workbook_response
from core.tables import BoundTable, Column, Filter, Table
from scheduling.models import BaseMonth

PARTS = ("visits", "groups", "people", "sessions", "trainees", "missed")


@dataclass(frozen=True, slots=True)
class Counted:
    """A month, or a year, of a base or of several."""

    visits: int = 0
    """Visits of units that came."""
    groups: int = 0
    people: int = 0
    sessions: int = 0
    """On-site sessions of classes."""
    trainees: int = 0
    missed: int = 0

    @property
    def everybody(self) -> int:
        """People of visits and classes."""
        return self.people + self.trainees

    @property
    def all_groups(self) -> int:
        """Groups of visits, and classes as one each."""
        return self.groups + self.sessions


def _in_year(year: int) -> ColumnElement[bool]:
    return BaseMonth.month.between(date(year, 1, 1), date(year, 12, 31))


def _sums() -> list[ColumnElement[int]]:
    return [func.sum(getattr(BaseMonth, name)).label(name) for name in PARTS]


def by_month(bases: Select[int] | Sequence[int], year: int) -> list[Counted]:
    """The twelve months of a year, of all these bases together; one statement."""
    stmt = select(BaseMonth.month, *_sums()).where(_in_year(year), BaseMonth.base_id.in_(bases))
    rows = session().execute(stmt.group_by(BaseMonth.month))
    found = {month.month: Counted(*map(int, counts)) for month, *counts in rows}
    return [found.get(month, Counted()) for month in range(1, 13)]


def total(months: Sequence[Counted]) -> Counted:
    """All of them together."""
    return Counted(*(sum(getattr(month, name) for month in months) for name in PARTS))


def bases_in(scope: Scope) -> Select[int]:
    """Ids of the bases in the register of the scope."""
    return select(TeachingBase.id).where(kept_by(scope))


def bases_managed_by(user_id: int) -> Select[int]:
    """Ids of the bases an account manages."""
    return select(TeachingBase.id).where(TeachingBase.manager_id == user_id)


FiguresRow = Row[TeachingBase, int, int, int, int, int, int]


def _number(place: int) -> Callable[[FiguresRow], int]:
    return lambda row: row[place] or 0  # type: ignore[return-value]


def _rate(row: FiguresRow) -> float | None:
    came, missed = row[1] or 0, row[6] or 0
    return came / (came + missed) if came + missed else None


def bases_table(scope: Scope, year: int) -> BoundTable[FiguresRow]:
    """Every base of the register with its year; those nobody came to show noughts."""
    counted = select(BaseMonth.base_id, *_sums()).where(_in_year(year)).group_by(BaseMonth.base_id).subquery()
    stmt = (
        select(TeachingBase, *(counted.c[name] for name in PARTS))
        .join(OrgUnit, TeachingBase.owner_id == OrgUnit.id)
        .outerjoin(counted, counted.c.base_id == TeachingBase.id)
        .where(kept_by(scope))
        .options(contains_eager(TeachingBase.owner))
    )
    labels = (
        lazy_gettext("参观(次)"),
        lazy_gettext("参观(批)"),
        lazy_gettext("参观(人次)"),
        lazy_gettext("现场教学(课次)"),
        lazy_gettext("现场教学(人次)"),
        lazy_gettext("预约未到(次)"),
    )

    def ordered(name: str) -> ColumnElement[Any]:
        return func.coalesce(counted.c[name], 0)

    table: Table[FiguresRow] = Table(
        name="visit-figures",
        title=lazy_gettext("参观统计"),
        columns=[
            Column(
                "name",
                lazy_gettext("基地"),
                lambda r: r[0].name,
                sort=TeachingBase.name,
                note=lambda r: r[0].theme.label if r[0].theme else None,
            ),
            *(
                Column(name, label, _number(place), sort=ordered(name), kind="number")
                for place, (name, label) in enumerate(zip(PARTS, labels, strict=True), 1)
            ),
            Column("rate", lazy_gettext("到访率"), _rate, kind="percent", default=False),
        ],
        filters=[
            Filter(
                "theme",
                lazy_gettext("主题"),
                lambda s, v: s.where(TeachingBase.theme == Theme(v)),
                [(theme.value, theme.label) for theme in Theme],
            ),
        ],
        search=TeachingBase.search_text,
        search_hint=lazy_gettext("搜索基地、主管单位、拼音首字母"),
        default_sort="-people",
        row_url=lambda r: url_for("visits.base_figures", base_id=r[0].id, year=year),
        row_key=lambda r: str(r[0].id),
        keep=("year",),
    )
    return table.bind(session(), stmt)


def months_workbook(name: str, year: int, months: Sequence[Counted]) -> Response:
    """The twelve months and their sum as an Excel file."""
    columns = [
        SheetColumn(gettext("月份"), width=10),
        *(
            SheetColumn(heading, "number", 16)
            for heading in (
                gettext("参观(次)"),
                gettext("参观(批)"),
                gettext("参观(人次)"),
                gettext("现场教学(课次)"),
                gettext("现场教学(人次)"),
                gettext("预约未到(次)"),
            )
        ),
    ]
    named = [(gettext("%(n)s月", n=n), month) for n, month in enumerate(months, 1)]
    rows = [
        [label, *(getattr(month, part) for part in PARTS)]
        for label, month in [*named, (gettext("全年"), total(months))]
    ]
    title = gettext("%(name)s %(year)s 年参观统计", name=name, year=year)
    return workbook_response(title, [Sheet(str(year), columns, rows, title)])
