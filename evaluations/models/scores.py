"""Supervisors' scores of sessions, and what instructors say against a score."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Versioned, choice
from core.words import N_
from evaluations.enums import AppealState
from evaluations.models.feedback import FeedbackRound
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import moves
from scheduling.models import Session
from score_forms.models import ScoreSheet


class SessionScore(Model):
    """A supervisor's sheet on a held session: one a person and session."""

    __tablename__ = "session_score"
    __table_args__ = (UniqueConstraint("session_id", "scorer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("督导评分")), index=True
    )
    """Who taught it, kept apart from the plan."""
    scorer_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), unique=True)
    scored_at: Mapped[datetime]
    excluded_reason: Mapped[str] = mapped_column(String(300), default="")
    key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """Made with the page it was filled in on: sent again after a lost answer, it is known and counts once."""

    session: Mapped[Session] = relationship()
    sheet: Mapped[ScoreSheet] = relationship(lazy="joined")


class RatingAppeal(Versioned, Model):
    """An instructor's word against one score: a supervisor's, or a round of trainees'.

    One a score. Upholding it excludes the score from the rating; that can be taken back.
    """

    __tablename__ = "rating_appeal"
    __table_args__ = (
        CheckConstraint("(score_id IS NULL) <> (round_id IS NULL)", name="one_score"),
        CheckConstraint("(state IN ('upheld', 'rejected')) = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("state <> 'upheld' OR opinion <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("评分申诉")), index=True
    )
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    score_id: Mapped[int | None] = mapped_column(ForeignKey("session_score.id"), unique=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("feedback_round.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(500))
    filed_at: Mapped[datetime]
    state: Mapped[AppealState] = mapped_column(choice(AppealState), default=AppealState.OPEN, index=True)
    opinion: Mapped[str] = mapped_column(String(300), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")

    instructor: Mapped[Instructor] = relationship()
    session: Mapped[Session] = relationship()
    score: Mapped[SessionScore | None] = relationship()
    round: Mapped[FeedbackRound | None] = relationship()

    @property
    def against(self) -> SessionScore | FeedbackRound:
        """What it is about."""
        found = self.score or self.round
        assert found is not None  # noqa: S101  (the database holds exactly one)
        return found
