"""Policy of visits: what may follow what, what a venue can take, which days a rhythm means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask_babel import gettext

from core.errors import Violation
from scheduling.enums import Rhythm, VisitState

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

ANSWER_HOURS = 48
"""Hours a request is held for the base's answer [common]; the setting `visit_answer_hours` overrides."""
NO_SHOW_HOURS = 24
"""Hours after the end without a check-in that make a no-show [common]; setting `visit_no_show_hours`."""
DEFAULT_MINUTES = 90
LEAST_MINUTES, MOST_MINUTES = 15, 720
MOST_PEOPLE, MOST_GROUPS, MOST_OCCURRENCES = 5000, 40, 60
FULL = frozenset({"full", "batches", "guides"})
"""What waiting can cure: somebody else has the place."""

STOPS = frozenset({"state", "closed", "hours"})
"""What makes a visit that stands impossible: the base changed since."""


def may_become(before: VisitState, after: VisitState) -> bool:
    """Whether the life of a visit has this step."""
    return after in TRANSITIONS[before]


@dataclass(frozen=True, slots=True)
class Wish:
    """When a party comes, for how long and how many: `groups` at once, each with a guide of its own."""

    start: datetime
    minutes: int
    people: int
    groups: int = 1

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
    free_seats: Sequence[int]
    """Seats free through the whole time."""
    batches: int
    """Groups that come that day already."""
    base_name: str = ""
    left_at_once: int | None = None
    """Groups the whole base still takes then; None where it sets no limit."""
    left_that_day: int | None = None
    """The same for the day."""
    free_guides: Sequence[int] | None = None
    """Guides that are free through the whole time; None where the base has none."""


def broken_by_visit(wish: Wish, site: SiteFacts, now: datetime) -> list[Violation]:
    """What stands against a visit, each with its field; of a full place only when nothing else does."""
    found = [*_broken_size(wish, site), *_broken_time(wish, site, now)]
    return found or _broken_fullness(wish, site)


def _broken_size(wish: Wish, site: SiteFacts) -> Iterable[Violation]:
    if site.not_bookable:
        facts = {"name": site.name, "state": site.not_bookable}
        yield Violation("state", gettext("%(name)s现在%(state)s,不能预约。", **facts), "venue_id")
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
            "%(name)s一批最多 %(most)s 人,现在一批 %(n)s 人,请分批。", name=site.name, **numbers
        )
        yield Violation("capacity", sentence, "people")


def _broken_time(wish: Wish, site: SiteFacts, now: datetime) -> Iterable[Violation]:
    day, end = wish.start.date(), wish.end
    if wish.start <= now:
        yield Violation("past", gettext("这个时间已经过去。"), "day")
    elif day < site.earliest:
        sentence = gettext("%(name)s要提前预约,最早可以约 %(day)s。", name=site.name, day=site.earliest)
        yield Violation("lead", sentence, "day")
    if not LEAST_MINUTES <= wish.minutes <= MOST_MINUTES:
        limits = {"low": LEAST_MINUTES, "high": MOST_MINUTES}
        yield Violation("minutes", gettext("时长应在 %(low)s 到 %(high)s 分钟之间。", **limits), "minutes")
    elif end.date() != day:
        yield Violation("midnight", gettext("参观要在当天结束。"), "at")
    elif site.closure:
        yield Violation("closed", gettext("这一天闭馆:%(reason)s", reason=site.closure), "day")
    elif site.open_spans is not None and not any(
        opens <= wish.start.time() and end.time() <= closes for opens, closes in site.open_spans
    ):
        spans = "、".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in site.open_spans)
        said = gettext("这一天开放 %(spans)s。", spans=spans) if spans else gettext("这一天不开放。")
        yield Violation("hours", said, "at" if spans else "day")


def _broken_fullness(wish: Wish, site: SiteFacts) -> list[Violation]:
    if len(site.free_seats) < wish.groups:
        sentence = gettext("%(name)s这个时间已经约满。", name=site.name)
        return [Violation("full", sentence, "at")]
    if site.left_at_once is not None and wish.groups > site.left_at_once:
        facts = {"name": site.base_name, "left": site.left_at_once}
        sentence = gettext("%(name)s各教学点合计,这个时间还能接待 %(left)s 批。", **facts)
        return [Violation("full", sentence, "at")]
    if site.max_per_day is not None and site.batches + wish.groups > site.max_per_day:
        facts = {"name": site.name, "most": site.max_per_day}
        sentence = gettext("%(name)s一天最多接待 %(most)s 批,这一天已经约满。", **facts)
        return [Violation("batches", sentence, "day")]
    if site.left_that_day is not None and wish.groups > site.left_that_day:
        facts = {"name": site.base_name, "left": site.left_that_day}
        sentence = gettext("%(name)s各教学点合计,这一天还能接待 %(left)s 批。", **facts)
        return [Violation("batches", sentence, "day")]
    if site.free_guides is not None and wish.groups > len(site.free_guides):
        facts = {"name": site.base_name, "left": len(site.free_guides)}
        sentence = gettext("%(name)s这个时间有空的讲解员只有 %(left)s 名。", **facts)
        return [Violation("guides", sentence, "at")]
    return []


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
