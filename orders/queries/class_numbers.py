"""Numbers of the classes that orders make."""

from __future__ import annotations

from sqlalchemy import func, select

from core.db import session
from scheduling.models import TrainingClass

PREFIX = "送"


def next_number(owner_id: int, year: int) -> str:
    """The number after the last outreach class of a level and year; taken twice at once, the database refuses one."""
    stmt = select(func.max(TrainingClass.number)).where(
        TrainingClass.owner_id == owner_id,
        TrainingClass.year == year,
        TrainingClass.number.startswith(PREFIX),
        func.length(TrainingClass.number) == len(PREFIX) + 4,
    )
    last = session().scalar(stmt)
    digits = (last or "")[len(PREFIX) :]
    return f"{PREFIX}{int(digits) + 1 if digits.isdigit() else 1:04d}"
