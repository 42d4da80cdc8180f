"""The outbox: what goes to whom, by which ways, and how far it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit, User
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Tone
from core.when import moment_text
from notifications.enums import Channel, DeliveryState, MessageState, Topic
from notifications.models import Delivery, MessageAddress, OutboxMessage
from notifications.queries.addresses import groups_of, own_addresses, wishes_of
from notifications.rules import Wish

TONES: dict[MessageState, Tone] = {
    MessageState.LOOK: "accent",
    MessageState.HELD_BACK: "warn",
    MessageState.READY: "info",
    MessageState.GOING: "info",
    MessageState.RETRYING: "warn",
    MessageState.SENT: "ok",
    MessageState.GIVEN_UP: "bad",
}
OPEN = (MessageState.LOOK, MessageState.HELD_BACK)
EVERY_WAY = Wish({})


def has_ready() -> bool:
    """Whether the outbox holds something to hand over."""
    ready = select(OutboxMessage.id).where(OutboxMessage.state == MessageState.READY)
    return session().scalar(ready.limit(1)) is not None


def list_ready(limit: int) -> list[OutboxMessage]:
    """The oldest messages to hand over."""
    stmt = select(OutboxMessage).where(OutboxMessage.state == MessageState.READY).order_by(OutboxMessage.id)
    return list(session().scalars(stmt.limit(limit).with_for_update(skip_locked=True)))


def _due(now: datetime, instant: datetime) -> Any:
    """Deliveries whose time has come, and those whose worker has gone."""
    waiting = Delivery.state.in_((DeliveryState.WAITING, DeliveryState.RETRYING)) & (Delivery.due_at <= now)
    return or_(waiting, and_(Delivery.state == DeliveryState.SENDING, Delivery.lease_until < instant))


def has_due(now: datetime, instant: datetime) -> bool:
    """Whether something is to be sent."""
    return session().scalar(select(Delivery.id).where(_due(now, instant)).limit(1)) is not None


def due_deliveries(now: datetime, instant: datetime, limit: int) -> list[Delivery]:
    """What goes to one address next: the parcel of the oldest one that was tried, else all that is new there."""
    first = session().scalar(
        select(Delivery)
        .where(_due(now, instant))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if first is None:
        return []
    if first.parcel is not None:
        together = Delivery.parcel == first.parcel
    else:
        together = and_(Delivery.address_id == first.address_id, Delivery.parcel.is_(None))
    stmt = select(Delivery).where(together, _due(now, instant)).order_by(Delivery.id).limit(limit)
    stmt = stmt.options(joinedload(Delivery.message), joinedload(Delivery.address))
    return list(session().scalars(stmt.with_for_update(skip_locked=True, of=Delivery)))


def _visible(scope: Scope) -> Any:
    return (
        select(OutboxMessage)
        .join(OutboxMessage.unit)
        .join(OutboxMessage.user)
        .where(scope.clause(OrgUnit.path))
        .options(contains_eager(OutboxMessage.user))
    )


def get_message(scope: Scope, message_id: int) -> OutboxMessage:
    """A message of a level inside the scope."""
    found: OutboxMessage | None = session().scalar(_visible(scope).where(OutboxMessage.id == message_id))
    if found is None:
        raise NotFound(gettext("没有这条消息。"))
    return found


def list_messages(scope: Scope, ids: Collection[int]) -> list[OutboxMessage]:
    """Messages inside the scope; NotFound when one of them is not."""
    found = list(session().scalars(_visible(scope).where(OutboxMessage.id.in_(sorted(ids)))))
    if len(found) != len(set(ids)):
        raise NotFound(gettext("没有这条消息。"))
    return found


def list_waiting(scope: Scope, limit: int = 5000) -> list[OutboxMessage]:
    """Everything that waits to be looked at."""
    stmt = _visible(scope).where(OutboxMessage.state == MessageState.LOOK).order_by(OutboxMessage.id)
    return list(session().scalars(stmt.limit(limit)))


def kept_values(unit_id: int, param: str) -> set[int]:
    """What the messages of a level that nobody has let go yet hold under `param`."""
    stmt = select(OutboxMessage.params).where(OutboxMessage.unit_id == unit_id, OutboxMessage.state.in_(OPEN))
    return {params[param] for params in session().scalars(stmt) if params and param in params}


def count_by_state(scope: Scope) -> dict[MessageState, int]:
    """How many messages wait, are held back, tried again or given up: one statement, few rows each."""
    some = (MessageState.LOOK, MessageState.HELD_BACK, MessageState.RETRYING, MessageState.GIVEN_UP)
    stmt = (
        select(OutboxMessage.state, func.count())
        .join(OutboxMessage.unit)
        .where(scope.clause(OrgUnit.path), OutboxMessage.state.in_(some))
        .group_by(OutboxMessage.state)
    )
    return {state: count for state, count in session().execute(stmt)}


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a message: the words for it, how far it is and why."""

    channel: str
    address: str
    state: Badge
    note: str


