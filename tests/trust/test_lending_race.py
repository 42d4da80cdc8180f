"""A quota of ten is not lent eleven times, whatever four processes approve at once; and the test could see it if it were."""

from __future__ import annotations

import multiprocessing
from datetime import date
from multiprocessing import Queue
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from accounts.access import SYSTEM
from core import clock
from core.db import db, session, transaction
from core.errors import Conflict
from instructor_pool.models import Instructor
from scheduling.enums import LoanState
from scheduling.models import LendingQuota, Loan
from scheduling.services import lending
from tests.conftest import migrated
from tests.factories.county import build_county

PROCESSES, REQUESTS, QUOTA = 4, 24, 10
DAY = date(2027, 6, 7)
TRIGGERS = ("loan_quota_insert", "loan_quota_update")


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request: pytest.FixtureRequest, tmp_path: Path) -> Flask:
    """A database of its own, with more requests than the quota has sessions."""
    app = migrated(tmp_path, request.param)
    with app.app_context():
        with transaction():
            county = build_county()
            lender = county.unit("嘉祥县")
            lending.set_quota(lender, 2027, QUOTA, actor=SYSTEM)
            person = session().get_one(Instructor, county.instructors["王芳"])
            session().add_all(_request(person, county.units["邻县"]) for _ in range(REQUESTS))
        db.session.remove()
        db.engine.dispose()
    return app


def _request(person: Instructor, borrower_id: int) -> Loan:
    return Loan(
        instructor_id=person.id,
        lender_id=person.owner_id,
        borrower_id=borrower_id,
        first_day=DAY,
        last_day=DAY,
        sessions=1,
        purpose="比赛",
        asked_at=clock.now(),
        asked_by="test",
    )


def approve_all(app: Flask, seed: int, tally: Queue[int]) -> None:
    """Approve this process's share as one who looked at the quota before everybody else wrote: straight into the row."""
    refused = 0
    with app.app_context():
        db.engine.dispose(close=False)
        mine = session().scalars(select(Loan.id).order_by(Loan.id)).all()[seed::PROCESSES]
        session().rollback()
        for loan_id in mine:
            try:
                with transaction():
                    loan = session().get_one(Loan, loan_id)
                    loan.state, loan.granted = LoanState.APPROVED, 1
            except Conflict:
                refused += 1
    tally.put(refused)


def race(app: Flask) -> tuple[int, int, int]:
    """Refused, granted, and what the counter says."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    fork = multiprocessing.get_context("fork")
    tally: Queue[int] = fork.Queue()
    running = [fork.Process(target=approve_all, args=(app, seed, tally)) for seed in range(PROCESSES)]
    for process in running:
        process.start()
    refused = sum(tally.get(timeout=300) for _ in running)
    for process in running:
        process.join()
        assert process.exitcode == 0
    with app.app_context():
        granted = session().scalar(select(func.sum(Loan.granted))) or 0
        return refused, granted, session().scalars(select(LendingQuota.lent)).one()


def test_four_processes_never_lend_more_than_the_quota(arena: Flask) -> None:
    assert race(arena) == (REQUESTS - QUOTA, QUOTA, QUOTA)


def test_without_the_triggers_more_is_lent(arena: Flask) -> None:
    """Negative control."""
    with arena.app_context(), db.engine.begin() as connection:
        table = "" if connection.dialect.name == "sqlite" else " ON loan"
        for name in TRIGGERS:
            connection.execute(text(f"DROP TRIGGER {name}{table}"))
    refused, granted, _counted = race(arena)
    assert (refused, granted) == (0, REQUESTS)
