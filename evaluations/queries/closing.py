"""Closing classes: which may be closed and why not, the list, and what to-dos come of it."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select

from accounts.access import Actor, Scope
from accounts.enums import P
from core.db import count_to, session
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.todo import MOST, Todo, heap
from core.when import day_text
from evaluations.models import ClassClosing, InstructorScore
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.classes import planned_by, visible
from score_forms.models import ScoreSheet

MOST_NAMED = 3


def find_closing(class_id: int) -> ClassClosing | None:
    """The closing in force of a class."""
    stmt = select(ClassClosing).where(ClassClosing.class_id == class_id, ClassClosing.taken_back_at.is_(None))
    return session().scalar(stmt)


def why_not(klass: TrainingClass) -> str:
    """Why a class cannot be closed now, in words; empty when it can."""
    if find_closing(klass.id) is not None:
        return gettext("这个班次已经结班。")
    stmt = select(Session).where(Session.class_id == klass.id).order_by(Session.day, Session.position)
    rows = session().scalars(stmt).all()
    waiting = [row for row in rows if row.is_live]
    if waiting:
        named = "、".join(f"{day_text(row.day)}《{row.course_name}》" for row in waiting[:MOST_NAMED])
        return gettext(
            "还有 %(n)s 个课次没有登记授课或取消，登记以后才能结班：%(named)s", n=len(waiting), named=named
        ) + (gettext("等") if len(waiting) > MOST_NAMED else "")
    if not any(row.state is SessionState.HELD for row in rows):
        return gettext("这个班次没有讲过课，不用结班。")
    return ""


def _sessions(*states: SessionState) -> Select[int]:
    return select(Session.id).where(Session.class_id == TrainingClass.id, Session.state.in_(states))


def _count(found: Select[int]) -> ScalarSelect[int]:
    return found.with_only_columns(func.count()).scalar_subquery()


_HELD = _sessions(SessionState.HELD)
_LIVE = _sessions(SessionState.PLANNED, SessionState.PUBLISHED)
# Asked of every class there is, so the database looks for one session and does not count them.
TAUGHT, UNDONE = _HELD.exists(), _LIVE.exists()
CLOSED = (
    select(ClassClosing.id)
    .where(ClassClosing.class_id == TrainingClass.id, ClassClosing.taken_back_at.is_(None))
    .exists()
)
DUE: ColumnElement[bool] = and_(TAUGHT, ~UNDONE, ~CLOSED)
_TOTAL = (
    select(ScoreSheet.total)
    .join(ClassClosing, ClassClosing.sheet_id == ScoreSheet.id)
    .where(ClassClosing.class_id == TrainingClass.id, ClassClosing.taken_back_at.is_(None))
    .scalar_subquery()
)
_ANSWERS = (
    select(func.count())
    .select_from(InstructorScore)
    .where(InstructorScore.class_id == TrainingClass.id, InstructorScore.base_id.is_(None))
    .scalar_subquery()
)


def _badge(row: Any) -> Badge:
    if row.total is not None:
        return Badge(gettext("已结班"), "ok")
    return Badge(gettext("可以结班"), "warn") if not row.live else Badge(gettext("还有课没登记"), "idle")


def _in_state(stmt: Any, value: str) -> Any:
    return stmt.where({"due": DUE, "closed": CLOSED}.get(value, and_(UNDONE, ~CLOSED)))


def classes_table(scope: Scope) -> BoundTable[Any]:
    """Classes that were taught, with how far they are from closed, the closing total and instructors' answers."""
    held, live, total, answers = (
        _count(_HELD).label("held"),
        _count(_LIVE).label("live"),
        _TOTAL.label("total"),
        _ANSWERS.label("answers"),
    )
    stmt = select(TrainingClass, held, live, total, answers).where(visible(scope), TAUGHT)
    table: Table[Any] = Table(
        name="closings",
        title=lazy_gettext("结班评估"),
        columns=[
            Column("number", lazy_gettext("编号"), lambda r: r[0].number, sort=TrainingClass.number),
            Column("name", lazy_gettext("班次"), lambda r: r[0].name, sort=TrainingClass.name),
            Column("ends", lazy_gettext("结束日期"), lambda r: r[0].ends_on, sort=TrainingClass.ends_on, kind="date"),
            Column("held", lazy_gettext("已授课次"), lambda r: r.held, sort=held, kind="number"),
            Column("live", lazy_gettext("没登记的课次"), lambda r: r.live, sort=live, kind="number"),
            Column("answers", lazy_gettext("讲师评价份数"), lambda r: r.answers, sort=answers, kind="number"),
            Column("total", lazy_gettext("结班总分"), lambda r: r.total, sort=total, kind="number"),
            Column("state", lazy_gettext("状态"), _badge, kind="badge"),
        ],
        default_sort="-ends",
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                _in_state,
                [
                    ("due", lazy_gettext("可以结班")),
                    ("waiting", lazy_gettext("还有课没登记")),
                    ("closed", lazy_gettext("已结班")),
                ],
            )
        ],
        search=TrainingClass.search_text,
        search_hint=lazy_gettext("搜索班次、编号、拼音首字母"),
        row_url=lambda r: url_for("evaluations.class_page", class_id=r[0].id),
        row_key=lambda r: r[0].id,
    )  # fmt: skip
    return table.bind(session(), stmt)


def todos(actor: Actor) -> list[Todo]:
    """How many classes are over and wait to be closed, as far as MOST and one more."""
    if not actor.can(P.CLASS_CLOSE):
        return []
    n = count_to(MOST, select(TrainingClass.id).where(planned_by(actor.scope(P.CLASS_CLOSE)), DUE))
    text = gettext("%(n)s 个班次已经办完，可以结班评估", n=heap(n))
    return [Todo(text, url_for("evaluations.classes", state="due"), n, "classes_to_close")] if n else []
