"""Held sessions to score, and the scores that are in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.todo import Todo
from evaluations.models import FeedbackRound, SessionScore, TraineeAnswer
from instructor_pool.models import Instructor
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from score_forms.models import ScoreSheet

Host, Klass, Person = aliased(OrgUnit), aliased(TrainingClass), aliased(Instructor)
TOLD = (contains_eager(Session.training_class), contains_eager(Session.instructor))
HeldRow = tuple[Session, int, Decimal | None, int]
MOST_CHOICES = 200
"""The search finds whoever the list to choose from leaves out."""


def taught(scope: Scope, *states: SessionState) -> Select[Session]:
    """Sessions in those states that somebody of the pool teaches, of classes owned or hosted inside the scope."""
    return (
        select(Session)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .join(OrgUnit, TrainingClass.owner_id == OrgUnit.id)
        .outerjoin(Host, TrainingClass.host_id == Host.id)
        .join(Instructor, Session.instructor_id == Instructor.id)
        .where(Session.state.in_(states), or_(scope.clause(OrgUnit.path), scope.clause(Host.path)))
    )


def get_held_session(scope: Scope, session_id: int) -> Session:
    """A held session inside the scope with class and instructor; NotFound otherwise."""
    stmt = taught(scope, SessionState.HELD).where(Session.id == session_id)
    row = session().scalar(stmt.options(*TOLD))
    if row is None:
        raise NotFound(gettext("没有这次课，或还没有讲完，或不在您的范围内。"))
    return row


def is_scored(session_id: Any) -> ColumnElement[bool]:
    """Whether a supervisor or a trainee has scored a session, as SQL over its id; for features beside this one."""
    by_supervisor = exists().where(SessionScore.session_id == session_id)
    answered = exists().where(TraineeAnswer.round_id == FeedbackRound.id)
    return or_(by_supervisor, exists().where(FeedbackRound.session_id == session_id, answered))


def find_score(session_id: int, scorer_id: int | None) -> SessionScore | None:
    """One person's score of a session."""
    stmt = select(SessionScore).where(
        SessionScore.session_id == session_id, SessionScore.scorer_id == scorer_id
    )
    return session().scalar(stmt)


def is_in(session_id: int, scorer_id: int | None, key: str) -> bool:
    """Whether this very sheet has arrived before: the answer to it was lost on the way."""
    found = find_score(session_id, scorer_id)
    return bool(key) and found is not None and found.key == key


def list_scores(session_id: int) -> list[SessionScore]:
    """Every score of a session in the order they came in."""
    stmt = select(SessionScore).where(SessionScore.session_id == session_id)
    stmt = stmt.options(joinedload(SessionScore.sheet).joinedload(ScoreSheet.scorer))
    return list(session().scalars(stmt.order_by(SessionScore.id)).unique())


def _class_choices(scope: Scope) -> list[tuple[str, str]]:
    units = select(OrgUnit.id).where(scope.clause(OrgUnit.path))
    held = Session.instructor_id.is_not(None), Session.state == SessionState.HELD
    stmt = select(Klass.id, Klass.number, Klass.name).where(
        or_(Klass.owner_id.in_(units), Klass.host_id.in_(units)),
        exists().where(Session.class_id == Klass.id, *held),
    )
    rows = session().execute(stmt.order_by(Klass.starts_on.desc(), Klass.number).limit(MOST_CHOICES))
    return [(str(class_id), f"{number} {name}") for class_id, number, name in rows]


def _instructor_choices(scope: Scope) -> list[tuple[str, str]]:
    found = taught(scope, SessionState.HELD).where(Session.instructor_id == Person.id).exists()
    stmt = select(Person.id, Person.name).where(found)
    rows = session().execute(stmt.order_by(Person.name_pinyin).limit(MOST_CHOICES))
    return [(str(person_id), name) for person_id, name in rows]


def _mine_badge(row: HeldRow) -> Badge:
    return Badge(gettext("已评"), "ok") if row[3] else Badge(gettext("没评"), "warn")


def _has(word: str) -> ColumnElement[bool]:
    """Whether who taught it, its class or its course has the word."""
    people = select(Person.id).where(Person.search_text.icontains(word, autoescape=True))
    classes = select(Klass.id).where(Klass.search_text.icontains(word, autoescape=True))
    return or_(
        Session.instructor_id.in_(people),
        Session.class_id.in_(classes),
        Session.course_name.icontains(word, autoescape=True),
    )


