"""Posts held, obligations and the sessions that fulfil them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core.db import Model, Versioned, choice
from core.words import N_
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import moves
from party_lessons.enums import ExemptionRule, SchemeKind


class Scheme(Versioned, Model):
    """A kind of duty as data: how many lessons, from which length, who counts, cut-off for new posts."""

    __tablename__ = "scheme"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[SchemeKind] = mapped_column(choice(SchemeKind), unique=True)
    need: Mapped[int] = mapped_column(default=1)
    least_minutes: Mapped[int] = mapped_column(default=30)
    cutoff_month: Mapped[int] = mapped_column(default=10)
    cutoff_day: Mapped[int] = mapped_column(default=1)
    least_months_when_leaving: Mapped[int] = mapped_column(default=6)
    is_on: Mapped[bool] = mapped_column(default=True)


class Post(Versioned, Model):
    """A post with a yearly duty, held by a person from one date to another (both ends included)."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("holder_id", "unit_id", "title", "starts"),
        CheckConstraint("ends IS NULL OR ends >= starts", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("党课责任职务"), "unit_id", "title", "starts"), index=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    """The area (scheme A) or unit (scheme B) whose committee the post leads."""
    title: Mapped[str] = mapped_column(String(60))
    kind: Mapped[SchemeKind] = mapped_column(choice(SchemeKind))
    starts: Mapped[date]
    ends: Mapped[date | None]

    holder: Mapped[Instructor] = relationship()
    unit: Mapped[OrgUnit] = relationship()


class Obligation(Versioned, Model):
    """Post × year: so many lessons by the deadline. State is computed, never stored."""

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("post_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    year: Mapped[int] = mapped_column(index=True)
    need: Mapped[int] = mapped_column(default=1)
    deadline: Mapped[date]
    exemption_rule: Mapped[ExemptionRule | None] = mapped_column(choice(ExemptionRule))
    """Set by rule from the dates of the post."""
    exemption_reason: Mapped[str] = mapped_column(String(300), default="")
    """Set by a person; empty with no rule above means the duty stands."""
    exempted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    exempted_at: Mapped[datetime | None]

    post: Mapped[Post] = relationship()
    credits: Mapped[list[Credit]] = relationship(back_populates="obligation", cascade="all, delete-orphan")
    outlook: Mapped[KeptOutlook | None] = relationship(viewonly=True)


class Credit(Model):
    """A session that counts towards an obligation: planned when published, held when held."""

    __tablename__ = "credit"
    __table_args__ = (UniqueConstraint("obligation_id", "session_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    session_ref: Mapped[int] = mapped_column(index=True)
    """Id of the session in scheduling, which lies above this package."""
    day: Mapped[date]
    is_held: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(String(200), default="")

    obligation: Mapped[Obligation] = relationship(back_populates="credits")


class KeptOutlook(Model):
    """What the forecast found for an obligation that was short of lessons; `Reckoning` says how old it is."""

    __tablename__ = "duty_outlook"
    __table_args__ = (CheckConstraint("lessons_left >= 0 AND lessons_near >= 0", name="lessons"),)

    obligation_id: Mapped[int] = mapped_column(
        ForeignKey("obligation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    lessons_left: Mapped[int]
    lessons_near: Mapped[int]
    is_crowded: Mapped[bool]


class Reckoning(Model):
    """The last time the forecast was reckoned: one row."""

    __tablename__ = "duty_reckoning"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    """Counts up: who has reckoned beside a later one does not write."""
    day: Mapped[date]
    at: Mapped[datetime]
    size: Mapped[int]
    """How many obligations and lessons it was over, in all."""


class DutyChange(Model):
    """Something that the forecast reads was changed. Triggers write these rows; reckoning takes them away."""

    __tablename__ = "duty_change"

    id: Mapped[int] = mapped_column(primary_key=True)
