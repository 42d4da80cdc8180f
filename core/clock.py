"""The only place that asks what time it is.

Domain time is wall-clock Asia/Shanghai without a zone and may run with an offset (the demo lives in
May 2027). Security instants are real UTC and never shifted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_offset = timedelta(0)


def set_offset(offset: timedelta) -> None:
    """Shift domain time by `offset` for this process (0 in production)."""
    global _offset
    _offset = offset


def start_at(moment: datetime, *, since: datetime) -> None:
    """Make domain time read `moment` at the real instant `since` (UTC, no zone) and run on from there."""
    set_offset(moment - since.replace(tzinfo=UTC).astimezone(SHANGHAI).replace(tzinfo=None))


def instant() -> datetime:
    """Real time now, UTC without a zone mark: for audit, sign-ins, throttles, codes, leases."""
    return datetime.now(UTC).replace(tzinfo=None)


def now() -> datetime:
    """Domain wall-clock time now, Asia/Shanghai, no zone."""
    return datetime.now(SHANGHAI).replace(tzinfo=None) + _offset


def today() -> date:
    """Domain date today."""
    return now().date()