def held_table(scope: Scope, actor: Actor) -> BoundTable[HeldRow]:
    """Held sessions with how many scores they have, their mean, and whether the actor has scored."""
    counting = select(func.count()).select_from(SessionScore).where(SessionScore.session_id == Session.id)
    mean = (
        select(func.avg(ScoreSheet.total))
        .join(SessionScore, SessionScore.sheet_id == ScoreSheet.id)
        .where(SessionScore.session_id == Session.id, SessionScore.excluded_reason == "")
        .scalar_subquery()
    )
    total, mine = (
        counting.scalar_subquery(),
        counting.where(SessionScore.scorer_id == actor.user_id).scalar_subquery(),
    )
    stmt = taught(scope, SessionState.HELD).add_columns(total, mean, mine)
    stmt = stmt.options(*TOLD)
    columns: list[Column[HeldRow]] = [
        Column(
            "day",
            lazy_gettext("日期"),
            lambda r: r[0].start.date() if r[0].start else r[0].day,
            sort=Session.start,
            kind="date",
        ),
        Column(
            "course",
            lazy_gettext("课程"),
            lambda r: r[0].course_name,
            sort=Session.course_name,
            note=lambda r: r[0].method.label,
        ),
        Column(
            "instructor",
            lazy_gettext("讲师"),
            lambda r: r[0].instructor.name if r[0].instructor else None,
            sort=Instructor.name,
        ),
        Column(
            "class",
            lazy_gettext("班次"),
            lambda r: r[0].training_class.name,
            sort=TrainingClass.number,
            note=lambda r: r[0].training_class.number,
        ),
        Column("scores", lazy_gettext("评分份数"), lambda r: r[1], sort=total, kind="number"),
        Column(
            "mean",
            lazy_gettext("平均分"),
            lambda r: round(float(r[2]), 1) if r[2] is not None else None,
            sort=mean,
            kind="number",
        ),
    ]
    filters = [
        Filter(
            "class",
            lazy_gettext("班次"),
            lambda s, v: s.where(Session.class_id == int(v)),
            lambda: _class_choices(scope),
        ),
        Filter(
            "instructor",
            lazy_gettext("讲师"),
            lambda s, v: s.where(Session.instructor_id == int(v)),
            lambda: _instructor_choices(scope),
        ),
    ]
    if actor.can(P.SESSION_SCORE):
        columns.append(Column("mine", lazy_gettext("我的评分"), _mine_badge, kind="badge"))
        own = select(SessionScore.session_id).where(SessionScore.scorer_id == actor.user_id)
        filters.append(
            Filter(
                "mine",
                lazy_gettext("我的评分"),
                lambda s, v: s.where(Session.id.in_(own) if v == "yes" else Session.id.not_in(own)),
                [("no", lazy_gettext("没评")), ("yes", lazy_gettext("已评"))],
            )
        )
    table: Table[HeldRow] = Table(
        name="held_sessions",
        title=lazy_gettext("督导评课"),
        columns=columns,
        default_sort="-day",
        filters=filters,
        search=_has,
        search_hint=lazy_gettext("搜索班次、课程、讲师"),
        row_url=lambda r: url_for("evaluations.score", session_id=r[0].id),
        row_key=lambda r: r[0].id,
    )
    return table.bind(session(), stmt)


def todos(actor: Actor) -> list[Todo]:
    """Held sessions that an evaluator has yet to score and nobody has: one counting statement."""
    if not actor.can(P.SESSION_SCORE):
        return []
    scored = select(SessionScore.session_id)
    stmt = (
        taught(actor.scope(P.SESSION_SCORE), SessionState.HELD)
        .where(Session.id.not_in(scored))
        .with_only_columns(func.count())
    )
    n = session().scalar(stmt) or 0
    if not n:
        return []
    return [
        Todo(
            gettext("%(n)s 次课还没有人评分", n=n),
            url_for("evaluations.index", mine="no"),
            n,
            "sessions_to_score",
        )
    ]


def teaches(actor: Actor, row: Session) -> bool:
    """Whether the actor is who taught the session."""
    return (
        actor.user_id is not None and row.instructor is not None and row.instructor.user_id == actor.user_id
    )
