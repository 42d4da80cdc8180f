"""From the outbox to the inbox, once; reading; whose inbox it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.db import session, transaction
from core.errors import Conflict
from notifications import services
from notifications.enums import MessageState
from notifications.jobs import take
from notifications.models import InboxItem, OutboxMessage
from notifications.queries import inbox as queries
from notifications.services import outbox
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]


def tell(county: County, who: str, title: str = "请确认授课", url: str = "/teaching") -> None:
    """A message to one of the accounts."""
    with transaction():
        services.queue(county.users[who], "lesson", title, "6月7日 周一 上午", url)


def test_a_message_is_delivered_once(county: County) -> None:
    tell(county, "instructor")
    assert queries.count_unread(county.users["instructor"]) == 0
    assert take() is True
    assert take() is False
    assert queries.count_unread(county.users["instructor"]) == 1
    assert session().query(OutboxMessage).filter(OutboxMessage.sent_at.is_(None)).count() == 0


def test_a_second_delivery_of_the_same_message_is_refused(county: County) -> None:
    """What a crash between two deliveries could leave: the database refuses the second item."""
    tell(county, "instructor")
    take()
    with transaction():
        session().query(OutboxMessage).one().state = MessageState.READY
    with pytest.raises(Conflict), transaction():
        outbox.hand_over(10)
    assert session().query(InboxItem).count() == 1


def test_a_message_dies_with_its_transaction(county: County) -> None:
    with pytest.raises(RuntimeError), transaction():
        services.queue(county.users["instructor"], "lesson", "x")
        raise RuntimeError
    assert session().query(OutboxMessage).count() == 0
    assert take() is False


def test_batches(county: County) -> None:
    with transaction():
        for n in range(5):
            services.queue(county.users["instructor"], "lesson", f"第 {n} 条")
    with transaction():
        assert outbox.hand_over(3) == 3
    with transaction():
        assert (outbox.hand_over(3), outbox.hand_over(3)) == (2, 0)


def test_too_long_a_title_is_cut_and_too_long_an_address_left_out(county: County) -> None:
    with transaction():
        message = services.queue(county.users["instructor"], "lesson", "长" * 300, url="/" + "x" * 300)
    assert (len(message.title), message.url) == (160, "")


def test_the_inbox_shows_and_counts(sign_in: SignIn, county: County) -> None:
    browser = sign_in("instructor")
    assert "还没有消息" in browser.get("/inbox").text
    tell(county, "instructor")
    tell(county, "organiser", "别人的消息")
    take()
    page = browser.get("/inbox").text
    assert "请确认授课" in page and "6月7日 周一 上午" in page and "别人的消息" not in page
    assert 'class="dot-count">1<' in page


def test_opening_marks_as_read_and_leads_on(sign_in: SignIn, county: County) -> None:
    tell(county, "instructor")
    take()
    browser, item = sign_in("instructor"), session().query(InboxItem).one().id
    answer = browser.post(f"/inbox/{item}/open")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/teaching")
    assert "dot-count" not in browser.get("/inbox").text
    assert "请确认授课" not in browser.get("/inbox?state=unread").text
    assert "请确认授课" in browser.get("/inbox?state=read&q=确认").text


def test_an_address_off_the_site_is_not_followed(sign_in: SignIn, county: County) -> None:
    tell(county, "instructor", url="//evil.example")
    take()
    item = session().query(InboxItem).one().id
    assert sign_in("instructor").post(f"/inbox/{item}/open").headers["Location"] == "/inbox"


def test_nobody_reads_anothers_inbox(sign_in: SignIn, county: County) -> None:
    tell(county, "instructor")
    take()
    item = session().query(InboxItem).one().id
    assert sign_in("organiser").post(f"/inbox/{item}/open").status_code == 404
    assert sign_in("organiser").post("/inbox/read", data={"ids": item}).status_code == 404
    assert queries.count_unread(county.users["instructor"]) == 1


def test_all_read(sign_in: SignIn, county: County) -> None:
    for n in range(3):
        tell(county, "instructor", f"第 {n} 条")
    tell(county, "organiser")
    take()
    browser = sign_in("instructor")
    assert browser.post("/inbox/read", data={"whom": "all"}).status_code == 302
    assert queries.count_unread(county.users["instructor"]) == 0
    assert queries.count_unread(county.users["organiser"]) == 1


def test_many_messages_go_on_pages(sign_in: SignIn, county: County) -> None:
    with transaction():
        for n in range(120):
            services.queue(county.users["instructor"], "lesson", f"第 {n} 条")
    take()
    browser = sign_in("instructor")
    page = browser.get("/inbox").text
    assert "第 119 条" in page and "第 69 条" not in page and "99+" in page
    assert "第 0 条" in browser.get("/inbox?page=3").text
