"""What the pool's pages show of lessons: clashes at once, who is idle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import event

from core.db import db, session, transaction
from core.settings import set_setting
from instructor_pool.enums import ExitReason
from instructor_pool.models import Instructor
from instructor_pool.services import life
from scheduling.enums import SessionState
from scheduling.models import Session
from scheduling.services.placing import Choice, place
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
SENTENCE = "节已发布的课要改派"


@pytest.fixture
def published(sign_in: SignIn, county: County) -> str:
    """王芳 is told of one lesson; the address of her clashes."""
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        choice = Choice(datetime(2027, 6, 7, 8, 30), county.instructors["王芳"], county.venues["东镇党校"])
        place(row, choice, actor=county.actor("organiser"))
    url = f"/scheduling/classes/{county.classes['B001']}/publish"
    assert sign_in("organiser").post(url, data={"note": "比例不足已报告"}).status_code == 302
    return f"/scheduling/instructors/{county.instructors['王芳']}/clashes"


def test_an_absence_after_the_assignment_shows_at_once(
    sign_in: SignIn, county: County, published: str
) -> None:
    browser = sign_in("organiser")
    assert SENTENCE not in browser.get(published).get_data(as_text=True)
    away = {
        "first": "2027-06-07",
        "last": "2027-06-07",
        "part": "morning",
        "grade": "cannot",
        "reason": "出差",
    }
    assert sign_in("instructor").post("/me/availability", data=away).status_code == 302
    page = browser.get(published).get_data(as_text=True)
    assert f"有 1 {SENTENCE}" in page and "出差" in page and "改派" in page
    person = f"/instructors/{county.instructors['王芳']}"
    for url in (person, f"{person}/availability"):
        assert published in browser.get(url).get_data(as_text=True)
    assert sign_in("outsider").get(published).status_code == 404


def test_what_was_booked_past_an_exit_is_listed_for_others(
    sign_in: SignIn, county: County, published: str
) -> None:
    with transaction():
        person = session().get_one(Instructor, county.instructors["王芳"])
        life.leave(person, why=ExitReason.OWN_REQUEST, day=date(2027, 5, 10), actor=county.actor("approver"))
    page = sign_in("organiser").get(published).get_data(as_text=True)
    assert f"有 1 {SENTENCE}" in page and "已退出" in page


def names(page: str) -> list[str]:
    return [name for name in ("王芳", "李强", "单雄", "钱局长", "赵书记", "孙退") if f">{name}</a>" in page]


def test_the_idle_are_those_who_did_not_teach_for_a_year(sign_in: SignIn, county: County) -> None:
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        row.state, row.start = SessionState.HELD, datetime(2026, 9, 1, 8, 30)
        row.instructor_id = county.instructors["王芳"]
        session().get_one(Instructor, county.instructors["李强"]).term_start = date(2027, 1, 1)
    browser = sign_in("organiser")
    assert names(browser.get("/instructors/idle").get_data(as_text=True)) == ["单雄", "钱局长", "赵书记"]
    with transaction():
        set_setting("idle_days", 100)
    shown = browser.get("/instructors/idle").get_data(as_text=True)
    assert names(shown) == ["王芳", "李强", "单雄", "钱局长", "赵书记"] and "天前" in shown
    assert names(browser.get("/instructors/idle?taught=once").get_data(as_text=True)) == ["王芳"]
    assert names(sign_in("outsider").get("/instructors/idle").get_data(as_text=True)) == []
    assert browser.get("/instructors/idle?export=xlsx").status_code == 200


def test_the_idle_list_asks_a_fixed_number_of_questions(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    browser.get("/instructors/idle")
    assert 0 < len(asked) < 25
