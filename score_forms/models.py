"""Forms are versioned data: one in use is never changed, only superseded."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core import guards
from core.db import Model, Versioned, choice
from score_forms.enums import Kind, Purpose, Scale
from score_forms.rules import Line


class ScoreForm(Versioned, Model):
    """One version of a form: a draft until it is issued, and never changed from then on.

    The form of a level serves its subtree; where none was made, that of the nearest level above, and above
    all the one delivered (`owner_id` empty).
    """

    __tablename__ = "score_form"
    __table_args__ = (
        CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark"),
        CheckConstraint("issued_at IS NOT NULL OR NOT is_current", name="current_is_issued"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    pass_mark: Mapped[int] = mapped_column(default=80)
    is_current: Mapped[bool] = mapped_column(default=False)
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[str] = mapped_column(String(80), default="")

    owner: Mapped[OrgUnit | None] = relationship()
    indicators: Mapped[list[Indicator]] = relationship(
        back_populates="form", order_by="Indicator.position", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its indicators as the rules read them."""
        return tuple(
            Line(i.key, i.title, i.kind, i.most, i.help, i.scale, i.section) for i in self.indicators
        )

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written."""
        return self.issued_at is None

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
    scale: Mapped[Scale] = mapped_column(choice(Scale), default=Scale.POINTS)
    section: Mapped[str] = mapped_column(String(40), default="")

    @property
    def choices(self) -> tuple[Decimal, ...]:
        """The points of each level, the best first; empty when points are typed."""
        return Line(self.key, self.title, self.kind, self.most, scale=self.scale).choices

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


def _only(name: str, *columns: InstrumentedAttribute[Any], where: ColumnElement[bool] | None = None) -> None:
    """A unique index over some rows. Two columns of which one is empty are never alike, hence two a rule."""
    Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


_delivered = ScoreForm.owner_id.is_(None)
_in_force = ScoreForm.is_current.is_(True)
_only("uq_score_form_version", ScoreForm.owner_id, ScoreForm.purpose, ScoreForm.number)
_only("uq_score_form_version_delivered", ScoreForm.purpose, ScoreForm.number, where=_delivered)
_only("uq_score_form_current", ScoreForm.owner_id, ScoreForm.purpose, where=_in_force)
_only("uq_score_form_current_delivered", ScoreForm.purpose, where=_delivered & _in_force)
_only("uq_score_form_draft", ScoreForm.owner_id, ScoreForm.purpose, where=ScoreForm.issued_at.is_(None))


def issued_stays(dialect: str) -> list[str]:
    """Statements that keep an issued form as it is: it can only be superseded."""
    kept = " OR ".join(
        f"NEW.{c} <> OLD.{c}" for c in ("purpose", "number", "title", "pass_mark", "issued_at")
    )
    kept = f"(OLD.issued_at IS NOT NULL AND (NEW.issued_at IS NULL OR {kept}))"
    issued = "EXISTS (SELECT 1 FROM score_form f WHERE f.id = {row}.form_id AND f.issued_at IS NOT NULL)"
    if dialect == "sqlite":
        say = "SELECT RAISE(ABORT, 'an issued form is not changed')"
        made = [
            ("score_form_stays", "UPDATE ON score_form", kept),
            ("score_form_kept", "DELETE ON score_form", "OLD.issued_at IS NOT NULL"),
            ("indicator_no_insert", "INSERT ON indicator", issued.format(row="NEW")),
            ("indicator_no_update", "UPDATE ON indicator", issued.format(row="OLD")),
            ("indicator_no_delete", "DELETE ON indicator", issued.format(row="OLD")),
        ]
        return [
            part
            for name, event, when in made
            for part in (
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} BEFORE {event} WHEN {when} BEGIN {say}; END",
            )
        ]
    raised = (
        "RAISE EXCEPTION 'an issued form is not changed' USING ERRCODE = 'integrity_constraint_violation'"
    )
    return [
        "CREATE OR REPLACE FUNCTION score_form_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF OLD.issued_at IS NOT NULL THEN {raised}; END IF; RETURN OLD; END IF; "
        f"IF {kept} THEN {raised}; END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS score_form_stays ON score_form",
        "CREATE TRIGGER score_form_stays BEFORE UPDATE OR DELETE ON score_form "
        "FOR EACH ROW EXECUTE FUNCTION score_form_stays()",
        "CREATE OR REPLACE FUNCTION indicator_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'INSERT' THEN IF {issued.format(row='OLD')} THEN {raised}; END IF; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; "
        f"IF {issued.format(row='NEW')} THEN {raised}; END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS indicator_stays ON indicator",
        "CREATE TRIGGER indicator_stays BEFORE INSERT OR UPDATE OR DELETE ON indicator "
        "FOR EACH ROW EXECUTE FUNCTION indicator_stays()",
    ]


guards.register(issued_stays)
# A sheet that is in is never changed [2]; the database refuses it, whoever asks.
guards.register(guards.append_only("score_sheet"))
guards.register(guards.append_only("mark"))
