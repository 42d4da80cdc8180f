"""The years of the calendar: seeded, corrected by the administrator, given back."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

from app.reminders import keep_calendar
from core.calendars import CalendarDay, CalendarYear, calendar_of
from core.db import session, transaction
from core.workdays import Standing, seeded
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
OFFICIAL = "2027-10-01 ~ 2027-10-07 放假 国庆节\n2027-10-09 上班 国庆节\n"


def test_the_administrator_enters_what_was_announced(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("administrator"), "/settings/calendar/2027"
    assert "暂定" in browser.get("/settings/calendar/").text
    assert "2027-10-01 ~ 2027-10-03 放假 国庆节" in browser.get(url).text
    assert browser.post(url, data={"standing": "official", "days": OFFICIAL}).status_code == 302
    found = calendar_of([2027])
    assert found.is_official(2027)
    assert [found.is_workday(date(2027, 10, n)) for n in (1, 7, 8, 9, 10)] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert (
        browser.post(url, data={"standing": "official", "days": OFFICIAL, "version": "9"}).status_code == 409
    )
    upload = {"standing": "provisional", "days": "x", "file": (io.BytesIO(OFFICIAL.encode()), "2027.txt")}
    assert browser.post(url, data=upload, content_type="multipart/form-data").status_code == 302
    session().expire_all()
    assert not calendar_of([2027]).is_official(2027)
    assert browser.post(f"{url}/restore").status_code == 302
    session().rollback()
    assert calendar_of([2027]).of(2027) == seeded(2027)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("2027-10-01 休息 国庆节", "第 1 行看不懂"),
        ("\n2027-13-01 放假 国庆节", "第 2 行看不懂"),
        ("2027-10-07 ~ 2027-10-01 放假 国庆节", "第 1 行看不懂"),
        ("2026-10-01 放假 国庆节", "不在 2027 年"),
        ("2027-10-01 放假 国庆节\n2027-10-01 放假 国庆节", "写了两次"),
        ("2027-10-08 上班 国庆节", "本来就上班"),
    ],
)
def test_a_line_that_cannot_be_is_named(sign_in: SignIn, county: County, days: str, said: str) -> None:
    answer = sign_in("administrator").post(
        "/settings/calendar/2027", data={"standing": "official", "days": days}
    )
    assert (answer.status_code, said in answer.text) == (422, True)
    assert session().query(CalendarYear).count() == 0


def test_the_worker_keeps_the_coming_years_but_not_what_was_corrected(
    sign_in: SignIn, county: County
) -> None:
    browser = sign_in("administrator")
    browser.post("/settings/calendar/2028", data={"standing": "official", "days": "2028-01-01 放假 元旦"})
    for _again in range(2):
        with transaction():
            keep_calendar()
    assert [row.year for row in session().query(CalendarYear).order_by(CalendarYear.year)] == [
        2027,
        2028,
        2029,
    ]
    assert session().query(CalendarDay).filter_by(year=2028).count() == 1
    assert calendar_of([2027]).of(2027).standing is Standing.PROVISIONAL
    assert browser.get("/settings/calendar/1999").status_code == 404