def ways_of(message: OutboxMessage) -> list[Way]:
    """By which ways a message went, goes, or would go now."""
    if message.state.is_open or message.state is MessageState.READY:
        return [Way(lazy_gettext("站内消息"), "", Badge(message.state.label, TONES[message.state]), "")] + [
            Way(a.channel.label, a.name or a.shown, Badge(message.state.label, TONES[message.state]), "")
            for a in _planned(message)
        ]
    inbox = Way(lazy_gettext("站内消息"), "", Badge(lazy_gettext("已送达"), "ok"), "")
    return [inbox, *(_way(delivery) for delivery in message.deliveries)]


def badge_of(message: OutboxMessage) -> Badge:
    """How far a message is, with its colour."""
    return Badge(message.state.label, TONES[message.state])


def can_retry(message: OutboxMessage) -> bool:
    """Whether an address that was given up is still in use."""
    return any(d.state is DeliveryState.GIVEN_UP and d.address.is_in_use for d in message.deliveries)


def _planned(message: OutboxMessage) -> Sequence[MessageAddress]:
    wish = wishes_of([message.user_id]).get(message.user_id, EVERY_WAY)
    own = [
        a
        for a in own_addresses([message.user_id]).get(message.user_id, ())
        if wish.wants(message.topic, a.channel)
    ]
    if message.unit_id is None:
        return own
    return own + groups_of([message.unit_id]).get((message.unit_id, message.topic), [])


def _way(delivery: Delivery) -> Way:
    tones: dict[DeliveryState, Tone] = {
        DeliveryState.SENT: "ok",
        DeliveryState.RETRYING: "warn",
        DeliveryState.GIVEN_UP: "bad",
    }
    notes = [delivery.reason]
    if delivery.sent_at is not None:
        notes.append(moment_text(delivery.sent_at))
    elif delivery.state in (DeliveryState.WAITING, DeliveryState.RETRYING):
        notes.append(gettext("%(moment)s 发送", moment=moment_text(delivery.due_at)))
    if delivery.attempts > 1:
        notes.append(gettext("试过 %(n)s 次", n=delivery.attempts))
    address = delivery.address
    said = gettext("已去掉的地址") if address.removed_at else address.name or address.shown
    badge = Badge(delivery.state.label, tones.get(delivery.state, "info"))
    return Way(address.channel.label, said, badge, " · ".join(filter(None, notes)))


def _channels(message: OutboxMessage) -> list[str]:
    return [gettext("站内"), *dict.fromkeys(d.address.channel.label for d in message.deliveries)]


def _note(message: OutboxMessage) -> str:
    return next((d.reason for d in message.deliveries if d.reason and d.sent_at is None), "")


def outbox_table(scope: Scope) -> BoundTable[Any]:
    """The outbox of the levels in the scope, latest first."""
    return Table[Any](
        name="outbox",
        title=lazy_gettext("发件箱"),
        columns=[
            Column("title", lazy_gettext("内容"), lambda m: m.title, note=lambda m: m.body[:120]),
            Column("to", lazy_gettext("收件人"), lambda m: m.user.name, sort=User.name),
            Column("topic", lazy_gettext("类别"), lambda m: m.topic.label, sort=OutboxMessage.topic),
            Column("ways", lazy_gettext("发送方式"), _channels, kind="tags"),
            Column(
                "state",
                lazy_gettext("状态"),
                badge_of,
                sort=OutboxMessage.state,
                kind="badge",
                note=_note,
            ),
            Column(
                "at", lazy_gettext("写成时间"), lambda m: moment_text(m.created_at), sort=OutboxMessage.id
            ),
            Column(
                "sent",
                lazy_gettext("发出时间"),
                lambda m: moment_text(m.sent_at) if m.sent_at else "",
                sort=OutboxMessage.sent_at,
                note=lambda m: m.let_go_by,
                default=False,
            ),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda stmt, value: stmt.where(OutboxMessage.state == MessageState(value)),
                MessageState.choices,
            ),
            Filter(
                "topic",
                lazy_gettext("类别"),
                lambda stmt, value: stmt.where(OutboxMessage.topic == Topic(value)),
                Topic.choices,
            ),
            Filter(
                "channel",
                lazy_gettext("发送方式"),
                lambda stmt, value: stmt.where(
                    OutboxMessage.id.in_(
                        select(Delivery.message_id)
                        .join(Delivery.address)
                        .where(MessageAddress.channel == Channel(value))
                    )
                ),
                Channel.choices,
            ),
        ],
        search=OutboxMessage.title + " " + OutboxMessage.body + " " + User.name,
        search_hint=lazy_gettext("搜索标题、正文、收件人"),
        default_sort="-at",
        row_url=lambda m: f"/outbox/{m.id}",
    ).bind(
        session(),
        _visible(scope).options(
            selectinload(OutboxMessage.deliveries).joinedload(Delivery.address),
        ),
    )
