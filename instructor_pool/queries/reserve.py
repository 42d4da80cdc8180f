"""The reserve list: candidates kept for later, since when and why."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import url_for
from flask_babel import lazy_gettext
from sqlalchemy import select

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.tables import BoundTable, Column, Table
from instructor_pool.enums import PoolState
from instructor_pool.models import Instructor, ReviewPanel, StateChange
from instructor_pool.queries import person_columns

Row = tuple[Instructor, datetime | None, str | None, Decimal | None]
_CHANGES = (
    select(StateChange.at)
    .where(StateChange.instructor_id == Instructor.id, StateChange.after == PoolState.RESERVE)
    .order_by(StateChange.id.desc())
    .limit(1)
)
_SINCE = _CHANGES.scalar_subquery()
_WHY = _CHANGES.with_only_columns(StateChange.reason).scalar_subquery()
_MEAN = (
    select(ReviewPanel.mean)
    .where(ReviewPanel.instructor_id == Instructor.id, ReviewPanel.closed_at.is_not(None))
    .order_by(ReviewPanel.id.desc())
    .limit(1)
    .scalar_subquery()
)


def _since(row: Row) -> date | None:
    return row[1].date() if row[1] else None


RESERVE: Table[Row] = Table(
    name="reserve",
    title=lazy_gettext("后备名单"),
    columns=[
        person_columns.name_and_post(lambda r: r[0]),
        person_columns.unit(lambda r: r[0]),
        person_columns.source(lambda r: r[0]),
        person_columns.mode(lambda r: r[0]),
        Column("mean", lazy_gettext("评审平均分"), lambda r: r[3], sort=_MEAN, kind="number"),
        Column("since", lazy_gettext("列入日期"), _since, sort=_SINCE, kind="date"),
        Column("why", lazy_gettext("列入原因"), lambda r: r[2]),
    ],
    filters=[
        person_columns.BY_SOURCE,
        person_columns.BY_MODE,
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="-mean",
    row_url=lambda r: url_for("instructor_pool.show", instructor_id=r[0].id),
    row_key=lambda r: r[0].id,
)


def reserve_table(scope: Scope) -> BoundTable[Row]:
    """Candidates in reserve, those with the best review first."""
    stmt = (
        select(Instructor, _SINCE, _WHY, _MEAN)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), Instructor.state == PoolState.RESERVE)
    )
    return RESERVE.bind(session(), stmt)
