"""Borrowed instructors: loans between units, and what a unit lends in a year at most.

Two counters hold what must not be exceeded: a quota counts the sessions that were granted, a loan the bookings that
use it. Triggers keep them, and a counter that would pass its limit refuses the write, also when two write at once.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core import guards
from core.db import Model, Versioned, choice
from core.words import N_
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import moves
from scheduling.enums import LoanState
from scheduling.models.classes import TrainingClass


class Loan(Versioned, Model):
    """A unit (`borrower`) asks another (`lender`) for one of its people, for a class or for some days of one year."""

    __tablename__ = "loan"
    __table_args__ = (
        CheckConstraint("lender_id <> borrower_id", name="parties"),
        CheckConstraint("last_day >= first_day", name="span"),
        CheckConstraint("sessions >= 1", name="sessions"),
        CheckConstraint("granted BETWEEN 0 AND sessions", name="granted"),
        CheckConstraint("used BETWEEN 0 AND granted", name="used"),
        CheckConstraint("granted = 0 OR state IN ('approved', 'ended')", name="decided"),
        CheckConstraint("granted > 0 OR state <> 'approved'", name="approved"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refused"),
        CheckConstraint("state <> 'ended' OR end_reason <> ''", name="ended"),
        CheckConstraint("decided_by_id <> asked_by_id", name="two_people"),
        Index("ix_loan_borrower_day", "borrower_id", "first_day"),
        Index("ix_loan_lender_day", "lender_id", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), index=True, info=moves(N_("借用"))
    )
    lender_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    borrower_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)
    """The only class it is for; None for every class of the borrower in these days."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    sessions: Mapped[int]
    """How many were asked for."""
    purpose: Mapped[str] = mapped_column(String(300))
    state: Mapped[LoanState] = mapped_column(choice(LoanState), default=LoanState.REQUESTED, index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    granted: Mapped[int] = mapped_column(default=0)
    """How many the lender allows; of a loan that was ended, how many were used."""
    used: Mapped[int] = mapped_column(default=0)
    """Live bookings under this loan. Written by triggers only."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answer: Mapped[str] = mapped_column(String(300), default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(80), default="")
    end_reason: Mapped[str] = mapped_column(String(300), default="")

    instructor: Mapped[Instructor] = relationship()
    lender: Mapped[OrgUnit] = relationship(foreign_keys=[lender_id])
    borrower: Mapped[OrgUnit] = relationship(foreign_keys=[borrower_id])
    training_class: Mapped[TrainingClass | None] = relationship()

    def covers(self, class_id: int, day: date) -> bool:
        """Whether a session of a class on a day may be taught under it."""
        in_time = self.first_day <= day <= self.last_day
        return self.state is LoanState.APPROVED and in_time and self.class_id in (None, class_id)


class LendingQuota(Model):
    """How many sessions a unit lends in a year at most. A unit without a quota does not lend."""

    __tablename__ = "lending_quota"
    __table_args__ = (CheckConstraint("lent BETWEEN 0 AND most", name="lent"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    most: Mapped[int]
    lent: Mapped[int] = mapped_column(default=0)
    """Sessions granted in the year. Written by triggers only."""

    unit: Mapped[OrgUnit] = relationship()

    @property
    def left(self) -> int:
        """How many may still be granted."""
        return self.most - self.lent


def _of_quota(row: str, year: str) -> str:
    return f"unit_id = {row}.lender_id AND year = {year.format(row)}"


def quota_triggers(dialect: str) -> list[str]:
    """Statements that keep `lending_quota.lent` in step with what loans grant."""
    year = (
        "CAST(strftime('%Y', {}.first_day) AS INTEGER)"
        if dialect == "sqlite"
        else "EXTRACT(YEAR FROM {}.first_day)"
    )
    old, new = _of_quota("OLD", year), _of_quota("NEW", year)
    give_back = f"UPDATE lending_quota SET lent = lent - OLD.granted WHERE {old}"  # noqa: S608  (constants)
    take = f"UPDATE lending_quota SET lent = lent + NEW.granted WHERE {new}"  # noqa: S608  (constants)
    none = f"NEW.granted > 0 AND NOT EXISTS (SELECT 1 FROM lending_quota WHERE {new})"  # noqa: S608  (constants)
    when_changed = "UPDATE OF granted, lender_id, first_day ON loan"
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, 'nothing is lent in that year') WHERE {none}"
        return [
            "DROP TRIGGER IF EXISTS loan_quota_insert",
            "DROP TRIGGER IF EXISTS loan_quota_update",
            f"CREATE TRIGGER loan_quota_insert AFTER INSERT ON loan WHEN NEW.granted > 0 BEGIN {refuse}; {take}; END",
            f"CREATE TRIGGER loan_quota_update AFTER {when_changed} BEGIN {refuse}; {give_back}; {take}; END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION loan_quota() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {none} THEN RAISE EXCEPTION 'nothing is lent in that year' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"IF TG_OP = 'UPDATE' THEN {give_back}; END IF; {take}; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS loan_quota_insert ON loan",
        "DROP TRIGGER IF EXISTS loan_quota_update ON loan",
        "CREATE TRIGGER loan_quota_insert AFTER INSERT ON loan FOR EACH ROW WHEN (NEW.granted > 0) "
        "EXECUTE FUNCTION loan_quota()",
        f"CREATE TRIGGER loan_quota_update AFTER {when_changed} FOR EACH ROW EXECUTE FUNCTION loan_quota()",
    ]


_FREE = "UPDATE loan SET used = used - 1 WHERE id = OLD.loan_id AND OLD.state IN ('held', 'confirmed')"
_TAKE = "UPDATE loan SET used = used + 1 WHERE id = NEW.loan_id AND NEW.state IN ('held', 'confirmed')"
_UNLENT = (
    "EXISTS (SELECT 1 FROM session s JOIN training_class c ON c.id = s.class_id "
    "JOIN org_unit o ON o.id = c.owner_id JOIN instructor i ON i.id = NEW.resource_id "
    "JOIN org_unit u ON u.id = i.owner_id WHERE s.id = NEW.session_id "
    "AND substr(u.path, 1, length(o.path)) <> o.path AND NOT EXISTS (SELECT 1 FROM loan l "
    "WHERE l.id = NEW.loan_id AND l.state = 'approved' AND l.instructor_id = i.id AND l.borrower_id = c.owner_id "
    "AND NEW.day BETWEEN l.first_day AND l.last_day AND (l.class_id IS NULL OR l.class_id = c.id)))"
)
"""People of the unit itself and of units below it need no loan; everybody else does."""
_LIVE_PERSON = "NEW.kind = 'instructor' AND NEW.state IN ('held', 'confirmed')"
_IS_NEW = (
    "(OLD.state NOT IN ('held', 'confirmed') OR OLD.resource_id <> NEW.resource_id OR OLD.day <> NEW.day "
    "OR OLD.session_id <> NEW.session_id)"
)


def loan_triggers(dialect: str) -> list[str]:
    """Statements that refuse new bookings of people who are not lent, and count those of people who are."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, 'instructor is not lent') WHERE {_UNLENT}"
        return [
            *(
                f"DROP TRIGGER IF EXISTS booking_{name}"
                for name in ("loan_insert", "loan_update", "used_insert", "used_update")
            ),
            f"CREATE TRIGGER booking_loan_insert BEFORE INSERT ON booking WHEN {_LIVE_PERSON} BEGIN {refuse}; END",
            f"CREATE TRIGGER booking_loan_update BEFORE UPDATE ON booking WHEN {_LIVE_PERSON} AND {_IS_NEW} "
            f"BEGIN {refuse}; END",
            f"CREATE TRIGGER booking_used_insert AFTER INSERT ON booking WHEN NEW.loan_id IS NOT NULL BEGIN {_TAKE}; END",
            f"CREATE TRIGGER booking_used_update AFTER UPDATE OF state, loan_id ON booking BEGIN {_FREE}; {_TAKE}; END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION booking_loan() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {_UNLENT} THEN RAISE EXCEPTION 'instructor is not lent' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE OR REPLACE FUNCTION booking_used() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF TG_OP = 'UPDATE' THEN {_FREE}; END IF; {_TAKE}; RETURN NEW; END $$",
        *(
            f"DROP TRIGGER IF EXISTS booking_{name} ON booking"
            for name in ("loan_insert", "loan_update", "used_insert", "used_update")
        ),
        f"CREATE TRIGGER booking_loan_insert BEFORE INSERT ON booking FOR EACH ROW WHEN ({_LIVE_PERSON}) "
        "EXECUTE FUNCTION booking_loan()",
        f"CREATE TRIGGER booking_loan_update BEFORE UPDATE ON booking FOR EACH ROW WHEN ({_LIVE_PERSON} AND {_IS_NEW}) "
        "EXECUTE FUNCTION booking_loan()",
        "CREATE TRIGGER booking_used_insert AFTER INSERT ON booking FOR EACH ROW WHEN (NEW.loan_id IS NOT NULL) "
        "EXECUTE FUNCTION booking_used()",
        "CREATE TRIGGER booking_used_update AFTER UPDATE OF state, loan_id ON booking FOR EACH ROW "
        "EXECUTE FUNCTION booking_used()",
    ]


guards.register(quota_triggers, since="loan")
guards.register(loan_triggers, since="loan")
