"""The search for a substitute: a call for one lesson, and whom it has asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Versioned, choice
from core.words import N_
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import stays
from scheduling.enums import AskState, CallState
from scheduling.models.classes import Session

_OPEN, _ACCEPTED = text("state = 'open'"), text("state = 'accepted'")


class SubstituteCall(Versioned, Model):
    """A published lesson looks for somebody else, wave by wave. A lesson has one open call at most."""

    __tablename__ = "substitute_call"
    __table_args__ = (
        CheckConstraint("wave_size BETWEEN 1 AND 20", name="size"),
        CheckConstraint("wave_hours BETWEEN 1 AND 240", name="hours"),
        Index(
            "uq_substitute_call_open", "session_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_substitute_call_state_next", "state", "next_at"),
        Index("ix_substitute_call_session", "session_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    absent_id: Mapped[int | None] = mapped_column(ForeignKey("instructor.id"), info=stays(N_("找人接替")))
    """Who was to teach when it was opened and still is, until somebody steps in; None after a decline."""
    reason: Mapped[str] = mapped_column(String(300), default="")
    wave_size: Mapped[int]
    wave_hours: Mapped[int]
    wave: Mapped[int] = mapped_column(default=0)
    """Waves asked so far."""
    state: Mapped[CallState] = mapped_column(choice(CallState))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))
    next_at: Mapped[datetime | None]
    """When the worker looks at it next."""
    failures: Mapped[int] = mapped_column(default=0)
    """Looks in a row that broke off; each makes the next one later."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    end_reason: Mapped[str] = mapped_column(String(200), default="")

    session: Mapped[Session] = relationship()
    asks: Mapped[list[SubstituteAsk]] = relationship(back_populates="call", order_by="SubstituteAsk.id")


class SubstituteAsk(Versioned, Model):
    """Somebody asked to step in. Of one call one is accepted at most, which the database holds."""

    __tablename__ = "substitute_ask"
    __table_args__ = (
        UniqueConstraint("call_id", "instructor_id"),
        Index(
            "uq_substitute_ask_accepted",
            "call_id",
            unique=True,
            sqlite_where=_ACCEPTED,
            postgresql_where=_ACCEPTED,
        ),
        Index("ix_substitute_ask_instructor", "instructor_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("substitute_call.id"))
    instructor_id: Mapped[int] = mapped_column(ForeignKey("instructor.id"), info=stays(N_("被请接替")))
    wave: Mapped[int]
    cost: Mapped[int]
    """What it would have cost the plan when they were asked; the lower the better."""
    state: Mapped[AskState] = mapped_column(choice(AskState))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer_reason: Mapped[str] = mapped_column(String(300), default="")

    call: Mapped[SubstituteCall] = relationship(back_populates="asks")
    instructor: Mapped[Instructor] = relationship()
