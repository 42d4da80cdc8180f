"""Publicity (公示): a candidate's name is public for some days, objections are kept with how they were handled."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Versioned, choice
from core.sealed import SealedText, Sealing
from core.words import N_
from instructor_pool.enums import ObjectionOutcome
from instructor_pool.models.people import Instructor
from instructor_pool.rules.merging import moves


class Publicity(Model):
    """One period in which a candidate is made public; somebody taken up again gets a new one."""

    __tablename__ = "publicity"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("公示")), index=True
    )
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    """Last day, included."""
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instructor: Mapped[Instructor] = relationship()
    objections: Mapped[list[Objection]] = relationship(back_populates="publicity", order_by="Objection.id")


class Objection(Versioned, Sealing, Model):
    """What somebody holds against a candidate; who it was is sealed. Answered once, with an outcome."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint(
            "(outcome IS NULL) = (answered_at IS NULL) AND (outcome IS NULL OR answer <> '')", name="answered"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    publicity_id: Mapped[int] = mapped_column(ForeignKey("publicity.id"), index=True)
    raised_by_sealed: Mapped[str | None] = mapped_column(String(400))
    contact_sealed: Mapped[str | None] = mapped_column(String(400))
    statement: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    """None for what came in on the public page."""
    recorded_by: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[ObjectionOutcome | None] = mapped_column(choice(ObjectionOutcome))
    answer: Mapped[str] = mapped_column(String(400), default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_by: Mapped[str] = mapped_column(String(80), default="")

    raised_by = SealedText()
    contact = SealedText()

    publicity: Mapped[Publicity] = relationship(back_populates="objections")
