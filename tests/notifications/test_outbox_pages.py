"""The outbox as an organiser works through it, one's own settings, and the administrator's channels."""

from __future__ import annotations

from collections.abc import Callable

from core.db import session, transaction
from notifications import services
from notifications.enums import Channel, MessageState
from notifications.jobs import take
from notifications.models import InboxItem, MessageAddress, OutboxMessage
from notifications.rules.robots import door
from notifications.services import addresses, outbox
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]


def look_first(county: County) -> None:
    with transaction():
        outbox.set_looks_first(county.unit("嘉祥县"), looks=True, actor=county.actor("organiser"))


def tell(county: County, kind: str = "lesson_asked", title: str = "请答复授课") -> int:
    with transaction():
        unit_id = county.units["嘉祥县"]
        return services.queue(
            county.users["instructor"], kind, title, "6月7日", "/teaching", unit_id=unit_id
        ).id


def read(message_id: int) -> OutboxMessage:
    session().rollback()
    return session().get_one(OutboxMessage, message_id)


def test_a_level_that_looks_first_tells_nobody_before_it_sends(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    assert "改成先过目再发送" in browser.get("/outbox/").text
    assert browser.post("/outbox/rule", data={"looks": "1"}).status_code == 302
    asked, urgent = tell(county), tell(county, "lesson_declined", "谢绝了")
    while take():
        pass
    assert [item.message_id for item in session().query(InboxItem)] == [urgent]
    page = browser.get("/outbox/?state=look").text
    assert "请答复授课" in page and "谢绝了" not in page and "待过目" in page
    assert "1 条消息等您过目后发送" in browser.get("/").text
    assert browser.post("/outbox/send", data={"whom": "all"}).status_code == 302
    assert read(asked).let_go_by == "organiser"
    while take():
        pass
    assert read(asked).state is MessageState.SENT


def test_held_back_changed_and_sent(sign_in: SignIn, county: County) -> None:
    look_first(county)
    message = tell(county)
    browser = sign_in("organiser")
    browser.post("/outbox/hold-back", data={"ids": message})
    assert read(message).state is MessageState.HELD_BACK
    seen = read(message).version
    answer = browser.post(f"/outbox/{message}", data={"title": "", "body": "x", "version": seen})
    assert answer.status_code == 422 and "请填写标题" in answer.text
    browser.post(f"/outbox/{message}", data={"title": "请尽快答复", "body": "急", "version": seen})
    assert (read(message).title, read(message).body) == ("请尽快答复", "急")
    stale = browser.post(f"/outbox/{message}", data={"title": "旧", "body": "", "version": seen})
    assert stale.status_code == 409
    browser.post("/outbox/send", data={"ids": message})
    take()
    gone = browser.post(
        f"/outbox/{message}", data={"title": "太晚", "body": "", "version": read(message).version}
    )
    assert gone.status_code == 422 and read(message).title == "请尽快答复"
    assert "已送达" in browser.get(f"/outbox/{message}").text


def test_another_level_sees_nothing_of_it(sign_in: SignIn, county: County) -> None:
    message = tell(county)
    outsider = sign_in("outsider")
    assert "请答复授课" not in outsider.get("/outbox/").text
    assert outsider.get(f"/outbox/{message}").status_code == 404
    assert outsider.post("/outbox/send", data={"ids": message}).status_code == 404


def test_the_outbox_exports(sign_in: SignIn, county: County) -> None:
    tell(county)
    answer = sign_in("organiser").get("/outbox/?export=xlsx")
    assert answer.status_code == 200 and answer.data[:2] == b"PK"


def test_wishes_are_kept(sign_in: SignIn, county: County) -> None:
    browser = sign_in("instructor")
    assert "还没有地址" in browser.get("/me/messages").text
    with transaction():
        given = addresses.Given(Channel.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/abcd1234")
        row = addresses.add_own(county.users["instructor"], given, door(), actor=county.actor("instructor"))
        row.verified_at = row.created_at
    page = browser.get("/me/messages").text
    assert "…1234" in page and "hook/abcd" not in page and page.count('name="way"') == 7
    sent = {"quiet_from": "22:00", "quiet_until": "07:00", "digest": "daily", "way": ["lesson:feishu"]}
    assert browser.post("/me/messages/wishes", data=sent).status_code == 302
    page = browser.get("/me/messages").text
    assert page.count('name="way"') == 7 and page.count(" checked>") == 1 and 'value="22:00"' in page
    # A way whose address is not proven yet is not on the page: it stays wanted until somebody says otherwise.
    with transaction():
        row = session().query(MessageAddress).one()
        row.verified_at = None
    browser.post("/me/messages/wishes", data={**sent, "way": []})
    with transaction():
        session().query(MessageAddress).one().verified_at = row.created_at
    assert browser.get("/me/messages").text.count(" checked>") == 1


def test_a_wrong_address_is_refused_by_its_field(sign_in: SignIn, county: County) -> None:
    browser = sign_in("instructor")
    for channel, target, said in (
        ("mail", "wang@example.com", "还没有设置邮件服务器"),
        ("wecom", "https://evil.example/hook", "不在允许的地址里"),
        ("wecom", "http://qyapi.weixin.qq.com/x", "https://"),
    ):
        answer = browser.post("/me/messages/addresses", data={"channel": channel, "target": target})
        assert answer.status_code == 422 and said in answer.text
    assert session().query(MessageAddress).count() == 0


def test_nobody_touches_anothers_address(sign_in: SignIn, county: County) -> None:
    with transaction():
        given = addresses.Given(Channel.MAIL, "li@example.com")
        row = addresses.add_own(county.users["instructor"], given, door(), actor=county.actor("instructor"))
        address_id = row.id
    for what in ("code", "prove", "remove"):
        answer = sign_in("organiser").post(f"/me/messages/addresses/{address_id}/{what}", data={"code": "1"})
        assert answer.status_code == 404


def test_the_administrator_sets_channels_up(sign_in: SignIn, county: County) -> None:
    browser = sign_in("administrator")
    page = browser.get("/settings/channels/").text
    assert "还没有群机器人" in page and "oapi.dingtalk.com" in page
    server = {"site": "https://a.example", "host": "smtp.example.com", "port": "465", "security": "tls"}
    wrong = browser.post("/settings/channels/server", data={**server, "sender": "nobody"})
    assert wrong.status_code == 422 and "发件地址不对" in wrong.text
    right = browser.post(
        "/settings/channels/server", data={**server, "sender": "a@example.com", "password": "pw"}
    )
    assert right.status_code == 302
    page = browser.get("/settings/channels/").text
    assert "smtp.example.com" in page and "清除保存的密码" in page and 'value="pw"' not in page
    nowhere = browser.post("/settings/channels/server/try", data={"mailbox": "nobody"})
    assert nowhere.status_code == 422 and "邮箱地址不对" in nowhere.text
    group = {
        "unit_id": county.units["嘉祥县"],
        "channel": "wecom",
        "name": "排课群",
        "topics": ["substitute"],
    }
    refused = browser.post("/settings/channels/groups", data={**group, "target": "https://10.0.0.1/hook"})
    assert refused.status_code == 422 and "不在允许的地址里" in refused.text
    target = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"
    assert browser.post("/settings/channels/groups", data={**group, "target": target}).status_code == 302
    address = session().query(MessageAddress).one().id
    assert browser.post(f"/settings/channels/groups/{address}/remove").status_code == 302
    assert "还没有群机器人" in browser.get("/settings/channels/").text
