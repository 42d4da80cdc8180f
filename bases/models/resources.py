"""Guides, coaches and sets that a base has a number of; bookings claim them piece by piece."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bases import rules
from bases.enums import BaseResourceKind
from core.db import Model, Versioned, choice

if TYPE_CHECKING:
    from bases.models.sites import TeachingBase


class BaseResource(Versioned, Model):
    """So many pieces of one kind, of which some are out of order for a time or until further notice."""

    __tablename__ = "base_resource"
    __table_args__ = (
        UniqueConstraint("base_id", "kind"),
        CheckConstraint("count >= 0", name="count"),
        CheckConstraint("out_of_order BETWEEN 0 AND count", name="out_of_order"),
        CheckConstraint("out_until IS NULL OR out_from IS NULL OR out_until >= out_from", name="out_span"),
        CheckConstraint(
            f"minutes_before BETWEEN 0 AND {rules.LONGEST_BUFFER} AND minutes_before % 15 = 0 "
            f"AND minutes_after BETWEEN 0 AND {rules.LONGEST_BUFFER} AND minutes_after % 15 = 0",
            name="ways",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"))
    kind: Mapped[BaseResourceKind] = mapped_column(choice(BaseResourceKind))
    name: Mapped[str] = mapped_column(String(80), default="")
    """What exactly, such as 45 座; empty where the kind says it all."""
    count: Mapped[int]
    out_of_order: Mapped[int] = mapped_column(default=0)
    out_from: Mapped[date | None]
    """First day out of order; None: already."""
    out_until: Mapped[date | None]
    """Last day out of order; None: until further notice."""
    minutes_before: Mapped[int] = mapped_column(default=0, server_default="0")
    """Minutes a piece is on its way to a party before it begins, and back after it; whole quarter hours, as claims are."""
    minutes_after: Mapped[int] = mapped_column(default=0, server_default="0")

    base: Mapped[TeachingBase] = relationship(back_populates="resources")

    @property
    def title(self) -> str:
        """What pages call it."""
        return f"{self.kind.label}({self.name})" if self.name else self.kind.label

    def available(self, day: date) -> int:
        """Pieces that can be used on a day."""
        is_out = (self.out_from is None or self.out_from <= day) and (
            self.out_until is None or day <= self.out_until
        )
        return self.count - (self.out_of_order if is_out else 0)
