"""Several organisers accept and merge the same order at once: it becomes one lesson; and the test could see two."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from multiprocessing import Queue
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.access import SYSTEM
from core import clock
from core.db import db, session, transaction
from core.errors import Conflict, RuleBroken
from orders.enums import OrderAction, OrderState
from orders.models import Order, OrderEvent
from orders.rules.wishes import Slot
from orders.services import deciding, merging
from orders.services.deciding import Terms
from scheduling.enums import HalfDay
from scheduling.models import Session, TrainingClass
from tests.conftest import NOW, SOAK, migrated
from tests.factories.county import County, build_county, make_class
from tests.factories.orders import DAY, town_order

ROUNDS = 20 if SOAK else 2
Act = Callable[[Order, Order], object]


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, County]:
    """A small county on a database of its own, where several can write at once."""
    app = migrated(tmp_path, request.param)
    clock.set_offset(NOW - datetime.now(clock.SHANGHAI).replace(tzinfo=None))
    with app.app_context():
        with transaction():
            county = build_county()
            make_class(county.unit("嘉祥县"), "B002", [DAY])
        db.session.remove()
        db.engine.dispose()
    return app, county


def accept(order: Order, _other: Order) -> object:
    """Take the order into a class that is there already."""
    return take_into(order, "B001")


def accept_elsewhere(order: Order, _other: Order) -> object:
    """Take it into another: a class by itself keeps out two lessons at one place of its list."""
    return take_into(order, "B002")


def take_into(order: Order, number: str) -> object:
    klass = session().scalars(select(TrainingClass).where(TrainingClass.number == number)).one()
    terms = Terms(day=klass.starts_on, half_day=HalfDay.ANY, training_class=klass)
    return deciding.accept(order, terms, actor=SYSTEM)


def merge(order: Order, other: Order) -> object:
    """Make one lesson of both."""
    return merging.merge([order, other], Slot(DAY, HalfDay.MORNING), actor=SYSTEM)


def decide(app: Flask, act: Act, ids: tuple[int, int], barrier: object, tally: Queue[str]) -> None:
    """Read both orders, as everybody else does before anybody writes where the database lets them, and decide."""
    with app.app_context():
        db.engine.dispose(close=False)
        reads_first = db.engine.dialect.name == "postgresql"
        if not reads_first:
            barrier.wait(30)  # type: ignore[attr-defined]
        try:
            with transaction():
                order, other = (session().get_one(Order, order_id) for order_id in ids)
                if reads_first:
                    barrier.wait(30)  # type: ignore[attr-defined]
                act(order, other)
        except (Conflict, RuleBroken):
            tally.put("late")
        else:
            tally.put("first")


def race(app: Flask, acts: list[Act], ids: tuple[int, int]) -> Counter[str]:
    """Every act in a process of its own."""
    fork = multiprocessing.get_context("fork")
    tally: Queue[str] = fork.Queue()
    barrier = fork.Barrier(len(acts))
    db.session.remove()
    db.engine.dispose()
    crowd = [fork.Process(target=decide, args=(app, act, ids, barrier, tally)) for act in acts]
    for process in crowd:
        process.start()
    found = Counter(tally.get(timeout=120) for _ in crowd)
    for process in crowd:
        process.join(30)
    return found


def waiting(county: County) -> tuple[int, int]:
    """Two orders that could be one lesson."""
    with transaction():
        return town_order(county).id, town_order(county, town="西镇").id


def count_sessions() -> int:
    return session().scalar(select(func.count(Session.id))) or 0


def become_one_lesson(app: Flask, county: County) -> None:
    """Two accept and two merge: one has decided, the others are told so."""
    ids, sessions = waiting(county), count_sessions()
    assert race(app, [accept, merge, accept_elsewhere, merge], ids) == {"first": 1, "late": 3}
    assert count_sessions() == sessions + 1
    orders = [session().get_one(Order, order_id) for order_id in ids]
    assert orders[0].state is OrderState.ACCEPTED
    assert orders[1].state is OrderState.SUBMITTED or orders[1].session_id == orders[0].session_id
    taken = select(func.count(OrderEvent.id)).where(
        OrderEvent.order_id == ids[0], OrderEvent.action == OrderAction.ACCEPT
    )
    assert session().scalar(taken) == 1
    session().rollback()


def test_an_order_becomes_one_lesson_whoever_decides_at_once(
    arena: tuple[Flask, County], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, county = arena
    with app.app_context():
        for _ in range(ROUNDS):
            become_one_lesson(app, county)
        # The negative control: a version that does not count. SQLite lets one write at a time, so that whoever is late
        # sees what the first did.
        monkeypatch.setattr(Order.__mapper__, "version_id_generator", lambda version: version or 1)
        both = db.engine.dialect.name == "postgresql"
        ids, sessions = waiting(county), count_sessions()
        assert race(app, [accept, accept_elsewhere], ids) == (
            {"first": 2} if both else {"first": 1, "late": 1}
        )
        assert count_sessions() == sessions + (2 if both else 1)
