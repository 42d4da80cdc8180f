"""Sending: parcels are claimed, posted with no transaction open, and their outcome kept.

What a channel has confirmed is written down at once and never sent again; the database refuses to take it back. A
crash after the confirmation and before that write is the one case in which a parcel goes a second time. It then
carries the number it carried before, as the mail's Message-ID, or at the end of a robot's text. At least once, that is,
and known for what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from secrets import token_hex
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from core import clock, mail, outgoing
from core.db import session
from core.errors import RuleBroken
from core.outgoing import Door, NotSent
from core.words import labelled
from notifications import rules
from notifications.enums import Channel, DeliveryState
from notifications.models import Delivery, MessageAddress, OutboxMessage
from notifications.queries.outbox import due_deliveries
from notifications.queries.server import mail_server, site_address
from notifications.rules import Letter, robots
from notifications.services.outbox import settle_states

LEASE = timedelta(minutes=2)
MOST_LETTERS = 20

_links: dict[str, Callable[[int], str]] = {}


def on_link(param: str, path: Callable[[int], str]) -> None:
    """Messages whose params hold `param` carry the link `path(value)` when they leave the application."""
    _links[param] = path


@dataclass(frozen=True, slots=True)
class Parcel:
    """Letters for one address, sent in one go under one number."""

    number: str
    channel: Channel
    target: str = field(repr=False)
    secret: str = field(repr=False)
    letters: tuple[Letter, ...]
    is_repeat: bool = False

    @property
    def subject(self) -> str:
        """What it is about in one line."""
        if len(self.letters) == 1:
            return self.letters[0].title
        return gettext("讲台：%(n)s 条消息", n=len(self.letters))

    @property
    def text(self) -> str:
        """Everything it says."""
        said = "\n\n".join(letter.text for letter in self.letters)
        return said if len(self.letters) == 1 else f"{self.subject}\n\n{said}"


def claim() -> Parcel | None:
    """Take the deliveries that are due at one address; at most one worker gets them."""
    found = due_deliveries(clock.now(), clock.instant(), MOST_LETTERS)
    if not found:
        return None
    address = found[0].address
    number = found[0].parcel or token_hex(12)
    is_repeat = found[0].state is DeliveryState.SENDING
    for delivery in found:
        delivery.parcel, delivery.state = number, DeliveryState.SENDING
        delivery.lease_until = clock.instant() + LEASE
    session().flush()
    is_group = address.unit_id is not None
    letters = rules.without_repeats(
        [(group_letter if is_group else letter_of)(delivery.message) for delivery in found]
    )
    return Parcel(
        number, address.channel, address.target or "", address.secret or "", tuple(letters), is_repeat
    )


def letter_of(message: OutboxMessage) -> Letter:
    """What a message says outside the application, with the link that leads back into it."""
    site = site_address()
    params: Mapping[str, Any] = message.params or {}
    path = next((_links[name](value) for name, value in params.items() if name in _links), message.url)
    return Letter(message.title, message.body, f"{site}{path}" if site and path else "")


def group_letter(message: OutboxMessage) -> Letter:
    """The same for a group: it says for whom it is, and its link is none that answers for somebody."""
    title = labelled(message.user.name, message.title) if message.topic.is_looked_at else message.title
    site = site_address()
    link = f"{site}{message.url}" if site and message.url else ""
    return Letter(title, message.body, link)


def post(parcel: Parcel, door: Door) -> None:
    """Send it; NotSent unless the channel says that it has it. No transaction may be open."""
    if parcel.channel is Channel.MAIL:
        server = mail_server()
        session().rollback()
        if server is None:
            raise NotSent(gettext("还没有设置邮件服务器。"))
        mail.send(server, mail.Mail(parcel.target, parcel.subject, parcel.text, parcel.number))
        return
    again = gettext("(可能重复，消息号 %(number)s)", number=parcel.number[:8]) if parcel.is_repeat else ""
    seconds = int(clock.instant().replace(tzinfo=UTC).timestamp())
    text = f"{parcel.text}\n{again}".strip()
    sent = robots.post_of(parcel.channel, parcel.target, parcel.secret, text, seconds)
    complaint = robots.complaint(outgoing.post_json(sent.url, sent.payload, door))
    if complaint:
        raise NotSent(gettext("群机器人没有收：%(why)s", why=complaint))


def done(parcel: Parcel) -> None:
    """The channel has confirmed it."""
    now = clock.now()
    rows = _rows(parcel)
    for delivery in rows:
        delivery.state, delivery.sent_at, delivery.reason = DeliveryState.SENT, now, ""
        delivery.attempts, delivery.lease_until = delivery.attempts + 1, None
    settle_states({d.message for d in rows})


def failed(parcel: Parcel, why: NotSent) -> None:
    """It did not arrive: try again later, or give it up after the last try or where trying again cannot help."""
    rows = _rows(parcel)
    for delivery in rows:
        delivery.attempts, delivery.lease_until = delivery.attempts + 1, None
        again = None if why.is_final else rules.retry_at(clock.now(), delivery.attempts)
        delivery.reason = why.reason[:200]
        if again is None:
            delivery.state = DeliveryState.GIVEN_UP
        else:
            delivery.state, delivery.due_at = DeliveryState.RETRYING, again
    settle_states({d.message for d in rows})


def _rows(parcel: Parcel) -> Sequence[Delivery]:
    stmt = select(Delivery).where(Delivery.parcel == parcel.number, Delivery.state == DeliveryState.SENDING)
    return session().scalars(stmt.order_by(Delivery.id)).all()


def post_now(address: MessageAddress, letter: Letter, door: Door) -> None:
    """A letter of its own, while somebody waits: codes and trials. RuleBroken says why it did not go out."""
    _post_alone(address.channel, address.target or "", address.secret or "", letter, door)


def try_mail(target: str, door: Door) -> None:
    """A trial letter to a mailbox that need not be anybody's address. RuleBroken says why it did not go out."""
    _post_alone(Channel.MAIL, target, "", trial_letter(), door)


def trial_letter() -> Letter:
    """What a channel is tried with."""
    return Letter(gettext("讲台：试发一条消息。"), gettext("看到它就说明通了。"))


def _post_alone(channel: Channel, target: str, secret: str, letter: Letter, door: Door) -> None:
    parcel = Parcel(token_hex(12), channel, target, secret, (letter,))
    session().rollback()
    try:
        post(parcel, door)
    except NotSent as error:
        raise RuleBroken(error.reason) from error
