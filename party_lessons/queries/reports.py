"""Lessons reported from outside the system, and what proves that lessons were held."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from instructor_pool.models import Instructor
from party_lessons.enums import ReportState
from party_lessons.models import Credit, Evidence, Obligation, Post, ReportedLesson
from party_lessons.rules import LessonFacts
from party_lessons.rules.duties import above

TONES: dict[ReportState, Tone] = {
    ReportState.REPORTED: "warn",
    ReportState.CONFIRMED: "ok",
    ReportState.REFUSED: "bad",
}


def get_report(scope: Scope, report_id: int) -> ReportedLesson:
    """A report of a unit inside the scope; NotFound otherwise."""
    found = (
        session().scalars(_whole().where(ReportedLesson.id == report_id, scope.clause(OrgUnit.path))).first()
    )
    if found is None:
        raise NotFound(gettext("没有这条讲课报送，或不在您的管理范围内。"))
    return found


def get_own_report(user_id: int, report_id: int) -> ReportedLesson:
    """A report about a lesson of the person behind an account; NotFound otherwise."""
    mine = ReportedLesson.holder.has(Instructor.user_id == user_id)
    found = session().scalars(_whole().where(ReportedLesson.id == report_id, mine)).first()
    if found is None:
        raise NotFound(gettext("没有这条讲课报送，或不是您的。"))
    return found


def list_own_reports(user_id: int, year: int) -> list[ReportedLesson]:
    """What was reported of the person behind an account in a year, latest first."""
    mine = ReportedLesson.holder.has(Instructor.user_id == user_id)
    in_year = func.extract("year", ReportedLesson.day) == year
    return list(session().scalars(_whole().where(mine, in_year).order_by(ReportedLesson.day.desc())))


def find_report(holder_id: int, day: date, title: str) -> ReportedLesson | None:
    """The report of this lesson, where it was reported already."""
    stmt = select(ReportedLesson).filter_by(holder_id=holder_id, day=day, title=title)
    return session().scalars(stmt).first()


def is_credited(holder_id: int, day: date) -> bool:
    """Whether a lesson somebody held on a day counts for a duty already."""
    stmt = select(Credit.id).join(Credit.obligation).join(Obligation.post)
    mine = stmt.where(Post.holder_id == holder_id, Credit.day == day, Credit.is_held)
    return session().scalar(mine.limit(1)) is not None


def list_confirmed(
    years: Iterable[int], *conditions: ColumnElement[bool], among: Collection[int] | None = None
) -> list[ReportedLesson]:
    """What was confirmed in some years; or those `among` some ids."""
    stmt = _whole().where(ReportedLesson.state == ReportState.CONFIRMED, *conditions)
    stmt = stmt if among is None else stmt.where(ReportedLesson.id.in_(among))
    in_years = func.extract("year", ReportedLesson.day).in_(list(years))
    return list(session().scalars(stmt.where(in_years).order_by(ReportedLesson.id)))


def list_confirmed_of(person_id: int) -> list[ReportedLesson]:
    """What was confirmed of one person."""
    mine = _whole().where(
        ReportedLesson.state == ReportState.CONFIRMED, ReportedLesson.holder_id == person_id
    )
    return list(session().scalars(mine.order_by(ReportedLesson.id)))


def count_waiting(scope: Scope) -> int:
    """Reports inside the scope that nobody has decided on."""
    stmt = select(func.count()).select_from(ReportedLesson).join(ReportedLesson.unit)
    waiting = stmt.where(ReportedLesson.state == ReportState.REPORTED, scope.clause(OrgUnit.path))
    return session().scalar(waiting) or 0


def report_facts(report: ReportedLesson) -> LessonFacts:
    """A reported lesson as the duty sees it: held by the unit, before its own members."""
    path = report.unit.path
    return LessonFacts(
        session_ref=0,
        day=report.day,
        minutes=report.minutes,
        is_party_lesson=True,
        host_path=path,
        area_path=above(path) if report.unit.level is Level.UNIT else path,
        audience_paths=frozenset({path}),
        class_kind=report.class_kind,
        instructor_id=report.holder_id,
        is_held=True,
        title=report.title,
        class_name=report.unit.title,
        place=report.place,
        heads=report.heads,
    )


def list_evidence(session_refs: Sequence[int], report_ids: Sequence[int]) -> list[Evidence]:
    """What proves these lessons."""
    stmt = select(Evidence).options(joinedload(Evidence.file))
    mine = Evidence.session_ref.in_(session_refs) | Evidence.report_id.in_(report_ids)
    return list(session().scalars(stmt.where(mine).order_by(Evidence.id)))


def get_evidence(row: Obligation | ReportedLesson, evidence_id: int) -> Evidence:
    """A file that proves a lesson of this obligation or report; NotFound otherwise."""
    if isinstance(row, ReportedLesson):
        known = list_evidence([], [row.id])
    else:
        known = list_evidence(*lessons_of(row))
    found = next((evidence for evidence in known if evidence.id == evidence_id), None)
    if found is None:
        raise NotFound(gettext("没有这份材料，或不在您的管理范围内。"))
    return found


def lessons_of(row: Obligation) -> tuple[list[int], list[int]]:
    """Ids of the sessions and reports that are credited to an obligation."""
    return (
        [credit.session_ref for credit in row.credits if credit.session_ref is not None],
        [credit.report_id for credit in row.credits if credit.report_id is not None],
    )


def report_table(scope: Scope) -> BoundTable[ReportedLesson]:
    """What units have reported, what waits for a decision first."""
    table: Table[ReportedLesson] = Table(
        name="reports",
        title=lazy_gettext("讲课报送"),
        columns=[
            Column("title", lazy_gettext("主题"), lambda r: r.title, sort=ReportedLesson.title),
            Column("holder", lazy_gettext("授课领导"), lambda r: r.holder.name, sort=Instructor.name_pinyin),
            Column("unit", lazy_gettext("单位"), lambda r: r.unit.title, sort=OrgUnit.path),
            Column("day", lazy_gettext("日期"), lambda r: r.day, sort=ReportedLesson.day, kind="date"),
            Column("minutes", lazy_gettext("时长(分钟)"), lambda r: r.minutes, sort=ReportedLesson.minutes, kind="number"),
            Column("heads", lazy_gettext("人数"), lambda r: r.heads, sort=ReportedLesson.heads, kind="number"),
            Column("evidence", lazy_gettext("材料"), lambda r: len(r.evidence), kind="number"),
            Column(
                "state", lazy_gettext("状态"), lambda r: Badge(r.state.label, TONES[r.state]),
                sort=ReportedLesson.state, kind="badge", note=lambda r: r.decision,
            ),
            Column("by", lazy_gettext("报送人"), lambda r: r.reported_by, default=False),
        ],
        filters=[
            Filter("state", lazy_gettext("状态"), lambda stmt, v: stmt.where(ReportedLesson.state == v), ReportState.choices()),
        ],
        search=Instructor.search_text + " " + ReportedLesson.title + " " + OrgUnit.name,
        search_hint=lazy_gettext("搜索姓名、题目、单位"),
        default_sort="-state",
        row_url=lambda r: url_for("duties.report", report_id=r.id),
    )  # fmt: skip
    return table.bind(session(), _whole().where(scope.clause(OrgUnit.path)))


def _whole() -> Select[ReportedLesson]:
    return (
        select(ReportedLesson)
        .join(ReportedLesson.unit)
        .join(ReportedLesson.holder)
        .options(
            contains_eager(ReportedLesson.unit),
            contains_eager(ReportedLesson.holder),
            selectinload(ReportedLesson.evidence).joinedload(Evidence.file),
        )
    )
