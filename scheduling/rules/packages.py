"""Policy of packages: what may be on the menu, when parts may start, and what holds them together. No database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from flask_babel import gettext

from bases.enums import Theme
from core.errors import Violation
from courses.enums import Method
from scheduling.enums import PackageStage, SessionState
from scheduling.rules import MOST_HOURS, DayTimes

LEAST_PARTS, MOST_PARTS = 2, 6
MOST_DAYS = 5
"""A package takes at most a working week."""
MOST_PEOPLE = 1000
STEP = timedelta(minutes=30)
MORNING_ENDS, AFTERNOON_ENDS = time(12, 0), time(18, 0)
"""A part that fits into half a day ends by then [common]; a longer one starts with the half-day."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part as entered: a course in a classroom, or a visit to a base, one of its venues, or any base of a theme."""

    title: str
    method: Method
    class_hours: Decimal
    course_id: int | None = None
    base_id: int | None = None
    venue_id: int | None = None
    theme: Theme | None = None

    @property
    def is_visit(self) -> bool:
        """A visit, led by the base's guide."""
        return self.method is Method.ON_SITE


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """A package as entered; prices in yuan per person, months both included."""

    name: str
    parts: Sequence[PartFacts]
    most_people: int
    summary: str = ""
    first_month: int = 1
    last_month: int = 12
    needs_coach: bool = False
    meals_price: Decimal = Decimal(0)
    transport_price: Decimal = Decimal(0)
    is_offered: bool = True


def broken_by_package(facts: PackageFacts) -> list[Violation]:
    """What is wrong with a package as entered; the subject of a part's fault is `parts-N`, from 0."""
    found = []
    if not LEAST_PARTS <= len(facts.parts) <= MOST_PARTS:
        sentence = gettext("套餐应有 %(least)s 到 %(most)s 个部分。", least=LEAST_PARTS, most=MOST_PARTS)
        found.append(Violation("parts", sentence, "parts"))
    elif not any(part.is_visit for part in facts.parts) or all(part.is_visit for part in facts.parts):
        found.append(Violation("mix", gettext("套餐应既有课堂教学，又有基地现场教学。"), "parts"))
    for n, part in enumerate(facts.parts):
        found += [Violation(code, sentence, f"parts-{n}") for code, sentence in _broken_by_part(part)]
    return found


def _broken_by_part(part: PartFacts) -> Iterable[tuple[str, str]]:
    if part.is_visit and (part.base_id is None) == (part.theme is None):
        yield "visit", gettext("现场教学请选择一个基地或一个主题。")
    if not part.is_visit and part.course_id is None:
        yield "lesson", gettext("课堂教学请选择课程。")
    if not part.is_visit and part.theme is not None:
        yield "lesson", gettext("课堂教学不能按主题选地点。")
    if not Decimal(0) < part.class_hours <= MOST_HOURS or part.class_hours % Decimal("0.5"):
        yield "hours", gettext("学时应在 0.5 到 8 之间，以半学时计。")


def is_in_season(month: int, first: int, last: int) -> bool:
    """Whether a month lies in a season; one that ends before it begins goes over the new year."""
    return first <= month <= last if first <= last else month >= first or month <= last


def coaches_for(people: int, seats: int) -> int:
    """How many coaches take so many people."""
    return -(-people // max(1, seats))


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is ordered for a class: from which day to which, and for how many people."""

    first_day: date
    last_day: date
    people: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What an order must keep to."""

    first_month: int
    last_month: int
    most_people: int
    class_size: int
    starts_on: date
    ends_on: date


def broken_by_order(facts: OrderFacts, offer: Offer, today: date) -> list[Violation]:
    """What is wrong with an order as entered."""
    found = []
    first, last = facts.first_day, facts.last_day
    if last < first:
        found.append(Violation("span", gettext("最后一天不能早于第一天。"), "last_day"))
    elif (last - first).days >= MOST_DAYS:
        found.append(Violation("span", gettext("套餐最多用 %(n)s 天。", n=MOST_DAYS), "last_day"))
    if first < today:
        found.append(Violation("past", gettext("日期已经过去。"), "first_day"))
    if not offer.starts_on <= first or not last <= offer.ends_on:
        found.append(Violation("class_days", gettext("日期不在班次的起止日期内。"), "first_day"))
    if not all(is_in_season(day.month, offer.first_month, offer.last_month) for day in (first, last)):
        said = season_text(offer.first_month, offer.last_month)
        found.append(Violation("season", gettext("这个套餐只在%(season)s开放。", season=said), "first_day"))
    if not 1 <= facts.people <= offer.most_people:
        sentence = gettext("这个套餐一次接待 1 到 %(most)s 人。", most=offer.most_people)
        found.append(Violation("people", sentence, "people"))
    elif facts.people > offer.class_size:
        sentence = gettext("班次只有 %(size)s 人。", size=offer.class_size)
        found.append(Violation("people", sentence, "people"))
    return found


def season_text(first: int, last: int) -> str:
    """`4 月至 10 月`, `全年`."""
    if (first, last) == (1, 12):
        return gettext("全年")
    return (
        gettext("%(first)s 月至 %(last)s 月", first=first, last=last)
        if first != last
        else gettext("%(first)s 月", first=first)
    )


def package_starts(first: date, last: date, minutes: int, times: DayTimes) -> list[datetime]:
    """Moments a part may start at: every half hour of the days from which it ends within the half-day it starts in.

    What is longer than half a day starts with it.
    """
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        for begins, ends in ((times.morning, MORNING_ENDS), (times.afternoon, AFTERNOON_ENDS)):
            start, end = datetime.combine(day, begins), datetime.combine(day, ends)
            found.append(start)
            found += [
                start + STEP * k
                for k in range(1, int((end - start) / STEP) + 1)
                if start + STEP * k + timedelta(minutes=minutes) <= end
            ]
    return found


def stage_of(parts: Collection[tuple[SessionState, bool]]) -> PackageStage | None:
    """The stage that parts have in common, each given by its state and whether it has a time; None when they differ.

    A held part stays what it is: the rest is told or, once it was cancelled, ended.
    """
    states = {state for state, _ in parts}
    timed = {has_start for _, has_start in parts}
    if states == {SessionState.PLANNED} and len(timed) == 1:
        return PackageStage.PLACED if timed == {True} else PackageStage.OPEN
    if states <= {SessionState.CANCELLED, SessionState.HELD} and SessionState.CANCELLED in states:
        return PackageStage.ENDED
    if states <= {SessionState.PUBLISHED, SessionState.HELD} and timed == {True}:
        return PackageStage.TOLD
    return None
