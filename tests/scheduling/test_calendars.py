"""Personal calendars behind secret links, and the public timetable of a class."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from icalendar import Calendar

from accounts.access import SYSTEM
from core.db import session, transaction
from scheduling.enums import ResourceKind
from scheduling.models import CalendarFeed, Session
from scheduling.services import answering, publishing, withdrawing
from tests.factories.county import Browser, County
from tests.scheduling.test_chain import booked, klass_of, plan_all

SignIn = Callable[[str], Browser]


@pytest.fixture
def published(county: County) -> list[int]:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    return county.sessions


def path_of(browser: Browser, kind: str) -> str:
    page = browser.post(f"/me/calendar/{kind}/renew").text
    found = re.search(r"http://localhost(/calendar/[\w-]+\.ics)", page)
    assert found
    return found.group(1)


def events(browser: Browser, path: str) -> dict[str, str]:
    answer = browser.get(path)
    assert answer.status_code == 200 and answer.content_type.startswith("text/calendar")
    return {str(e["summary"]): str(e["status"]) for e in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_an_instructors_calendar_follows_what_happens(
    sign_in: SignIn, client: Browser, county: County, published: list[int]
) -> None:
    path = path_of(sign_in("instructor"), "teaching")
    assert events(client, path) == {"嘉祥党史": "TENTATIVE"}
    row = session().get_one(Session, published[1])
    with transaction():
        answering.answer(booked(row, ResourceKind.INSTRUCTOR), accept=True, actor=SYSTEM)
    assert events(client, path) == {"嘉祥党史": "CONFIRMED"}
    start = next(iter(Calendar.from_ical(client.get(path).data).walk("VEVENT")))["dtstart"].dt
    assert start.isoformat() == "2027-06-07T06:00:00+00:00"  # 14:00 in Shanghai
    with transaction():
        withdrawing.cancel(session().get_one(Session, published[1]), reason="改期", actor=SYSTEM)
    assert events(client, path) == {"嘉祥党史": "CANCELLED"}


def test_a_new_link_ends_the_old_one_and_revoking_ends_all(
    sign_in: SignIn, client: Browser, county: County
) -> None:
    browser = sign_in("instructor")
    first = path_of(browser, "teaching")
    second = path_of(browser, "teaching")
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    assert browser.post("/me/calendar/teaching/revoke").status_code == 200
    assert client.get(second).status_code == 404
    kept = session().query(CalendarFeed).all()
    assert len(kept) == 2 and all(row.token_hash not in first + second for row in kept)


def test_calendars_are_for_whoever_has_the_role_and_the_account(
    sign_in: SignIn, client: Browser, county: County, published: list[int]
) -> None:
    assert sign_in("instructor").post("/me/calendar/planning/renew").status_code == 404
    assert sign_in("instructor").post("/me/calendar/nothing/renew").status_code == 404
    assert "没有自己的课程日历" in sign_in("auditor").get("/me/calendar").text
    path = path_of(sign_in("organiser"), "planning")
    assert len(events(client, path)) == 4
    assert events(client, path_of(sign_in("outsider"), "planning")) == {}
    sign_in("administrator").post(f"/accounts/{county.users['organiser']}/disable")
    assert client.get(path).status_code == 404


def test_fetching_is_throttled(sign_in: SignIn, client: Browser, county: County) -> None:
    path = path_of(sign_in("instructor"), "teaching")
    answers = [client.get(path).status_code for _ in range(32)]
    assert answers == [200] * 30 + [429] * 2


def test_a_public_timetable_is_opened_closed_and_shows_no_telephone(
    sign_in: SignIn, client: Browser, county: County, published: list[int]
) -> None:
    browser, url = sign_in("organiser"), f"/scheduling/classes/{county.classes['B001']}/public"
    assert "现在没有公开" in browser.get(url).text
    assert browser.post(f"{url}/open").status_code == 302
    found = re.search(r'href="http://localhost(/t/[\w-]+)"', browser.get(url).text)
    assert found
    page = client.get(found.group(1))
    assert page.status_code == 200 and "嘉祥党史" in page.text and "王芳 县委党校 教师" in page.text
    assert "0537" not in page.text and "张联络" not in page.text and "noindex" in page.text
    assert sign_in("outsider").post(f"{url}/close").status_code == 404
    assert browser.post(f"{url}/close").status_code == 302
    assert client.get(found.group(1)).status_code == 404
    browser.post(f"{url}/open")
    assert found.group(1) not in browser.get(url).text


def test_what_was_not_published_is_not_public(sign_in: SignIn, client: Browser, county: County) -> None:
    browser, url = sign_in("organiser"), f"/scheduling/classes/{county.classes['B001']}/public"
    browser.post(f"{url}/open")
    found = re.search(r'href="http://localhost(/t/[\w-]+)"', browser.get(url).text)
    assert found
    page = client.get(found.group(1)).text
    assert "还没有发布" in page and "嘉祥党史" not in page
