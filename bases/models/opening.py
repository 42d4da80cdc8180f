"""Opening times that differ from the weekly pattern: by season, and on single days."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bases.rules.hours import hours_text
from core.db import Model

_MONTH_DAY = "{0} BETWEEN 101 AND 1231 AND {0} % 100 BETWEEN 1 AND 31"


class OpeningSeason(Model):
    """A part of every year with a week of its own, such as summer; it may run over the end of the year.

    A month and a day are one number: 501 is 1 May. Both ends are included.
    """

    __tablename__ = "opening_season"
    __table_args__ = (
        UniqueConstraint("base_id", "name"),
        CheckConstraint(_MONTH_DAY.format("begins"), name="begins"),
        CheckConstraint(_MONTH_DAY.format("ends"), name="ends"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"))
    name: Mapped[str] = mapped_column(String(40))
    begins: Mapped[int]
    ends: Mapped[int]

    hours: Mapped[list[SeasonHours]] = relationship(
        cascade="all, delete-orphan", order_by="SeasonHours.weekday, SeasonHours.opens"
    )

    @property
    def text(self) -> str:
        """Its week as staff write it; empty where it is closed."""
        return hours_text([(row.weekday, row.opens, row.closes) for row in self.hours])


class SeasonHours(Model):
    """Open on this weekday (0 = Monday) of the season from one wall-clock time to another."""

    __tablename__ = "season_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes > opens", name="span"),
        UniqueConstraint("season_id", "weekday", "opens"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("opening_season.id"))
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class SpecialHours(Model):
    """One day that is open at other times than its weekday says, a holiday perhaps. A closure still closes it."""

    __tablename__ = "special_hours"
    __table_args__ = (
        CheckConstraint("closes > opens", name="span"),
        UniqueConstraint("base_id", "day", "opens"),
        Index("ix_special_hours_base_day", "base_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"))
    day: Mapped[date]
    opens: Mapped[time]
    closes: Mapped[time]
    reason: Mapped[str] = mapped_column(String(120), default="")
