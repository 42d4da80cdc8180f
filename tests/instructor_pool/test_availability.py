"""Weekly patterns with exceptions by date: what they come to, who may enter them, and that matching heeds them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from core.db import session, transaction
from core.errors import RuleBroken
from instructor_pool import queries
from instructor_pool.enums import AnswerSource, DayPart, Grade
from instructor_pool.models import Instructor, WeeklyTime
from instructor_pool.rules.calendars import Away, effective
from instructor_pool.rules.parts import stretches
from instructor_pool.services import availability
from instructor_pool.services.availability import UsualWeek
from tests.factories.county import Browser, County
from tests.instructor_pool.test_pages import SignIn, text_of

MONDAY = date(2027, 6, 7)
CELLS = {f"{part}_{day}": "can" for part in ("morning", "afternoon", "evening") for day in range(7)}


def week(**changed: object) -> WeeklyTime:
    row = WeeklyTime(
        weekday=0, part=DayPart.MORNING, grade=Grade.CANNOT, reason="例会", first_day=None, last_day=None
    )
    for name, value in changed.items():
        setattr(row, name, value)
    return row


def day(n: int, hour: int = 0) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=n), datetime.min.time()) + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("dated", "expected"),
    [
        ([], [(day(0), day(0, 12), Grade.CANNOT), (day(7), day(7, 12), Grade.CANNOT)]),
        ([Away(day(0), day(1), Grade.CAN, "")], [(day(7), day(7, 12), Grade.CANNOT)]),
        (
            [Away(day(0, 9), day(0, 10), Grade.CAN, "")],
            [
                (day(0), day(0, 9), Grade.CANNOT),
                (day(0, 10), day(0, 12), Grade.CANNOT),
                (day(7), day(7, 12), Grade.CANNOT),
            ],
        ),
        (
            [Away(day(0), day(1), Grade.RATHER_NOT, "")],
            [(day(0), day(1), Grade.RATHER_NOT), (day(7), day(7, 12), Grade.CANNOT)],
        ),
        (
            [Away(day(6), day(8), Grade.CANNOT, ""), Away(day(7), day(8), Grade.CAN, "")],
            [(day(0), day(0, 12), Grade.CANNOT), (day(6), day(8), Grade.CANNOT)],
        ),
    ],
)
def test_what_is_said_of_a_date_goes_before_the_week(
    dated: list[Away], expected: list[tuple[datetime, datetime, Grade]]
) -> None:
    found = effective(dated, [week()], day(0), day(14))
    assert [(a.starts, a.ends, a.grade) for a in found] == expected


def test_a_week_holds_between_its_days() -> None:
    rows = [week(first_day=MONDAY + timedelta(days=1), last_day=MONDAY + timedelta(days=7))]
    assert [a.starts for a in effective([], rows, day(0), day(28))] == [day(7)]
    assert effective([], [week(weekday=2)], day(0), day(2)) == []


def test_a_week_is_replaced_whole_and_a_dated_can_needs_something_to_lift(county: County) -> None:
    actor = county.actor("organiser")
    person_id = county.instructors["王芳"]
    with transaction():
        person = session().get_one(Instructor, person_id)
        grades = {
            (0, DayPart.MORNING): Grade.CANNOT,
            (2, DayPart.EVENING): Grade.RATHER_NOT,
            (4, DayPart.EVENING): Grade.CAN,
        }
        availability.set_weekly(person, UsualWeek(grades, "例会"), source=AnswerSource.PHONE, actor=actor)
        changed = {(2, DayPart.EVENING): Grade.CANNOT}
        availability.set_weekly(person, UsualWeek(changed), source=AnswerSource.SELF, actor=actor)
        rows = queries.list_weekly(person.id)
        assert [(r.weekday, r.part, r.grade, r.reason, r.source) for r in rows] == [
            (2, DayPart.EVENING, Grade.CANNOT, "", AnswerSource.SELF)
        ]
        for last in (date(2027, 5, 9), date(2027, 5, 20)):
            endless = UsualWeek(changed, "", date(2027, 5, 21), last)
            with pytest.raises(RuleBroken, match="不能早于"):
                availability.set_weekly(person, endless, source=AnswerSource.SELF, actor=actor)

        def can(first: date) -> None:
            times = stretches(first, first, DayPart.ALL_DAY)
            availability.mark_unavailable(
                person, times, grade=Grade.CAN, source=AnswerSource.SELF, actor=actor
            )

        with pytest.raises(RuleBroken, match="不在每周不能授课的时间里"):
            can(MONDAY)
        can(MONDAY + timedelta(days=2))
        assert queries.unavailable_of(person.id, day(0), day(7)) == []
        later = stretches(MONDAY + timedelta(days=9), MONDAY + timedelta(days=9), DayPart.EVENING)
        availability.mark_unavailable(
            person, later, grade=Grade.RATHER_NOT, source=AnswerSource.SELF, actor=actor
        )
        with pytest.raises(RuleBroken, match="请先删掉那条登记"):
            can(MONDAY + timedelta(days=9))


def test_an_instructor_enters_the_own_week_and_an_organiser_somebody_elses(
    sign_in: SignIn, county: County
) -> None:
    own = sign_in("instructor")
    assert "没有登记每周固定的时间" in text_of(own.get("/me/availability"))
    sent = own.post("/me/availability/weekly", data=CELLS | {"morning_0": "cannot", "reason": "单位例会"})
    assert sent.status_code == 302
    page = text_of(own.get("/me/availability"))
    assert "每周一 上午" in page and "单位例会" in page
    assert 'selected value="cannot"' in own.get("/me/availability/weekly").text
    refused = own.post(
        "/me/availability/weekly", data=CELLS | {"first_day": "2027-06-02", "last_day": "2027-06-01"}
    )
    assert refused.status_code == 422 and "结束日期不能早于开始日期" in text_of(refused)
    assert own.post("/me/availability/weekly", data={"morning_0": "never"}).status_code == 422
    organiser = sign_in("organiser")
    url = f"/instructors/{county.instructors['王芳']}/availability"
    everything = CELLS | {f"{part}_4": "rather_not" for part in ("morning", "afternoon", "evening")}
    assert organiser.post(f"{url}/weekly", data=everything | {"source": "phone"}).status_code == 302
    page = text_of(organiser.get(url))
    assert "每周五 全天" in page and "周一" not in page.split("每周的时间")[1].split("今后的登记")[0]
    assert sign_in("outsider").get(f"{url}/weekly").status_code == 404


def test_the_year_strip_shows_the_week(sign_in: SignIn, county: County) -> None:
    browser: Browser = sign_in("instructor")
    browser.post("/me/availability/weekly", data=CELLS | {"morning_0": "cannot"})
    strip = browser.get("/me/availability").text.split("year-strip")[1].split("</svg>")[0]
    assert strip.count('class="fill-bad"') == 52
