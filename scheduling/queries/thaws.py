"""Which near lessons may be changed, and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core import clock
from core.db import session
from scheduling.models import Session, Thaw
from scheduling.queries.policies import policy_of
from scheduling.rules.answers import is_frozen


def is_near(row: Session) -> bool:
    """Whether a published lesson is within the days in which its level leaves it alone."""
    days = policy_of(row.training_class.owner_id).freeze_days
    return row.told_start is not None and row.is_live and is_frozen(row.told_start, clock.now(), days)


def open_thaw(row: Session) -> Thaw | None:
    """The reason under which it may be changed now."""
    stmt = select(Thaw).where(Thaw.session_id == row.id, Thaw.until > clock.now())
    return session().scalars(stmt.order_by(Thaw.id.desc()).limit(1)).first()


def list_thaws(row: Session) -> list[Thaw]:
    """Every reason that was given, the newest first."""
    stmt = select(Thaw).where(Thaw.session_id == row.id)
    return list(session().scalars(stmt.order_by(Thaw.id.desc())))


def is_shut(row: Session, wanted: tuple[datetime | None, int | None, int | None]) -> bool:
    """Whether start, person or room would become others than people were told, and no reason is open for that."""
    told = (row.told_start, row.told_instructor_id, row.told_venue_id)
    changes = any(a is not None and a != b for a, b in zip(told, wanted, strict=True))
    return changes and is_near(row) and open_thaw(row) is None
