"""People of the pool and what is known of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core import guards
from core.db import Model, Versioned, choice
from core.sealed import SealedText, Sealing
from core.words import N_
from courses.models import Course
from instructor_pool.enums import (
    AnswerSource,
    BatchDecision,
    DayPart,
    EngagementMode,
    ExitReason,
    Gender,
    Grade,
    PoolState,
    SourceCategory,
)
from instructor_pool.rules.life import BOOKABLE, ENTERED
from instructor_pool.rules.merging import moves, stays
from score_forms.models import ScoreForm, ScoreSheet

if TYPE_CHECKING:
    from instructor_pool.models.honours import Honour


class Instructor(Versioned, Sealing, Model):
    """A person of the pool, from nomination to exit. Managed by the level at `owner`."""

    __tablename__ = "instructor"
    __table_args__ = (
        UniqueConstraint("owner_id", "id_number_blind"),
        CheckConstraint("rating BETWEEN 0 AND 100", name="rating"),
        CheckConstraint("NOT is_volunteer OR fee_per_hour = 0", name="volunteer"),
        CheckConstraint("term_end IS NULL OR term_start IS NULL OR term_end >= term_start", name="term"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
        # With what alerts and accounts ask besides, so that they are counted from it.
        Index("ix_instructor_owner_state", "owner_id", "state", "term_end", "user_id"),
        Index("ix_instructor_sound_unit", "name_sound", "work_unit"),
        Index("ix_instructor_sound_birth", "name_sound", "birth_month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), unique=True)
    name: Mapped[str] = mapped_column(String(40), index=True)
    name_pinyin: Mapped[str] = mapped_column(String(80), default="", index=True)
    """What lists of people are ordered by."""
    name_sound: Mapped[str] = mapped_column(String(80), default="")
    """The pinyin without what ears confuse: names that sound alike share it."""
    gender: Mapped[Gender | None] = mapped_column(choice(Gender))
    birth_month: Mapped[date | None]
    """First day of the month of birth."""
    ethnicity: Mapped[str] = mapped_column(String(20), default="")
    political_status: Mapped[str] = mapped_column(String(20), default="")
    education: Mapped[str] = mapped_column(String(20), default="")
    major: Mapped[str] = mapped_column(String(40), default="")
    work_unit: Mapped[str] = mapped_column(String(80), default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    post_title: Mapped[str] = mapped_column(String(60), default="")
    professional_title: Mapped[str] = mapped_column(String(40), default="")
    source_category: Mapped[SourceCategory] = mapped_column(choice(SourceCategory), index=True)
    engagement_mode: Mapped[EngagementMode] = mapped_column(choice(EngagementMode), index=True)
    engaged_by: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """Who invited or seconded; empty for the appointed."""
    engaged_for: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """The occasion, or the task and document of the secondment."""
    is_volunteer: Mapped[bool] = mapped_column(default=False)
    research: Mapped[str] = mapped_column(String(120), default="")
    recommended_by: Mapped[str] = mapped_column(String(80), default="")
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    phone_blind: Mapped[str | None] = mapped_column(String(64), index=True)
    id_number_sealed: Mapped[str | None] = mapped_column(String(200))
    id_number_blind: Mapped[str | None] = mapped_column(String(64), index=True)
    town_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """Home place: the township travel is counted from."""
    state: Mapped[PoolState] = mapped_column(choice(PoolState))
    certificate_number: Mapped[str] = mapped_column(String(60), default="")
    term_start: Mapped[date | None]
    term_end: Mapped[date | None]
    """Last day of the term; None for people without a term (invited, seconded)."""
    max_per_day: Mapped[int] = mapped_column(default=2)
    max_per_week: Mapped[int | None]
    max_per_month: Mapped[int | None]
    max_per_year: Mapped[int | None]
    fee_per_hour: Mapped[int] = mapped_column(default=0)
    rating: Mapped[int] = mapped_column(default=80)
    """0 to 100, shrunk towards the pool's mean; written by evaluations."""
    rating_count: Mapped[int] = mapped_column(default=0)
    remark: Mapped[str] = mapped_column(String(400), default="")
    exit_reason: Mapped[ExitReason | None] = mapped_column(choice(ExitReason))
    exit_date: Mapped[date | None]
    exit_approver_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("instructor.id"), index=True, info=moves(N_("已并入的档案"))
    )
    """The file this one was found to be a double of."""
    search_text: Mapped[str] = mapped_column(String(400), default="", index=True)

    phone = SealedText(blind_index=True)
    id_number = SealedText(blind_index=True)

    owner: Mapped[OrgUnit] = relationship(foreign_keys=[owner_id])
    unit: Mapped[OrgUnit | None] = relationship(foreign_keys=[unit_id])
    town: Mapped[OrgUnit | None] = relationship(foreign_keys=[town_id])
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    exit_approver: Mapped[User | None] = relationship(foreign_keys=[exit_approver_id])
    qualifications: Mapped[list[Qualification]] = relationship(
        back_populates="instructor", cascade="all, delete-orphan"
    )

    honours: Mapped[list[Honour]] = relationship(
        primaryjoin="and_(Honour.instructor_id == Instructor.id, Honour.revoked_at.is_(None))",
        order_by="Honour.day",
        viewonly=True,
    )
    """Those that stand."""

    @property
    def is_leader(self) -> bool:
        """A leader for the 20 % share: source category 领导干部 (listed posts are added by scheduling)."""
        return self.source_category is SourceCategory.LEADER

    @property
    def is_bookable(self) -> bool:
        """Whether the state allows new bookings at all (dates are checked apart)."""
        return self.state in BOOKABLE

    @property
    def has_entered(self) -> bool:
        """In the pool or gone from it, rather than on the way in."""
        return self.state in ENTERED


