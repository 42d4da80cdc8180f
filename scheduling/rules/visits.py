"""Policy of visits: what may follow what, what a venue can take, which days a rhythm means. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from flask_babel import gettext

from bases.enums import BaseResourceKind
from core.errors import Violation
from scheduling.enums import Rhythm, VisitState
from scheduling.rules.needs import MOST_PIECES

S = VisitState
TRANSITIONS: Mapping[VisitState, frozenset[VisitState]] = {
    S.WAITING: frozenset({S.HELD, S.RELEASED, S.WITHDRAWN, S.DECLINED}),
    S.HELD: frozenset({S.CONFIRMED, S.DECLINED, S.RELEASED, S.WITHDRAWN, S.ARRIVED, S.HELD}),
    S.CONFIRMED: frozenset({S.DECLINED, S.WITHDRAWN, S.ARRIVED, S.NO_SHOW, S.HELD}),
    S.DECLINED: frozenset({S.HELD}),
    S.RELEASED: frozenset({S.HELD}),
    S.NO_SHOW: frozenset({S.ARRIVED}),
    S.ARRIVED: frozenset({S.NO_SHOW}),
    S.WITHDRAWN: frozenset(),
}
"""HELD again: another time or place was taken. A base puts right who came and who did not."""
LIVE_VISITS = (S.HELD, S.CONFIRMED)
OPEN = (S.WAITING, S.HELD, S.CONFIRMED)
MOVABLE = frozenset(state for state, after in TRANSITIONS.items() if S.HELD in after)


@dataclass(frozen=True, slots=True)
class VisitSettings:
    """What a level has decided for its bases and its plans [common]."""

    answer_hours: int = 48
    """A request is held so long for the base's answer, never beyond its beginning."""
    no_show_hours: int = 24
    """So long after the end without a check-in a visit counts as not come."""
    code_minutes: int = 15
    """So long a check-in code shown on site serves."""
    coach_seats: int = 45
    """People one coach takes when a package is ordered."""


SETTING_LIMITS: Mapping[str, tuple[int, int]] = {
    "answer_hours": (1, 336),
    "no_show_hours": (1, 168),
    "code_minutes": (5, 120),
    "coach_seats": (10, 60),
}
DEFAULT_MINUTES = 90
LEAST_MINUTES, MOST_MINUTES = 15, 720
MOST_PEOPLE, MOST_GROUPS, MOST_OCCURRENCES = 5000, 40, 60
FULL = frozenset({"full", "batches", "guides", "pieces"})
"""What waiting can cure: somebody else has the place."""

STOPS = frozenset({"state", "closed", "hours"})
"""What makes a visit that stands impossible: the base changed since."""
SHORT = frozenset({"guides", "pieces", "lacking"})
"""The same for one that the base has not enough for any more; others may stand against it without that."""


def may_become(before: VisitState, after: VisitState) -> bool:
    """Whether the life of a visit has this step."""
    return after in TRANSITIONS[before]


