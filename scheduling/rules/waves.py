"""Who is asked next for a lesson that somebody fell out of, without a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BAND = 10
"""Candidates whose cost differs by less are as good as one another: then the least recently asked comes first."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Somebody who could step in: what it would cost the plan, and when they were last asked for anything."""

    instructor_id: int
    cost: int
    last_asked: datetime | None = None


def in_order(found: Sequence[Ranked]) -> list[Ranked]:
    """The best first; among equals whoever has not been asked for the longest, or never."""
    return sorted(
        found, key=lambda x: (x.cost // BAND, x.last_asked or datetime.min, x.cost, x.instructor_id)
    )


def next_wave(found: Sequence[Ranked], asked: Collection[int], size: int) -> list[Ranked]:
    """Whom to ask now: the next `size` who have not been asked for this lesson."""
    return [x for x in in_order(found) if x.instructor_id not in asked][:size]


LONGEST_WAIT = timedelta(hours=4)


def wait_after(failures: int) -> timedelta:
    """How long a call is left alone after so many looks in a row that broke off: 1, 4, 16, 64 minutes, then 4 hours."""
    return min(timedelta(minutes=4 ** min(failures - 1, 4)), LONGEST_WAIT)


class Move(StrEnum):
    """What becomes of a call when it is looked at."""

    WAIT = "wait"
    ASK = "ask"
    END = "end"


def next_move(*, open_asks: int, left: int, is_due: bool) -> Move:
    """Ask more when the wait is over or nobody of this wave is left to answer; end when there is nobody to ask or wait for."""
    if left and (is_due or not open_asks):
        return Move.ASK
    return Move.WAIT if open_asks else Move.END
