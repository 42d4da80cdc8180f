"""The last guide and the base's last party of a day go to one of eight processes that all saw them free."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import date, datetime, timedelta
from multiprocessing import Queue
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from bases.enums import BaseResourceKind
from bases.models import BaseResource, TeachingBase, Venue
from core.db import db, session, transaction
from core.errors import Conflict
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking
from tests.conftest import SOAK, migrated
from tests.factories.county import County, build_county
from tests.factories.visits import MUSEUM

PROCESSES, GUIDES, A_DAY = 8, 3, 5
DAYS = [date(2027, 6, 7) + timedelta(days=n) for n in range(40 if SOAK else 4)]
ASKED = datetime(2027, 5, 10, 9)


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, County]:
    """A database of its own: a museum with three guides and room for eight parties, of which it takes five a day."""
    app = migrated(tmp_path, request.param)
    with app.app_context():
        with transaction():
            county = build_county()
            base = session().get_one(TeachingBase, county.bases[MUSEUM])
            base.max_per_day = A_DAY
            base.resources = [BaseResource(kind=BaseResourceKind.GUIDE, count=GUIDES)]
            session().get_one(Venue, county.venues[MUSEUM]).groups = PROCESSES
        db.session.remove()
        db.engine.dispose()
    return app, county


def contend(app: Flask, county: County, mine: int, tally: Queue[Counter[str]]) -> None:
    """On every day: the first guide that is not refused, and a seat in the hall that nobody else wants."""
    told: Counter[str] = Counter()
    with app.app_context():
        db.engine.dispose(close=False)
        guides = session().scalars(select(BaseResource.id)).one()
        session().rollback()
        for day in DAYS:
            told["guides"] += any(
                _takes(county, ResourceKind.RESOURCE, guides, day, n) for n in range(GUIDES + 1)
            )
            told["parties"] += _takes(county, ResourceKind.VENUE, county.venues[MUSEUM], day, mine)
    tally.put(told)


def _takes(county: County, kind: ResourceKind, resource: int, day: date, seat: int) -> bool:
    try:
        with transaction():
            session().add(
                Booking(
                    session_id=county.sessions[0],
                    kind=kind,
                    resource_id=resource,
                    day=day,
                    from_unit=36,
                    to_unit=42,
                    seat=seat,
                    state=BookingState.HELD,
                    asked_at=ASKED,
                )
            )
    except Conflict:
        return False
    return True


def race(app: Flask, county: County) -> tuple[Counter[str], Counter[str]]:
    """What the processes were told together, and what is in the database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    tally: Queue[Counter[str]] = fork.Queue()
    running = [fork.Process(target=contend, args=(app, county, n, tally)) for n in range(PROCESSES)]
    for process in running:
        process.start()
    reports = [tally.get(timeout=600) for _ in running]
    for process in running:
        process.join()
        assert process.exitcode == 0
    with app.app_context():
        found = dict(session().execute(select(Booking.kind, func.count()).group_by(Booking.kind)).all())
        session().rollback()
    there = Counter(guides=found.get(ResourceKind.RESOURCE, 0), parties=found.get(ResourceKind.VENUE, 0))
    return sum(reports, Counter()), there


def test_no_guide_and_no_party_too_many(arena: tuple[Flask, County]) -> None:
    told, there = race(*arena)
    assert told == there == Counter(guides=GUIDES * len(DAYS), parties=A_DAY * len(DAYS))


def test_without_the_triggers_too_many_go_in(arena: tuple[Flask, County]) -> None:
    """Negative control."""
    app, county = arena
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for kind in ("resource", "venue"):
                connection.execute(text(f"DROP TRIGGER booking_{kind}_insert"))
        else:
            connection.execute(text("DROP TRIGGER booking_site_insert ON booking"))
    told, there = race(app, county)
    assert told == there == Counter(guides=(GUIDES + 1) * len(DAYS), parties=PROCESSES * len(DAYS))
