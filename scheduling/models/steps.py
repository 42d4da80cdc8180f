"""What an organiser's hand did to the plan, step by step, so that it can be undone and done again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from core.db import Model
from scheduling.models.classes import Session


class PlanStep(Model):
    """One change of one session's place in the working plan, by one person.

    `before` and `after` are JSON: start, instructor, venue, day, half and pins. Those undone wait to be done again
    until the person does something else.
    """

    __tablename__ = "plan_step"
    __table_args__ = (Index("ix_plan_step_user_id_is_undone", "user_id", "is_undone"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    """Real time, UTC: steps of an earlier day's work are not undone by a key."""
    before: Mapped[Any] = mapped_column(JSON)
    after: Mapped[Any] = mapped_column(JSON)
    is_undone: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()
    session: Mapped[Session] = relationship()
