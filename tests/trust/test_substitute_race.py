"""Several people who are asked to step in say yes at once: one has the lesson; and the test could see two."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import datetime
from multiprocessing import Queue
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from accounts.access import SYSTEM
from core import clock
from core.db import db, session, transaction
from core.errors import Conflict
from scheduling.enums import AskState, CallState, ResourceKind
from scheduling.models import Session, SubstituteAsk, SubstituteCall
from scheduling.services import answering, publishing, stepping_in, substituting
from tests.conftest import NOW, SOAK, migrated
from tests.factories.county import County, build_county, make_instructor
from tests.scheduling.test_chain import booked, klass_of, plan_all

PEOPLE, ROUNDS = (24, 20) if SOAK else (4, 2)
"""Whoever had the lesson and gave it back is not asked again: each round has one person fewer."""
AT_ONCE = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, County]:
    """A published lesson that several people could take over."""
    app = migrated(tmp_path, request.param)
    clock.set_offset(NOW - datetime.now(clock.SHANGHAI).replace(tzinfo=None))
    with app.app_context():
        with transaction():
            county = build_county()
            owner = county.unit("嘉祥县")
            row = session().get_one(Session, county.sessions[0])
            assert row.course is not None
            for n in range(PEOPLE):
                make_instructor(owner, f"备选{n}", [row.course], town_id=county.units["东镇"])
            plan_all(county)
        with transaction():
            publishing.publish(klass_of(county), actor=SYSTEM)
        db.session.remove()
        db.engine.dispose()
    return app, county


def open_call(county: County) -> list[int]:
    """Whoever had the lesson cannot come: everybody else is asked. Ids of the asks."""
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        answering.answer(booked(row, ResourceKind.INSTRUCTOR), accept=False, reason="生病", actor=SYSTEM)
    with transaction():
        call = substituting.open_call(
            session().get_one(Session, county.sessions[0]), "", size=AT_ONCE, actor=SYSTEM
        )
        substituting.advance(call, is_due=True)
        return [ask.id for ask in call.asks]


def say_yes(app: Flask, ask_id: int, barrier: object, tally: Queue[str]) -> None:
    with app.app_context():
        db.engine.dispose(close=False)
        barrier.wait(30)  # type: ignore[attr-defined]
        try:
            with transaction():
                substituting.accept(session().get_one(SubstituteAsk, ask_id), actor=SYSTEM)
        except Conflict:
            tally.put("late")
        else:
            tally.put("first")


def race(app: Flask, ask_ids: list[int]) -> Counter[str]:
    context = multiprocessing.get_context("fork")
    tally: Queue[str] = context.Queue()
    barrier = context.Barrier(len(ask_ids))
    db.session.remove()
    db.engine.dispose()
    crowd = [context.Process(target=say_yes, args=(app, n, barrier, tally)) for n in ask_ids]
    for process in crowd:
        process.start()
    found = Counter(tally.get(timeout=60) for _ in crowd)
    for process in crowd:
        process.join(30)
    return found


def test_one_of_many_who_say_yes_at_once_has_the_lesson(arena: tuple[Flask, County]) -> None:
    app, county = arena
    with app.app_context():
        for _ in range(ROUNDS):
            asks = open_call(county)
            assert len(asks) >= 3
            assert race(app, asks) == {"first": 1, "late": len(asks) - 1}
            row = session().get_one(Session, county.sessions[0])
            taken = (
                session()
                .query(SubstituteAsk)
                .filter(SubstituteAsk.id.in_(asks), SubstituteAsk.state == AskState.ACCEPTED)
            )
            assert taken.one().instructor_id == row.told_instructor_id
            assert booked(row, ResourceKind.INSTRUCTOR).resource_id == row.told_instructor_id
            session().rollback()


def test_the_database_refuses_a_second_acceptance_by_itself(
    arena: tuple[Flask, County], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the compare-and-swap switched off, the index is what stands in the way."""
    app, county = arena
    with app.app_context():
        first, second, *_ = open_call(county)
        with transaction():
            substituting.accept(session().get_one(SubstituteAsk, first), actor=SYSTEM)
        with transaction():
            ask = session().get_one(SubstituteAsk, second)
            ask.state, ask.call.state = AskState.ASKED, CallState.OPEN
        monkeypatch.setattr(stepping_in, "why_moot", lambda _call: "")
        with pytest.raises(Conflict), transaction():
            substituting.accept(session().get_one(SubstituteAsk, second), actor=SYSTEM)
        # The negative control: without the index it would have gone in.
        with transaction() as current:
            current.execute(text("DROP INDEX uq_substitute_ask_accepted"))
        with transaction():
            substituting.accept(session().get_one(SubstituteAsk, second), actor=SYSTEM)
        call = session().query(SubstituteCall).one()
        assert [ask.state for ask in call.asks].count(AskState.ACCEPTED) == 2
