"""The lists of yearly assessments: runs, and the ranked table of one."""

from __future__ import annotations

from decimal import Decimal

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from instructor_pool.enums import AssessmentGrade, AssessmentState, Consequence, PoolState
from instructor_pool.models import Assessment, AssessmentRun, Instructor
from instructor_pool.queries import person_columns
from instructor_pool.rules.life import IN_POOL

GRADE_TONES: dict[AssessmentGrade, Tone] = {
    AssessmentGrade.EXCELLENT: "ok",
    AssessmentGrade.QUALIFIED: "info",
    AssessmentGrade.BASIC: "warn",
    AssessmentGrade.FAILED: "bad",
    AssessmentGrade.NOT_GRADED: "idle",
}
CONSEQUENCE_TONES: dict[Consequence, Tone] = {
    Consequence.RENEWAL: "ok",
    Consequence.WARNING: "warn",
    Consequence.EXIT: "bad",
    Consequence.UNDECIDED: "idle",
}
STATE_TONES: dict[AssessmentState, Tone] = {
    AssessmentState.READY: "accent",
    AssessmentState.PUBLISHED: "ok",
    AssessmentState.FAILED: "bad",
}
_RANK = case({grade.value: n for n, grade in enumerate(AssessmentGrade)}, value=Assessment.grade)


def run_badge(run: AssessmentRun) -> Badge:
    """The state of a run in words and colour."""
    return Badge(run.state.label, STATE_TONES.get(run.state, "info"))


def grade_badge(grade: AssessmentGrade) -> Badge:
    """A grade in words and colour."""
    return Badge(grade.label, GRADE_TONES[grade])


def consequence_badge(row: Assessment) -> Badge:
    """What the year proposes, or what became of it."""
    if row.instructor.state is PoolState.EXITED:
        return Badge(row.instructor.state.label, "idle")
    if row.outcome is not None:
        return Badge(row.outcome.label, "idle")
    return Badge(row.consequence.label, CONSEQUENCE_TONES[row.consequence])


RUNS: Table[tuple[AssessmentRun, int]] = Table(
    name="assessment_runs",
    title=lazy_gettext("年度考核"),
    columns=[
        Column(
            "year",
            lazy_gettext("年度"),
            lambda r: gettext("%(year)s 年度", year=r[0].year),
            sort=AssessmentRun.year,
            note=lambda r: r[0].owner.title,
        ),
        Column("people", lazy_gettext("人数"), lambda r: r[1], kind="number"),
        Column("until", lazy_gettext("截至"), lambda r: r[0].until, sort=AssessmentRun.until, kind="date"),
        Column(
            "published",
            lazy_gettext("公布"),
            lambda r: r[0].published_at.date() if r[0].published_at else None,
            sort=AssessmentRun.published_at,
            kind="date",
            note=lambda r: r[0].published_by,
        ),
        Column(
            "state", lazy_gettext("状态"), lambda r: run_badge(r[0]), sort=AssessmentRun.state, kind="badge"
        ),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda s, v: s.where(AssessmentRun.state == AssessmentState(v)),
            AssessmentState.choices,
        ),
    ],
    default_sort="-year",
    row_url=lambda r: url_for("instructor_pool.assessment_run", run_id=r[0].id),
    row_key=lambda r: r[0].id,
)


def runs_table(scope: Scope) -> BoundTable[tuple[AssessmentRun, int]]:
    """Runs of pools inside the scope, with how many people each has."""
    people = select(func.count()).where(Assessment.run_id == AssessmentRun.id).scalar_subquery()
    stmt = (
        select(AssessmentRun, people)
        .join(AssessmentRun.owner)
        .where(scope.clause(OrgUnit.path))
        .options(contains_eager(AssessmentRun.owner))
    )
    return RUNS.bind(session(), stmt)


