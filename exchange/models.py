"""Imports: the uploaded file, what was found in it, and what became of it; a class's roster on its way in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core.db import Model, choice
from exchange.enums import ImportState
from scheduling.models import TrainingClass


class ImportRun(Model):
    """One uploaded workbook on its way in. Nothing else is written before it is confirmed."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[datetime]
    file_name: Mapped[str] = mapped_column(String(160))
    file_size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Sealed; dropped once the import is done or given up."""
    year: Mapped[int]
    state: Mapped[ImportState] = mapped_column(choice(ImportState))
    lease_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    phase: Mapped[str] = mapped_column(String(80), default="")
    percent: Mapped[int] = mapped_column(default=0)
    summary: Mapped[Any] = mapped_column(JSON, default=dict)
    """Counts and sheets; small enough for lists."""
    changes: Mapped[Any] = mapped_column(JSON, default=list, deferred=True)
    """Rows that are, or were, written, as the preview shows them: no plain phone or ID number."""
    problems: Mapped[Any] = mapped_column(JSON, default=list, deferred=True)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    failure: Mapped[str] = mapped_column(String(300), default="")
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    finished_at: Mapped[datetime | None]

    owner: Mapped[OrgUnit] = relationship()
    uploaded_by: Mapped[User | None] = relationship(foreign_keys=[uploaded_by_id])
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=[confirmed_by_id])


class RosterImport(Model):
    """A roster somebody uploaded for a class: read anew for every look, until it is confirmed or given up."""

    __tablename__ = "roster_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[datetime]
    file_name: Mapped[str] = mapped_column(String(160))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Sealed; dropped once the import is done or given up."""
    finished_at: Mapped[datetime | None]
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)

    training_class: Mapped[TrainingClass] = relationship()
