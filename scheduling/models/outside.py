"""Bookings for whose time the base is no longer open."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bases.enums import DayKind
from core.db import Model, choice


class OutsideHours(Model):
    """A booking of a venue that was made before the base's opening times changed, with what they say of that day now.

    Reckoned when they change, since a week, seasons, single days and the calendar cannot be compared in SQL.
    """

    __tablename__ = "outside_hours"

    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[DayKind] = mapped_column(choice(DayKind))
    note: Mapped[str] = mapped_column(String(300), default="")
    """The name of the season or holiday, or the reason that was given."""
    hours: Mapped[str] = mapped_column(String(200), default="")
    """When it is open that day, such as 9:00–11:30; empty when it is not."""