def _score(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _by_follow_up(stmt: Select[Assessment], value: str) -> Select[Assessment]:
    waits = (
        Assessment.outcome.is_(None),
        Instructor.state.in_(IN_POOL),
        Assessment.consequence.in_((Consequence.WARNING, Consequence.EXIT)),
    )
    return stmt.where(*waits) if value == "waiting" else stmt.where(Assessment.outcome.is_not(None))


YEAR: Table[Assessment] = Table(
    name="assessment",
    title=lazy_gettext("年度考核结果"),
    columns=[
        person_columns.name_and_unit(lambda a: a.instructor),
        Column(
            "total", lazy_gettext("总分"), lambda a: _score(a.total), sort=Assessment.total, kind="number"
        ),
        Column(
            "feedback",
            lazy_gettext("学员评价"),
            lambda a: _score(a.feedback),
            sort=Assessment.feedback,
            kind="number",
            note=lambda a: (
                gettext("%(n)s 次课 %(answers)s 份", n=a.feedback_sessions, answers=a.feedback_answers)
                if a.feedback_sessions
                else None
            ),
        ),
        Column(
            "supervision",
            lazy_gettext("督导评分"),
            lambda a: _score(a.supervision),
            sort=Assessment.supervision,
            kind="number",
            note=lambda a: gettext("%(n)s 份", n=a.supervision_sheets) if a.supervision_sheets else None,
        ),
        Column(
            "hours",
            lazy_gettext("授课学时"),
            lambda a: _score(a.hours),
            sort=Assessment.hours,
            kind="number",
            note=lambda a: gettext("%(n)s 次课", n=a.sessions) if a.sessions else None,
        ),
        Column(
            "incidents",
            lazy_gettext("责任事故"),
            lambda a: a.minor + a.serious or None,
            sort=Assessment.minor + Assessment.serious,
            kind="number",
        ),
        Column(
            "late",
            lazy_gettext("临期变动"),
            lambda a: a.late or None,
            sort=Assessment.late,
            kind="number",
            default=False,
        ),
        Column(
            "last",
            lazy_gettext("上年等次"),
            lambda a: a.last_grade.label if a.last_grade else None,
            default=False,
        ),
        Column(
            "grade",
            lazy_gettext("等次"),
            lambda a: grade_badge(a.grade),
            sort=_RANK,
            kind="badge",
            note=lambda a: gettext("原建议 %(grade)s", grade=a.proposed.label) if a.is_adjusted else None,
        ),
        Column(
            "consequence", lazy_gettext("建议"), consequence_badge, sort=Assessment.consequence, kind="badge"
        ),
        Column("reason", lazy_gettext("调整原因"), lambda a: a.adjust_reason, default=False),
    ],
    filters=[
        Filter(
            "grade",
            lazy_gettext("等次"),
            lambda s, v: s.where(Assessment.grade == AssessmentGrade(v)),
            AssessmentGrade.choices,
        ),
        Filter(
            "consequence",
            lazy_gettext("建议"),
            lambda s, v: s.where(Assessment.consequence == Consequence(v)),
            Consequence.choices,
        ),
        Filter(
            "adjusted",
            lazy_gettext("人工调整"),
            lambda s, v: s.where(
                Assessment.grade != Assessment.proposed
                if v == "yes"
                else Assessment.grade == Assessment.proposed
            ),
            [("yes", lazy_gettext("调整过")), ("no", lazy_gettext("没有调整"))],
        ),
        Filter(
            "follow",
            lazy_gettext("办理"),
            _by_follow_up,
            [("waiting", lazy_gettext("等待办理")), ("done", lazy_gettext("已办理"))],
        ),
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="-total",
    row_url=lambda a: url_for("instructor_pool.assessment", assessment_id=a.id),
)


def year_table(run_id: int) -> BoundTable[Assessment]:
    """Everybody in a run, the highest total first; the run's scope is the caller's matter."""
    stmt = (
        select(Assessment)
        .join(Assessment.instructor)
        .where(Assessment.run_id == run_id)
        .options(contains_eager(Assessment.instructor))
    )
    return YEAR.bind(session(), stmt)
