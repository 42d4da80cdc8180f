"""Rosters: who stands on the list of a class, and one person over all classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Filter, Table
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.classes import planned_by, visible
from trainees.enums import Came
from trainees.models import Attendance, Enrolment, Trainee
from trainees.queries import columns


def _sessions_come(*conditions: ColumnElement[bool]) -> Any:
    """Sessions of the class in which the trainee did what the conditions say."""
    return (
        select(func.count())
        .select_from(Attendance)
        .where(Attendance.enrolment_id == Enrolment.id, *conditions)
        .correlate(Enrolment)
        .scalar_subquery()
    )


PRESENT = _sessions_come(Attendance.came == Came.PRESENT)
AWAY = _sessions_come(Attendance.came != Came.PRESENT)

ROSTER: Table[Any] = Table(
    name="roster",
    title=lazy_gettext("学员名册"),
    columns=[
        *columns.LINE,
        Column("post", lazy_gettext("职务"), lambda r: r.Enrolment.post, sort=Enrolment.post),
        Column("kind", lazy_gettext("类别"), lambda r: r.Enrolment.trainee.kind.label, sort=Trainee.kind),
        Column("phone", lazy_gettext("联系电话"), lambda r: r.Enrolment.trainee.masked_phone),
        Column("identity", lazy_gettext("身份证号"), lambda r: r.Enrolment.trainee.masked_identity),
        Column("present", lazy_gettext("到课次数"), lambda r: r.present, kind="number"),
        Column("away", lazy_gettext("请假缺课"), lambda r: r.away, kind="number"),
    ],
    filters=[
        columns.KIND,
        columns.UNIT,
        Filter(
            "lacks",
            lazy_gettext("缺"),
            lambda stmt, v: stmt.where(
                Trainee.identity_blind.is_(None) if v == "identity" else Trainee.phone_sealed.is_(None)
            ),
            lambda: [("identity", gettext("身份证号")), ("phone", gettext("联系电话"))],
        ),
    ],
    search=Trainee.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="position",
    row_url=lambda r: f"/trainees/people/{r.Enrolment.trainee_id}",
    row_key=lambda r: r.Enrolment.id,
)


def roster_table(klass: TrainingClass) -> BoundTable[Any]:
    """The roster of a class that the caller may see."""
    stmt = (
        select(Enrolment, PRESENT.label("present"), AWAY.label("away"))
        .join(Enrolment.trainee)
        .where(Enrolment.class_id == klass.id)
        .options(contains_eager(Enrolment.trainee))
    )
    return ROSTER.bind(session(), stmt)


def count_enrolled(class_id: int) -> int:
    """How many stand on the roster."""
    return (
        session().scalar(select(func.count()).select_from(Enrolment).where(Enrolment.class_id == class_id))
        or 0
    )


def list_enrolments(class_id: int) -> list[Enrolment]:
    """The whole roster in its order, for paper."""
    stmt = (
        select(Enrolment)
        .where(Enrolment.class_id == class_id)
        .options(joinedload(Enrolment.trainee))
        .order_by(Enrolment.position, Enrolment.id)
    )
    return list(session().scalars(stmt))


def get_own_enrolment(scope: Scope, enrolment_id: int) -> Enrolment:
    """A line of the roster of a class planned inside the scope, to change."""
    stmt = (
        select(Enrolment)
        .join(Enrolment.training_class)
        .where(Enrolment.id == enrolment_id, planned_by(scope))
        .options(contains_eager(Enrolment.training_class), joinedload(Enrolment.trainee))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("名册上没有这一行，或不在您的管理范围内。"))
    return found


def list_of_class(class_id: int, enrolment_ids: Sequence[int]) -> list[Enrolment]:
    """Those lines that are of this class, in order."""
    stmt = (
        select(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.id.in_(enrolment_ids[:1000]))
        .options(joinedload(Enrolment.trainee))
        .order_by(Enrolment.position, Enrolment.id)
    )
    return list(session().scalars(stmt))


def people_seen(scope: Scope) -> ColumnElement[bool]:
    """Trainees of units inside the scope, and those called up to classes inside it."""
    if scope.everything:
        return true()
    units = select(OrgUnit.id).where(scope.clause(OrgUnit.path))
    called = exists().where(
        Enrolment.trainee_id == Trainee.id, Enrolment.class_id == TrainingClass.id, visible(scope)
    )
    return or_(Trainee.unit_id.in_(units), called)


def get_trainee(scope: Scope, trainee_id: int) -> Trainee:
    """A person inside the scope."""
    stmt = (
        select(Trainee).where(Trainee.id == trainee_id, people_seen(scope)).options(joinedload(Trainee.unit))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这位学员，或不在您的管理范围内。"))
    return found


def classes_of(scope: Scope, trainee_id: int, year: int) -> list[Any]:
    """A person's classes of a year: class, whether the scope may look into it, sessions attended, missed, hours."""
    come = and_(Attendance.came == Came.PRESENT, Session.state == SessionState.HELD)
    stmt = (
        select(
            TrainingClass,
            visible(scope).label("open"),
            func.count(case((Attendance.came == Came.PRESENT, 1))).label("present"),
            func.count(case((Attendance.came != Came.PRESENT, 1))).label("away"),
            func.coalesce(func.sum(case((come, Session.class_hours))), 0).label("hours"),
        )
        .select_from(Enrolment)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
        .outerjoin(Session, Session.id == Attendance.session_id)
        .where(Enrolment.trainee_id == trainee_id, TrainingClass.year == year)
        .group_by(TrainingClass.id)
        .order_by(TrainingClass.starts_on, TrainingClass.id)
    )
    return list(session().execute(stmt))
