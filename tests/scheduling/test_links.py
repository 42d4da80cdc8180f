"""Answers without sign-in: what a link opens, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from core import clock, links
from core.db import session, transaction
from core.settings import set_setting
from notifications.models import OutboxMessage
from notifications.services import outbox
from notifications.services.sending import letter_of
from scheduling import notices
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session
from scheduling.rules.answers import AnswerPolicy
from scheduling.services import answering, policies, publishing, reminding
from tests.factories.county import Browser, County
from tests.scheduling.test_chain import booked, klass_of, plan_all

SignIn = Callable[[str], Browser]


@pytest.fixture
def asked(county: County) -> int:
    """The booking of 赵书记, who has no account, for the first lesson."""
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    return booked(session().get_one(Session, county.sessions[0]), ResourceKind.INSTRUCTOR).id


def state(booking_id: int) -> BookingState:
    session().rollback()
    return session().get_one(Booking, booking_id).state


def test_a_link_shows_one_assignment_and_answers_it_once(client: Browser, asked: int) -> None:
    path = notices.answer_path(asked)
    page = client.get(path)
    assert page.status_code == 200 and "赵书记" in page.text and "党的创新理论专题" in page.text
    assert "王芳" not in page.text and state(asked) is BookingState.HELD  # looking changes nothing
    assert client.post(path, data={"answer": "accept"}).status_code == 303
    assert state(asked) is BookingState.CONFIRMED
    assert "已答复" in client.get(path).text and "能来授课" not in client.get(path).text
    replayed = client.post(path, data={"answer": "decline", "reason": "改主意了"})
    assert replayed.status_code == 422 and state(asked) is BookingState.CONFIRMED


def test_a_decline_needs_its_reason(client: Browser, asked: int) -> None:
    path = notices.answer_path(asked)
    assert client.post(path, data={"answer": "decline"}).status_code == 422
    assert client.post(path, data={"answer": "decline", "reason": "出差"}).status_code == 303
    row = session().get_one(Booking, asked)
    assert (row.state, row.answer_reason, row.recorded_by_id) == (BookingState.DECLINED, "出差", None)


def test_without_a_token_of_the_page_nothing_is_answered(client: Browser, asked: int) -> None:
    answer = client.post(notices.answer_path(asked), data={"answer": "accept"}, headers={"X-CSRFToken": ""})
    assert answer.status_code == 400 and state(asked) is BookingState.HELD


def test_links_that_are_forged_of_another_purpose_or_another_row(client: Browser, asked: int) -> None:
    good = notices.answer_path(asked).rsplit("/", 1)[1]
    _body, stamp, mark = good.split(".")
    other = links.sign("answer", asked + 1).split(".")[0]
    for token in (
        good[:-2] + ("AA" if not good.endswith("AA") else "BB"),
        f"{other}.{stamp}.{mark}",
        links.sign("substitute", asked),
        "x" * 1000,
        str(asked),
    ):
        assert client.get(f"/a/{token}").status_code == 404
        assert client.post(f"/a/{token}", data={"answer": "accept"}).status_code == 404
    assert client.get(f"/stand-in/{good}").status_code == 404
    assert state(asked) is BookingState.HELD


def test_a_link_of_one_person_is_none_for_whoever_follows(
    client: Browser, county: County, asked: int
) -> None:
    path = notices.answer_path(asked)
    with transaction():
        booking = session().get_one(Booking, asked)
        booking.state = BookingState.RELEASED
    assert "已经取消" in client.get(path).text
    assert client.post(path, data={"answer": "accept"}).status_code == 422
    assert state(asked) is BookingState.RELEASED


def test_links_expire_and_die_with_the_lesson(
    client: Browser, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notices.answer_path(asked)
    assert links.read("answer", path.rsplit("/", 1)[1], timedelta(days=30)) == asked
    assert links.read("answer", path.rsplit("/", 1)[1], timedelta(seconds=-1)) is None
    clock.set_offset(clock._offset + (datetime(2027, 6, 8, 9) - clock.now()))
    assert client.post(path, data={"answer": "accept"}).status_code == 422
    assert state(asked) is BookingState.HELD


def test_whoever_guesses_waits(client: Browser, asked: int) -> None:
    answers = [client.get(f"/a/guess{n}").status_code for n in range(62)]
    assert answers[:60] == [404] * 60 and answers[60:] == [429, 429]
    assert client.get(notices.answer_path(asked)).status_code == 200  # who has a good one still sees it


def test_messages_carry_the_link_outside_and_the_page_inside(county: County, asked: int) -> None:
    with transaction():
        set_setting("site_address", "https://jiangtai.example.gov.cn")
    told = (
        session()
        .query(OutboxMessage)
        .filter_by(user_id=county.users["instructor"], kind="lesson_asked")
        .first()
    )
    assert told is not None and told.url == "/teaching"
    link = letter_of(told).link
    assert link.startswith("https://jiangtai.example.gov.cn/a/")
    token = urlsplit(link).path.rsplit("/", 1)[1]
    booking = session().get_one(Booking, links.read("answer", token, timedelta(days=1)) or 0)
    assert booking.resource_id == county.instructors["王芳"]


def test_nobody_is_reminded_of_what_still_waits_to_be_looked_at(county: County) -> None:
    with transaction():
        outbox.set_looks_first(county.unit("嘉祥县"), looks=True, actor=SYSTEM)
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
        clock.set_offset(clock._offset + timedelta(hours=100))
        assert reminding.remind() == 0
    letters = session().query(OutboxMessage).all()
    told = select(Booking).where(Booking.id.in_([m.params["answer"] for m in letters]))
    assert {b.answer_by for b in session().scalars(told)} == {
        None
    }  # no deadline runs of what nobody has heard
    session().rollback()
    with transaction():
        outbox.send(session().query(OutboxMessage).all(), actor=SYSTEM)
    for booking in session().scalars(told):
        assert booking.answer_by == booking.asked_at + timedelta(days=3) > clock.now()
    session().rollback()
    with transaction():
        outbox.hold_back(session().query(OutboxMessage).all(), actor=SYSTEM)
    assert {b.answer_by for b in session().scalars(told)} == {None}
    session().rollback()
    with transaction():
        outbox.send(session().query(OutboxMessage).all(), actor=SYSTEM)
        clock.set_offset(clock._offset + timedelta(hours=30))
        assert reminding.remind() > 0


def test_deadlines_reminders_and_the_overdue_list(sign_in: SignIn, county: County, asked: int) -> None:
    row = session().get_one(Booking, asked)
    assert row.answer_by == row.asked_at + timedelta(days=3)
    counts = []
    for hours in (1, 25, 26, 61, 62, 80):
        with transaction():
            now = clock.now()
            clock.set_offset(clock._offset + (row.asked_at + timedelta(hours=hours) - now))
            counts.append(reminding.remind())
    # 王芳 and the manager of the bases have accounts; each is reminded twice and never after the deadline.
    assert counts[0] == counts[2] == counts[4] == counts[5] == 0 and counts[1] == counts[3] > 0
    last = (
        session()
        .query(OutboxMessage)
        .filter_by(kind="answer_reminder")
        .order_by(OutboxMessage.id.desc())
        .first()
    )
    assert last is not None and last.title.startswith("最后提醒")
    with transaction():
        assert answering.release_unanswered() == 0  # a level has to want it
        policies.set_policy(county.unit("嘉祥县"), AnswerPolicy(release_bases=True), actor=SYSTEM)
        assert answering.release_unanswered() > 0 and answering.release_unanswered() == 0
    rooms = session().scalars(select(Booking).filter_by(kind=ResourceKind.VENUE, state=BookingState.DECLINED))
    assert {room.lesson.venue_id for room in rooms} == {None}
    told = session().scalars(select(OutboxMessage).filter_by(kind="lesson_declined")).all()
    assert any("到期没有答复" in message.title for message in told)
    browser = sign_in("organiser")
    assert "场地已让出" in browser.get("/scheduling/declined").text
    assert "赵书记" in browser.get("/scheduling/answers?state=overdue").text
    assert "赵书记" not in browser.get("/scheduling/answers?state=open").text
    assert "过了期限没有答复" in browser.get("/").text
    assert browser.get("/scheduling/answers?export=xlsx&kind=instructor&sort=name&q=B001").data[:2] == b"PK"
