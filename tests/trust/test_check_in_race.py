"""A hall checks in at once, everybody twice: each counts once, and the hours of a held session with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db, session, transaction
from core.errors import Conflict
from scheduling.enums import SessionState
from scheduling.models import Session
from tests.conftest import SOAK
from tests.factories.county import County
from tests.factories.trainees import MORNING, at, enrol, taught
from trainees.models import Attendance, CreditedHours
from trainees.rules import Line
from trainees.services import attending

pytestmark = [pytest.mark.soak, pytest.mark.databases]
PEOPLE = 200 if SOAK else 20
AT_ONCE = 12


def test_each_counts_once(app: Flask, county: County) -> None:
    at(MORNING)
    with transaction():
        row = taught(county)
        row.state, row.attendance, row.held_at = SessionState.HELD, PEOPLE, MORNING
        enrol(row.training_class, *(Line(f"学员{n}", phone=f"1380000{n:04d}") for n in range(PEOPLE)))
        session_id = row.id
    db.session.remove()

    def come(n: int) -> bool:
        with app.app_context():
            try:
                with transaction():
                    found = session().get_one(Session, session_id)
                    attending.check_in(found, f"学员{n}", f"{n:04d}")
            except Conflict:
                return False
            finally:
                db.session.remove()
        return True

    with ThreadPoolExecutor(AT_ONCE) as hall:
        done = list(hall.map(come, [n for n in range(PEOPLE) for _twice in range(2)]))
    assert sum(done) >= PEOPLE
    assert session().scalar(select(func.count()).select_from(Attendance)) == PEOPLE
    credited = session().execute(select(func.count(), func.sum(CreditedHours.hours))).one()
    assert tuple(credited) == (PEOPLE, Decimal(3) * PEOPLE)
