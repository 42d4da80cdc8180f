"""Review batches: many candidates judged together, decided as pending and applied once; declared conflicts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core.db import Model, Versioned
from core.words import N_
from instructor_pool.models.people import ReviewPanel
from instructor_pool.rules.merging import moves


class ReviewBatch(Versioned, Model):
    """Candidates of one pool reviewed together [2]. Once applied it is never decided again."""

    __tablename__ = "review_batch"
    __table_args__ = (CheckConstraint("panel_size >= 3", name="panel_size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    panel_size: Mapped[int] = mapped_column(default=3)
    due: Mapped[date | None]
    opened_at: Mapped[datetime]
    """Domain time, as `applied_at`."""
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reminded_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    owner: Mapped[OrgUnit] = relationship(lazy="joined")
    panels: Mapped[list[ReviewPanel]] = relationship(order_by="ReviewPanel.id")


class ReviewConflict(Model):
    """A reviewer has declared that they may not judge a person; they are never drawn for that person."""

    __tablename__ = "review_conflict"
    __table_args__ = (UniqueConstraint("user_id", "instructor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("回避"), "user_id"), index=True
    )
    reason: Mapped[str] = mapped_column(String(200))
    declared_at: Mapped[datetime]

    user: Mapped[User] = relationship()
