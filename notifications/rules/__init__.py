"""Which way a message goes and when, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from notifications.enums import Channel, DeliveryState, Digest, MessageState, Topic

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""Default quiet hours [common]."""
DIGEST_AT = time(8)
BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
"""How long to wait after each failure; after one more the message is given up."""

KINDS: Mapping[str, Topic] = {
    "lesson_asked": Topic.LESSON,
    "booking_asked": Topic.LESSON,
    "booking_changed": Topic.CHANGE,
    "booking_withdrawn": Topic.CHANGE,
    "base_stopped": Topic.CHANGE,
    "visit_stopped": Topic.CHANGE,
    "lesson_declined": Topic.SUBSTITUTE,
    "reminder": Topic.REMINDER,
    "term": Topic.REMINDER,
}
FAMILIES: Mapping[str, Topic] = {
    "substitute": Topic.SUBSTITUTE,
    "visit": Topic.VISIT,
    "answer": Topic.REMINDER,
    "designation": Topic.REMINDER,
    "duty": Topic.REMINDER,
    "assessment": Topic.REVIEW,
    "courseware": Topic.REVIEW,
    "review": Topic.REVIEW,
    "panel": Topic.REVIEW,
    "site": Topic.REVIEW,
}
"""By the first word of a kind, where the whole kind is not listed."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to be told; a topic that is not in `ways` goes by every way there is."""

    ways: Mapping[Topic, frozenset[Channel]]
    quiet_from: time = QUIET_FROM
    quiet_until: time = QUIET_UNTIL
    digest: Digest = Digest.AT_ONCE

    def wants(self, topic: Topic, channel: Channel) -> bool:
        """Whether a message about `topic` is to go by `channel`."""
        return topic not in self.ways or channel in self.ways[topic]


def topic_of(kind: str) -> Topic:
    """What a kind of message is about; whatever is not known is office business."""
    return KINDS.get(kind) or FAMILIES.get(kind.split("_")[0]) or Topic.OFFICE


def is_quiet(moment: datetime, begins: time, ends: time) -> bool:
    """Whether a moment is within quiet hours, which may go over midnight; equal ends are none at all."""
    at = moment.time()
    if begins <= ends:
        return begins <= at < ends
    return at >= begins or at < ends


def due_at(now: datetime, topic: Topic, wish: Wish) -> datetime:
    """When a message may leave: urgent ones now, others after quiet hours, or with the digest of the day."""
    if topic.is_urgent:
        return now
    if wish.digest is Digest.DAILY:
        return _awake(_next(now, DIGEST_AT), wish)
    return _awake(now, wish)


def _awake(moment: datetime, wish: Wish) -> datetime:
    quiet = is_quiet(moment, wish.quiet_from, wish.quiet_until)
    return _next(moment, wish.quiet_until) if quiet else moment


def _next(now: datetime, at: time) -> datetime:
    moment = datetime.combine(now.date(), at)
    return moment if moment > now else moment + timedelta(days=1)


def retry_at(now: datetime, attempts: int) -> datetime | None:
    """When to try again after the `attempts`-th failure; None to give up."""
    return now + BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None


def state_of(deliveries: Iterable[DeliveryState]) -> MessageState:
    """What the message is, by its ways out: what still moves comes before what has failed for good."""
    states = set(deliveries)
    if DeliveryState.RETRYING in states:
        return MessageState.RETRYING
    if states & {DeliveryState.WAITING, DeliveryState.SENDING}:
        return MessageState.GOING
    return MessageState.GIVEN_UP if DeliveryState.GIVEN_UP in states else MessageState.SENT


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it is written outside the application."""

    title: str
    body: str = ""
    link: str = ""

    @property
    def text(self) -> str:
        """Everything it says."""
        return "\n".join(part for part in (self.title, self.body, self.link) if part)


def without_repeats(letters: Sequence[Letter]) -> list[Letter]:
    """A group is told once what several of its people are told."""
    return list(dict.fromkeys(letters))
