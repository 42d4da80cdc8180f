"""The lists of the pool: those in it, and the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit, User
from core import clock
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Statement
from courses.models import Course
from instructor_pool.enums import HonourKind, PoolState
from instructor_pool.models import Honour, Instructor, Qualification, Reviewer, ReviewPanel
from instructor_pool.queries import person_columns
from instructor_pool.queries.people import scoped, waiting_for_account
from instructor_pool.rules import days_left, life
from instructor_pool.rules.life import BOOKABLE

TERM_ENDS = [
    ("over", lazy_gettext("已过期")),
    ("30", lazy_gettext("30 天内到期")),
    ("90", lazy_gettext("90 天内到期")),
]
CANDIDATE_STATES = (*life.CANDIDATES, PoolState.REJECTED)


def _words(states: Sequence[PoolState]) -> list[tuple[str, str]]:
    return [(s.value, s.label) for s in states]


def _row_url(person: Instructor) -> str:
    return url_for("instructor_pool.show", instructor_id=person.id)


def _term_note(person: Instructor) -> str | None:
    left = days_left(person, clock.today())
    if left is None or left > 90:
        return None
    return gettext("已过期 %(n)s 天", n=-left) if left < 0 else gettext("还有 %(n)s 天", n=left)


def by_term(stmt: Statement, value: str) -> Statement:
    """Those whose term is over, ends within so many days, or who have none."""
    today = clock.today()
    if value == "none":
        return stmt.where(Instructor.term_end.is_(None))
    if value == "over":
        return stmt.where(Instructor.term_end < today)
    return stmt.where(Instructor.term_end >= today, Instructor.term_end <= today + timedelta(days=int(value)))


def _by_rating(stmt: Select[Instructor], value: str) -> Select[Instructor]:
    if value == "unrated":
        return stmt.where(Instructor.rating_count == 0)
    low, high = {"90": (90, 101), "80": (80, 90), "0": (0, 80)}[value]
    return stmt.where(Instructor.rating_count > 0, Instructor.rating >= low, Instructor.rating < high)


def _by_course(stmt: Select[Instructor], value: str) -> Select[Instructor]:
    teaches = select(Qualification.instructor_id).where(Qualification.course_id == int(value))
    return stmt.where(Instructor.id.in_(teaches))


def _by_account(stmt: Select[Instructor], value: str) -> Select[Instructor]:
    waiting = (
        select(Instructor.id).outerjoin(User, Instructor.user_id == User.id).where(waiting_for_account())
    )
    return stmt.where(Instructor.id.in_(waiting) if value == "waiting" else Instructor.id.not_in(waiting))


def _by_honour(stmt: Select[Instructor], value: str) -> Select[Instructor]:
    holds = select(Honour.instructor_id).where(Honour.kind == HonourKind(value), Honour.revoked_at.is_(None))
    return stmt.where(Instructor.id.in_(holds))


def _course_choices() -> list[tuple[str, str]]:
    rows = session().execute(select(Course.id, Course.name).order_by(Course.name).limit(1000))
    return [(str(course_id), name) for course_id, name in rows]


_COURSES: Column[Instructor] = Column(
    "courses", lazy_gettext("可授课程"), lambda i: [q.course.name for q in i.qualifications], kind="tags"
)

INSTRUCTORS: Table[Instructor] = Table(
    name="instructors",
    title=lazy_gettext("师资库"),
    columns=[
        person_columns.name_and_post(person_columns.itself),
        person_columns.unit(person_columns.itself),
        person_columns.source(person_columns.itself),
        person_columns.mode(person_columns.itself),
        _COURSES,
        Column(
            "rating",
            lazy_gettext("评分"),
            lambda i: i.rating if i.rating_count else None,
            sort=Instructor.rating,
            kind="number",
            note=lambda i: gettext("%(n)s 次评分", n=i.rating_count) if i.rating_count else None,
        ),
        person_columns.until(person_columns.itself, _term_note),
        person_columns.state(person_columns.itself),
        Column(
            "honours",
            lazy_gettext("荣誉"),
            lambda i: [h.words for h in i.honours],
            kind="tags",
            default=False,
        ),
        Column("town", lazy_gettext("所在镇街"), lambda i: i.town.name if i.town else None, default=False),
        Column(
            "title",
            lazy_gettext("职称"),
            lambda i: i.professional_title,
            sort=Instructor.professional_title,
            default=False,
        ),
        Column("research", lazy_gettext("研究方向"), lambda i: i.research, default=False),
        Column(
            "certificate",
            lazy_gettext("证书号"),
            lambda i: i.certificate_number,
            sort=Instructor.certificate_number,
            default=False,
        ),
        Column(
            "recommended",
            lazy_gettext("推荐单位"),
            lambda i: i.recommended_by,
            sort=Instructor.recommended_by,
            default=False,
        ),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda s, v: s.where(
                Instructor.state.in_(BOOKABLE) if v == "bookable" else Instructor.state == PoolState(v)
            ),
            lambda: [("bookable", gettext("可排课")), *_words(life.ENTERED)],
        ),
        person_columns.BY_SOURCE,
        person_columns.BY_MODE,
        person_columns.BY_VOLUNTEER,
        Filter("course", lazy_gettext("可授课程"), _by_course, _course_choices),
        Filter("honour", lazy_gettext("荣誉"), _by_honour, HonourKind.choices),
        Filter(
            "rating",
            lazy_gettext("评分"),
            _by_rating,
            [
                ("90", lazy_gettext("90 分以上")),
                ("80", lazy_gettext("80–89 分")),
                ("0", lazy_gettext("不到 80 分")),
                ("unrated", lazy_gettext("还没有评分")),
            ],
        ),
        Filter(
            "term",
            lazy_gettext("聘期"),
            by_term,
            [*TERM_ENDS, ("none", lazy_gettext("没有聘期"))],
        ),
        Filter(
            "account",
            lazy_gettext("账号"),
            _by_account,
            [("waiting", lazy_gettext("没有激活")), ("active", lazy_gettext("已激活"))],
        ),
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="name",
    row_url=_row_url,
)

CANDIDATES: Table[tuple[Instructor, int, int]] = Table(
    name="candidates",
    title=lazy_gettext("候选人"),
    columns=[
        person_columns.name_and_post(lambda r: r[0]),
        person_columns.unit(lambda r: r[0]),
        person_columns.source(lambda r: r[0]),
        person_columns.mode(lambda r: r[0]),
        Column(
            "recommended",
            lazy_gettext("推荐单位"),
            lambda r: r[0].recommended_by,
            sort=Instructor.recommended_by,
        ),
        Column(
            "review",
            lazy_gettext("评审"),
            lambda r: gettext("%(done)s / %(seats)s 份评分表", done=r[2], seats=r[1]) if r[1] else None,
        ),
        person_columns.state(lambda r: r[0]),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda s, v: s.where(Instructor.state == PoolState(v)),
            lambda: _words(CANDIDATE_STATES),
        ),
        person_columns.BY_SOURCE,
        person_columns.BY_MODE,
        person_columns.BY_VOLUNTEER,
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="name",
    row_url=lambda r: _row_url(r[0]),
    row_key=lambda r: r[0].id,
)


def instructors_table(scope: Scope) -> BoundTable[Instructor]:
    """People in the pool and those who left it."""
    stmt = scoped(scope).where(Instructor.state.in_(life.ENTERED))
    courses = selectinload(Instructor.qualifications).joinedload(Qualification.course)
    honours = selectinload(Instructor.honours)
    return INSTRUCTORS.bind(session(), stmt.options(courses, honours, joinedload(Instructor.town)))


def candidates_table(scope: Scope) -> BoundTable[tuple[Instructor, int, int]]:
    """People on their way in, with seats and sheets of their panels."""
    seats = (
        select(func.count())
        .select_from(Reviewer)
        .join(ReviewPanel)
        .where(ReviewPanel.instructor_id == Instructor.id)
    )
    stmt = (
        select(
            Instructor, seats.scalar_subquery(), seats.where(Reviewer.sheet_id.is_not(None)).scalar_subquery()
        )
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path), Instructor.state.in_(CANDIDATE_STATES))
    )
    return CANDIDATES.bind(session(), stmt)


def _account_badge(person: Instructor) -> Badge:
    return Badge(gettext("已发码，待激活"), "warn") if person.user_id else Badge(gettext("没有账号"), "idle")


ACTIVATION: Table[Instructor] = Table(
    name="activation",
    title=lazy_gettext("讲师激活码"),
    columns=[
        person_columns.name_and_post(person_columns.itself),
        person_columns.unit(person_columns.itself),
        person_columns.mode(person_columns.itself),
        Column("account", lazy_gettext("账号"), _account_badge, sort=Instructor.user_id, kind="badge"),
    ],
    filters=[
        Filter(
            "account",
            lazy_gettext("账号"),
            lambda s, v: s.where(
                Instructor.user_id.is_(None) if v == "none" else Instructor.user_id.is_not(None)
            ),
            [("none", lazy_gettext("没有账号")), ("issued", lazy_gettext("已发码，待激活"))],
        ),
        person_columns.BY_MODE,
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="unit",
    row_url=_row_url,
)


def activation_table(scope: Scope) -> BoundTable[Instructor]:
    """People in the pool who have yet to activate an account."""
    stmt = scoped(scope).outerjoin(User, Instructor.user_id == User.id).where(waiting_for_account())
    return ACTIVATION.bind(session(), stmt)
