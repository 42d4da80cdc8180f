"""Policy of scheduling without a database: when sessions start, class ratios, what may be entered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from flask_babel import gettext

from core.errors import Violation
from courses.enums import Audience, Method, Ratio
from courses.rules import is_interactive
from scheduling.enums import BookingState, ClassState, HalfDay, OrderKind, RatioKind, Tier

MINUTES_PER_UNIT = 15
LIVE = (BookingState.HELD, BookingState.CONFIRMED)
MOST_HOURS = Decimal(8)
MOST_PEOPLE = 100_000
LONGEST_CLASS = timedelta(days=190)


@dataclass(frozen=True, slots=True)
class DayTimes:
    """When mornings, afternoons and evenings start; a setting [common]."""

    morning: time = time(8, 30)
    afternoon: time = time(14, 0)
    evening: time = time(19, 0)

    def starts(self, day: date, half_day: HalfDay) -> list[datetime]:
        """Moments a session ordered for this half-day may start at; 任选 is either half of the date."""
        halves = {
            HalfDay.MORNING: (self.morning,),
            HalfDay.AFTERNOON: (self.afternoon,),
            HalfDay.EVENING: (self.evening,),
            HalfDay.ANY: (self.morning, self.afternoon),
        }
        return [datetime.combine(day, at) for at in halves[half_day]]

    def half_day_of(self, moment: datetime) -> HalfDay:
        """The half-day a planned moment falls in."""
        if moment.time() < self.afternoon:
            return HalfDay.MORNING
        return HalfDay.AFTERNOON if moment.time() < self.evening else HalfDay.EVENING


def units_of(start: datetime, minutes: int) -> tuple[int, int]:
    """Quarter hours of the day from the start (rounded down) to the end (rounded up), half-open."""
    first = start.hour * 60 + start.minute
    return first // MINUTES_PER_UNIT, -(-(first + minutes) // MINUTES_PER_UNIT)


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What is entered about a class, by a form or a workbook."""

    year: int
    number: str
    name: str
    tier: Tier
    starts_on: date
    ends_on: date
    size: int
    order_kind: OrderKind
    is_main: bool = False
    host_name: str = ""
    host_id: int | None = None
    town_id: int | None = None
    audience: Audience | None = None
    main_base_id: int | None = None
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What is ordered for one session of a class; hours are class hours of 45 minutes."""

    position: int
    day: date
    half_day: HalfDay
    course_name: str
    method: Method
    class_hours: Decimal
    course_id: int | None = None
    leader_required: bool = False
    wanted_base_id: int | None = None
    wanted_instructor_id: int | None = None


def broken_by_class(facts: ClassFacts, session_days: Iterable[date] = ()) -> list[Violation]:
    """What is wrong with a class as entered; `session_days` are the dates of sessions it already has."""
    found = []
    if facts.ends_on < facts.starts_on:
        found.append(Violation("span", gettext("结束日期不能早于开始日期。"), "ends_on"))
    elif facts.ends_on - facts.starts_on > LONGEST_CLASS:
        found.append(Violation("span", gettext("一个班次最长半年，请检查日期。"), "ends_on"))
    if facts.year not in (facts.starts_on.year, facts.ends_on.year):
        found.append(Violation("year", gettext("年度和日期对不上。"), "starts_on"))
    if not 0 <= facts.size <= MOST_PEOPLE:
        found.append(Violation("size", gettext("人数应在 0 到 100000 之间。"), "size"))
    outside = sorted(day for day in session_days if not facts.starts_on <= day <= facts.ends_on)
    if outside:
        day = f"{outside[0].month}月{outside[0].day}日"
        found.append(
            Violation("outside", gettext("已有课次在 %(day)s，不在新的起止日期内。", day=day), "starts_on")
        )
    return found


def broken_by_session(facts: SessionFacts, starts_on: date, ends_on: date) -> list[Violation]:
    """What is wrong with a session as entered, in a class that runs from `starts_on` to `ends_on`."""
    found = []
    if not starts_on <= facts.day <= ends_on:
        found.append(Violation("day", gettext("日期不在班次的起止日期内。"), "day"))
    if not Decimal(0) < facts.class_hours <= MOST_HOURS or facts.class_hours % Decimal("0.5"):
        found.append(Violation("hours", gettext("学时应在 0.5 到 8 之间，以半学时计。"), "class_hours"))
    if not facts.course_name.strip():
        found.append(Violation("course", gettext("请选择课程。"), "course_id"))
    if facts.method is Method.ON_SITE and (facts.wanted_instructor_id or facts.leader_required):
        sentence = gettext("现场教学由基地讲解员授课，不能指定讲师。")
        found.append(Violation("guide", sentence, "wanted_instructor_id"))
    return found


@dataclass(frozen=True, slots=True)
class LessonShare:
    """One session as the ratios see it."""

    hours: Decimal
    ratio: Ratio | None
    method: Method
    by_leader: bool


@dataclass(frozen=True, slots=True)
class Gauge:
    """One share of a class: what it is, what it must be, and where that is written."""

    kind: RatioKind
    percent: Decimal
    least: int

    @property
    def is_met(self) -> bool:
        """Whether the share is reached."""
        return self.percent >= self.least

    @property
    def missing(self) -> str:
        """The shortfall as a sentence."""
        return gettext(
            "%(what)s占 %(share)s%%，应不少于 %(least)s%%。",
            what=self.kind.label,
            share=f"{self.percent:.0f}",
            least=self.least,
        )


LEAST = (
    (RatioKind.THEORY_AND_PARTY, 70, False),
    (RatioKind.PARTY_SPIRIT, 20, False),
    (RatioKind.LEADERS, 20, True),
    (RatioKind.INTERACTIVE, 30, True),
)
"""Share, least percent of class hours, and whether it binds main classes only [1 §1, 3 §一(三)3-4]."""


def gauges(lessons: Sequence[LessonShare], *, is_main: bool) -> list[Gauge]:
    """The shares that bind a class, over all its class hours; none for a class without sessions."""
    total = sum((lesson.hours for lesson in lessons), Decimal(0))
    if not total:
        return []
    counted = {
        RatioKind.THEORY_AND_PARTY: [x for x in lessons if x.ratio in (Ratio.THEORY, Ratio.PARTY_SPIRIT)],
        RatioKind.PARTY_SPIRIT: [x for x in lessons if x.ratio is Ratio.PARTY_SPIRIT],
        RatioKind.LEADERS: [x for x in lessons if x.by_leader],
        RatioKind.INTERACTIVE: [x for x in lessons if is_interactive(x.method)],
    }
    return [
        Gauge(kind, sum((x.hours for x in counted[kind]), Decimal(0)) * 100 / total, least)
        for kind, least, main_only in LEAST
        if is_main or not main_only
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts over the sessions of a class, cancelled ones left out."""

    sessions: int
    held: int
    lacking: int
    untouched: int
    """Live sessions of which nothing is planned yet."""
    published: int
    changed: int
    """Complete sessions whose plan people have not been told."""


def class_state(progress: Progress) -> ClassState:
    """The state a list shows: what needs doing first."""
    live = progress.sessions - progress.held
    if not progress.sessions:
        return ClassState.EMPTY
    if not live:
        return ClassState.HELD
    if progress.changed and (progress.published or progress.held):
        return ClassState.CHANGED
    if progress.untouched == live:
        return ClassState.UNPLANNED
    if progress.lacking:
        return ClassState.PARTLY
    return ClassState.COMPLETE if progress.changed else ClassState.PUBLISHED
