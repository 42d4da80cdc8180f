"""Bookings and the claims that make double booking impossible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import guards
from core.db import Model, Versioned, choice
from instructor_pool.enums import AnswerSource
from instructor_pool.rules.life import BOOKABLE
from scheduling.enums import BookingState, ResourceKind
from scheduling.models.classes import Session
from scheduling.models.visits import Visit

UNITS_PER_DAY = 96


@dataclass(frozen=True, slots=True)
class Party:
    """For whom a booking is, as lists and refusals say it: a class with its course, or a unit with its theme."""

    name: str
    title: str
    people: int
    groups: int = 1


class Booking(Versioned, Model):
    """A resource taken for a session or a visit: quarter hours `from_unit` to `to_unit` (half-open) of `day`.

    `resource_id` is the id of the instructor, venue, class or base resource; `seat` tells apart the groups a shared
    venue takes at once, and the pieces of a resource. People answer bookings; the state decides whether time is claimed.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint(
            f"from_unit >= 0 AND to_unit > from_unit AND to_unit <= {UNITS_PER_DAY}", name="units"
        ),
        CheckConstraint("seat >= 0", name="seat"),
        CheckConstraint("(session_id IS NULL) <> (visit_id IS NULL)", name="one_party"),
        CheckConstraint("visit_id IS NULL OR kind NOT IN ('class', 'instructor')", name="visit_kind"),
        CheckConstraint(
            "units_before >= 0 AND units_after >= 0 AND to_unit - from_unit > units_before + units_after",
            name="buffers",
        ),
        Index("ix_booking_resource_day", "kind", "resource_id", "day"),
        Index("ix_booking_kind_state", "kind", "state"),
        Index("ix_booking_state_answer_by", "state", "answer_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[ResourceKind] = mapped_column(choice(ResourceKind))
    resource_id: Mapped[int]
    day: Mapped[date] = mapped_column(index=True)
    from_unit: Mapped[int]
    to_unit: Mapped[int]
    units_before: Mapped[int] = mapped_column(default=0)
    units_after: Mapped[int] = mapped_column(default=0)
    """How much of it a venue is kept, or a coach on its way, before and after the party."""
    seat: Mapped[int] = mapped_column(default=0)
    state: Mapped[BookingState] = mapped_column(choice(BookingState))
    asked_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    """Until when an answer is expected; None where nobody is asked."""
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    answered_at: Mapped[datetime | None]
    answer_source: Mapped[AnswerSource | None] = mapped_column(choice(AnswerSource))
    answer_reason: Mapped[str] = mapped_column(String(300), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loan.id"), index=True)
    """Under which loan another unit's person comes."""

    session: Mapped[Session | None] = relationship()
    visit: Mapped[Visit | None] = relationship(back_populates="bookings")

    @property
    def lesson(self) -> Session:
        """The session, where only sessions are read: whoever joins them finds no visits."""
        if self.session is None:
            raise LookupError(f"booking {self.id} is for a visit")
        return self.session

    @property
    def lesson_id(self) -> int:
        """The session's id, under the same condition."""
        if self.session_id is None:
            raise LookupError(f"booking {self.id} is for a visit")
        return self.session_id

    @property
    def party(self) -> Party:
        """For whom it is."""
        if self.visit is not None:
            return Party(self.visit.unit.name, self.visit.theme, self.visit.people, self.visit.groups)
        row = self.lesson
        klass = row.training_class
        return Party(klass.name, row.told_course_name or row.course_name, row.people)


class Claim(Model):
    """One quarter hour of one seat of one resource. Written by triggers only."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_booking_id", "booking_id"),)

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    resource_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    unit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))


class QuarterHour(Model):
    """The numbers 0 to 95: triggers cannot count by themselves on SQLite."""

    __tablename__ = "quarter_hour"

    unit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


_FILL = (
    "INSERT INTO claim (kind, resource_id, day, unit, seat, booking_id) "
    "SELECT NEW.kind, NEW.resource_id, NEW.day, q.unit, NEW.seat, NEW.id FROM quarter_hour q "
    "WHERE NEW.state IN ('held', 'confirmed') AND q.unit >= NEW.from_unit AND q.unit < NEW.to_unit"
)
_FREE = "DELETE FROM claim WHERE booking_id = OLD.id"
# OR REPLACE and OR IGNORE on the outer statement override a trigger's own conflict handling on
# SQLite, so the trigger looks for the clash itself and aborts.
_CLASH = (
    "SELECT RAISE(ABORT, 'claim already taken') WHERE NEW.state IN ('held', 'confirmed') AND EXISTS ("
    "SELECT 1 FROM claim c WHERE c.kind = NEW.kind AND c.resource_id = NEW.resource_id AND c.day = NEW.day "
    "AND c.seat = NEW.seat AND c.unit >= NEW.from_unit AND c.unit < NEW.to_unit AND c.booking_id <> NEW.id)"
)


def claim_triggers(dialect: str) -> list[str]:
    """Statements that keep `claim` in step with `booking`."""
    units = ", ".join(f"({n})" for n in range(UNITS_PER_DAY))
    numbers = [f"INSERT INTO quarter_hour (unit) VALUES {units} ON CONFLICT DO NOTHING"]  # noqa: S608  (constants)
    if dialect == "sqlite":
        return [
            *numbers,
            "DROP TRIGGER IF EXISTS booking_claims_insert",
            "DROP TRIGGER IF EXISTS booking_claims_update",
            f"CREATE TRIGGER booking_claims_insert AFTER INSERT ON booking BEGIN {_CLASH}; {_FILL}; END",
            f"CREATE TRIGGER booking_claims_update AFTER UPDATE ON booking BEGIN {_FREE}; {_CLASH}; {_FILL}; END",
        ]
    return [
        *numbers,
        "CREATE OR REPLACE FUNCTION booking_claims() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN {_FREE}; END IF; {_FILL} ORDER BY q.unit; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS booking_claims ON booking",
        "CREATE TRIGGER booking_claims AFTER INSERT OR UPDATE ON booking FOR EACH ROW EXECUTE FUNCTION booking_claims()",
    ]


_STATES = ", ".join(f"'{state.value}'" for state in BOOKABLE)
_GONE = (
    f"EXISTS (SELECT 1 FROM instructor i WHERE i.id = NEW.resource_id AND (i.state NOT IN ({_STATES}) "  # noqa: S608  (constants)
    "OR NEW.day < i.term_start OR NEW.day > i.term_end))"
)
"""Nothing new is booked for whoever is not in the pool or outside their term; what stands is not touched."""
_LIVE_PERSON = "NEW.kind = 'instructor' AND NEW.state IN ('held', 'confirmed')"
_IS_NEW = (
    "(OLD.state NOT IN ('held', 'confirmed') OR OLD.resource_id <> NEW.resource_id OR OLD.day <> NEW.day)"
)


def term_triggers(dialect: str) -> list[str]:
    """Statements that refuse new bookings of people who cannot be booked on that day."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, 'instructor cannot be booked') WHERE {_GONE}"
        return [
            "DROP TRIGGER IF EXISTS booking_term_insert",
            "DROP TRIGGER IF EXISTS booking_term_update",
            f"CREATE TRIGGER booking_term_insert BEFORE INSERT ON booking WHEN {_LIVE_PERSON} BEGIN {refuse}; END",
            f"CREATE TRIGGER booking_term_update BEFORE UPDATE ON booking WHEN {_LIVE_PERSON} AND {_IS_NEW} "
            f"BEGIN {refuse}; END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION booking_term() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {_GONE} THEN RAISE EXCEPTION 'instructor cannot be booked' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS booking_term_insert ON booking",
        "DROP TRIGGER IF EXISTS booking_term_update ON booking",
        f"CREATE TRIGGER booking_term_insert BEFORE INSERT ON booking FOR EACH ROW WHEN ({_LIVE_PERSON}) "
        "EXECUTE FUNCTION booking_term()",
        f"CREATE TRIGGER booking_term_update BEFORE UPDATE ON booking FOR EACH ROW WHEN ({_LIVE_PERSON} AND {_IS_NEW}) "
        "EXECUTE FUNCTION booking_term()",
    ]


def claims_bite(connection: Connection) -> bool:
    """Start-up probe: two clashing bookings must not both go in. Everything is rolled back."""
    row = (
        "INSERT INTO booking (session_id, kind, resource_id, day, from_unit, to_unit, seat, state, asked_at, answer_reason, version) "
        "VALUES ({session}, 'instructor', -1, '1999-01-01', 1, 3, 0, 'held', '1999-01-01 00:00:00', '', 1)"
    )
    savepoint = connection.begin_nested()
    try:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            session_id = 0
        else:
            found = connection.scalar(text("SELECT id FROM session LIMIT 1"))
            if found is None:  # PostgreSQL checks the foreign key at once; no session, nothing to book twice
                return bool(
                    connection.scalar(
                        text(
                            "SELECT count(*) FROM pg_trigger WHERE tgname = 'booking_claims' AND tgenabled <> 'D'"
                        )
                    )
                )
            session_id = found
        connection.execute(text(row.format(session=session_id)))
        return guards.refuses(connection, row.format(session=session_id))
    finally:
        savepoint.rollback()


guards.register(claim_triggers, claims_bite)
guards.register(term_triggers)
