"""Desks that were made, kept in memory until anything changes: a page asks for the same one several times."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from sqlalchemy import select

from core import clock
from core.audit import AuditRecord
from core.db import is_writing, session
from scheduling.snapshots.building import build_problem
from scheduling.snapshots.desk import Desk
from scheduling.snapshots.nearby import Hand

MOST_DESKS = 12

_desks: OrderedDict[tuple[object, ...], Desk] = OrderedDict()
_desks_lock = Lock()


def desk(
    owner_id: int,
    year: int,
    session_id: int,
    starts: Sequence[datetime] = (),
    *,
    is_brief: bool = False,
    venues: Sequence[int] | None = (),
) -> Desk:
    """The desk for a session; a kept one while nothing was written since and the day is the same.

    `starts` are the times it may have, where these are not those it was asked for. Where `is_brief`, nobody asks who
    has a room: that says why a room cannot be had, not whose session is there. Of a large plan it has the rooms near the
    class and these `venues`; all of them with None.
    """
    # The last digest of the audit chain stands for everything that was ever written.
    stamp = session().scalar(select(AuditRecord.digest).order_by(AuditRecord.id.desc()).limit(1))
    place = (
        owner_id,
        year,
        session_id,
        tuple(starts),
        is_brief,
        None if venues is None else tuple(venues),
        stamp,
        clock.now().replace(minute=0, second=0, microsecond=0),
    )
    with _desks_lock:
        found = _desks.get(place)
        if found is not None:
            _desks.move_to_end(place)
            return found
    made = Desk(build_problem(owner_id, year, hand=Hand(session_id, starts, is_brief, venues)), session_id)
    # Of what is rolled back SQLite gives the row numbers to others, and the chain does not tell.
    if is_writing():
        return made
    with _desks_lock:
        _desks[place] = made
        while len(_desks) > MOST_DESKS:
            _desks.popitem(last=False)
    return made


def forget() -> None:
    """Keep no desk: for measuring."""
    with _desks_lock:
        _desks.clear()
