"""How often an address may do something on a public page, counted in the database for all nodes together."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, String, delete, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, session
from core.sealed import blind


class ThrottleHit(Model):
    """One doing, known by a keyed digest of what and who; forgotten when its window is over."""

    __tablename__ = "throttle_hit"
    __table_args__ = (Index("ix_throttle_hit_key_until", "key", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]
    """Real time (UTC) from which it no longer counts."""


def admit(what: str, who: str, *, most: int, window: timedelta) -> bool:
    """Count one doing of `what` by `who`; False (and not counted) when there were `most` within `window`.

    Runs inside a transaction; exact under races: SQLite writes one at a time, PostgreSQL takes a lock on the key.
    """
    key = blind(f"{what}|{who}", "throttle")
    now = clock.instant()
    if session().get_bind().dialect.name == "postgresql":
        session().execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": key})
    session().execute(delete(ThrottleHit).where(ThrottleHit.until < now))
    if used(key) >= most:
        return False
    session().add(ThrottleHit(key=key, until=now + window))
    session().flush()
    return True


def is_spent(what: str, who: str, *, most: int) -> bool:
    """Whether `who` has no doing of `what` left; counts nothing."""
    return used(blind(f"{what}|{who}", "throttle")) >= most


def used(key: str) -> int:
    """How many doings under a key still count."""
    stmt = select(func.count()).select_from(ThrottleHit)
    return session().scalar(stmt.where(ThrottleHit.key == key, ThrottleHit.until >= clock.instant())) or 0
