"""What happens around the end of a term: alerts that were sent, and renewals made together."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core.db import Model, Versioned, choice
from core.words import N_
from instructor_pool.enums import PoolState
from instructor_pool.models.people import Instructor
from instructor_pool.rules.merging import stays


class TermAlert(Model):
    """Somebody was told that a term ends in so many days: once for each term and distance."""

    __tablename__ = "term_alert"
    __table_args__ = (
        UniqueConstraint("instructor_id", "term_end", "days"),
        CheckConstraint("days IN (90, 30, 0)", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(ForeignKey("instructor.id"), info=stays(N_("聘期提醒")))
    term_end: Mapped[date]
    days: Mapped[int]
    sent_at: Mapped[datetime]
    """Domain time."""


class RenewalBatch(Versioned, Model):
    """Renewals of one pool made in one action, so that they can be taken back together."""

    __tablename__ = "renewal_batch"
    __table_args__ = (CheckConstraint("undone_at IS NULL OR undone_by <> ''", name="undone"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(300), default="")
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(80), default="")

    owner: Mapped[OrgUnit] = relationship()
    lines: Mapped[list[RenewalLine]] = relationship(
        back_populates="batch", cascade="all, delete-orphan", lazy="selectin"
    )


class RenewalLine(Model):
    """One person of a batch: the term before and after."""

    __tablename__ = "renewal_line"
    __table_args__ = (
        UniqueConstraint("batch_id", "instructor_id"),
        CheckConstraint("new_end > old_end", name="longer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("renewal_batch.id"))
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=stays(N_("续聘记录")), index=True
    )
    old_state: Mapped[PoolState] = mapped_column(choice(PoolState, "old_state"))
    old_start: Mapped[date | None]
    old_end: Mapped[date]
    new_end: Mapped[date]

    batch: Mapped[RenewalBatch] = relationship(back_populates="lines")
    instructor: Mapped[Instructor] = relationship()
