"""Trainees, the rosters they stand on, their attendance, and the class hours credited to them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core.db import Model, Versioned, choice
from core.sealed import SealedText, Sealing, mask_phone
from scheduling.models import Session, TrainingClass
from trainees.enums import Came, RecordedBy, TraineeKind

_NAMELESS = text("identity_blind IS NULL")


class Trainee(Sealing, Versioned, Model):
    """A person who is trained, the same in every class: known by the number of identity, else by name and unit.

    The number itself is not kept: a blind index finds it again, its last four characters tell people apart.
    """

    __tablename__ = "trainee"
    __table_args__ = (
        Index(
            "uq_trainee_unit_id_unit_name_name",
            "unit_id",
            "unit_name",
            "name",
            unique=True,
            sqlite_where=_NAMELESS,
            postgresql_where=_NAMELESS,
        ),
        Index("ix_trainee_unit_kind", "unit_id", "kind"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("(identity_blind IS NULL) = (identity_tail = '')", name="identity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    """The unit of the tree; where the roster names none that is in it, the level whose class they came to first."""
    unit_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[TraineeKind] = mapped_column(choice(TraineeKind), default=TraineeKind.MEMBER)
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    identity_blind: Mapped[str | None] = mapped_column(String(64), unique=True)
    identity_tail: Mapped[str] = mapped_column(String(4), default="")
    search_text: Mapped[str] = mapped_column(String(400), default="")

    phone = SealedText()

    unit: Mapped[OrgUnit] = relationship()

    @property
    def masked_phone(self) -> str:
        """As pages show it."""
        return mask_phone(self.phone)

    @property
    def masked_identity(self) -> str:
        """The last four characters behind stars; empty when no number was given."""
        return f"{'*' * 14}{self.identity_tail}" if self.identity_tail else ""


class Enrolment(Model):
    """A trainee on the roster of a class, once."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("class_id", "trainee_id"),
        # For attendance, whose session must be of the same class.
        UniqueConstraint("id", "class_id"),
        # Holds all that is read of everybody's classes, so that the rows are not.
        Index("ix_enrolment_trainee_class", "trainee_id", "class_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"))
    position: Mapped[int]
    """序号 on the roster."""
    post: Mapped[str] = mapped_column(String(60), default="")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))

    training_class: Mapped[TrainingClass] = relationship()
    trainee: Mapped[Trainee] = relationship()


class Attendance(Model):
    """What became of one trainee at one session: once, and only at a session of the own class."""

    __tablename__ = "attendance"
    __table_args__ = (
        ForeignKeyConstraint(
            ["enrolment_id", "class_id"],
            ["enrolment.id", "enrolment.class_id"],
            name="fk_attendance_enrolment",
        ),
        ForeignKeyConstraint(
            ["session_id", "class_id"], ["session.id", "session.class_id"], name="fk_attendance_session"
        ),
        CheckConstraint("came <> 'leave' OR reason <> ''", name="reason"),
        Index("ix_attendance_enrolment_id", "enrolment_id"),
    )

    session_id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int]
    came: Mapped[Came] = mapped_column(choice(Came))
    source: Mapped[RecordedBy] = mapped_column(choice(RecordedBy))
    reason: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    """Domain time."""
    by: Mapped[str] = mapped_column(String(80), default="")

    enrolment: Mapped[Enrolment] = relationship(
        primaryjoin="Attendance.enrolment_id == Enrolment.id", foreign_keys=[enrolment_id], viewonly=True
    )
    session: Mapped[Session] = relationship(
        primaryjoin="Attendance.session_id == Session.id", foreign_keys=[session_id], viewonly=True
    )


class CreditedHours(Model):
    """Class hours of a trainee in a year: reckoned from attendance at held sessions, never entered."""

    __tablename__ = "credited_hours"
    __table_args__ = (
        CheckConstraint("hours > 0 AND sessions > 0", name="some"),
        Index("ix_credited_hours_year_hours", "year", "hours"),
    )

    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    hours: Mapped[Decimal] = mapped_column(Numeric(6, 1))
    sessions: Mapped[int]


class CallUpReview(Model):
    """Somebody has seen a warning of double call-ups and said why it may stand."""

    __tablename__ = "call_up_review"
    __table_args__ = (
        UniqueConstraint("trainee_id", "mark"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    trainee_id: Mapped[int] = mapped_column(ForeignKey("trainee.id"))
    mark: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
