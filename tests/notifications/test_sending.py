"""From the outbox to mailboxes and groups, against real servers on the loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from core import clock
from core.db import session, transaction
from core.mail import MailServer, Security
from core.outgoing import NotSent, post_json
from core.settings import get_setting
from notifications import services
from notifications.enums import Channel, DeliveryState, Digest, MessageState, Topic
from notifications.jobs import hand_over, post_one, take
from notifications.models import Delivery, MessageAddress, MessagePreference, OutboxMessage
from notifications.rules import Letter
from notifications.rules.robots import door
from notifications.services import addresses, outbox, sending, server
from tests.factories.county import Browser, County
from tests.factories.listeners import Group, Mailbox, https_server, smtp_server


@pytest.fixture
def box(county: County) -> Iterator[Mailbox]:
    """A mail server, set up by the administrator."""
    with smtp_server() as box:
        kept = MailServer(
            "127.0.0.1", box.port, Security.NONE, sender="jiangtai@example.gov.cn", sender_name="讲台"
        )
        with transaction():
            server.set_server(kept, actor=county.actor("administrator"))
            server.set_site("https://jiangtai.example.gov.cn/", actor=county.actor("administrator"))
        yield box


@pytest.fixture
def group(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Group]:
    """A group robot's server, whose host whoever runs the application has named and whose certificate they trust."""
    with https_server(tmp_path) as group:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        monkeypatch.setitem(app.config, "CHANNEL_HOSTS", frozenset({group.place}))
        yield group


def add_mail(county: County, login: str, target: str = "wang@example.com") -> int:
    """A proven mail address."""
    with transaction():
        given = addresses.Given(Channel.MAIL, target)
        row = addresses.add_own(county.users[login], given, door(), actor=county.actor(login))
        row.verified_at = clock.now()
        return row.id


def tell(county: County, login: str, kind: str = "lesson_asked", title: str = "请答复授课") -> int:
    with transaction():
        return services.queue(
            county.users[login], kind, title, "6月7日", "/teaching", unit_id=county.units["嘉祥县"]
        ).id


def state_of(message_id: int) -> MessageState:
    session().rollback()
    return session().get_one(OutboxMessage, message_id).state


def work() -> None:
    while take():
        pass


def test_a_message_is_mailed_with_a_link_and_said_to_be_sent(county: County, box: Mailbox) -> None:
    add_mail(county, "instructor")
    told = tell(county, "instructor")
    work()
    mail = box.mails[0]
    assert (mail["To"], mail["Subject"]) == ("wang@example.com", "请答复授课")
    assert mail.get_content().split() == ["请答复授课", "6月7日", "https://jiangtai.example.gov.cn/teaching"]
    assert mail["Message-ID"].endswith("@example.gov.cn>")
    assert state_of(told) is MessageState.SENT
    assert not post_one()


def test_nothing_goes_to_an_address_that_is_not_proven(county: County, box: Mailbox) -> None:
    add_mail(county, "instructor")
    with transaction():
        session().query(MessageAddress).one().verified_at = None
    told = tell(county, "instructor")
    work()
    assert (box.mails, state_of(told)) == ([], MessageState.SENT)


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(county: County, box: Mailbox) -> None:
    add_mail(county, "instructor")
    told, box.refuse = tell(county, "instructor"), "451 later"
    work()
    row = session().query(Delivery).one()
    assert (row.state, row.attempts) == (DeliveryState.RETRYING, 1) and "451 later" in row.reason
    assert row.due_at > clock.now() and state_of(told) is MessageState.RETRYING
    for _ in range(5):
        with transaction():
            session().query(Delivery).one().due_at = clock.now()
        assert post_one()
    assert state_of(told) is MessageState.GIVEN_UP
    assert session().query(Delivery).one().attempts == 6
    box.refuse = ""
    with transaction():
        outbox_message = session().get_one(OutboxMessage, told)
        outbox.try_again(outbox_message, actor=county.actor("organiser"))
    work()
    assert (len(box.mails), state_of(told)) == (1, MessageState.SENT)


