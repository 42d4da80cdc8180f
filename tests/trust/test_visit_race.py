"""The last place of a shared site goes to one of eight processes that all saw it free; and the test could see two."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing import Queue
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from accounts.access import SYSTEM
from core import clock
from core.db import db, session, transaction
from core.errors import Conflict
from scheduling.models import Booking
from scheduling.rules import LIVE
from scheduling.rules.visits import Wish
from scheduling.services import visiting
from scheduling.services.visiting import About, Part
from scheduling.snapshots.vacancies import read_vacancies
from tests.conftest import NOW, SOAK, migrated
from tests.factories.county import County, build_county
from tests.factories.visits import MUSEUM, TUESDAY

PROCESSES, SEATS = 8, 2
DAYS = 40 if SOAK else 4
TIMES = [
    moment
    for moment in (TUESDAY + timedelta(days=n) for n in range(DAYS * 7 // 5 + 2))
    if moment.weekday() < 5
][:DAYS]
ABOUT = About("抢最后一席", "", "联络员", "13800001234")


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, County]:
    """A database of its own with the small county, whose museum takes two groups at once; it is May 2027."""
    app = migrated(tmp_path, request.param)
    clock.set_offset(NOW - datetime.now(clock.SHANGHAI).replace(tzinfo=None))
    with app.app_context():
        with transaction():
            county = build_county()
        db.session.remove()
        db.engine.dispose()
    return app, county


def contend(app: Flask, county: County, tally: Queue[Counter[str]]) -> None:
    """For every time: take the seat that was free before anybody wrote; whoever loses it asks anew."""
    mine: Counter[str] = Counter()
    with app.app_context():
        db.engine.dispose(close=False)
        venue = county.venues[MUSEUM]
        for moment in TIMES:
            part = Part(venue, Wish(moment, 90, 40))
            try:
                with transaction():
                    unit = county.unit("东镇")
                    visit = visiting.new_visit(unit, part, ABOUT, SYSTEM)
                    free = read_vacancies([venue], moment.date(), moment.date())
                    visiting.settle(visit, part, replace(free, taken={}))
                mine["held"] += 1
            except Conflict:
                mine[_again(county, part)] += 1
    tally.put(mine)


def _again(county: County, part: Part) -> str:
    for _attempt in range(5):
        try:
            with transaction():
                visiting.ask(county.unit("东镇"), [part], ABOUT, actor=SYSTEM)
            return "held"
        except visiting.Full:
            return "full"
        except Conflict:
            continue
    return "conflict"


def race(app: Flask, county: County) -> tuple[Counter[str], int]:
    """What the processes report together, and how many live bookings share a seat."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    tally: Queue[Counter[str]] = fork.Queue()
    running = [fork.Process(target=contend, args=(app, county, tally)) for _ in range(PROCESSES)]
    for process in running:
        process.start()
    reports = [tally.get(timeout=600) for _ in running]
    for process in running:
        process.join()
        assert process.exitcode == 0
    with app.app_context():
        stmt = select(Booking.day, Booking.seat).where(Booking.state.in_(LIVE))
        seats = Counter(session().execute(stmt).all())
        session().rollback()
    return sum(reports, Counter()), sum(count - 1 for count in seats.values())


def test_eight_processes_never_overbook_the_last_place(arena: tuple[Flask, County]) -> None:
    told, doubles = race(*arena)
    assert doubles == 0
    assert told == Counter(held=SEATS * DAYS, full=(PROCESSES - SEATS) * DAYS)


def test_without_the_triggers_the_same_race_overbooks(arena: tuple[Flask, County]) -> None:
    """Negative control."""
    app, county = arena
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER booking_claims_insert"))
            connection.execute(text("DROP TRIGGER booking_claims_update"))
        else:
            connection.execute(text("DROP TRIGGER booking_claims ON booking"))
    _told, doubles = race(app, county)
    assert doubles > 0
