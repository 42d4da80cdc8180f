"""The outbox: messages are rows written with the action that causes them, and handed over after its commit. Flush only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import insert

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.settings import get_setting, set_setting
from core.words import labelled
from notifications import rules
from notifications.enums import DeliveryState, MessageState
from notifications.models import Delivery, InboxItem, MessageAddress, OutboxMessage
from notifications.queries.addresses import groups_of, own_addresses, wishes_of
from notifications.queries.outbox import list_ready
from notifications.rules import Wish, topic_of

Follow = Callable[[Collection[int]], None]
_followed: dict[str, tuple[Collection[str], Follow, Follow]] = {}

LONGEST_TITLE, LONGEST_URL, LONGEST_BODY = 160, 200, 2000
EVERY_WAY = Wish({})


def queue(
    user_id: int, kind: str, title: str, body: str = "", url: str = "", *, unit_id: int | None = None
) -> OutboxMessage:
    """Tell `user_id` something once the running transaction commits; `url` is where it is acted on.

    `unit_id` is the level that tells it: its organisers see it in their outbox, and where the level looks first,
    what goes out to lecturers and bases waits there.
    """
    topic = topic_of(kind)
    waits = unit_id is not None and topic.is_looked_at and looks_first(unit_id)
    message = OutboxMessage(
        user_id=user_id,
        unit_id=unit_id,
        kind=kind,
        topic=topic,
        title=title[:LONGEST_TITLE],
        body=body,
        url=url if len(url) <= LONGEST_URL else "",
        params={},
        state=MessageState.LOOK if waits else MessageState.READY,
        created_at=clock.now(),
        let_go_by="",
    )
    session().add(message)
    session().flush()
    return message


def queue_all(letters: Iterable[tuple[int, str, str, str, str]]) -> None:
    """Many messages at once, (user, kind, title, body, url) each: a whole pool is told in one statement."""
    now = clock.now()
    rows = [
        {
            "user_id": user_id,
            "kind": kind,
            "topic": topic_of(kind),
            "title": title[:LONGEST_TITLE],
            "body": body,
            "url": url if len(url) <= LONGEST_URL else "",
            "params": {},
            "state": MessageState.READY,
            "created_at": now,
            "let_go_by": "",
            "version": 1,
        }
        for user_id, kind, title, body, url in letters
    ]
    if rows:
        session().execute(insert(OutboxMessage), rows)


def follow(kinds: Collection[str], param: str, kept: Follow, let_go: Follow) -> None:
    """Say when messages of some kinds are held back, and when they are let go after all: by what their params hold."""
    _followed[param] = (kinds, kept, let_go)


def _tell_followers(messages: Sequence[OutboxMessage], *, is_kept: bool) -> None:
    for param, (kinds, kept, let_go) in _followed.items():
        values = [m.params[param] for m in messages if m.kind in kinds and m.params and param in m.params]
        if values:
            (kept if is_kept else let_go)(values)


def looks_first(unit_id: int) -> bool:
    """Whether a level looks through what goes out before it goes."""
    return get_setting(f"outbox_look_first:{unit_id}", False)


def set_looks_first(unit: OrgUnit, *, looks: bool, actor: Actor) -> None:
    """Look first, or send at once; what waits already waits on."""
    set_setting(f"outbox_look_first:{unit.id}", looks)
    said = gettext("先过目再发送") if looks else gettext("随时发送")
    audit.note(session(), labelled(unit.name, said))


def send(messages: Sequence[OutboxMessage], *, actor: Actor) -> int:
    """Let messages go that were looked at or held back; answers how many that were. Others are left alone."""
    found = [message for message in messages if message.state.is_open]
    for message in found:
        message.state, message.let_go_by = MessageState.READY, actor.name
    session().flush()
    _tell_followers(found, is_kept=False)
    audit.note(session(), gettext("发出 %(n)s 条消息", n=len(found)))
    return len(found)


def hold_back(messages: Sequence[OutboxMessage], *, actor: Actor) -> int:
    """Keep messages from going until somebody sends them; answers how many were still to be kept."""
    found = [m for m in messages if m.state in (MessageState.LOOK, MessageState.READY)]
    for message in found:
        message.state = MessageState.HELD_BACK
    session().flush()
    _tell_followers(found, is_kept=True)
    audit.note(session(), gettext("拦下 %(n)s 条消息", n=len(found)))
    return len(found)


def rewrite(message: OutboxMessage, title: str, body: str, *, actor: Actor, seen: int | None) -> None:
    """Change what a message says while nobody has been told; Conflict when somebody else changed it since `seen`."""
    message.expect_version(seen)
    if not message.state.is_open:
        raise RuleBroken(gettext("这条消息%(state)s，不能再改。", state=message.state.label))
    title, body = " ".join(title.split()), body.strip()
    broken = []
    if not title:
        broken.append(Violation("title", gettext("请填写标题。"), "title"))
    if len(title) > LONGEST_TITLE:
        broken.append(Violation("title", gettext("标题最多 %(n)s 字。", n=LONGEST_TITLE), "title"))
    if len(body) > LONGEST_BODY:
        broken.append(Violation("body", gettext("正文最多 %(n)s 字。", n=LONGEST_BODY), "body"))
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
    message.title, message.body = title, body
    session().flush()
    audit.note(session(), title)


def try_again(message: OutboxMessage, *, actor: Actor) -> None:
    """Send once more by the ways that were given up."""
    lost = [d for d in message.deliveries if d.state is DeliveryState.GIVEN_UP and d.address.is_in_use]
    if not lost:
        raise RuleBroken(gettext("没有可以重发的地址。"))
    for delivery in lost:
        delivery.state, delivery.attempts, delivery.due_at = DeliveryState.WAITING, 0, clock.now()
        delivery.lease_until = None
    settle_states([message])
    audit.note(session(), message.title)


def hand_over(most: int) -> int:
    """Put up to `most` messages into inboxes and on their ways out; answers how many.

    A message has one inbox item, and one delivery an address, at most (the database refuses a second), so that
    handing over again after a crash tells nobody twice.
    """
    messages = list_ready(most)
    people = {message.user_id for message in messages}
    addresses, wishes = own_addresses(people), wishes_of(people)
    groups = groups_of({message.unit_id for message in messages if message.unit_id is not None})
    now = clock.now()
    for message in messages:
        session().add(InboxItem(message_id=message.id, user_id=message.user_id, delivered_at=now))
        wish = wishes.get(message.user_id, EVERY_WAY)
        ways = [a for a in addresses.get(message.user_id, ()) if wish.wants(message.topic, a.channel)]
        due = rules.due_at(now, message.topic, wish)
        rows = [_delivery(message, address, due) for address in ways]
        usual = rules.due_at(now, message.topic, EVERY_WAY)
        rows += [
            _delivery(message, group, usual) for group in groups.get((message.unit_id, message.topic), ())
        ]
        session().add_all(rows)
        message.sent_at = now
        message.state = MessageState.GOING if rows else MessageState.SENT
    session().flush()
    return len(messages)


def _delivery(message: OutboxMessage, address: MessageAddress, due: datetime) -> Delivery:
    return Delivery(
        message=message, address=address, state=DeliveryState.WAITING, due_at=due, attempts=0, reason=""
    )


def settle_states(messages: Iterable[OutboxMessage]) -> None:
    """Bring messages in step with their deliveries."""
    for message in messages:
        message.state = rules.state_of(delivery.state for delivery in message.deliveries)
    session().flush()
