"""Yearly assessments: one run a pool and year, a row a person with the numbers behind its proposal."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core.db import Model, Versioned, choice
from core.words import N_
from instructor_pool.enums import AssessmentGrade, AssessmentState, Consequence, Outcome
from instructor_pool.models.people import Instructor
from instructor_pool.rules.assessment import Figures, Policy
from instructor_pool.rules.merging import moves


class AssessmentRun(Versioned, Model):
    """The assessment of one pool in one year; worked out again and again until it is published."""

    __tablename__ = "assessment_run"
    __table_args__ = (
        UniqueConstraint("owner_id", "year"),
        CheckConstraint("year BETWEEN 2000 AND 2200", name="year"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
        Index("ix_assessment_run_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    year: Mapped[int]
    state: Mapped[AssessmentState] = mapped_column(choice(AssessmentState))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    lease_until: Mapped[datetime | None]
    """While a worker is at it: until when nobody else takes it (UTC)."""
    percent: Mapped[int] = mapped_column(default=0)
    until: Mapped[date | None]
    """The last day that counts: 31 December, or the day it was worked out when that was earlier."""
    computed_at: Mapped[datetime | None]
    policy: Mapped[Any] = mapped_column(JSON, default=dict)
    """The policy it was worked out with, so that an old run explains itself."""
    failure: Mapped[str] = mapped_column(String(300), default="")
    published_at: Mapped[datetime | None]
    published_by: Mapped[str] = mapped_column(String(80), default="")

    owner: Mapped[OrgUnit] = relationship()
    asked_by: Mapped[User | None] = relationship()

    @property
    def rules(self) -> Policy:
        """The policy as the rules read it."""
        return Policy.read(self.policy)


class Assessment(Versioned, Model):
    """One person's year: the figures, the grade they propose, and the grade in force.

    `grade` is the proposed one unless a person set another, which needs a reason.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("run_id", "instructor_id"),
        CheckConstraint("total BETWEEN 0 AND 100", name="total"),
        CheckConstraint("feedback BETWEEN 0 AND 100", name="feedback"),
        CheckConstraint("supervision BETWEEN 0 AND 100", name="supervision"),
        CheckConstraint("grade = proposed OR adjust_reason <> ''", name="adjusted"),
        CheckConstraint("outcome IS NULL OR outcome <> 'kept' OR outcome_reason <> ''", name="kept"),
        Index("ix_assessment_run_total", "run_id", "total"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_run.id"))
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("年度考核"), "run_id"), index=True
    )
    days: Mapped[int]
    period: Mapped[int]
    feedback: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    feedback_sessions: Mapped[int] = mapped_column(default=0)
    feedback_answers: Mapped[int] = mapped_column(default=0)
    supervision: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    supervision_sheets: Mapped[int] = mapped_column(default=0)
    vetoes: Mapped[int] = mapped_column(default=0)
    sessions: Mapped[int] = mapped_column(default=0)
    hours: Mapped[Decimal] = mapped_column(Numeric(7, 1))
    minor: Mapped[int] = mapped_column(default=0)
    serious: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    last_grade: Mapped[AssessmentGrade | None] = mapped_column(choice(AssessmentGrade, "last_grade"))
    total: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    remarks: Mapped[Any] = mapped_column(JSON, default=list)
    proposed: Mapped[AssessmentGrade] = mapped_column(choice(AssessmentGrade, "proposed"))
    grade: Mapped[AssessmentGrade] = mapped_column(choice(AssessmentGrade, "grade"))
    consequence: Mapped[Consequence] = mapped_column(choice(Consequence))
    adjust_reason: Mapped[str] = mapped_column(String(300), default="")
    adjusted_by: Mapped[str] = mapped_column(String(80), default="")
    adjusted_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    outcome_reason: Mapped[str] = mapped_column(String(300), default="")
    outcome_by: Mapped[str] = mapped_column(String(80), default="")
    outcome_at: Mapped[datetime | None]

    run: Mapped[AssessmentRun] = relationship()
    instructor: Mapped[Instructor] = relationship()

    @property
    def is_adjusted(self) -> bool:
        """Whether a person set another grade than the one proposed."""
        return self.grade is not self.proposed

    @property
    def figures(self) -> Figures:
        """The figures as the rules read them."""
        return Figures(
            days=self.days,
            period=self.period,
            feedback=self.feedback,
            feedback_sessions=self.feedback_sessions,
            feedback_answers=self.feedback_answers,
            supervision=self.supervision,
            supervision_sheets=self.supervision_sheets,
            vetoes=self.vetoes,
            sessions=self.sessions,
            hours=self.hours,
            minor=self.minor,
            serious=self.serious,
            late=self.late,
            last_grade=self.last_grade,
        )
