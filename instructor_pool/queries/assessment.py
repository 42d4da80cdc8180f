"""Reads over yearly assessments: policies, runs, one person's years, how a run came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Scope
from accounts.models import OrgUnit, User
from core.db import session
from core.errors import NotFound
from core.settings import Setting
from instructor_pool.enums import AssessmentGrade, AssessmentState, Consequence, EngagementMode
from instructor_pool.models import Assessment, AssessmentRun, Instructor
from instructor_pool.rules.assessment import Policy
from instructor_pool.rules.life import IN_POOL

BAND = 5
LOWEST_BAND = 50


def policy_key(owner_id: int) -> str:
    """The setting that holds a level's policy."""
    return f"assessment:{owner_id}"


def policy_of(owner: OrgUnit) -> Policy:
    """The policy of a level: its own, else that of the nearest level above, else the defaults."""
    ids = owner.path.strip("/").split("/")
    keys = [policy_key(int(unit_id)) for unit_id in reversed(ids)]
    found = {row.key: row.value for row in session().scalars(select(Setting).where(Setting.key.in_(keys)))}
    return next((Policy.read(found[key]) for key in keys if key in found), Policy())


def _assessed() -> tuple[ColumnElement[bool], ...]:
    """Who has a year: appointed people in the pool; invited and seconded ones do not."""
    return Instructor.state.in_(IN_POOL), Instructor.engagement_mode == EngagementMode.APPOINTED


def count_assessed(owner_id: int) -> int:
    """How many people of a pool have a year."""
    stmt = select(func.count()).select_from(Instructor).where(Instructor.owner_id == owner_id, *_assessed())
    return session().scalar(stmt) or 0


def list_pools(scope: Scope) -> list[OrgUnit]:
    """Units inside the scope that keep files of appointed people, the widest first."""
    owners = select(Instructor.owner_id).where(*_assessed()).distinct()
    stmt = select(OrgUnit).where(OrgUnit.id.in_(owners), scope.clause(OrgUnit.path))
    return list(session().scalars(stmt.order_by(func.length(OrgUnit.path), OrgUnit.id).limit(400)))


def find_assessment_run(owner_id: int, year: int) -> AssessmentRun | None:
    """The run of a pool's year."""
    return session().scalar(
        select(AssessmentRun).where(AssessmentRun.owner_id == owner_id, AssessmentRun.year == year)
    )


def get_assessment_run(scope: Scope, run_id: int) -> AssessmentRun:
    """A run of a pool inside the scope; NotFound otherwise."""
    stmt = (
        select(AssessmentRun)
        .join(AssessmentRun.owner)
        .where(AssessmentRun.id == run_id, scope.clause(OrgUnit.path))
        .options(contains_eager(AssessmentRun.owner))
    )
    run = session().scalar(stmt)
    if run is None:
        raise NotFound(gettext("没有这次年度考核，或不在您的管理范围内。"))
    return run


def get_assessment(scope: Scope, assessment_id: int) -> Assessment:
    """One person's year in a pool inside the scope; NotFound otherwise."""
    stmt = (
        select(Assessment)
        .join(Assessment.run)
        .join(AssessmentRun.owner)
        .where(Assessment.id == assessment_id, scope.clause(OrgUnit.path))
        .options(contains_eager(Assessment.run), joinedload(Assessment.instructor))
    )
    row = session().scalar(stmt)
    if row is None:
        raise NotFound(gettext("没有这条考核结果，或不在您的管理范围内。"))
    return row


def list_assessments(run_id: int) -> list[Assessment]:
    """Every row of a run, for working it out anew."""
    return list(session().scalars(select(Assessment).where(Assessment.run_id == run_id)))


def list_published(instructor_id: int) -> list[Assessment]:
    """A person's published years, the latest first."""
    stmt = (
        select(Assessment)
        .join(Assessment.run)
        .where(Assessment.instructor_id == instructor_id, AssessmentRun.published_at.is_not(None))
        .options(contains_eager(Assessment.run))
    )
    return list(session().scalars(stmt.order_by(AssessmentRun.year.desc()).limit(20)))


def people_to_tell(run_id: int) -> list[tuple[int, AssessmentGrade]]:
    """(account, grade) of everybody in a run who has an account in use."""
    stmt = (
        select(Instructor.user_id, Assessment.grade)
        .join(Assessment, Assessment.instructor_id == Instructor.id)
        .join(User, Instructor.user_id == User.id)
        .where(Assessment.run_id == run_id, User.disabled.is_(False))
    )
    return [(user_id, grade) for user_id, grade in session().execute(stmt) if user_id is not None]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a run came out: people by grade, by what is proposed, and totals in bands of five, the best first."""

    grades: Sequence[tuple[AssessmentGrade, int]]
    consequences: dict[Consequence, int]
    bands: Sequence[tuple[str, int]]
    adjusted: int

    @property
    def people(self) -> int:
        """Everybody in the run."""
        return sum(n for _grade, n in self.grades)


def distribution(run_id: int) -> Distribution:
    """One grouping statement over the run."""
    # SQLite's floor refuses NULL: who has no total stands in a band below nought.
    band = func.floor(func.coalesce(Assessment.total, -BAND) / BAND) * BAND
    is_set = Assessment.grade != Assessment.proposed
    stmt = (
        select(Assessment.grade, Assessment.consequence, band, is_set, func.count())
        .where(Assessment.run_id == run_id)
        .group_by(Assessment.grade, Assessment.consequence, band, is_set)
    )
    grades = dict.fromkeys(AssessmentGrade, 0)
    consequences = dict.fromkeys(Consequence, 0)
    totals = dict.fromkeys(range(100 - BAND, LOWEST_BAND - BAND, -BAND), 0)
    below = adjusted = 0
    for grade, consequence, low, is_adjusted, n in session().execute(stmt):
        grades[grade] += n
        consequences[consequence] += n
        adjusted += n if is_adjusted else 0
        if low < 0:
            continue
        if low < LOWEST_BAND:
            below += n
        else:
            totals[min(int(low), 100 - BAND)] += n
    bands = [(f"{low}–{low + BAND - 1 if low + BAND < 100 else 100}", n) for low, n in totals.items()]
    return Distribution(
        list(grades.items()), consequences, [*bands, (f"0–{LOWEST_BAND - 1}", below)], adjusted
    )


def ready_to_publish(scope: Scope) -> Select[int]:
    """Counts the years worked out that wait to be published."""
    stmt = select(func.count()).select_from(AssessmentRun).join(AssessmentRun.owner)
    return stmt.where(scope.clause(OrgUnit.path), AssessmentRun.state == AssessmentState.READY)


def waiting_in(scope: Scope, consequence: Consequence) -> tuple[int, int]:
    """(people, latest run) whose published year proposes `consequence` and nobody has decided on it yet."""
    stmt = (
        select(func.count(), func.max(Assessment.run_id))
        .select_from(Assessment)
        .join(Assessment.run)
        .join(AssessmentRun.owner)
        .join(Assessment.instructor)
        .where(
            scope.clause(OrgUnit.path),
            AssessmentRun.published_at.is_not(None),
            Assessment.consequence == consequence,
            Assessment.outcome.is_(None),
            Instructor.state.in_(IN_POOL),
        )
    )
    n, run_id = session().execute(stmt).one()
    return n, run_id or 0
