"""Who of the pool has not taught for long (a published pool found 64–70 % never did) [common]."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, func, or_, select

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.settings import get_setting
from core.tables import BoundTable, Column, Filter, Table
from instructor_pool.models import Instructor
from instructor_pool.queries import person_columns
from instructor_pool.rules.life import IN_POOL
from scheduling.enums import SessionState
from scheduling.models import Session

IDLE_DAYS = 365
"""Not having taught for so long is idle [common]; the setting `idle_days` overrides."""
IdleRow = tuple[Instructor, datetime | None, datetime | None]


def idle_days() -> int:
    """After how many days without a lesson somebody counts as idle."""
    return get_setting("idle_days", IDLE_DAYS)


def _since(row: IdleRow) -> str | None:
    last = row[1]
    return None if last is None else gettext("%(n)s 天前", n=(clock.today() - last.date()).days)


def _never(stmt: Select[IdleRow], value: str) -> Select[IdleRow]:
    last = _last().correlate(Instructor).scalar_subquery()
    return stmt.where(last.is_(None) if value == "never" else last.is_not(None))


def _last() -> Select[datetime | None]:
    """When somebody last taught."""
    return select(func.max(Session.start)).where(
        Session.instructor_id == Instructor.id, Session.state == SessionState.HELD
    )


def idle_table(scope: Scope) -> BoundTable[IdleRow]:
    """Everybody in the pool for at least that long who has not taught since; with the next lesson planned."""
    today = clock.today()
    before = today - timedelta(days=idle_days())
    moment = datetime.combine(before, time())
    last = _last().scalar_subquery()
    coming = (
        select(func.min(Session.start))
        .where(Session.instructor_id == Instructor.id, Session.start >= datetime.combine(today, time()))
        .where(Session.state.in_((SessionState.PLANNED, SessionState.PUBLISHED)))
        .scalar_subquery()
    )
    stmt = (
        select(Instructor, last, coming)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), Instructor.state.in_(IN_POOL))
        .where(or_(Instructor.term_start.is_(None), Instructor.term_start <= before))
        .where(or_(last.is_(None), last < moment))
    )
    table: Table[IdleRow] = Table(
        name="idle",
        title=lazy_gettext("长期未授课"),
        columns=[
            person_columns.name_and_post(lambda r: r[0]),
            person_columns.unit(lambda r: r[0]),
            person_columns.source(lambda r: r[0]),
            person_columns.mode(lambda r: r[0]),
            Column(
                "last", lazy_gettext("上次授课"), lambda r: _day(r[1]), sort=last, kind="date", note=_since
            ),
            Column("next", lazy_gettext("下次安排"), lambda r: _day(r[2]), sort=coming, kind="date"),
            person_columns.until(lambda r: r[0]),
            person_columns.state(lambda r: r[0]),
        ],
        filters=[
            Filter(
                "taught",
                lazy_gettext("是否讲过"),
                _never,
                [("never", lazy_gettext("从未授课")), ("once", lazy_gettext("讲过"))],
            ),
            person_columns.BY_SOURCE,
            person_columns.BY_MODE,
        ],
        search=Instructor.search_text,
        search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
        default_sort="name",
        row_url=lambda r: url_for("instructor_pool.show", instructor_id=r[0].id),
        row_key=lambda r: r[0].id,
    )
    return table.bind(session(), stmt)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
