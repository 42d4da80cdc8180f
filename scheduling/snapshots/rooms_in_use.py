"""Rooms of a problem that sessions have which were not read: there they are not closed, somebody has them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from scheduling import engine
from scheduling.engine import Reason
from scheduling.engine.candidates import mask_reasons
from scheduling.engine.rules import RULES
from scheduling.snapshots.building import Snapshot
from scheduling.snapshots.sites import RoomTimes


def _mask_of(reasons: Collection[Reason]) -> int:
    return sum(1 << n for n, rule in enumerate(RULES) if rule.reason in reasons)


CLOSED, IN_USE = _mask_of([Reason.VENUE_CLOSED]), _mask_of([Reason.VENUE_BUSY])


class RoomsInUse:
    """Tells the two rules apart for one session; the engine only knows that the room cannot be had."""

    def __init__(self, snapshot: Snapshot, session: engine.Session) -> None:
        self._snapshot, self._session = snapshot, session

    def told(self, mask: int, venue: str, start: datetime) -> int:
        """The rules in the way of the session in a room at a start."""
        times = self._snapshot.taken.get(venue) if mask & CLOSED else None
        return mask if times is None else (mask & ~CLOSED) | self._in_the_way(times, start)

    def told_of_all(self, excluded: Sequence[engine.Excluded]) -> Sequence[engine.Excluded]:
        """The same people with their reasons, where no room is left for them at any time."""
        return [self._said(x) for x in excluded] if self._snapshot.taken else excluded

    def _said(self, found: engine.Excluded) -> engine.Excluded:
        if Reason.VENUE_CLOSED not in found.reasons:
            return found
        others = set(found.reasons) - {Reason.VENUE_CLOSED}
        return found._replace(reasons=mask_reasons(_mask_of(others) | self._anywhere))

    @cached_property
    def _anywhere(self) -> int:
        found = 0
        for venue in self._snapshot.problem.venues:
            times = self._snapshot.taken.get(venue.id) or RoomTimes(venue.busy, ())
            for start in self._session.starts:
                found |= self._in_the_way(times, start)
        return found

    def _in_the_way(self, times: RoomTimes, begin: datetime) -> int:
        end = begin + timedelta(minutes=self._session.minutes)
        closed, taken = (
            any(a < end and begin < b for a, b in spans) for spans in (times.closed, times.taken)
        )
        return CLOSED * closed | IN_USE * taken
