"""Nobody and nothing is booked twice, whatever eight processes do at once; and the test can see it if they were."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from itertools import combinations
from multiprocessing import Queue
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import create_app
from core.db import db, session, transaction
from scheduling.enums import BookingState
from scheduling.models import Booking, Claim
from tests.conftest import SOAK, migrated, settings_for
from tests.factories.county import build_county
from tests.trust.race_worker import contend

PROCESSES = 8
ATTEMPTS = 3000 if SOAK else 60


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, str, Path]:
    """A database of its own with the small county."""
    app = migrated(tmp_path, request.param)
    with app.app_context():
        with transaction():
            build_county()
        db.session.remove()
        db.engine.dispose()
    return app, app.config["SQLALCHEMY_DATABASE_URI"], tmp_path


def fight(app: Flask, attempts: int) -> dict[str, int]:
    """Let the processes loose and add up what they report; a crash in any of them fails the test.

    They are forked: importing the application eight times over would take longer than the race.
    """
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    tally: Queue[dict[str, int]] = fork.Queue()
    running = [fork.Process(target=contend, args=(app, seed, attempts, tally)) for seed in range(PROCESSES)]
    for process in running:
        process.start()
    reports = [tally.get(timeout=3000) for _ in running]
    for process in running:
        process.join()
        assert process.exitcode == 0
    return {key: sum(report[key] for report in reports) for key in reports[0]}


def doubles() -> int:
    """Pairs of active bookings of one seat that overlap, counted from the bookings alone."""
    active = session().scalars(
        select(Booking).where(Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED)))
    )
    by_seat = defaultdict(list)
    for b in active:
        by_seat[(b.kind, b.resource_id, b.day, b.seat)].append((b.from_unit, b.to_unit))
    return sum(
        one[0] < two[1] and two[0] < one[1]
        for spans in by_seat.values()
        for one, two in combinations(spans, 2)
    )


def drift() -> int:
    """Quarter hours that are claimed without an active booking, or the other way round."""
    rows = session().scalars(
        select(Booking).where(Booking.state.in_((BookingState.HELD, BookingState.CONFIRMED)))
    )
    wanted = {
        (b.kind.value, b.resource_id, b.day, u, b.seat) for b in rows for u in range(b.from_unit, b.to_unit)
    }
    claimed = {(c.kind, c.resource_id, c.day, c.unit, c.seat) for c in session().scalars(select(Claim))}
    return len(wanted ^ claimed)


def test_eight_processes_never_book_twice(arena: tuple[Flask, str, Path]) -> None:
    app, url, _ = arena
    total = fight(app, ATTEMPTS)
    with app.app_context():
        print(f"\n{url.split(':')[0]}: {total}, doubles {doubles()}, drift {drift()}")
        assert total["done"] + total["refused"] == PROCESSES * ATTEMPTS
        assert total["refused"] > 0, "nothing ever clashed: the race proves nothing"
        assert doubles() == 0
        assert drift() == 0


def test_without_the_triggers_the_same_race_books_twice(arena: tuple[Flask, str, Path]) -> None:
    """Negative control: with the guard off the test above must see doubles."""
    app, _, _ = arena
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER booking_claims_insert"))
            connection.execute(text("DROP TRIGGER booking_claims_update"))
        else:
            connection.execute(text("DROP TRIGGER booking_claims ON booking"))
    fight(app, 30)
    with app.app_context():
        assert doubles() > 0


def test_without_the_triggers_nothing_is_served(arena: tuple[Flask, str, Path]) -> None:
    app, url, instance = arena
    with app.app_context(), db.engine.begin() as connection:
        names = (
            ("booking_claims_insert", "booking_claims_update")
            if url.startswith("sqlite")
            else ("booking_claims",)
        )
        for name in names:
            connection.execute(
                text(f"DROP TRIGGER {name}" + ("" if url.startswith("sqlite") else " ON booking"))
            )
    answer = create_app(settings_for(instance, url)).test_client().get("/sign-in")
    assert answer.status_code == 503
