"""One plan a level and year: a township's is checked and released by the county ("集中上报、统一出口" [2])."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core.db import Model, Versioned, choice
from orders.enums import PlanState


class YearPlan(Versioned, Model):
    """What a township means to do in a year: its orders and classes, submitted as a whole."""

    __tablename__ = "year_plan"
    __table_args__ = (
        UniqueConstraint("unit_id", "year"),
        CheckConstraint("unit_id <> supplier_id", name="parties"),
        CheckConstraint("state <> 'returned' OR reason <> ''", name="returned"),
        CheckConstraint("(state = 'drafting') = (submitted_at IS NULL)", name="submitted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    year: Mapped[int]
    state: Mapped[PlanState] = mapped_column(choice(PlanState))
    note: Mapped[str] = mapped_column(String(300), default="")
    """What the township says to it."""
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was sent back."""

    unit: Mapped[OrgUnit] = relationship(foreign_keys=[unit_id])
    supplier: Mapped[OrgUnit] = relationship(foreign_keys=[supplier_id])
