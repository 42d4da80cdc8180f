"""Appeals against scores: the list, one of them, and an instructor's own."""

from __future__ import annotations

from decimal import Decimal

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Tone
from core.todo import Todo
from evaluations import rules
from evaluations.enums import AppealState
from evaluations.models import FeedbackRound, RatingAppeal, SessionScore, TraineeAnswer
from evaluations.queries.feedback import count_answers, is_closed
from instructor_pool.models import Instructor
from scheduling.models import Session
from score_forms.models import ScoreSheet

AppealRow = tuple[RatingAppeal, Decimal]
TONES: dict[AppealState, Tone] = {
    AppealState.OPEN: "warn",
    AppealState.UPHELD: "ok",
    AppealState.REJECTED: "idle",
    AppealState.WITHDRAWN: "idle",
}


def appeal_badge(appeal: RatingAppeal) -> Badge:
    """Its state in words."""
    return Badge(appeal.state.label, TONES[appeal.state])


def _appeals(scope: Scope) -> Select[RatingAppeal]:
    return (
        select(RatingAppeal)
        .join(Instructor, RatingAppeal.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .join(Session, RatingAppeal.session_id == Session.id)
        .where(scope.clause(OrgUnit.path))
        .options(contains_eager(RatingAppeal.instructor), contains_eager(RatingAppeal.session))
    )


def get_appeal(scope: Scope, appeal_id: int) -> RatingAppeal:
    """An appeal by somebody of a pool inside the scope; NotFound otherwise."""
    stmt = _appeals(scope).where(RatingAppeal.id == appeal_id)
    found = session().scalar(
        stmt.options(
            joinedload(RatingAppeal.score).joinedload(SessionScore.sheet).joinedload(ScoreSheet.scorer)
        )
    )
    if found is None:
        raise NotFound(gettext("没有这份申诉，或不在您的范围内。"))
    return found


def total_of(appeal: RatingAppeal) -> Decimal:
    """The score it is about."""
    if appeal.score is not None:
        return appeal.score.sheet.total
    stmt = select(func.avg(TraineeAnswer.total)).where(TraineeAnswer.round_id == appeal.round_id)
    return rules.tenth(Decimal(str(session().scalar(stmt) or 0)))


def appeals_table(scope: Scope) -> BoundTable[AppealRow]:
    """Every appeal inside the scope with the score it is about, those that wait first."""
    mean = select(func.avg(TraineeAnswer.total)).where(TraineeAnswer.round_id == RatingAppeal.round_id)
    stmt = (
        _appeals(scope)
        .outerjoin(SessionScore, RatingAppeal.score_id == SessionScore.id)
        .outerjoin(ScoreSheet, SessionScore.sheet_id == ScoreSheet.id)
    )
    total = func.coalesce(ScoreSheet.total, mean.scalar_subquery())
    waiting = RatingAppeal.state == AppealState.OPEN
    columns: list[Column[AppealRow]] = [
        Column("state", lazy_gettext("状态"), lambda r: appeal_badge(r[0]), sort=waiting, kind="badge"),
        Column("instructor", lazy_gettext("讲师"), lambda r: r[0].instructor.name, sort=Instructor.name),
        Column("course", lazy_gettext("课程"), lambda r: r[0].session.course_name, sort=Session.course_name),
        Column("day", lazy_gettext("授课日期"), lambda r: r[0].session.day, sort=Session.day, kind="date"),
        Column(
            "kind",
            lazy_gettext("哪一份"),
            lambda r: gettext("督导评分") if r[0].score_id else gettext("学员评课"),
        ),
        Column("total", lazy_gettext("得分"), lambda r: round(float(r[1]), 1), sort=total, kind="number"),
        Column("reason", lazy_gettext("申诉理由"), lambda r: r[0].reason),
        Column("filed", lazy_gettext("申诉日期"), lambda r: r[0].filed_at.date(), sort=RatingAppeal.filed_at, kind="date"),
    ]  # fmt: skip
    table: Table[AppealRow] = Table(
        name="appeals",
        title=lazy_gettext("评分申诉"),
        columns=columns,
        default_sort="-state",
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda s, v: s.where(RatingAppeal.state == AppealState(v)),
                [(state.value, state.label) for state in AppealState],
            )
        ],
        search=Instructor.search_text.concat(" ").concat(Session.course_name),
        search_hint=lazy_gettext("搜索姓名、课程"),
        row_url=lambda r: url_for("evaluations.appeal", appeal_id=r[0].id),
        row_key=lambda r: r[0].id,
    )
    return table.bind(session(), stmt.add_columns(total))


def get_own_score(person: Instructor, score_id: int) -> SessionScore:
    """A supervisor's score of one's own teaching."""
    stmt = select(SessionScore).where(SessionScore.id == score_id, SessionScore.instructor_id == person.id)
    found = session().scalar(stmt.options(joinedload(SessionScore.session)))
    if found is None:
        raise NotFound(gettext("没有这份评分。"))
    return found


def get_own_round(person: Instructor, round_id: int) -> FeedbackRound:
    """A round of trainees on one's own teaching whose result may be seen."""
    stmt = (
        select(FeedbackRound)
        .join(Session, FeedbackRound.session_id == Session.id)
        .where(FeedbackRound.id == round_id, Session.instructor_id == person.id)
    )
    found = session().scalar(stmt.options(joinedload(FeedbackRound.session)))
    if found is None or not rules.is_shown(count_answers(round_id), is_closed=is_closed(found)):
        raise NotFound(gettext("没有这份评分。"))
    return found


def find_appeal(against: SessionScore | FeedbackRound) -> RatingAppeal | None:
    """The appeal about a score."""
    about = (
        RatingAppeal.score_id == against.id
        if isinstance(against, SessionScore)
        else RatingAppeal.round_id == against.id
    )
    return session().scalar(select(RatingAppeal).where(about))


def get_own_appeal(person: Instructor, appeal_id: int) -> RatingAppeal:
    """One's own appeal."""
    found = session().get(RatingAppeal, appeal_id)
    if found is None or found.instructor_id != person.id:
        raise NotFound(gettext("没有这份申诉。"))
    return found


def appeals_of(person: Instructor) -> tuple[dict[int, RatingAppeal], dict[int, RatingAppeal]]:
    """A person's appeals by score and by round."""
    rows = session().scalars(select(RatingAppeal).where(RatingAppeal.instructor_id == person.id)).all()
    return (
        {row.score_id: row for row in rows if row.score_id is not None},
        {row.round_id: row for row in rows if row.round_id is not None},
    )


def todos(actor: Actor) -> list[Todo]:
    """How many appeals wait for those who answer them."""
    if not actor.can(P.APPEAL_DECIDE):
        return []
    stmt = (
        _appeals(actor.scope(P.APPEAL_DECIDE))
        .where(RatingAppeal.state == AppealState.OPEN)
        # Nobody answers one's own.
        .where(or_(Instructor.user_id.is_(None), Instructor.user_id != actor.user_id))
        .with_only_columns(func.count())
    )
    n = session().scalar(stmt) or 0
    return (
        [
            Todo(
                gettext("%(n)s 份评分申诉待处理", n=n),
                url_for("evaluations.appeals", state="open"),
                n,
                "appeals",
            )
        ]
        if n
        else []
    )
