"""Own pages of instructors and base managers: what is asked, accepted, declined."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.access import SYSTEM
from core.db import session, transaction
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session
from scheduling.services import publishing
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


def lesson(county: County, n: int) -> Session:
    return session().get_one(Session, county.sessions[n - 1])


def test_an_instructor_sees_and_accepts_on_the_phone(
    sign_in: SignIn, county: County, published: list[int]
) -> None:
    browser = sign_in("instructor")
    page = browser.get("/teaching").text
    for words in (
        "嘉祥党史",
        "6月7日 周一 下午 14:00–16:15",
        "东镇党校",
        "张联络",
        'href="tel:0537-0000001"',
        "待答复",
    ):
        assert words in page
    asked = booked(lesson(county, 2), ResourceKind.INSTRUCTOR)
    done = browser.post(
        f"/teaching/{asked.id}", data={"answer": "accept", "version": asked.version}, follow_redirects=True
    )
    assert "已答复：能来授课。" in done.text
    assert session().get_one(Booking, asked.id).state is BookingState.CONFIRMED


def test_a_decline_needs_a_reason_and_reaches_the_organiser(
    sign_in: SignIn, county: County, published: list[int]
) -> None:
    browser = sign_in("instructor")
    asked = booked(lesson(county, 2), ResourceKind.INSTRUCTOR)
    bare = browser.post(f"/teaching/{asked.id}", data={"answer": "decline"})
    assert bare.status_code == 422 and "请写明不能来的原因" in bare.text
    assert (
        browser.post(f"/teaching/{asked.id}", data={"answer": "decline", "reason": "市里开会"}).status_code
        == 302
    )
    organiser = sign_in("organiser")
    page = organiser.get("/scheduling/declined").text
    assert "王芳" in page and "市里开会" in page and "找人接替" in page
    panel = organiser.get(f"/scheduling/sessions/{county.sessions[1]}", headers={"HX-Request": "true"}).text
    assert "讲师谢绝" in panel and f"/scheduling/sessions/{county.sessions[1]}/candidates" in panel


def test_somebody_elses_assignment_does_not_exist(
    sign_in: SignIn, county: County, published: list[int]
) -> None:
    browser = sign_in("instructor")
    other = booked(lesson(county, 1), ResourceKind.INSTRUCTOR)
    assert browser.get(f"/teaching/{other.id}").status_code == 404
    assert browser.post(f"/teaching/{other.id}", data={"answer": "accept"}).status_code == 404
    room = booked(lesson(county, 1), ResourceKind.VENUE)
    assert sign_in("manager").get(f"/base-bookings/{room.id}").status_code == 404


def test_a_base_manager_confirms_and_declines(sign_in: SignIn, county: County, published: list[int]) -> None:
    browser = sign_in("manager")
    page = browser.get("/base-bookings").text
    assert "等待确认" in page and "红色纪念馆" in page and "第B001班" in page
    asked = booked(lesson(county, 4), ResourceKind.VENUE)
    assert browser.post(f"/base-bookings/{asked.id}", data={"answer": "accept"}).status_code == 302
    assert session().get_one(Booking, asked.id).state is BookingState.CONFIRMED
    assert (
        browser.post(
            f"/base-bookings/{asked.id}", data={"answer": "decline", "reason": "停电检修"}
        ).status_code
        == 302
    )
    assert lesson(county, 4).venue_id is None
