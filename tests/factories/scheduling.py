"""Working plans for the county of `tests.factories.county`."""

from __future__ import annotations

from datetime import datetime

from scheduling.models import Session
from tests.factories.county import County


def place(row: Session, start: datetime, county: County, instructor: str | None, venue: str) -> None:
    """Put a session into the working plan."""
    row.start = start
    row.instructor_id = county.instructors[instructor] if instructor else None
    row.venue_id = county.venues[venue]
