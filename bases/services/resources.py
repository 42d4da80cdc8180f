"""Guides, coaches and sets of a base: how many there are, and which are out of order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flask_babel import gettext

from accounts.access import Actor
from bases.enums import BaseResourceKind
from bases.models import BaseResource, TeachingBase
from bases.rules import LONGEST_BUFFER
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation

MOST_PIECES = 200


class Watcher(Protocol):
    """A feature above that knows what is booked."""

    def named(self, base: TeachingBase) -> Mapping[int, str]:
        """Bookings to come for which the base has not enough pieces, each in words, by id."""
        ...

    def tell(self, booking_ids: Collection[int]) -> None:
        """Tell those whose bookings these are."""
        ...


_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Let a feature above say what a change of stock leaves without a piece."""
    if watcher not in _watchers:
        _watchers.append(watcher)


class TooFew(RuleBroken):
    """Bookings claim more than would be left; each violation names one."""


@dataclass(frozen=True, slots=True)
class Stock:
    """How many pieces of a kind there are, how many of them are out of order, from when to when, and minutes on the way."""

    count: int
    name: str = ""
    out_of_order: int = 0
    out_from: date | None = None
    out_until: date | None = None
    minutes_before: int = 0
    minutes_after: int = 0


def set_stock(
    base: TeachingBase,
    stock: Mapping[BaseResourceKind, Stock],
    *,
    actor: Actor,
    seen: int | None = None,
    anyway: bool = False,
) -> None:
    """Say what the base has of each kind that is named.

    TooFew names the bookings that would be beyond it; `anyway` they stay, are listed for moving, and whoever planned
    them is told. Conflict when the base was changed since `seen`.
    """
    base.expect_version(seen)
    broken = [violation for kind, said in stock.items() for violation in _broken(kind, said)]
    if broken:
        raise RuleBroken(gettext("没有保存。"), broken)
    before = _beyond(base)
    standing = {found.kind: found for found in base.resources}
    for kind, said in stock.items():
        found = standing.get(kind)
        if found is None and said.count:
            found = BaseResource(kind=kind)
            base.resources.append(found)
        if found is not None:
            found.count, found.name, found.out_of_order = said.count, said.name.strip(), said.out_of_order
            found.out_from = said.out_from if said.out_of_order else None
            found.out_until = said.out_until if said.out_of_order else None
            found.minutes_before, found.minutes_after = said.minutes_before, said.minutes_after
    audit.note(session(), gettext("%(base)s：更新讲解员和设备", base=base.name))
    session().flush()
    beyond = {booking: line for booking, line in _beyond(base).items() if booking not in before}
    if beyond and not anyway:
        sentences = dict.fromkeys(beyond.values())
        raise TooFew(gettext("有预约占着这些讲解员或设备。"), [Violation("beyond", s, "") for s in sentences])
    for watcher in _watchers:
        watcher.tell(beyond)


def _beyond(base: TeachingBase) -> dict[int, str]:
    return {booking: line for watcher in _watchers for booking, line in watcher.named(base).items()}


def _broken(kind: BaseResourceKind, said: Stock) -> list[Violation]:
    found = []
    if not 0 <= said.count <= MOST_PIECES:
        sentence = gettext("%(what)s的数量应在 0 到 %(most)s 之间。", what=kind.label, most=MOST_PIECES)
        found.append(Violation("count", sentence, f"{kind}-count"))
    if not 0 <= said.out_of_order <= max(said.count, 0):
        sentence = gettext("%(what)s停用的数量不能超过总数。", what=kind.label)
        found.append(Violation("out", sentence, f"{kind}-out_of_order"))
    if said.out_from and said.out_until and said.out_until < said.out_from:
        sentence = gettext("%(what)s停用的结束日期早于开始日期。", what=kind.label)
        found.append(Violation("turned", sentence, f"{kind}-out_until"))
    for name, minutes in (("minutes_before", said.minutes_before), ("minutes_after", said.minutes_after)):
        if not 0 <= minutes <= LONGEST_BUFFER or minutes % 15:
            sentence = gettext("路上时间应在 0 到 %(most)s 分钟之间，以一刻钟计。", most=LONGEST_BUFFER)
            found.append(Violation("way", sentence, f"{kind}-{name}"))
    return found
