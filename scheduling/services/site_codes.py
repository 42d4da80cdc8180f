"""The code a base shows on site: it names one party, is signed, and runs out after some minutes of real time.

Whoever scans it stands before the screen it is shown on; a picture of it is worth nothing an hour later.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from core import clock
from core.sealed import blind
from core.settings import get_setting

CODE_MINUTES = 15
"""How long a code serves [common]; the setting `check_in_code_minutes` overrides."""
_SIGNS = 32


def make_code(booking_id: int) -> tuple[str, int]:
    """A code for the party of a booking, and how many minutes it serves."""
    minutes = get_setting("check_in_code_minutes", CODE_MINUTES)
    until = clock.instant() + timedelta(minutes=minutes)
    seconds = int(until.replace(tzinfo=UTC).timestamp())
    return f"{booking_id}-{seconds}-{_sign(booking_id, seconds)}", minutes


def read_code(code: str) -> int | None:
    """The booking a code names; None for one that was not made here, or has run out."""
    parts = code.split("-")
    if (
        len(code) > 80
        or len(parts) != 3
        or not all(p.isascii() and p.isdigit() and len(p) < 12 for p in parts[:2])
    ):
        return None
    booking_id, seconds = int(parts[0]), int(parts[1])
    if not hmac.compare_digest(parts[2].encode(), _sign(booking_id, seconds).encode()):
        return None
    until = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return booking_id if clock.instant() <= until else None


def _sign(booking_id: int, seconds: int) -> str:
    return blind(f"{booking_id}-{seconds}", "check-in")[:_SIGNS]
