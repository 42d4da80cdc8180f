"""How people come into the pool: who nominated them, and what was handed in with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from core.db import Model, choice
from core.files import StoredFile
from core.sealed import SealedText, Sealing
from core.words import N_
from instructor_pool.enums import NominationKind
from instructor_pool.models.people import Instructor
from instructor_pool.rules.merging import moves


class Nomination(Sealing, Model):
    """Somebody put a person forward; a person may have several. Only the digest of the receipt is kept."""

    __tablename__ = "nomination"
    __table_args__ = (CheckConstraint("kind = 'oneself' OR nominator_name <> ''", name="nominator"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("推荐")), index=True
    )
    kind: Mapped[NominationKind] = mapped_column(choice(NominationKind))
    nominator_name: Mapped[str] = mapped_column(String(40), default="")
    nominator_unit: Mapped[str] = mapped_column(String(80), default="")
    nominator_phone_sealed: Mapped[str | None] = mapped_column(String(200))
    topics: Mapped[str] = mapped_column(String(200), default="")
    statement: Mapped[str] = mapped_column(Text, default="")
    nominated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    received_at: Mapped[datetime]
    """Domain time."""
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)

    nominator_phone = SealedText()

    instructor: Mapped[Instructor] = relationship()
    nominated_by: Mapped[User | None] = relationship()


class Attachment(Model):
    """What was handed in for a candidate: a file, or the address of a video."""

    __tablename__ = "candidate_attachment"
    __table_args__ = (CheckConstraint("(file_id IS NULL) <> (url = '')", name="file_or_url"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("附件")), index=True
    )
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    url: Mapped[str] = mapped_column(String(300), default="")
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    instructor: Mapped[Instructor] = relationship()
    file: Mapped[StoredFile | None] = relationship(lazy="joined")