class Qualification(Model):
    """May teach this course, on the days its courseware is cleared for [3 §五(六)]."""

    __tablename__ = "qualification"
    __table_args__ = (
        UniqueConstraint("instructor_id", "course_id"),
        CheckConstraint(
            "cleared_on IS NOT NULL OR (cleared_until IS NULL AND courseware_id IS NULL)", name="cleared"
        ),
        # Everybody for a course: thousands of rows, read from the index alone.
        Index("ix_qualification_course_cleared", "course_id", "cleared_on", "instructor_id", "cleared_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("可授课程"), "course_id"), index=True
    )
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    cleared_on: Mapped[date | None]
    """None while no courseware is cleared: the course cannot be scheduled."""
    cleared_until: Mapped[date | None]
    """Last day; None without an end, as for what was taught before the system came."""
    courseware_id: Mapped[int | None] = mapped_column(ForeignKey("courseware.id"), index=True)
    """The version in force; None for what was cleared before the system came."""

    instructor: Mapped[Instructor] = relationship(back_populates="qualifications")
    course: Mapped[Course] = relationship(lazy="joined")


class Unavailability(Model):
    """What a person says of a stretch of local time, before the weekly pattern. Half-open."""

    __tablename__ = "unavailability"
    __table_args__ = (
        CheckConstraint("ends > starts", name="span"),
        Index("ix_unavailability_instructor_starts", "instructor_id", "starts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("按日期登记的时间"))
    )
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    grade: Mapped[Grade] = mapped_column(choice(Grade))
    reason: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[AnswerSource] = mapped_column(choice(AnswerSource))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instructor: Mapped[Instructor] = relationship()


class WeeklyTime(Model):
    """A part of a weekday in which a person cannot or would rather not teach; what is said of a date goes before it."""

    __tablename__ = "weekly_time"
    __table_args__ = (
        UniqueConstraint("instructor_id", "weekday", "part"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("part <> 'all_day'", name="half"),
        CheckConstraint("grade <> 'can'", name="away"),
        CheckConstraint("last_day >= first_day", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("每周的时间"), "weekday", "part")
    )
    weekday: Mapped[int]
    """0 = Monday."""
    part: Mapped[DayPart] = mapped_column(choice(DayPart))
    grade: Mapped[Grade] = mapped_column(choice(Grade))
    reason: Mapped[str] = mapped_column(String(120), default="")
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    """Both included; None without an end."""
    source: Mapped[AnswerSource] = mapped_column(choice(AnswerSource))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instructor: Mapped[Instructor] = relationship()


class AvailabilityHint(Model):
    """A free-text remark from a workbook offered to be read as availability; never applied unasked."""

    __tablename__ = "availability_hint"
    __table_args__ = (UniqueConstraint("instructor_id", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("待确认备注"), "text"), index=True
    )
    text: Mapped[str] = mapped_column(String(200))
    settled_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]

    instructor: Mapped[Instructor] = relationship()


class StateChange(Model):
    """One step of a person's life in the pool; append-only."""

    __tablename__ = "pool_state_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=stays(N_("经历")), index=True
    )
    before: Mapped[PoolState | None] = mapped_column(choice(PoolState, "before"))
    after: Mapped[PoolState] = mapped_column(choice(PoolState, "after"))
    at: Mapped[datetime]
    """Domain time."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(300), default="")

    instructor: Mapped[Instructor] = relationship()


class ReviewPanel(Versioned, Model):
    """The review of one candidate: at least three reviewers, each scores before seeing the others [2]."""

    __tablename__ = "review_panel"
    __table_args__ = (
        CheckConstraint(
            "decision IS NULL OR decision = 'advance' OR decision_reason <> ''", name="decision_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("评审")), index=True
    )
    form_id: Mapped[int] = mapped_column(ForeignKey("score_form.id"))
    opened_at: Mapped[datetime]
    due: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    mean: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    passed: Mapped[bool | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("review_batch.id"), index=True)
    decision: Mapped[BatchDecision | None] = mapped_column(choice(BatchDecision))
    """Pending until the batch is applied."""
    decision_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instructor: Mapped[Instructor] = relationship()
    form: Mapped[ScoreForm] = relationship()
    reviewers: Mapped[list[Reviewer]] = relationship(
        back_populates="panel", cascade="all, delete-orphan", lazy="selectin"
    )


class Reviewer(Model):
    """A seat on a panel and, once filled in, its sheet."""

    __tablename__ = "reviewer"
    __table_args__ = (UniqueConstraint("panel_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    panel_id: Mapped[int] = mapped_column(ForeignKey("review_panel.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("score_sheet.id"), unique=True)

    panel: Mapped[ReviewPanel] = relationship(back_populates="reviewers")
    user: Mapped[User] = relationship(lazy="joined")
    sheet: Mapped[ScoreSheet | None] = relationship(lazy="joined")


guards.register(guards.append_only("pool_state_change"))
