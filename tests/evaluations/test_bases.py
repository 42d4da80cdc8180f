"""What trainees said of the lessons at a base."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from accounts.access import SYSTEM
from core import clock
from core.db import session, transaction
from evaluations.enums import CodeMode
from evaluations.models import TraineeAnswer
from evaluations.queries.bases import trainees_of_base
from evaluations.services.feedback import open_round
from scheduling.enums import SessionState
from scheduling.models import Session
from tests.factories.county import Browser, County
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]


def _answered(county: County, at: int, start: datetime, totals: list[int]) -> None:
    """A lesson held at the museum with these answers, its round over."""
    with transaction():
        row = session().get_one(Session, county.sessions[at])
        row.state, row.start, row.told_start, row.day = SessionState.HELD, start, start, start.date()
        row.venue_id, row.instructor_id = county.venues["红色纪念馆"], county.instructors["王芳"]
        held = open_round(row, CodeMode.OPEN, hours=24, actor=SYSTEM)
        held.closed_at = clock.now()
        for n, total in enumerate(totals):
            session().add(TraineeAnswer(key=f"{at}-{n}", round_id=held.id, total=Decimal(total), marks={}))


def test_answers_count_by_quarter_and_few_are_hidden(sign_in: SignIn, county: County) -> None:
    base_id = county.bases["红色纪念馆"]
    _answered(county, 0, datetime(2027, 2, 1, 9), [80] * 5)
    _answered(county, 1, datetime(2027, 5, 3, 9), [100] * 10)
    _answered(county, 2, datetime(2027, 5, 4, 9), [10] * 4)
    with counted() as seen:
        found = trainees_of_base(base_id)
    assert len(seen) == 1
    assert [(q.number, q.lessons, q.answers, q.mean) for q in found.quarters] == [
        (1, 1, 5, 80),
        (2, 1, 10, 100),
    ]
    assert (found.lessons, found.answers, found.mean) == (2, 15, Decimal("93.3"))
    page = sign_in("organiser").get(f"/scores/bases/{base_id}").text
    assert "93.3" in page and "2 次课 15 份回答" in page
    assert (
        "还没有可以显示的回答" in sign_in("organiser").get(f"/scores/bases/{county.bases['东镇党校']}").text
    )
    assert "93.3" in sign_in("manager").get(f"/my-base/{base_id}/scores").text
