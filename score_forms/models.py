"""Forms are versioned data: one in use is never changed, only superseded."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from core import guards
from core.db import Model, Versioned, choice
from score_forms.enums import Kind, Purpose
from score_forms.rules import Line


class ScoreForm(Versioned, Model):
    """One version of a form."""

    __tablename__ = "score_form"
    __table_args__ = (UniqueConstraint("purpose", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    pass_mark: Mapped[int] = mapped_column(default=80)
    is_current: Mapped[bool] = mapped_column(default=True)

    indicators: Mapped[list[Indicator]] = relationship(
        back_populates="form", order_by="Indicator.position", lazy="selectin"
    )

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its indicators as the rules read them."""
        return tuple(Line(i.key, i.title, i.kind, i.most, i.help) for i in self.indicators)

    @property
    def full_mark(self) -> int:
        """The sum of the full marks; totals are brought to 100."""
        return sum(i.most for i in self.indicators if i.kind is Kind.POINTS)


class Indicator(Model):
    """A line of a form. `most` is the full mark in points; 0 for veto and comment lines."""

    __tablename__ = "indicator"
    __table_args__ = (
        UniqueConstraint("form_id", "key"),
        CheckConstraint("most BETWEEN 0 AND 100", name="most"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("score_form.id"), index=True)
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(80))
    help: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    most: Mapped[int] = mapped_column(default=0)

    form: Mapped[ScoreForm] = relationship(back_populates="indicators")


class ScoreSheet(Model):
    """A form filled in by somebody: never changed after it is in."""

    __tablename__ = "score_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("score_form.id"), index=True)
    scorer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    filled_at: Mapped[datetime]
    total: Mapped[Decimal] = mapped_column(Numeric(5, 1))
    """0 to 100; 0 when vetoed."""
    vetoed: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str] = mapped_column(Text, default="")

    form: Mapped[ScoreForm] = relationship(lazy="joined")
    scorer: Mapped[User | None] = relationship()
    marks: Mapped[list[Mark]] = relationship(
        back_populates="sheet", cascade="all, delete-orphan", lazy="selectin"
    )


class Mark(Model):
    """The answer to one indicator: points, or 0/1 for a veto line (1 = passed)."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("sheet_id", "indicator_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), index=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    points: Mapped[Decimal] = mapped_column(Numeric(5, 1))

    sheet: Mapped[ScoreSheet] = relationship(back_populates="marks")
    indicator: Mapped[Indicator] = relationship(lazy="joined")


# A sheet that is in is never changed [2]; the database refuses it, whoever asks.
guards.register(guards.append_only("score_sheet"))
guards.register(guards.append_only("mark"))
