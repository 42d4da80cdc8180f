"""Trainees' feedback: rounds, the codes of rounds, anonymous answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import guards
from core.db import Model, Versioned, choice
from core.sealed import SealedText, Sealing
from evaluations.enums import CodeMode
from scheduling.models import Session
from score_forms.models import ScoreForm


class FeedbackRound(Sealing, Versioned, Model):
    """The trainees' feedback on one session: its code, how long it is open, and on which form."""

    __tablename__ = "feedback_round"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="span"),
        CheckConstraint("most > 0", name="most"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), unique=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("score_form.id"), index=True)
    mode: Mapped[CodeMode] = mapped_column(choice(CodeMode))
    token_sealed: Mapped[str] = mapped_column(String(200))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """What a scanned code is looked up by."""
    codes: Mapped[int] = mapped_column(default=0)
    """How many single-use codes were made."""
    most: Mapped[int]
    """No more answers than this: whoever clears a phone's memory cannot flood a session."""
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None]
    """Closed by hand before its time."""
    excluded_reason: Mapped[str] = mapped_column(String(300), default="")

    token = SealedText()

    session: Mapped[Session] = relationship()
    form: Mapped[ScoreForm] = relationship()

    @property
    def code(self) -> str:
        """128 random bits: the open code itself, or what the single-use codes are made from."""
        return self.token or ""


class FeedbackTicket(Model):
    """That a code or a phone has answered, or may still: a digest and no more, tied to no answer.

    Without SQLite's hidden row number, which would tell the order they came in.
    """

    __tablename__ = "feedback_ticket"
    __table_args__ = ({"sqlite_with_rowid": False},)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("feedback_round.id"), index=True)
    is_used: Mapped[bool] = mapped_column(default=False)


class TraineeAnswer(Model):
    """One anonymous answer: no person, address, agent, time or running number is kept with it.

    `marks` holds points by indicator key; `key` is random, so that rows stand in no order.
    """

    __tablename__ = "trainee_answer"
    __table_args__ = (
        # Holds the total, so that a pool's mean is added up without looking for each answer.
        Index("ix_trainee_answer_round_id_total", "round_id", "total"),
        {"sqlite_with_rowid": False},
    )

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("feedback_round.id"))
    total: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    marks: Mapped[Any] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(Text, default="")


guards.register(guards.append_only("trainee_answer"))
