"""A course of the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core.db import Model, Versioned, choice
from courses.enums import Category, Method, Ratio
from courses.rules import default_ratio


class Course(Versioned, Model):
    """A course (topic) that can be taught and ordered. `class_hours` in units of 45 minutes."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("owner_id", "name"), CheckConstraint("class_hours > 0", name="hours"))

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[Category] = mapped_column(choice(Category))
    method: Mapped[Method] = mapped_column(choice(Method))
    class_hours: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    is_party_lesson: Mapped[bool] = mapped_column(default=False)
    audiences: Mapped[Any] = mapped_column(JSON, default=list)
    """Values of Audience."""
    counts_as: Mapped[Ratio | None] = mapped_column(choice(Ratio))
    """Overrides what the category counts as."""
    retired: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(String(400), default="")

    owner: Mapped[OrgUnit] = relationship()

    @property
    def ratio(self) -> Ratio:
        """What it counts as for the class ratios."""
        return self.counts_as or default_ratio(self.category)
