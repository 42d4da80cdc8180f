"""The code a base shows on site for one party."""

from __future__ import annotations

from core import passing_codes
from scheduling.rules.visits import VisitSettings

USUAL_MINUTES = VisitSettings().code_minutes
_PURPOSE = "check-in"


def make_code(booking_id: int, minutes: int = USUAL_MINUTES) -> str:
    """A code for the party of a booking that serves so many minutes."""
    return passing_codes.make(_PURPOSE, booking_id, minutes)


def read_code(code: str) -> int | None:
    """The booking a code names; None for one that was not made here, or has run out."""
    return passing_codes.read(_PURPOSE, code)
