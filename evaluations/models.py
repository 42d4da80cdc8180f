"""Scores of sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model
from scheduling.models import Session
from score_forms.models import ScoreSheet


class SessionScore(Model):
    """A supervisor's sheet on a held session: one a person and session."""

    __tablename__ = "session_score"
    __table_args__ = (UniqueConstraint("session_id", "scorer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    instructor_id: Mapped[int] = mapped_column(ForeignKey("instructor.id"), index=True)
    """Who taught it, kept apart from the plan."""
    scorer_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), unique=True)
    scored_at: Mapped[datetime]
    excluded_reason: Mapped[str] = mapped_column(String(300), default="")

    session: Mapped[Session] = relationship()
    sheet: Mapped[ScoreSheet] = relationship(lazy="joined")
