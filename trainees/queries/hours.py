"""Class hours credited in a year: person by person and unit by unit, against the targets [0 §7]."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Numeric, and_, case, cast, func, literal, select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table
from trainees.enums import TraineeKind
from trainees.models import CreditedHours, Trainee
from trainees.queries import columns
from trainees.rules import Targets

HOURS = func.coalesce(CreditedHours.hours, 0)


def hours_of(trainee_id: int, year: int) -> Decimal:
    """What one person has."""
    row = session().get(CreditedHours, (trainee_id, year))
    return row.hours if row is not None else Decimal(0)


def _target(targets: Targets) -> ColumnElement[Any]:
    return case(
        (Trainee.kind == TraineeKind.COMMITTEE, literal(float(targets.committee))),
        else_=literal(float(targets.member)),
    )


def _share(hours: Any, target: Any) -> float:
    return min(float(hours) / float(target), 1.0) if target else 1.0


def _standing(row: Any) -> Badge:
    if row.hours >= row.target:
        return Badge(gettext("已达标"), "ok")
    left = f"{float(row.target) - float(row.hours):g}"
    return Badge(gettext("还差 %(left)s 学时", left=left), "warn" if row.hours else "bad")


def _reached(targets: Targets, value: str) -> Any:
    target = _target(targets)
    conditions = {
        "yes": target <= HOURS,
        "some": and_(HOURS > 0, target > HOURS),
        "none": and_(HOURS == 0, target > 0),
    }
    return conditions[value]


def people_table(scope: Scope, year: int, targets: Targets, unit: OrgUnit | None = None) -> BoundTable[Any]:
    """Everybody of the units inside the scope, or of one of them, with hours of the year and how far that is."""
    target = _target(targets)
    table: Table[Any] = Table(
        name="class_hours",
        title=lazy_gettext("学时达标"),
        columns=[
            Column("name", lazy_gettext("姓名"), lambda r: r.Trainee.name, sort=Trainee.name),
            Column("unit", lazy_gettext("单位"), lambda r: r.Trainee.unit_name, sort=Trainee.unit_name),
            Column("kind", lazy_gettext("类别"), lambda r: r.Trainee.kind.label, sort=Trainee.kind),
            Column("hours", lazy_gettext("学时"), lambda r: float(r.hours), sort=HOURS, kind="number"),
            Column("target", lazy_gettext("应学"), lambda r: r.target, kind="number"),
            Column("share", lazy_gettext("完成"), lambda r: _share(r.hours, r.target), kind="percent"),
            Column("standing", lazy_gettext("情况"), _standing, kind="badge"),
            Column("sessions", lazy_gettext("课次"), lambda r: r.sessions or 0, kind="number", default=False),
        ],
        filters=[
            Filter(
                "reached",
                lazy_gettext("情况"),
                lambda stmt, v: stmt.where(_reached(targets, v)),
                lambda: [
                    ("yes", gettext("已达标")),
                    ("some", gettext("有学时未达标")),
                    ("none", gettext("还没有学时")),
                ],
            ),
            columns.KIND,
            columns.UNIT,
        ],
        search=Trainee.search_text,
        search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
        default_sort="hours",
        row_url=lambda r: f"/trainees/people/{r.Trainee.id}?year={year}",
        row_key=lambda r: r.Trainee.id,
        keep=("year", "at"),
    )
    stmt = (
        select(
            Trainee, HOURS.label("hours"), target.label("target"), CreditedHours.sessions.label("sessions")
        )
        .join(Trainee.unit)
        .outerjoin(CreditedHours, and_(CreditedHours.trainee_id == Trainee.id, CreditedHours.year == year))
        .where(scope.clause(OrgUnit.path))
        .options(contains_eager(Trainee.unit))
    )
    return table.bind(session(), stmt if unit is None else stmt.where(Trainee.unit_id == unit.id))


def units_table(scope: Scope, year: int, targets: Targets) -> BoundTable[Any]:
    """Unit by unit: how many people, how many have their hours, the mean, and the share."""
    target = _target(targets)
    counted = (
        select(
            Trainee.unit_id,
            func.count().label("people"),
            func.sum(case((target <= HOURS, 1), else_=0)).label("reached"),
            func.sum(HOURS).label("hours"),
        )
        .select_from(Trainee)
        .join(OrgUnit, OrgUnit.id == Trainee.unit_id)
        .outerjoin(CreditedHours, and_(CreditedHours.trainee_id == Trainee.id, CreditedHours.year == year))
        .where(scope.clause(OrgUnit.path))
        .group_by(Trainee.unit_id)
        .subquery()
    )
    mean = cast(counted.c.hours, Numeric(12, 2)) / counted.c.people
    share = cast(counted.c.reached, Numeric(12, 4)) / counted.c.people
    table: Table[Any] = Table(
        name="unit_hours",
        title=lazy_gettext("各单位学时"),
        columns=[
            Column("unit", lazy_gettext("单位"), lambda r: r.OrgUnit.title, sort=OrgUnit.name),
            Column("people", lazy_gettext("人数"), lambda r: r.people, sort=counted.c.people, kind="number"),
            Column(
                "reached", lazy_gettext("已达标"), lambda r: r.reached, sort=counted.c.reached, kind="number"
            ),
            Column(
                "mean", lazy_gettext("人均学时"), lambda r: round(float(r.mean), 1), sort=mean, kind="number"
            ),
            Column("share", lazy_gettext("达标率"), lambda r: float(r.share), sort=share, kind="percent"),
        ],
        search=OrgUnit.name,
        search_hint=lazy_gettext("搜索单位"),
        default_sort="share",
        row_url=lambda r: f"/trainees/hours?year={year}&at={r.OrgUnit.id}",
        row_key=lambda r: r.OrgUnit.id,
        keep=("year",),
    )
    stmt = select(
        OrgUnit, counted.c.people, counted.c.reached, mean.label("mean"), share.label("share")
    ).join(counted, counted.c.unit_id == OrgUnit.id)
    return table.bind(session(), stmt)


def summary(scope: Scope, year: int, targets: Targets) -> tuple[int, int, float]:
    """People, those who have their hours, and the mean."""
    stmt = (
        select(
            func.count(),
            func.sum(case((_target(targets) <= HOURS, 1), else_=0)),
            func.coalesce(func.sum(HOURS), 0),
        )
        .select_from(Trainee)
        .join(OrgUnit, OrgUnit.id == Trainee.unit_id)
        .outerjoin(CreditedHours, and_(CreditedHours.trainee_id == Trainee.id, CreditedHours.year == year))
        .where(scope.clause(OrgUnit.path))
    )
    people, reached, hours = session().execute(stmt).one()
    return people, reached or 0, round(float(hours) / people, 1) if people else 0.0