@dataclass(frozen=True, slots=True)
class Wish:
    """When a party comes, for how long and how many: `groups` at once, each with a guide of its own.

    `needs` are the coaches and sets it asks for besides; kinds it needs none of are left out.
    """

    start: datetime
    minutes: int
    people: int
    groups: int = 1
    needs: Mapping[BaseResourceKind, int] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.start + timedelta(minutes=self.minutes)

    def on(self, day: date) -> Wish:
        """The same on another day."""
        return replace(self, start=datetime.combine(day, self.start.time()))

    @property
    def largest_group(self) -> int:
        """People of the largest group."""
        return -(-self.people // self.groups)


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What a venue has on the day of a wish."""

    name: str
    not_bookable: str
    """The state of a base that takes nobody, in words; empty for one that does."""
    capacity: int
    """People of one group."""
    groups: int
    """Groups at once."""
    max_per_day: int | None
    open_spans: Sequence[tuple[time, time]] | None
    """None where the base keeps no opening times."""
    closure: str
    """Why the base is closed that day; empty when it is not."""
    earliest: date
    """The first day that can still be booked."""
    left: int
    """Groups it still takes through the whole time."""
    batches: int
    """Groups that come that day already."""
    base_name: str = ""
    left_at_once: int | None = None
    """Groups the whole base still takes then; None where it sets no limit."""
    left_that_day: int | None = None
    """The same for the day."""
    stock: Mapping[BaseResourceKind, int] = field(default_factory=dict)
    """How many pieces the base has, by kind; kinds it has none of are left out."""
    free_pieces: Mapping[BaseResourceKind, int] = field(default_factory=dict)
    """Of each of these kinds how many are free through the whole time."""

    def pieces(self, wish: Wish) -> dict[BaseResourceKind, int]:
        """What a party takes: what it asks for, and a guide a group where the base has any."""
        guides = {BaseResourceKind.GUIDE: wish.groups} if BaseResourceKind.GUIDE in self.stock else {}
        return {**guides, **wish.needs}


def broken_by_visit(
    wish: Wish, site: SiteFacts, now: datetime, waived: Collection[str] = ()
) -> list[Violation]:
    """What stands against a visit, each with its field; of a full place only when nothing else does.

    Codes in `waived` do not count.
    """
    found = [*_broken_size(wish, site), *_broken_time(wish, site, now)]
    found = [violation for violation in found if violation.code not in waived]
    return found or _broken_fullness(wish, site)


def _broken_size(wish: Wish, site: SiteFacts) -> Iterable[Violation]:
    if site.not_bookable:
        facts = {"name": site.name, "state": site.not_bookable}
        yield Violation("state", gettext("%(name)s现在%(state)s，不能预约。", **facts), "venue_id")
    if not 1 <= wish.people <= MOST_PEOPLE:
        yield Violation("people", gettext("人数应在 1 到 %(most)s 之间。", most=MOST_PEOPLE), "people")
    elif not 1 <= wish.groups <= min(MOST_GROUPS, wish.people):
        yield Violation("groups", gettext("批数应在 1 到 %(most)s 之间。", most=MOST_GROUPS), "groups")
    elif wish.groups > site.groups:
        sentence = gettext("%(name)s同时最多接待 %(most)s 批。", name=site.name, most=site.groups)
        yield Violation("groups", sentence, "groups")
    elif wish.largest_group > site.capacity:
        numbers = {"most": site.capacity, "n": wish.largest_group}
        sentence = gettext(
            "%(name)s一批最多 %(most)s 人，现在一批 %(n)s 人，请分批。", name=site.name, **numbers
        )
        yield Violation("capacity", sentence, "people")
    yield from _broken_needs(wish, site)


def _broken_needs(wish: Wish, site: SiteFacts) -> Iterable[Violation]:
    for kind, count in wish.needs.items():
        facts = {"name": site.base_name, "what": kind.label, "there": site.stock.get(kind, 0)}
        if not 1 <= count <= MOST_PIECES:
            sentence = gettext("数量应在 0 到 %(most)s 之间。", most=MOST_PIECES)
            yield Violation("count", sentence, kind.value)
        elif not facts["there"]:
            yield Violation("lacking", gettext("%(name)s没有%(what)s。", **facts), kind.value)
        elif count > site.stock[kind]:
            sentence = gettext("%(name)s的%(what)s一共只有 %(there)s。", **facts)
            yield Violation("lacking", sentence, kind.value)


def _broken_time(wish: Wish, site: SiteFacts, now: datetime) -> Iterable[Violation]:
    day, end = wish.start.date(), wish.end
    if wish.start <= now:
        yield Violation("past", gettext("这个时间已经过去。"), "day")
    elif day < site.earliest:
        sentence = gettext("%(name)s要提前预约，最早可以约 %(day)s。", name=site.name, day=site.earliest)
        yield Violation("lead", sentence, "day")
    if not LEAST_MINUTES <= wish.minutes <= MOST_MINUTES:
        limits = {"low": LEAST_MINUTES, "high": MOST_MINUTES}
        yield Violation("minutes", gettext("时长应在 %(low)s 到 %(high)s 分钟之间。", **limits), "minutes")
    elif end.date() != day:
        yield Violation("midnight", gettext("参观要在当天结束。"), "at")
    elif site.closure:
        yield Violation("closed", gettext("这一天闭馆：%(reason)s", reason=site.closure), "day")
    elif site.open_spans is not None and not any(
        opens <= wish.start.time() and end.time() <= closes for opens, closes in site.open_spans
    ):
        spans = "、".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in site.open_spans)
        said = gettext("这一天开放 %(spans)s。", spans=spans) if spans else gettext("这一天不开放。")
        yield Violation("hours", said, "at" if spans else "day")


def _broken_fullness(wish: Wish, site: SiteFacts) -> list[Violation]:
    if site.left < wish.groups:
        sentence = gettext("%(name)s这个时间已经约满。", name=site.name)
        return [Violation("full", sentence, "at")]
    if site.left_at_once is not None and wish.groups > site.left_at_once:
        facts = {"name": site.base_name, "left": site.left_at_once}
        sentence = gettext("%(name)s各教学点合计，这个时间还能接待 %(left)s 批。", **facts)
        return [Violation("full", sentence, "at")]
    if site.max_per_day is not None and site.batches + wish.groups > site.max_per_day:
        facts = {"name": site.name, "most": site.max_per_day}
        sentence = gettext("%(name)s一天最多接待 %(most)s 批，这一天已经约满。", **facts)
        return [Violation("batches", sentence, "day")]
    if site.left_that_day is not None and wish.groups > site.left_that_day:
        facts = {"name": site.base_name, "left": site.left_that_day}
        sentence = gettext("%(name)s各教学点合计，这一天还能接待 %(left)s 批。", **facts)
        return [Violation("batches", sentence, "day")]
    return _broken_pieces(wish, site)


def _broken_pieces(wish: Wish, site: SiteFacts) -> list[Violation]:
    found = []
    for kind, count in site.pieces(wish).items():
        left = site.free_pieces[kind]
        if count <= left:
            continue
        if kind is BaseResourceKind.GUIDE:
            sentence = gettext(
                "%(name)s这个时间有空的讲解员只有 %(left)s 名。", name=site.base_name, left=left
            )
            found.append(Violation("guides", sentence, "at"))
        else:
            facts = {"name": site.base_name, "what": kind.label, "left": left}
            sentence = (
                gettext("%(name)s这个时间空着的%(what)s只有 %(left)s。", **facts)
                if left
                else gettext("%(name)s的%(what)s这个时间都有人用。", **facts)
            )
            found.append(Violation("pieces", sentence, kind.value))
    return found


def is_only_full(broken: Sequence[Violation]) -> bool:
    """Whether waiting may help: nothing but others stands in the way."""
    return bool(broken) and all(violation.code in FULL for violation in broken)


def days_of(rhythm: Rhythm, first: date, until: date) -> list[date]:
    """The days of a rhythm, both ends included; a month without that day has its last one."""
    found: list[date] = []
    while len(found) < MOST_OCCURRENCES:
        step = len(found)
        day = first + timedelta(weeks=step) if rhythm is Rhythm.WEEKLY else _months_later(first, step)
        if day > until:
            break
        found.append(day)
    return found


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(day.year + year, month + 1, number)
        except ValueError:
            continue
    return date(day.year + year, month + 1, min(day.day, 28))


def shares(people: int, parts: int) -> list[int]:
    """People divided as evenly as can be, the larger parts first."""
    least, more = divmod(people, parts)
    return [least + (n < more) for n in range(parts)]


@dataclass(frozen=True, slots=True)
class Record:
    """How a unit kept what it had booked in the last twelve months."""

    came: int
    missed: int
    late: int
    """Withdrawn within a day of the visit."""

    @property
    def total(self) -> int:
        """Everything that came due."""
        return self.came + self.missed + self.late

    @property
    def percent(self) -> int | None:
        """Share that came, 0..100; None before anything came due."""
        return None if not self.total else round(100 * self.came / self.total)
