"""One of the processes that fight over the same few resources."""

from __future__ import annotations

import random
from datetime import date, timedelta
from multiprocessing import Queue

from flask import Flask
from sqlalchemy import select

from core import clock
from core.db import db, session, transaction
from core.errors import Conflict
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session

FIRST = date(2027, 6, 7)
ACTIVE = (BookingState.HELD, BookingState.CONFIRMED)


def span(rng: random.Random) -> tuple[int, int]:
    """A stretch of one to three hours between 8:00 and 12:00."""
    start = rng.randrange(32, 44)
    return start, start + rng.randrange(4, 12)


def book(rng: random.Random, session_id: int) -> None:
    """Take an instructor and a venue at once, claimed in sorted order."""
    day, (start, end) = FIRST + timedelta(days=rng.randrange(3)), span(rng)
    rows = [
        (ResourceKind.INSTRUCTOR, rng.randrange(1, 4), 0),
        (ResourceKind.VENUE, rng.randrange(1, 3), rng.randrange(2)),
    ]
    for kind, resource, seat in sorted(rows):
        booking = Booking(
            session_id=session_id, kind=kind, resource_id=resource, day=day, from_unit=start, to_unit=end
        )
        booking.seat, booking.state, booking.asked_at = seat, BookingState.HELD, clock.now()
        session().add(booking)
        session().flush()


def change(rng: random.Random, _session_id: int) -> None:
    """Move, cancel, confirm or bring back some booking."""
    ids = session().scalars(select(Booking.id).order_by(Booking.id)).all()
    if not ids:
        return
    booking = session().get(Booking, rng.choice(ids))
    assert booking is not None
    what = rng.choice(("move", "cancel", "confirm", "revive"))
    if what == "move":
        booking.from_unit, booking.to_unit = span(rng)
        booking.day = FIRST + timedelta(days=rng.randrange(3))
    else:
        booking.state = {
            "cancel": BookingState.RELEASED,
            "confirm": BookingState.CONFIRMED,
            "revive": BookingState.HELD,
        }[what]


def contend(app: Flask, seed: int, attempts: int, tally: Queue[dict[str, int]]) -> None:
    """Try `attempts` random actions; runs in a forked process with connections of its own."""
    rng, mine = random.Random(seed), {"done": 0, "refused": 0}
    with app.app_context():
        db.engine.dispose(close=False)
        session_id = session().scalars(select(Session.id).limit(1)).one()
        session().rollback()
        for _ in range(attempts):
            act = book if rng.random() < 0.6 else change
            try:
                with transaction():
                    act(rng, session_id)
                mine["done"] += 1
            except Conflict:
                mine["refused"] += 1
    tally.put(mine)
