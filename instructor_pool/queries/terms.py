"""Terms that end: who is to be told, who can be renewed and what the last year proposes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager

from accounts.access import Scope
from accounts.enums import Role
from accounts.models import Grant, OrgUnit, User
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Statement
from instructor_pool.enums import AssessmentGrade, Consequence, EngagementMode, Outcome
from instructor_pool.models import Assessment, AssessmentRun, Instructor, RenewalBatch, TermAlert
from instructor_pool.queries import person_columns
from instructor_pool.queries.assessment_lists import CONSEQUENCE_TONES, grade_badge
from instructor_pool.queries.lists import TERM_ENDS, by_term
from instructor_pool.rules.life import BOOKABLE
from instructor_pool.rules.terms import ALERT_DAYS, days_left

RenewalRow = tuple[Instructor, AssessmentGrade | None, Consequence | None, Outcome | None, int | None]


@dataclass(frozen=True, slots=True)
class Ending:
    """A term about to end, and who hears of it."""

    instructor_id: int
    name: str
    owner_id: int
    user_id: int | None
    term_end: date


def _ends_by(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Instructor.state.in_(BOOKABLE),
        Instructor.engagement_mode == EngagementMode.APPOINTED,
        Instructor.term_end <= day,
    )


def endings_to_alert(today: date) -> Iterator[tuple[Ending, set[int]]]:
    """Terms of every level within the widest alert, each with the distances already told; two statements."""
    until = today + timedelta(days=ALERT_DAYS[0])
    sent: defaultdict[tuple[int, date], set[int]] = defaultdict(set)
    known = (
        select(TermAlert.instructor_id, TermAlert.term_end, TermAlert.days)
        .join(
            Instructor,
            and_(TermAlert.instructor_id == Instructor.id, TermAlert.term_end == Instructor.term_end),
        )
        .where(*_ends_by(until))
    )
    for person_id, told_of, days in session().execute(known):
        sent[person_id, told_of].add(days)
    stmt = (
        select(Instructor.id, Instructor.name, Instructor.owner_id, User.id, Instructor.term_end)
        .outerjoin(User, and_(Instructor.user_id == User.id, User.disabled.is_(False)))
        .where(*_ends_by(until))
    )
    found = session().execute(stmt.order_by(Instructor.owner_id, Instructor.term_end, Instructor.id)).all()
    for person_id, name, owner_id, user_id, end in found:
        if end is not None:
            yield Ending(person_id, name, owner_id, user_id, end), sent[person_id, end]


def organisers_of(owner_id: int) -> list[int]:
    """Accounts of the organisers at a unit."""
    stmt = (
        select(Grant.user_id)
        .join(User, Grant.user_id == User.id)
        .where(Grant.role == Role.ORGANISER, Grant.unit_id == owner_id, User.disabled.is_(False))
        .distinct()
    )
    return list(session().scalars(stmt.order_by(Grant.user_id)))


def _last_year(instructor_id: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """The latest published assessment of the person in `instructor_id`."""
    year, run = aliased(Assessment), aliased(AssessmentRun)
    latest = select(year.id).join(run, year.run_id == run.id)
    latest = latest.where(year.instructor_id == instructor_id, run.published_at.is_not(None))
    return latest.order_by(run.year.desc()).limit(1).correlate(instructor_id.class_).scalar_subquery()


def proposals_of(instructor_ids: Collection[int]) -> dict[int, Consequence]:
    """What the latest published year of each proposes, as long as nobody has decided on it."""
    stmt = select(Assessment.instructor_id, Assessment.consequence).where(
        Assessment.id == _last_year(Assessment.instructor_id),
        Assessment.instructor_id.in_(instructor_ids),
        Assessment.outcome.is_(None),
    )
    return {person_id: consequence for person_id, consequence in session().execute(stmt)}


def _proposal_badge(row: RenewalRow) -> Badge:
    _person, _grade, consequence, outcome, _year = row
    if outcome is not None:
        return Badge(outcome.label, "idle")
    if consequence is None:
        return Badge(gettext("没有考核"), "idle")
    return Badge(consequence.label, CONSEQUENCE_TONES[consequence])


def _left(row: RenewalRow) -> str:
    left = days_left(row[0], clock.today()) or 0
    return gettext("已过期 %(n)s 天", n=-left) if left < 0 else gettext("还有 %(n)s 天", n=left)


def _by_proposal(stmt: Select[RenewalRow], value: str) -> Select[RenewalRow]:
    if value == "none":
        return stmt.where(Assessment.id.is_(None))
    return stmt.where(Assessment.consequence == Consequence(value))


RENEWALS: Table[RenewalRow] = Table(
    name="renewals",
    title=lazy_gettext("聘期将满"),
    columns=[
        person_columns.name_and_unit(lambda r: r[0]),
        person_columns.until(lambda r: r[0], _left),
        Column(
            "grade",
            lazy_gettext("最近考核"),
            lambda r: grade_badge(r[1]) if r[1] else None,
            kind="badge",
            note=lambda r: gettext("%(year)s 年度", year=r[4]) if r[4] else None,
        ),
        Column(
            "proposal", lazy_gettext("考核建议"), _proposal_badge, sort=Assessment.consequence, kind="badge"
        ),
        Column(
            "rating",
            lazy_gettext("评分"),
            lambda r: r[0].rating if r[0].rating_count else None,
            sort=Instructor.rating,
            kind="number",
        ),
        person_columns.state(lambda r: r[0]),
    ],
    filters=[
        Filter(
            "term",
            lazy_gettext("聘期"),
            by_term,
            TERM_ENDS,
        ),
        Filter(
            "proposal",
            lazy_gettext("考核建议"),
            _by_proposal,
            lambda: [*Consequence.choices(), ("none", gettext("没有考核"))],
        ),
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="until",
    row_url=lambda r: url_for("instructor_pool.show", instructor_id=r[0].id),
    row_key=lambda r: r[0].id,
)


def _renewable(scope: Scope) -> Statement:
    return (
        select(Instructor, Assessment.grade, Assessment.consequence, Assessment.outcome, AssessmentRun.year)
        .join(Instructor.owner)
        .outerjoin(Assessment, Assessment.id == _last_year(Instructor.id))
        .outerjoin(AssessmentRun, Assessment.run_id == AssessmentRun.id)
        .where(scope.clause(OrgUnit.path), *_ends_by(clock.today() + timedelta(days=ALERT_DAYS[0])))
        .options(contains_eager(Instructor.owner))
    )


def renewals_table(scope: Scope) -> BoundTable[RenewalRow]:
    """People whose term has ended or ends within the widest alert, with what their last year proposes."""
    return RENEWALS.bind(session(), _renewable(scope))


def list_renewable(scope: Scope, ids: Collection[int]) -> list[RenewalRow]:
    """Those of `ids` who are on that list, the soonest end first."""
    stmt = _renewable(scope).where(Instructor.id.in_(ids))
    found = session().execute(stmt.order_by(Instructor.term_end, Instructor.name_pinyin, Instructor.id))
    return [(person, grade, said, outcome, year) for person, grade, said, outcome, year in found]


def get_renewal_batch(scope: Scope, batch_id: int) -> RenewalBatch:
    """A batch of a pool inside the scope; NotFound otherwise."""
    stmt = (
        select(RenewalBatch)
        .join(RenewalBatch.owner)
        .where(RenewalBatch.id == batch_id, scope.clause(OrgUnit.path))
        .options(contains_eager(RenewalBatch.owner))
    )
    batch = session().scalar(stmt)
    if batch is None:
        raise NotFound(gettext("没有这批续聘，或不在您的管理范围内。"))
    return batch
