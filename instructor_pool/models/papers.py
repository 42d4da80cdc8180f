"""Papers of an appointment: the commitment letter with its template, and the certificate."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Versioned
from core.files import StoredFile
from core.words import N_
from instructor_pool.models.people import Instructor
from instructor_pool.rules.merging import moves


class LetterTemplate(Model):
    """What a level's commitment letters are made from; the latest row holds, without a file the built-in one."""

    __tablename__ = "letter_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    chosen_at: Mapped[datetime]
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    file: Mapped[StoredFile | None] = relationship()


class CommitmentLetter(Model):
    """A letter recorded as signed, with the term it names: what lets a person be appointed [2]."""

    __tablename__ = "commitment_letter"
    __table_args__ = (CheckConstraint("term_end >= term_start", name="term"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("责任书")), index=True
    )
    signed_on: Mapped[date]
    term_start: Mapped[date]
    term_end: Mapped[date]
    """Last day."""
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instructor: Mapped[Instructor] = relationship()
    scan: Mapped[StoredFile | None] = relationship()


class AppointmentCertificate(Versioned, Model):
    """A certificate with its number and the code anybody can check it by; one at a time holds for a person."""

    __tablename__ = "appointment_certificate"
    __table_args__ = (
        UniqueConstraint("owner_id", "number"),
        CheckConstraint("valid_until >= valid_from", name="valid"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdraw_reason = '')", name="withdrawn"),
        Index(
            "uq_appointment_certificate_held",
            "instructor_id",
            unique=True,
            sqlite_where=text("withdrawn_on IS NULL"),
            postgresql_where=text("withdrawn_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("聘任证书")), index=True
    )
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    number: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    """Random, printed on the certificate: knowing a number is not enough to look one up."""
    issued_on: Mapped[date]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    """Last day."""
    withdrawn_on: Mapped[date | None]
    withdraw_reason: Mapped[str] = mapped_column(String(200), default="")

    instructor: Mapped[Instructor] = relationship()