def test_a_mailbox_that_does_not_exist_is_given_up_at_once(county: County, box: Mailbox) -> None:
    add_mail(county, "instructor")
    box.refuse = "550 no such user"
    told = tell(county, "instructor")
    work()
    assert state_of(told) is MessageState.GIVEN_UP


def test_what_was_confirmed_is_never_sent_again(county: County, box: Mailbox) -> None:
    add_mail(county, "instructor")
    tell(county, "instructor")
    work()
    with pytest.raises(IntegrityError):
        session().query(Delivery).update({"state": DeliveryState.WAITING})
    session().rollback()
    assert not post_one() and len(box.mails) == 1


def test_a_worker_that_dies_while_sending_is_followed_by_one_with_the_same_number(
    county: County, box: Mailbox
) -> None:
    add_mail(county, "instructor")
    told = tell(county, "instructor")
    hand_over()
    with transaction():
        parcel = sending.claim()
    assert parcel is not None
    sending.post(parcel, door())  # and dies before it can write down that it went
    assert not post_one()  # nobody else takes it while the lease lasts
    with transaction():
        session().query(Delivery).one().lease_until = clock.instant() - timedelta(seconds=1)
    assert post_one()
    assert [mail["Message-ID"] for mail in box.mails] == [box.mails[0]["Message-ID"]] * 2
    assert state_of(told) is MessageState.SENT


def test_what_waited_over_night_comes_as_one_mail(county: County, box: Mailbox) -> None:
    add_mail(county, "instructor")
    with transaction():
        row = MessagePreference(user_id=county.users["instructor"], ways={}, digest=Digest.DAILY)
        session().add(row)
    told = [tell(county, "instructor", title=f"第 {n} 节课") for n in (1, 2)]
    urgent = tell(county, "instructor", "booking_withdrawn", "已取消")
    work()
    assert [mail["Subject"] for mail in box.mails] == ["已取消"]
    assert [state_of(n) for n in (*told, urgent)] == [
        MessageState.GOING,
        MessageState.GOING,
        MessageState.SENT,
    ]
    with transaction():
        session().query(Delivery).filter(Delivery.state == DeliveryState.WAITING).update(
            {"due_at": clock.now()}
        )
    work()
    assert box.mails[1]["Subject"] == "讲台：2 条消息"
    assert "第 1 节课" in box.mails[1].get_content() and "第 2 节课" in box.mails[1].get_content()
    assert {state_of(n) for n in told} == {MessageState.SENT}


def test_a_topic_that_was_not_ticked_stays_in_the_inbox(county: County, box: Mailbox) -> None:
    add_mail(county, "instructor")
    with transaction():
        session().add(MessagePreference(user_id=county.users["instructor"], ways={"lesson": []}))
    tell(county, "instructor")
    tell(county, "instructor", "booking_withdrawn", "已取消")
    work()
    assert [mail["Subject"] for mail in box.mails] == ["已取消"]


def test_a_group_reads_what_its_level_tells(county: County, group: Group) -> None:
    with transaction():
        given = addresses.Given(
            Channel.DINGTALK, f"https://{group.place}/robot/send?access_token=t", "SEC", "排课群"
        )
        addresses.add_group(
            county.unit("嘉祥县"),
            given,
            [Topic.SUBSTITUTE],
            door({group.place}),
            actor=county.actor("administrator"),
        )
    for login in ("organiser", "approver"):
        tell(county, login, "lesson_declined", "王芳 谢绝了")
    tell(county, "organiser", "lesson_asked")
    work()
    (path, payload), *more = group.posts
    assert more == [] and payload["text"]["content"].startswith("王芳 谢绝了")
    stamp = path.split("timestamp=")[1].split("&")[0]
    mac = hmac.new(b"SEC", f"{stamp}\nSEC".encode(), hashlib.sha256).digest()
    assert base64.b64encode(mac).decode().replace("=", "%3D").replace("+", "%2B").replace("/", "%2F") in path


