"""The yearly assessment: four sources, a total, a grade, and what it proposes. A person decides [common].

Trainees' feedback 50, supervision 20, workload 20, discipline 10. A source without data is never read as a
score of nought: docs/yearly-assessment.md says what happens then, with examples that a test works out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import gettext

from core.errors import Violation
from instructor_pool.enums import AssessmentGrade, AssessmentRemark, Consequence
from instructor_pool.rules.terms import DEFAULT_TERM_YEARS

_G, _R = AssessmentGrade, AssessmentRemark
FULL = Decimal(100)
DAYS_OF_YEAR = 365
MOST_HOURS = 400


@dataclass(frozen=True, slots=True)
class Policy:
    """How a level weighs a year. Every number is a default [common] that the level may change."""

    feedback: int = 50
    supervision: int = 20
    workload: int = 20
    discipline: int = 10
    excellent: int = 90
    """From this total on."""
    qualified: int = 75
    basic: int = 60
    hours: int = 12
    """Class hours held in a whole year that earn the full marks for workload."""
    least_share: int = 50
    """Percent of the period that somebody must have been in the pool to be graded."""
    minor: int = 30
    """Marks of discipline that a minor incident costs."""
    serious: int = 100
    late: int = 10
    """Marks of discipline that a late change costs."""
    term_years: int = DEFAULT_TERM_YEARS
    """How long the level appoints and renews for."""

    @classmethod
    def read(cls, kept: Mapping[str, int]) -> Policy:
        """The policy as it is kept; what is missing has its default."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})


def broken_by_policy(policy: Policy) -> list[Violation]:
    """What is wrong with a policy as entered, each beside its field."""
    found = []
    if policy.feedback + policy.supervision + policy.workload + policy.discipline != FULL:
        found.append(Violation("weights", gettext("四项权重合计应为 100。"), "feedback"))
    if not 0 < policy.basic < policy.qualified < policy.excellent <= FULL:
        found.append(Violation("marks", gettext("分数线应由高到低：优秀、合格、基本合格。"), "excellent"))
    if not 1 <= policy.hours <= MOST_HOURS:
        found.append(Violation("hours", gettext("全年应授学时应在 1 到 400 之间。"), "hours"))
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """What the four sources say of one person in one period; means are 0 to 100, None where there is no data."""

    days: int
    """Days of the period that the person was in the pool."""
    period: int
    """Days of the period."""
    feedback: Decimal | None = None
    feedback_sessions: int = 0
    feedback_answers: int = 0
    supervision: Decimal | None = None
    supervision_sheets: int = 0
    vetoes: int = 0
    sessions: int = 0
    hours: Decimal = Decimal(0)
    """Class hours held."""
    minor: int = 0
    serious: int = 0
    late: int = 0
    last_grade: AssessmentGrade | None = None
    """Last year's published grade."""


@dataclass(frozen=True, slots=True)
class Part:
    """One source in the total: its score of 100, the weight it counts with, and the points that makes."""

    key: str
    score: Decimal | None
    weight: int

    @property
    def points(self) -> Decimal:
        """Score times weight, not rounded."""
        return (self.score or Decimal(0)) * self.weight / FULL


@dataclass(frozen=True, slots=True)
class Assessed:
    """A year's proposal and everything behind it."""

    parts: tuple[Part, ...]
    expected: Decimal
    """Class hours expected for the time in the pool."""
    total: Decimal | None
    grade: AssessmentGrade
    remarks: tuple[AssessmentRemark, ...]
    consequence: Consequence


def tenth(value: Decimal) -> Decimal:
    """To one decimal, halves up."""
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def assess(figures: Figures, policy: Policy) -> Assessed:
    """The proposal for one person: the total only where somebody has judged the teaching."""
    expected = tenth(Decimal(policy.hours * figures.days) / DAYS_OF_YEAR)
    parts = _parts(figures, policy, expected)
    is_scored = figures.feedback is not None or figures.supervision is not None
    total = tenth(sum((part.points for part in parts), Decimal(0))) if is_scored else None
    grade, remarks = _grade(figures, policy, total)
    used_up = used_up_by_incidents(figures.minor, figures.serious, policy)
    consequence = consequence_of(grade, figures.last_grade, used_up=used_up)
    if grade is _G.BASIC and figures.last_grade is _G.BASIC:
        remarks.append(_R.BASIC_TWICE)
    if used_up:
        remarks.append(_R.INCIDENTS)
    return Assessed(parts, expected, total, grade, tuple(remarks), consequence)


def _parts(figures: Figures, policy: Policy, expected: Decimal) -> tuple[Part, ...]:
    feedback, supervision = policy.feedback, policy.supervision
    # Both say how well somebody teaches: where one is silent the other speaks for both.
    if figures.feedback is None and figures.supervision is not None:
        feedback, supervision = 0, feedback + supervision
    elif figures.supervision is None and figures.feedback is not None:
        feedback, supervision = feedback + supervision, 0
    workload = min(figures.hours * FULL / expected, FULL) if expected else Decimal(0)
    costs = figures.minor * policy.minor + figures.serious * policy.serious + figures.late * policy.late
    return (
        Part("feedback", figures.feedback, feedback),
        Part("supervision", figures.supervision, supervision),
        Part("workload", tenth(workload), policy.workload),
        Part("discipline", max(FULL - costs, Decimal(0)), policy.discipline),
    )


def _grade(
    figures: Figures, policy: Policy, total: Decimal | None
) -> tuple[AssessmentGrade, list[AssessmentRemark]]:
    if figures.vetoes:
        return _G.FAILED, [_R.VETO]
    if figures.days * 100 < figures.period * policy.least_share:
        return _G.NOT_GRADED, [_R.TOO_SHORT]
    if total is None:
        return _G.NOT_GRADED, [_R.NOT_SCORED if figures.sessions else _R.NOT_TAUGHT]
    remarks = []
    if figures.feedback is None:
        remarks.append(_R.NO_FEEDBACK)
    if figures.supervision is None:
        remarks.append(_R.NO_SUPERVISION)
    grade = _by_marks(total, policy)
    if grade is _G.EXCELLENT and figures.minor + figures.serious:
        grade = _G.QUALIFIED
        remarks.append(_R.NOT_EXCELLENT)
    return grade, remarks


def _by_marks(total: Decimal, policy: Policy) -> AssessmentGrade:
    if total >= policy.excellent:
        return _G.EXCELLENT
    if total >= policy.qualified:
        return _G.QUALIFIED
    return _G.BASIC if total >= policy.basic else _G.FAILED


def used_up_by_incidents(minor: int, serious: int, policy: Policy) -> bool:
    """Whether incidents alone cost all marks of discipline: they count towards exit [3 §六(二)]."""
    return minor * policy.minor + serious * policy.serious >= FULL


def consequence_of(
    grade: AssessmentGrade, last_grade: AssessmentGrade | None, *, used_up: bool
) -> Consequence:
    """不合格, 基本合格 two years running, or incidents that used up discipline propose exit; 基本合格 a warning."""
    if used_up or grade is _G.FAILED or (grade is _G.BASIC and last_grade is _G.BASIC):
        return Consequence.EXIT
    if grade is _G.BASIC:
        return Consequence.WARNING
    return Consequence.UNDECIDED if grade is _G.NOT_GRADED else Consequence.RENEWAL
