"""Links without sign-in that show a timetable: a person's own calendar, and a class's public page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from core.db import Model, choice
from scheduling.enums import FeedKind
from scheduling.models.classes import TrainingClass

_LIVE = text("revoked_at IS NULL")


class CalendarFeed(Model):
    """A secret address under which a calendar program fetches one's own lessons. Only its digest is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "uq_calendar_feed_live",
            "user_id",
            "kind",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[FeedKind] = mapped_column(choice(FeedKind))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class PublicTimetable(Model):
    """A class shows its timetable to whoever has the address, which stands on paper as a QR code.

    The address is kept in the clear, so that the code can be printed again: it opens what hangs on the wall.
    """

    __tablename__ = "public_timetable"
    __table_args__ = (UniqueConstraint("class_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))

    training_class: Mapped[TrainingClass] = relationship()
