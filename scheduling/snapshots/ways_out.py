"""What would help a session that nobody, or nowhere, can be had for: single changes, and what is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core import clock
from scheduling.engine import Reason
from scheduling.enums import HalfDay
from scheduling.models import Session
from scheduling.proposals import has_all, wish, wishes
from scheduling.queries import gaps, names
from scheduling.queries.figures import day_times
from scheduling.queries.gaps import GapLine
from scheduling.queries.proposals import Block, Way, blocks, named_in, ways_of
from scheduling.snapshots.building import plan_of
from scheduling.snapshots.desk import Desk
from scheduling.snapshots.kept_desks import desk

DAYS_AROUND = 7
"""How far another half-day of the class is looked for where the plan is large."""
HALVES = (HalfDay.MORNING, HalfDay.AFTERNOON, HalfDay.EVENING)


@dataclass(frozen=True, slots=True)
class WayOut:
    """Single changes that would free the session, the cheapest of each kind; why it cannot be had; what bars rooms and times."""

    ways: Sequence[Way]
    gap: GapLine | None
    rooms_blocked: Sequence[Block]
    times_blocked: Sequence[Block]


def proof_of(row: Session) -> GapLine | None:
    """Why a session cannot be had, proved: a second or two, for a small model is solved for each thing left out."""
    at = desk(row.training_class.owner_id, row.training_class.year, row.id)
    return _proof(at.explanation(proves=True)) if at.is_free else None


def _proof(reasons: dict[str, Any]) -> GapLine | None:
    shortages = gaps.shortage_lines(reasons["shortage"])
    known = names.of_problem(set(named_in(reasons)))
    return gaps.gap_of(reasons | {"shortage": range(len(shortages))}, shortages, known)


def way_out(row: Session, *, proves: bool) -> WayOut:
    """What would help a session that cannot be placed, and why that is so, where somebody waits for the proof."""
    klass = row.training_class
    at = desk(klass.owner_id, klass.year, row.id, venues=None)
    if not at.is_free:
        return WayOut((), None, (), ())
    reasons: dict[str, Any] = at.explanation(proves=proves)
    reasons["wishes"] = [
        *_another_half_day(row, at),
        *wishes(at.snapshot.problem, plan_of(at.snapshot), at.session),
    ]
    known = names.of_problem(set(named_in(reasons)))
    return WayOut(
        ways_of(reasons, known),
        _proof(reasons) if proves else None,
        blocks(reasons["venues_blocked"]),
        blocks(reasons["times_blocked"]),
    )


def _another_half_day(row: Session, at: Desk) -> list[dict[str, object]]:
    """The best other half-day of its class near by, where the desk has only what is near the session's own."""
    if at.snapshot.target is None:
        return []
    klass, times = row.training_class, day_times()
    first = max(klass.starts_on, row.day - timedelta(days=DAYS_AROUND), clock.today())
    last = min(klass.ends_on, row.day + timedelta(days=DAYS_AROUND))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    starts = [start for day in days for half in HALVES for start in times.starts(day, half)]
    wide = desk(klass.owner_id, klass.year, row.id, _ahead(starts), is_brief=True)
    best = next(iter(wide.ranking(1).candidates), None) if starts else None
    return [wish(Reason.START, best)] if best is not None and has_all(at.session, best) else []


def _ahead(starts: Sequence[datetime]) -> tuple[datetime, ...]:
    now = clock.now()
    return tuple(sorted({start for start in starts if start > now}))
