"""Publicity: who is public now, objections, and what a level has set for entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.settings import get_setting
from core.tables import Badge, BoundTable, Column, Filter, Table
from instructor_pool.enums import PoolState, PublicityProblem
from instructor_pool.models import Instructor, Objection, Publicity
from instructor_pool.queries import person_columns
from instructor_pool.rules.entry import EntrySettings
from instructor_pool.rules.publicity import hindrance

MOST_PUBLIC = 500
Row = tuple[Publicity, int, int]


def setting_key(owner_id: int) -> str:
    """Where a level keeps how people come into its pool."""
    return f"pool_entry:{owner_id}"


def entry_settings(owner: OrgUnit) -> EntrySettings:
    """What holds for a pool: its own settings, else those of the nearest level above."""
    for unit_id in reversed(owner.path.strip("/").split("/")):
        kept: dict[str, Any] = get_setting(setting_key(int(unit_id)), {})
        if kept:
            return EntrySettings(**kept)
    return EntrySettings()


def find_publicity(instructor_id: int) -> Publicity | None:
    """The latest publicity of a person, with its objections."""
    stmt = select(Publicity).where(Publicity.instructor_id == instructor_id)
    stmt = stmt.options(selectinload(Publicity.objections)).order_by(Publicity.id.desc())
    return session().scalars(stmt.limit(1)).first()


def publicity_problem(person: Instructor) -> PublicityProblem | None:
    """Why a publicised person cannot be approved today."""
    found = find_publicity(person.id)
    outcomes = [o.outcome for o in found.objections] if found else []
    return hindrance(found.ends_on if found else None, outcomes, clock.today())


def get_objection(scope: Scope, objection_id: int) -> Objection:
    """One objection against a person inside the scope; NotFound otherwise."""
    stmt = (
        select(Objection)
        .join(Publicity, Objection.publicity_id == Publicity.id)
        .join(Instructor, Publicity.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(Objection.id == objection_id, scope.clause(OrgUnit.path))
        .options(joinedload(Objection.publicity).joinedload(Publicity.instructor))
    )
    row = session().scalar(stmt)
    if row is None:
        raise NotFound(gettext("没有这条异议，或不在您的管理范围内。"))
    return row


def _running(today: date) -> Select[Publicity]:
    return (
        select(Publicity)
        .join(Instructor, Publicity.instructor_id == Instructor.id)
        .where(
            Instructor.state == PoolState.PUBLICISED,
            Publicity.starts_on <= today,
            Publicity.ends_on >= today,
        )
        .options(joinedload(Publicity.instructor).joinedload(Instructor.owner))
    )


def list_running(today: date) -> list[Publicity]:
    """Whoever is public today, of every pool: for everybody to read."""
    stmt = _running(today).order_by(Instructor.owner_id, Publicity.ends_on, Instructor.name_pinyin)
    return list(session().scalars(stmt.limit(MOST_PUBLIC)))


def get_running(publicity_id: int, today: date) -> Publicity:
    """One that is public today; NotFound before and after."""
    row = session().scalar(_running(today).where(Publicity.id == publicity_id))
    if row is None:
        raise NotFound(gettext("这项公示已经结束，或没有这项公示。"))
    return row


def _problem_badge(row: Row) -> Badge:
    publicity, _objections, unanswered = row
    if publicity.instructor.state is not PoolState.PUBLICISED:
        return Badge(publicity.instructor.state.label, "idle")
    if unanswered:
        return Badge(gettext("异议待答复"), "bad")
    if publicity.ends_on >= clock.today():
        return Badge(gettext("公示中"), "info")
    return Badge(gettext("公示期满"), "ok")


def _by_state(stmt: Select[Row], value: str) -> Select[Row]:
    current = stmt.where(Instructor.state == PoolState.PUBLICISED)
    today = clock.today()
    match value:
        case "running":
            return current.where(Publicity.ends_on >= today)
        case "over":
            return current.where(Publicity.ends_on < today)
        case "unanswered":
            open_ones = select(Objection.publicity_id).where(Objection.outcome.is_(None))
            return current.where(Publicity.id.in_(open_ones))
    return stmt.where(Instructor.state != PoolState.PUBLICISED)


PUBLICITY: Table[Row] = Table(
    name="publicity",
    title=lazy_gettext("公示"),
    columns=[
        person_columns.name_and_post(lambda r: r[0].instructor),
        person_columns.unit(lambda r: r[0].instructor),
        Column(
            "starts", lazy_gettext("公示起"), lambda r: r[0].starts_on, sort=Publicity.starts_on, kind="date"
        ),
        Column("ends", lazy_gettext("公示止"), lambda r: r[0].ends_on, sort=Publicity.ends_on, kind="date"),
        Column(
            "objections",
            lazy_gettext("异议"),
            lambda r: r[1] or None,
            kind="number",
            note=lambda r: gettext("%(n)s 条没有答复", n=r[2]) if r[2] else None,
        ),
        Column("state", lazy_gettext("状态"), _problem_badge, kind="badge"),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            _by_state,
            [
                ("running", lazy_gettext("公示中")),
                ("over", lazy_gettext("公示期满")),
                ("unanswered", lazy_gettext("异议待答复")),
                ("past", lazy_gettext("已经办结")),
            ],
        )
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="-ends",
    row_url=lambda r: url_for("instructor_pool.show", instructor_id=r[0].instructor_id),
    row_key=lambda r: r[0].id,
)


def publicity_table(scope: Scope) -> BoundTable[Row]:
    """Every publicity within reach with its objections, the latest to end first."""
    count = select(func.count()).select_from(Objection).where(Objection.publicity_id == Publicity.id)
    stmt = (
        select(
            Publicity,
            count.scalar_subquery(),
            count.where(Objection.outcome.is_(None)).scalar_subquery(),
        )
        .join(Instructor, Publicity.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path))
        .options(joinedload(Publicity.instructor))
    )
    return PUBLICITY.bind(session(), stmt)
