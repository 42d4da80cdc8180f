"""Classes made again: where days come to lie, copies, templates, a year rolled forward and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from accounts.access import SYSTEM
from core.db import session, transaction
from core.errors import RuleBroken
from core.workdays import Calendar, Standing, Year
from courses.models import Course
from instructor_pool.models import Instructor
from scheduling.models import RollForward, Session, TrainingClass
from scheduling.queries import shapes
from scheduling.rules.cloning import a_year_ahead, land
from scheduling.services import cloning
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
MONDAY = date(2027, 6, 7)
OFF = {date(2027, 9, 15): "中秋节", date(2027, 9, 16): "中秋节"}
CALENDAR = Calendar({2027: Year(Standing.OFFICIAL, OFF, {date(2027, 9, 11): "中秋节"})})


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (date(2027, 9, 6), ["2027-09-06", "2027-09-07", "2027-09-08"]),
        (date(2027, 9, 14), ["2027-09-14", "2027-09-17", "2027-09-20"]),
        (date(2027, 9, 11), ["2027-09-11", "2027-09-13", "2027-09-14"]),
    ],
)
def test_worked_days_land_on_workdays_and_keep_their_order(first: date, wanted: list[str]) -> None:
    days = [(date(2027, 6, n), True) for n in (7, 8, 9)]
    assert [str(at.day) for at in land(days, first, CALENDAR).values()] == wanted


def test_why_a_day_moved_is_said(app: object) -> None:
    found = land([(date(2027, 6, 7), True), (date(2027, 6, 8), True)], date(2027, 9, 14), CALENDAR)
    assert found[date(2027, 6, 7)].moved_from == ""
    assert found[date(2027, 6, 8)].moved_from == "2027-09-15是中秋节，顺延"


def test_a_day_that_was_a_weekend_may_stay_one() -> None:
    found = land([(date(2027, 6, 12), False)], date(2027, 9, 18), CALENDAR)
    assert found[date(2027, 6, 12)].day == date(2027, 9, 18)


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2027, 6, 7), date(2027, 12, 31), date(2028, 2, 29)])
def test_a_year_ahead_is_the_same_weekday_of_that_year(day: date) -> None:
    later = a_year_ahead(day, day.year + 1)
    assert (later.weekday(), later.year) == (day.weekday(), day.year + 1)


def b001(county: County) -> TrainingClass:
    return session().get_one(TrainingClass, county.classes["B001"])


def test_a_copy_has_the_same_sessions_and_nothing_planned(county: County) -> None:
    with transaction():
        klass = b001(county)
        retired = session().get_one(Course, county.courses["公文写作"])
        retired.retired = True
        first = session().get_one(Session, county.sessions[0])
        first.wanted_instructor_id, first.instructor_id = (
            county.instructors["王芳"],
            county.instructors["李强"],
        )
        session().flush()
        laid = shapes.lay(shapes.shape_of(klass, date(2027, 9, 6)), date(2027, 9, 6))
        made = cloning.make(klass.owner, laid, cloning.facts_like(klass, "B002", "秋季班", 50), actor=SYSTEM)
        rows = (
            session()
            .scalars(select(Session).where(Session.class_id == made.id).order_by(Session.position))
            .all()
        )
    assert (made.starts_on, made.ends_on, made.size) == (date(2027, 9, 6), date(2027, 9, 7), 50)
    assert [(row.position, row.course_name, row.day.day) for row in rows] == [
        (1, "党的创新理论专题", 6),
        (2, "嘉祥党史", 6),
        (3, "现场教学", 7),
    ]
    assert rows[0].wanted_instructor_id == county.instructors["王芳"]
    assert all(row.instructor_id is None and row.start is None for row in rows)
    assert [line.dropped for line in laid.dropped] == ["课程已停开"]


def test_who_has_no_term_then_is_not_asked_for(county: County) -> None:
    with transaction():
        session().get_one(Session, county.sessions[0]).wanted_instructor_id = county.instructors["王芳"]
        session().get_one(Instructor, county.instructors["王芳"]).term_end = date(2028, 1, 31)
        session().flush()
        shape = shapes.shape_of(b001(county), date(2028, 12, 31))
    assert shape.lines[0].wanted_instructor is None and "王芳" in shape.lines[0].note


def test_a_template_makes_the_class_again_on_workdays(county: County) -> None:
    with transaction():
        klass = b001(county)
        template = cloning.keep_as_template(klass.owner, shapes.shape_of(klass), "两天班", actor=SYSTEM)
        with pytest.raises(RuleBroken, match="已有名为"):
            cloning.keep_as_template(klass.owner, shapes.shape_of(klass), "两天班", actor=SYSTEM)
        friday = date(2027, 9, 10)
        laid = shapes.lay(shapes.shape_of_template(template, friday), friday, CALENDAR)
        facts = cloning.facts_from(template, "B009", "两天班", 40, friday)
        made = cloning.make(klass.owner, laid, facts, actor=SYSTEM)
        days = session().scalars(
            select(Session.day).where(Session.class_id == made.id).order_by(Session.position)
        )
        # The Saturday makes up for the holiday and is worked.
        assert list(days) == [friday, friday, date(2027, 9, 11), date(2027, 9, 11)]


def rolled(county: County) -> RollForward:
    return cloning.roll_forward(b001(county).owner, 2027, 2028, [county.classes["B001"]], actor=SYSTEM)


def count_classes() -> int:
    return session().scalar(select(func.count(TrainingClass.id))) or 0


def test_a_year_rolls_forward_and_back(county: County) -> None:
    before = count_classes()
    with transaction():
        roll = rolled(county)
        made = roll.classes[0].training_class
        assert (made.year, made.number, made.starts_on) == (2028, "B001", date(2028, 6, 5))
        [line] = shapes.roll_lines(made.owner, 2027, 2028)
        assert line.blocked == "新年度已有编号 B001"
        with pytest.raises(RuleBroken, match="不能带过去"):
            rolled(county)
    with transaction():
        cloning.undo_roll(session().scalars(select(RollForward)).one(), actor=SYSTEM)
    assert count_classes() == before
    with transaction(), pytest.raises(RuleBroken, match="已经撤销"):
        cloning.undo_roll(session().scalars(select(RollForward)).one(), actor=SYSTEM)


@pytest.mark.parametrize("what", ["class", "session", "more"])
def test_what_was_changed_since_is_not_taken_back(county: County, what: str) -> None:
    with transaction():
        made = rolled(county).classes[0].training_class
        row = session().scalars(select(Session).where(Session.class_id == made.id)).first()
        assert row is not None
        if what == "class":
            made.size += 1
        elif what == "session":
            row.leader_required = True
        else:
            session().add(Session(class_id=made.id, position=9, day=made.starts_on, half_day=row.half_day, course_name="加课", method=row.method, class_hours=2))  # fmt: skip
    with pytest.raises(RuleBroken, match="改过"), transaction():
        cloning.undo_roll(session().scalars(select(RollForward)).one(), actor=SYSTEM)


def test_pages_preview_before_they_make(sign_in: SignIn, county: County) -> None:
    browser, class_id = sign_in("organiser"), county.classes["B001"]
    preview = browser.get(f"/scheduling/classes/{class_id}/clone?first_day=2027-10-01").text
    assert "国庆节，顺延" in preview
    entered = {"first_day": "2027-09-06", "number": "B002", "name": "秋季班", "size": "30"}
    assert (
        browser.post(f"/scheduling/classes/{class_id}/clone", data={**entered, "number": "B001"}).status_code
        == 422
    )
    assert browser.post(f"/scheduling/classes/{class_id}/clone", data=entered).status_code == 302
    assert (
        browser.post(f"/scheduling/classes/{class_id}/template", data={"name": "模板甲"}).status_code == 302
    )
    assert "模板甲" in browser.get("/scheduling/class-templates").text
    assert "第B001班" in browser.get("/scheduling/roll-forward?year=2027").text
    answer = browser.post("/scheduling/roll-forward", data={"year": "2027", "ids": [str(class_id)]})
    assert answer.status_code == 302 and "year=2028" in answer.location
    assert browser.post("/scheduling/roll-forward", data={"year": "2027"}).status_code == 422
