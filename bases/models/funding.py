"""Upkeep and its funds: what was granted for which purpose, and what was spent of it. Money in fen, whole numbers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bases.models.sites import TeachingBase
from core import guards
from core.db import Model, Versioned
from core.files import StoredFile


class FundingGrant(Versioned, Model):
    """Money given to a base for a purpose. `spent` follows its spendings by trigger and never goes beyond it."""

    __tablename__ = "funding_grant"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("spent BETWEEN 0 AND amount", name="spent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    source: Mapped[str] = mapped_column(String(80))
    document: Mapped[str] = mapped_column(String(60), default="")
    purpose: Mapped[str] = mapped_column(String(120))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Fen."""
    spent: Mapped[int] = mapped_column(BigInteger, default=0)
    """Fen; written by triggers only."""
    granted_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))

    base: Mapped[TeachingBase] = relationship()
    spendings: Mapped[list[Spending]] = relationship(back_populates="grant", order_by="Spending.id")

    @property
    def balance(self) -> int:
        """Fen that are left."""
        return self.amount - self.spent


class Spending(Model):
    """Money spent of a grant. A wrong one is cancelled with its reason, never changed or taken away."""

    __tablename__ = "spending"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(cancelled_at IS NULL) = (cancel_reason = '')", name="cancelled"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("funding_grant.id"), index=True)
    item: Mapped[str] = mapped_column(String(120))
    amount: Mapped[int] = mapped_column(BigInteger)
    """Fen."""
    spent_on: Mapped[date]
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str] = mapped_column(String(80), default="")
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")

    grant: Mapped[FundingGrant] = relationship(back_populates="spendings")
    voucher: Mapped[StoredFile | None] = relationship()


_CHANGED = "NEW.grant_id <> OLD.grant_id OR NEW.amount <> OLD.amount OR (OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS NULL)"
_ADD = "UPDATE funding_grant SET spent = spent + NEW.amount WHERE id = NEW.grant_id"
_GIVE_BACK = "UPDATE funding_grant SET spent = spent - NEW.amount WHERE id = NEW.grant_id"
_CANCELS = "OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL"


def spending_triggers(dialect: str) -> list[str]:
    """Statements that keep a grant's `spent` in step with its spendings; the check on it refuses what is too much."""
    if dialect == "sqlite":
        say = "SELECT RAISE(ABORT, 'a spending is cancelled, not changed')"
        made = (
            ("insert", f"AFTER INSERT ON spending BEGIN {_ADD}; END"),
            ("cancel", f"AFTER UPDATE ON spending WHEN {_CANCELS} BEGIN {_GIVE_BACK}; END"),
            ("stays", f"BEFORE UPDATE ON spending WHEN {_CHANGED} BEGIN {say}; END"),
            ("kept", f"BEFORE DELETE ON spending BEGIN {say}; END"),
        )
        return [
            part
            for name, rest in made
            for part in (f"DROP TRIGGER IF EXISTS spending_{name}", f"CREATE TRIGGER spending_{name} {rest}")
        ]
    return [
        "CREATE OR REPLACE FUNCTION spending_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN {_ADD}; RETURN NEW; END IF; "
        f"IF TG_OP = 'DELETE' OR {_CHANGED} THEN RAISE EXCEPTION 'a spending is cancelled, not changed' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"IF {_CANCELS} THEN {_GIVE_BACK}; END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS spending_counts ON spending",
        "CREATE TRIGGER spending_counts BEFORE INSERT OR UPDATE OR DELETE ON spending "
        "FOR EACH ROW EXECUTE FUNCTION spending_counts()",
    ]


guards.register(spending_triggers, since="spending")