def test_a_robot_that_complains_is_tried_again(county: County, group: Group) -> None:
    group.answer = '{"errcode": 310000, "errmsg": "sign not match"}'
    with transaction():
        given = addresses.Given(Channel.WECOM, f"https://{group.place}/send?key=k", "", "群")
        addresses.add_group(
            county.unit("嘉祥县"),
            given,
            [Topic.LESSON],
            door({group.place}),
            actor=county.actor("administrator"),
        )
    told = tell(county, "instructor")
    work()
    said = group.posts[0][1]["text"]["content"]
    assert (
        said.startswith("instructor：请答复授课") and "/a/" not in said
    )  # for whom, and no link that answers
    assert state_of(told) is MessageState.RETRYING
    assert "sign not match" in session().query(Delivery).one().reason


def test_redirects_are_not_followed_and_strangers_not_trusted(
    app: Flask, group: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = door({group.place})
    group.status, group.headers = 302, {"Location": f"https://{group.place}/elsewhere"}
    with pytest.raises(NotSent, match="302"):
        post_json(f"https://{group.place}/hook", {}, own)
    assert [path for path, _ in group.posts] == ["/hook"]
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotSent, match="certificate"):
        post_json(f"https://{group.place}/hook", {}, own)
    # A public host whose name leads home is not followed there.
    public = replace(own, hosts=own.own, own=frozenset())
    with pytest.raises(NotSent, match="内部网络"):
        post_json(f"https://{group.place}/hook", {}, public)
    assert len(group.posts) == 1


def test_an_address_is_proven_by_the_code_sent_to_it(county: County, box: Mailbox) -> None:
    with transaction():
        given = addresses.Given(Channel.MAIL, "li@example.com")
        row = addresses.add_own(county.users["instructor"], given, door(), actor=county.actor("instructor"))
        address_id, code = row.id, addresses.new_code(row)
    sending.post_now(session().get_one(MessageAddress, address_id), Letter(f"验证码：{code}"), door())
    assert code in box.mails[0]["Subject"]
    wrong = "000000" if code != "000000" else "111111"
    with transaction():
        row = session().get_one(MessageAddress, address_id)
        assert not addresses.prove(row, wrong)
        assert addresses.prove(row, f" {code} ")
        assert not addresses.prove(row, code)  # once


def test_a_code_dies_after_five_wrong_ones(county: County) -> None:
    with transaction():
        given = addresses.Given(Channel.MAIL, "li@example.com")
        row = addresses.add_own(county.users["instructor"], given, door(), actor=county.actor("instructor"))
        code = addresses.new_code(row)
        wrong = "000000" if code != "000000" else "111111"
        assert [addresses.prove(row, wrong) for _ in range(5)] == [False] * 5
        assert not addresses.prove(row, code)


def test_secrets_are_sealed(county: County, box: Mailbox) -> None:
    with transaction():
        kept = MailServer("smtp.example.com", 465, Security.TLS, "user", "hunter2hunter2", "a@example.com")
        server.set_server(kept, actor=county.actor("administrator"))
    add_mail(county, "instructor", "secret.person@example.com")
    stored = str(get_setting("mail_server", {})) + session().query(MessageAddress).one().target_sealed
    assert "hunter2" not in stored and "secret.person" not in stored


def test_the_administrator_tries_the_mail_server(
    box: Mailbox, sign_in: Callable[[str], Browser], county: County
) -> None:
    browser = sign_in("administrator")
    sent = browser.post("/settings/channels/server/try", data={"mailbox": "office@example.com"})
    assert sent.status_code == 302 and [mail["To"] for mail in box.mails] == ["office@example.com"]
    with transaction():
        server.set_server(
            MailServer("127.0.0.1", 1, Security.NONE, sender="jiangtai@example.gov.cn"),
            actor=county.actor("administrator"),
        )
    refused = browser.post("/settings/channels/server/try", data={"mailbox": "office@example.com"})
    assert refused.status_code == 422 and "连接不上邮件服务器" in refused.text
