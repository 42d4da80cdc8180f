"""Pairs of files that look alike and are not the same person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model
from core.words import N_
from instructor_pool.rules.merging import stays


class DistinctPeople(Model):
    """Somebody has looked at both files and said that these are two people."""

    __tablename__ = "distinct_people"
    __table_args__ = (CheckConstraint("first_id < second_id", name="order"),)

    first_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), primary_key=True, autoincrement=False, info=stays(N_("不是同一人的认定"))
    )
    second_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"),
        primary_key=True,
        autoincrement=False,
        index=True,
        info=stays(N_("不是同一人的认定")),
    )
    reason: Mapped[str] = mapped_column(String(200), default="")
    said_at: Mapped[datetime]
    said_by: Mapped[str] = mapped_column(String(80))
