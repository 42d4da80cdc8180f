"""Codes shown on a screen: each names one thing, is signed, and runs out after some minutes of real time.

Whoever scans one stands before the screen it is shown on; a picture of it is worth nothing an hour later.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from core import clock
from core.sealed import blind

_SIGNS = 32


def make(purpose: str, number: int, minutes: int) -> str:
    """A code for the thing with this number that serves for so many minutes."""
    until = clock.instant() + timedelta(minutes=minutes)
    seconds = int(until.replace(tzinfo=UTC).timestamp())
    return f"{number}-{seconds}-{_sign(purpose, number, seconds)}"


def read(purpose: str, code: str) -> int | None:
    """The number a code names; None for one that was not made here for this purpose, or has run out."""
    parts = code.split("-")
    if (
        len(code) > 80
        or len(parts) != 3
        or not all(p.isascii() and p.isdigit() and len(p) < 12 for p in parts[:2])
    ):
        return None
    number, seconds = int(parts[0]), int(parts[1])
    if not hmac.compare_digest(parts[2].encode(), _sign(purpose, number, seconds).encode()):
        return None
    until = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return number if clock.instant() <= until else None


def _sign(purpose: str, number: int, seconds: int) -> str:
    return blind(f"{number}-{seconds}", purpose)[:_SIGNS]
