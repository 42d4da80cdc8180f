"""How old what the forecast found is, and whether something changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select

from core.db import session
from party_lessons.models import DutyChange, Reckoning
from party_lessons.rules import Outlook


@dataclass(frozen=True, slots=True)
class Freshness:
    """The last reckoning: its number (0: never), when it was, over how much, and whether it is out of date."""

    number: int = 0
    at: datetime | None = None
    size: int = 0
    is_stale: bool = True


def freshness(today: date) -> Freshness:
    """Out of date is what was reckoned for another day or before the latest change; one statement."""
    stmt = select(Reckoning, exists().where(DutyChange.id.is_not(None)))
    found = session().execute(stmt).first()
    if found is None:
        return Freshness()
    last, is_changed = found
    return Freshness(last.number, last.at, last.size, is_changed or last.day != today)


def changes() -> tuple[int, ...]:
    """Ids of the changes since. Read them before what was changed: what comes later is then still there afterwards."""
    return tuple(session().scalars(select(DutyChange.id)))


@dataclass(frozen=True, slots=True)
class Findings:
    """The outlook of every obligation short of lessons, reckoned upon the reckoning `number` with these changes seen."""

    number: int
    changes: tuple[int, ...]
    day: date
    at: datetime
    size: int
    outlooks: Mapping[int, Outlook]
