"""Honours awarded to people of the pool."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core.db import Model, Versioned, choice
from core.words import N_
from instructor_pool.enums import HonourKind
from instructor_pool.models.people import Instructor
from instructor_pool.rules.merging import moves

_STANDS = text("revoked_at IS NULL")


class Honour(Versioned, Model):
    """One award by a level, with its document. Each takes a seat of the level's quota until it is revoked.

    The unique seat holds the quota also when two people award at once, as seats hold a venue's groups.
    """

    __tablename__ = "honour"
    __table_args__ = (
        CheckConstraint("seat >= 1", name="seat"),
        CheckConstraint("revoked_at IS NULL OR revoke_reason <> ''", name="revoked"),
        CheckConstraint("document <> ''", name="document"),
        Index(
            "uq_honour_seat",
            "unit_id",
            "kind",
            "first_year",
            "seat",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(
            "uq_honour_once",
            "instructor_id",
            "unit_id",
            "kind",
            "first_year",
            "title",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("荣誉"), "unit_id", "kind", "first_year", "title")
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    """The level that awards it, whose quota it takes from."""
    kind: Mapped[HonourKind] = mapped_column(choice(HonourKind))
    title: Mapped[str] = mapped_column(String(120), default="")
    """The course or lesson, for honours of what is taught."""
    document: Mapped[str] = mapped_column(String(60))
    day: Mapped[date]
    first_year: Mapped[int]
    """First year of the quota's period."""
    seat: Mapped[int]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(String(300), default="")

    instructor: Mapped[Instructor] = relationship()
    unit: Mapped[OrgUnit] = relationship(lazy="joined")

    @property
    def words(self) -> str:
        """`名师`, `优质课《…》`."""
        return f"{self.kind.label}《{self.title}》" if self.title else self.kind.label
