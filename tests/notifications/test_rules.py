"""Ways, quiet hours, digests, retries and the shapes robots want, without a database."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from core.outgoing import Door, all_public, refusal
from notifications import rules
from notifications.enums import Channel, DeliveryState, Digest, MessageState, Topic
from notifications.rules import Letter, Wish, robots

NOON, NIGHT = datetime(2027, 5, 10, 12), datetime(2027, 5, 10, 22, 30)
MORNING = datetime(2027, 5, 11, 8)


def test_at_night_only_what_is_urgent_leaves() -> None:
    wish = Wish({})
    assert rules.due_at(NOON, Topic.LESSON, wish) == NOON
    assert rules.due_at(NIGHT, Topic.LESSON, wish) == MORNING
    assert rules.due_at(NIGHT, Topic.CHANGE, wish) == NIGHT
    assert rules.due_at(datetime(2027, 5, 11, 3), Topic.LESSON, wish) == MORNING
    assert rules.due_at(MORNING, Topic.LESSON, wish) == MORNING


def test_a_digest_waits_for_the_morning_and_for_the_end_of_quiet_hours() -> None:
    daily = Wish({}, digest=Digest.DAILY)
    assert rules.due_at(NOON, Topic.LESSON, daily) == MORNING
    assert rules.due_at(NOON, Topic.SUBSTITUTE, daily) == NOON
    late = Wish({}, time(22), time(9, 30), Digest.DAILY)
    assert rules.due_at(NOON, Topic.LESSON, late) == datetime(2027, 5, 11, 9, 30)


@pytest.mark.parametrize(
    ("at", "begins", "ends", "quiet"),
    [
        (time(20, 59), time(21), time(8), False),
        (time(21), time(21), time(8), True),
        (time(8), time(21), time(8), False),
        (time(13), time(12), time(14), True),
        (time(13), time(9), time(9), False),
    ],
)
def test_quiet_hours(at: time, begins: time, ends: time, quiet: bool) -> None:
    assert rules.is_quiet(datetime.combine(NOON.date(), at), begins, ends) is quiet


def test_a_topic_without_a_choice_goes_every_way_and_one_without_a_tick_goes_none() -> None:
    wish = Wish({Topic.REVIEW: frozenset(), Topic.LESSON: frozenset({Channel.MAIL})})
    assert wish.wants(Topic.OFFICE, Channel.FEISHU)
    assert not wish.wants(Topic.REVIEW, Channel.MAIL)
    assert (wish.wants(Topic.LESSON, Channel.MAIL), wish.wants(Topic.LESSON, Channel.WECOM)) == (True, False)


def test_retries_wait_longer_each_time_and_end() -> None:
    waits = [rules.retry_at(NOON, n) for n in range(1, 7)]
    assert waits[0] == NOON + timedelta(minutes=1) and waits[4] == NOON + timedelta(hours=4)
    assert waits[5] is None and waits[:5] == sorted(w for w in waits[:5] if w)


def test_the_state_of_a_message_follows_its_deliveries() -> None:
    d = DeliveryState
    assert rules.state_of([d.SENT, d.SENT]) is MessageState.SENT
    assert rules.state_of([d.SENT, d.GIVEN_UP]) is MessageState.GIVEN_UP
    assert rules.state_of([d.GIVEN_UP, d.WAITING]) is MessageState.GOING
    assert rules.state_of([d.RETRYING, d.WAITING]) is MessageState.RETRYING
    assert rules.state_of([]) is MessageState.SENT


def test_topics_of_kinds() -> None:
    assert rules.topic_of("booking_withdrawn") is Topic.CHANGE
    assert rules.topic_of("visit_asked") is Topic.VISIT
    assert rules.topic_of("visit_stopped") is Topic.CHANGE
    assert rules.topic_of("substitute_asked") is Topic.SUBSTITUTE
    assert rules.topic_of("anything") is Topic.OFFICE


def test_a_group_reads_what_several_people_are_told_once() -> None:
    twice = [Letter("甲"), Letter("乙", "b"), Letter("甲")]
    assert rules.without_repeats(twice) == [Letter("甲"), Letter("乙", "b")]


def test_dingtalk_is_signed_in_the_address() -> None:
    post = robots.post_of(
        Channel.DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token=t", "SEC1", "好", 1700000000
    )
    query = parse_qs(urlsplit(post.url).query)
    mac = hmac.new(b"SEC1", b"1700000000000\nSEC1", hashlib.sha256).digest()
    assert query["access_token"] == ["t"] and query["timestamp"] == ["1700000000000"]
    assert query["sign"] == [base64.b64encode(mac).decode()]
    assert post.payload == {"msgtype": "text", "text": {"content": "好"}}


def test_feishu_is_signed_in_the_body() -> None:
    post = robots.post_of(
        Channel.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/x", "S", "好", 1700000000
    )
    mac = hmac.new(b"1700000000\nS", b"", hashlib.sha256).digest()
    assert post.payload == {
        "timestamp": "1700000000",
        "sign": base64.b64encode(mac).decode(),
        "msg_type": "text",
        "content": {"text": "好"},
    }


def test_wecom_takes_two_kilobytes_and_no_half_characters() -> None:
    post = robots.post_of(
        Channel.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", "", "长" * 2000, 0
    )
    said = post.payload["text"]["content"]
    assert len(said.encode()) <= 2048 and said.endswith("…") and set(said[:-1]) == {"长"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"errcode":0,"errmsg":"ok"}', ""),
        ('{"code":0,"msg":"success"}', ""),
        ('{"StatusCode":0}', ""),
        ('{"errcode":93000,"errmsg":"invalid webhook url"}', "93000 invalid webhook url"),
        ("<html>", "<html>"),
        ("[]", "[]"),
        ("{}", "None"),
    ],
)
def test_what_robots_complain_of(body: str, said: str) -> None:
    assert robots.complaint(body) == said


@pytest.mark.parametrize(
    "url",
    [
        "http://oapi.dingtalk.com/robot/send",
        "https://oapi.dingtalk.com.evil.example/",
        "https://evil.example/?https://oapi.dingtalk.com",
        "https://oapi.dingtalk.com@evil.example/",
        "https://u:p@oapi.dingtalk.com/",
        "https://oapi.dingtalk.com:8443/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://oapi.dingtalk.com/\r\nX: y",
        "https://oapi。dingtalk.com/",
        "file:///etc/passwd",
        "//oapi.dingtalk.com/",
        "",
    ],
)
def test_only_https_to_listed_hosts(app: object, url: str) -> None:
    assert refusal(url, robots.door()) != ""


def test_a_listed_host_and_an_own_one(app: object) -> None:
    assert refusal("https://oapi.dingtalk.com/robot/send?access_token=t", robots.door()) == ""
    assert refusal("https://OAPI.DINGTALK.COM:443/robot/send", robots.door()) == ""
    assert refusal("https://im.local:8443/hook", Door(frozenset(), frozenset({"im.local:8443"}))) == ""


@pytest.mark.parametrize(
    ("addresses", "public"),
    [
        (["8.8.8.8"], True),
        (["8.8.8.8", "10.0.0.1"], False),
        (["127.0.0.1"], False),
        (["169.254.169.254"], False),
        (["::1"], False),
        (["::ffff:127.0.0.1"], False),
        (["fe80::1%eth0"], False),
        (["100.64.0.1"], False),
        ([], False),
    ],
)
def test_what_is_on_the_open_internet(addresses: list[str], public: bool) -> None:
    assert all_public(addresses) is public
