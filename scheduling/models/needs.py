"""What a session or a visit asks of the base it is at."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from bases.enums import BaseResourceKind
from core.db import Model, choice


class SessionNeed(Model):
    """So many pieces of a kind; for guides it replaces the one that every on-site session takes."""

    __tablename__ = "session_need"
    __table_args__ = (CheckConstraint("count BETWEEN 0 AND 50", name="count"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    kind: Mapped[BaseResourceKind] = mapped_column(choice(BaseResourceKind), primary_key=True)
    count: Mapped[int]


class VisitNeed(Model):
    """So many coaches or sets for a visit; the guide of each group is not asked for."""

    __tablename__ = "visit_need"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 50", name="count"),
        CheckConstraint("kind <> 'guide'", name="asked"),
    )

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    kind: Mapped[BaseResourceKind] = mapped_column(choice(BaseResourceKind), primary_key=True)
    count: Mapped[int]
