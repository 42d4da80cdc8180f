"""Whose people attend a class, where that is more than one unit (合班)."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model


class ClassParticipant(Model):
    """A unit whose people attend; a class without any is attended as its host and kind say."""

    __tablename__ = "class_participant"

    class_id: Mapped[int] = mapped_column(
        ForeignKey("training_class.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), primary_key=True, index=True)
