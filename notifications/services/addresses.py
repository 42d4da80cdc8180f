"""Addresses outside the application: a person's own, proven by a code, a unit's group robots, and the mail server. Flush only."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from secrets import randbelow

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.codes import digest
from core.db import session
from core.errors import RuleBroken, Violation
from core.outgoing import Door, refusal
from core.throttle import admit
from notifications.enums import Channel, Digest, Topic
from notifications.models import MessageAddress, MessagePreference
from notifications.queries.addresses import count_own, find_preference, find_same

MAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}$", re.ASCII)
CODE_LIFE = timedelta(minutes=15)
WRONG_CODES = 5
CODES_PER_HOUR = 5
MOST_ADDRESSES = 6


@dataclass(frozen=True, slots=True)
class Given:
    """An address as it was typed."""

    channel: Channel
    target: str
    secret: str = field(default="", repr=False)
    name: str = ""


def add_own(user_id: int, given: Given, door: Door, *, actor: Actor) -> MessageAddress:
    """An address of one's own; nothing goes there before the code that is sent to it has come back."""
    _refuse(given, door)
    if find_same(user_id, given.channel, given.target.strip()) is not None:
        sentence = gettext("这个地址已经有了。")
        raise RuleBroken(sentence, [Violation("target", sentence, "target")])
    if count_own(user_id) >= MOST_ADDRESSES:
        raise RuleBroken(gettext("最多 %(n)s 个地址，请先去掉不用的。", n=MOST_ADDRESSES))
    address = _made(given)
    address.user_id = user_id
    session().add(address)
    session().flush()
    audit.note(session(), f"{address.channel.label} {address.shown}")
    return address


def add_group(
    unit: OrgUnit, given: Given, topics: Collection[Topic], door: Door, *, actor: Actor
) -> MessageAddress:
    """A unit's group robot, to which messages about `topics` are posted; the administrator answers for it."""
    _refuse(given, door)
    if not given.name.strip():
        sentence = gettext("请给这个群起个名字。")
        raise RuleBroken(sentence, [Violation("name", sentence, "name")])
    if not topics:
        sentence = gettext("请至少选一类消息。")
        raise RuleBroken(sentence, [Violation("topics", sentence, "topics")])
    address = _made(given)
    address.unit_id, address.topics = unit.id, sorted(topic.value for topic in topics)
    address.verified_at = clock.now()
    session().add(address)
    session().flush()
    audit.note(session(), f"{unit.name} {address.name}")
    return address


def _made(given: Given) -> MessageAddress:
    address = MessageAddress(
        channel=given.channel,
        name=given.name.strip()[:60],
        topics=[],
        created_at=clock.now(),
        wrong_codes=0,
        version=1,
    )
    address.target = given.target.strip()
    address.secret = given.secret.strip() or None
    return address


def _refuse(given: Given, door: Door) -> None:
    target = given.target.strip()
    if given.channel is Channel.MAIL:
        why = "" if MAIL.match(target) and len(target) <= 200 else gettext("邮箱地址不对。")
    else:
        why = refusal(target, door) if len(target) <= 400 else gettext("地址太长。")
    if why:
        raise RuleBroken(why, [Violation("target", why, "target")])


def new_code(address: MessageAddress) -> str:
    """A fresh code for an address; earlier ones die. RuleBroken when too many were sent within the hour."""
    if not admit("message-code", str(address.user_id), most=CODES_PER_HOUR, window=timedelta(hours=1)):
        raise RuleBroken(gettext("验证码发得太勤了，请过一小时再试。"))
    code = f"{randbelow(1_000_000):06d}"
    address.code_hash, address.code_until = digest(_bound(address, code)), clock.instant() + CODE_LIFE
    address.wrong_codes = 0
    session().flush()
    return code


def _bound(address: MessageAddress, code: str) -> str:
    return f"{address.bound_key()}:{code}"


def prove(address: MessageAddress, code: str) -> bool:
    """Take the code that came back; False when it is wrong, which is counted, used up or too old."""
    if address.code_hash is None or address.code_until is None or address.code_until < clock.instant():
        return False
    if not hmac.compare_digest(digest(_bound(address, code.strip())), address.code_hash):
        address.wrong_codes += 1
        if address.wrong_codes >= WRONG_CODES:
            address.code_hash = None
        session().flush()
        return False
    address.code_hash, address.verified_at = None, clock.now()
    session().flush()
    audit.note(session(), f"{address.channel.label} {address.shown}")
    return True


def remove(address: MessageAddress, *, actor: Actor) -> None:
    """Nothing goes there any more; what was sent there stays on record without the address."""
    audit.note(session(), f"{address.channel.label} {address.shown}")
    address.removed_at = clock.now()
    address.target, address.secret = "-", None
    session().flush()


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody wants to be told, as it was ticked."""

    ways: Mapping[Topic, Collection[Channel]]
    quiet_from: time
    quiet_until: time
    digest: Digest


def prefer(user_id: int, choice: Choice, *, actor: Actor) -> None:
    """Keep how somebody wants to be told; it holds for what is handed over from now on."""
    row = find_preference(user_id)
    if row is None:
        row = MessagePreference(user_id=user_id)
        session().add(row)
    row.ways = {topic.value: sorted(c.value for c in channels) for topic, channels in choice.ways.items()}
    row.quiet_from, row.quiet_until, row.digest = choice.quiet_from, choice.quiet_until, choice.digest
    session().flush()
