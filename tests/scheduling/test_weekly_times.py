"""Weekly patterns in matching and in clashes: `cannot` is never scheduled, `rather not` costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import session, transaction
from instructor_pool.enums import AnswerSource, DayPart, Grade
from instructor_pool.models import Instructor
from instructor_pool.rules.parts import stretches
from instructor_pool.services import availability
from instructor_pool.services.availability import UsualWeek
from scheduling import engine
from scheduling.models import Session
from scheduling.queries.ahead import read_offer
from scheduling.snapshots import build_problem
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
MONDAY = date(2027, 6, 7)
MORNING = (0, DayPart.MORNING)


def say(county: County, grade: Grade) -> None:
    """王芳's Monday mornings."""
    with transaction():
        person = session().get_one(Instructor, county.instructors["王芳"])
        week = UsualWeek({MORNING: grade}, "单位例会")
        availability.set_weekly(person, week, source=AnswerSource.SELF, actor=county.actor("instructor"))


def lift(county: County) -> None:
    with transaction():
        person = session().get_one(Instructor, county.instructors["王芳"])
        day = stretches(MONDAY, MONDAY, DayPart.ALL_DAY)
        actor = county.actor("instructor")
        availability.mark_unavailable(person, day, grade=Grade.CAN, source=AnswerSource.SELF, actor=actor)


@pytest.fixture
def wanted(county: County) -> str:
    """The lesson of Monday morning 7 June asks for 王芳 by name; its id in the problem."""
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        row.wanted_instructor_id = county.instructors["王芳"]
    return f"s{county.sessions[0]}"


def solved(county: County, name: str) -> tuple[str | None, int]:
    """Who teaches the lesson after matching, and what unloved times cost."""
    problem = build_problem(county.units["嘉祥县"], 2027).problem
    plan = engine.solve(problem, engine.SolveOptions(seconds=2, iterations=30))
    who = next((a.instructor for a in plan.assignments if a.session == name), None)
    return who, engine.check(problem, plan).cost_parts["avoid"]


def test_cannot_is_never_scheduled_and_rather_not_costs(county: County, wanted: str) -> None:
    her = f"i{county.instructors['王芳']}"
    assert solved(county, wanted) == (her, 0)
    say(county, Grade.RATHER_NOT)
    who, cost = solved(county, wanted)
    assert who == her and cost > 0
    say(county, Grade.CANNOT)
    assert solved(county, wanted)[0] is None
    lift(county)
    assert solved(county, wanted) == (her, 0)


def test_a_hand_cannot_place_against_the_week(sign_in: SignIn, county: County) -> None:
    say(county, Grade.CANNOT)
    choice = {
        "start": "2027-06-07T08:30",
        "instructor_id": str(county.instructors["王芳"]),
        "venue_id": str(county.venues["东镇党校"]),
    }
    url = f"/scheduling/sessions/{county.sessions[0]}/place"
    assert sign_in("organiser").post(url, data=choice).status_code == 422
    lift(county)
    assert sign_in("organiser").post(url, data=choice).status_code == 302


@pytest.fixture
def published(sign_in: SignIn, county: County) -> str:
    """王芳 is told of the lesson of Monday morning; the address of her clashes."""
    browser = sign_in("organiser")
    choice = {
        "start": "2027-06-07T08:30",
        "instructor_id": str(county.instructors["王芳"]),
        "venue_id": str(county.venues["东镇党校"]),
    }
    assert browser.post(f"/scheduling/sessions/{county.sessions[0]}/place", data=choice).status_code == 302
    url = f"/scheduling/classes/{county.classes['B001']}/publish"
    assert browser.post(url, data={"note": "比例不足已报告"}).status_code == 302
    return f"/scheduling/instructors/{county.instructors['王芳']}/clashes"


@pytest.mark.parametrize(
    ("weekday", "part", "clashes"),
    [
        (0, DayPart.MORNING, True),
        (0, DayPart.AFTERNOON, False),
        (0, DayPart.EVENING, False),
        (1, DayPart.MORNING, False),
        (6, DayPart.MORNING, False),
    ],
)
def test_a_week_said_later_clashes_with_what_was_told(
    sign_in: SignIn, county: County, published: str, weekday: int, part: DayPart, clashes: bool
) -> None:
    data = {f"{p}_{d}": "can" for p in ("morning", "afternoon", "evening") for d in range(7)}
    own = sign_in("instructor")
    assert "时间冲突" not in own.get("/teaching/clashes").get_data(as_text=True)
    sent = own.post("/me/availability/weekly", data=data | {f"{part.value}_{weekday}": "cannot"})
    assert sent.status_code == 302
    assert "/teaching/clashes" in own.get("/me/availability").get_data(as_text=True)
    mine = own.get("/teaching/clashes").get_data(as_text=True)
    theirs = sign_in("organiser").get(published).get_data(as_text=True)
    assert ("有 1 节已安排的课和您的时间冲突" in mine, "有 1 节已发布的课要改派" in theirs) == (
        clashes,
        clashes,
    )
    if clashes:
        lift(county)
        assert "时间冲突" not in own.get("/teaching/clashes").get_data(as_text=True)


def test_the_forecast_of_duties_heeds_the_week(county: County) -> None:
    with transaction():
        person = session().get_one(Instructor, county.instructors["赵书记"])
        everything = {
            (day, part): Grade.CANNOT for day in range(7) for part in DayPart if part is not DayPart.ALL_DAY
        }
        week = UsualWeek(everything, last_day=date(2027, 12, 31))
        actor = county.actor("organiser")
        before = open_lessons(person.id)
        availability.set_weekly(person, week, source=AnswerSource.PHONE, actor=actor)
        assert before and open_lessons(person.id) == []


def open_lessons(person: int) -> list[int]:
    """Places of the lessons ahead that somebody could teach."""
    holders = select(Instructor.id).where(Instructor.id == person)
    return read_offer(2027, date(2027, 5, 10), holders).open_to(person).tolist()


def test_a_range_of_weeks_ends(county: County) -> None:
    with transaction():
        person = session().get_one(Instructor, county.instructors["王芳"])
        week = UsualWeek({MORNING: Grade.CANNOT}, "", MONDAY, MONDAY + timedelta(days=7))
        availability.set_weekly(person, week, source=AnswerSource.SELF, actor=county.actor("instructor"))
    problem = build_problem(county.units["嘉祥县"], 2027).problem
    busy = next(x.busy for x in problem.instructors if x.id == f"i{county.instructors['王芳']}")
    assert busy == tuple((datetime(2027, 6, day), datetime(2027, 6, day, 12)) for day in (7, 14))
