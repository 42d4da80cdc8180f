"""What stays of a session afterwards: its materials, and what was agreed to be done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Versioned
from core.files import StoredFile
from scheduling.models.classes import Session


class SessionMaterial(Model):
    """A file (outline, photo) or the address of something kept elsewhere."""

    __tablename__ = "session_material"
    __table_args__ = (
        CheckConstraint("(file_id IS NULL) <> (url = '')", name="one_source"),
        CheckConstraint("title <> ''", name="title"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    url: Mapped[str] = mapped_column(String(400), default="")
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))

    session: Mapped[Session] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class FollowUp(Versioned, Model):
    """Something agreed after a session: who does it until when."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("what <> '' AND who <> ''", name="said"),
        Index("ix_follow_up_done_at_due_on", "done_at", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    what: Mapped[str] = mapped_column(String(300))
    who: Mapped[str] = mapped_column(String(40))
    due_on: Mapped[date]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(80), default="")
    result: Mapped[str] = mapped_column(String(300), default="")

    session: Mapped[Session] = relationship()
