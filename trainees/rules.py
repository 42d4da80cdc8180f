"""Policy of trainees without a database: what a roster line must be, double call-ups, when a code counts, hours."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

from flask_babel import gettext

from core.errors import Violation
from instructor_pool.rules.identity import is_id_number, is_phone, plain_number
from scheduling.enums import HalfDay, SessionState, Tier
from trainees.enums import TraineeKind, WarningKind

LONGEST_NAME = 40
LONGEST_UNIT = 80
LONGEST_POST = 60
OPENS_BEFORE = timedelta(minutes=60)
CLOSES_AFTER = timedelta(minutes=30)
"""Around a session within which a scanned code counts [common]."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a roster as entered, by a form or a workbook."""

    name: str
    unit: str = ""
    post: str = ""
    kind: TraineeKind = TraineeKind.MEMBER
    phone: str = ""
    identity: str = ""


def plain_name(text: str) -> str:
    """A name without the blanks that fill up two characters to the width of three: `张 三` is 张三."""
    text = re.sub(r"\s+", " ", text.replace("\u3000", " ")).strip()
    return text if re.search(r"[A-Za-z]", text) else text.replace(" ", "")


def plain_line(line: Line) -> Line:
    """The same line in the one form that is stored and compared."""
    return Line(
        plain_name(line.name),
        re.sub(r"\s+", "", line.unit),
        line.post.strip(),
        line.kind,
        re.sub(r"[\s()-]", "", line.phone),
        plain_number(line.identity),
    )


def broken_by_line(line: Line) -> list[Violation]:
    """What is wrong with one line, each with the field it is about."""
    found = []
    if not 1 <= len(line.name) <= LONGEST_NAME:
        found.append(Violation("name", gettext("请填写姓名，最多 40 个字。"), "name"))
    if len(line.unit) > LONGEST_UNIT:
        found.append(Violation("unit", gettext("单位最多 80 个字。"), "unit"))
    if len(line.post) > LONGEST_POST:
        found.append(Violation("post", gettext("职务最多 60 个字。"), "post"))
    if line.phone and not is_phone(line.phone):
        found.append(Violation("phone", gettext("请填写手机号，或带区号的座机号。"), "phone"))
    if line.identity and not is_id_number(line.identity):
        sentence = gettext("身份证号应为 18 位且校验位正确，请核对。")
        found.append(Violation("identity", sentence, "identity"))
    return found


@dataclass(frozen=True, slots=True)
class CallUp:
    """A class somebody is called up to, as far as other classes can get in its way."""

    class_id: int
    name: str
    year: int
    tier: Tier
    starts_on: date
    ends_on: date
    slots: frozenset[tuple[date, HalfDay]] = frozenset()
    """Half-days with a session; 任选 that is not placed yet stands for both halves of its date."""
    courses: Mapping[int, str] = field(default_factory=dict)
    """Courses by id with their names."""


@dataclass(frozen=True, slots=True)
class DoubleCallUp:
    """One thing to warn of; `mark` stays the same until the call-ups change, so that it can be seen off once."""

    kind: WarningKind
    class_ids: tuple[int, ...]
    mark: str
    first: date
    what: str = ""
    """The tier or the course that repeats."""

    @property
    def times(self) -> int:
        """How many classes are concerned."""
        return len(self.class_ids)


def double_call_ups(call_ups: Iterable[CallUp], most: int) -> list[DoubleCallUp]:
    """Clashes of one person's classes, and what comes more than `most` times in one year [2, 3 §六(一)]."""
    ordered = sorted(call_ups, key=lambda c: (c.starts_on, c.class_id))
    found = [clash for one, other in combinations(ordered, 2) if (clash := _clash(one, other))]
    tiers: dict[tuple[int, str], list[CallUp]] = defaultdict(list)
    courses: dict[tuple[int, int], list[CallUp]] = defaultdict(list)
    for item in ordered:
        tiers[(item.year, item.tier.value)].append(item)
        for course_id in item.courses:
            courses[(item.year, course_id)].append(item)
    for (year, tier), many in tiers.items():
        if len(many) > most:
            mark = f"tier:{tier}:{year}:{len(many)}"
            found.append(_repeat(WarningKind.SAME_TIER, many, mark, Tier(tier).label))
    for (year, course_id), many in courses.items():
        if len(many) > most:
            mark = f"course:{course_id}:{year}:{len(many)}"
            found.append(_repeat(WarningKind.SAME_COURSE, many, mark, many[0].courses[course_id]))
    return found


def _repeat(kind: WarningKind, many: Sequence[CallUp], mark: str, what: str) -> DoubleCallUp:
    return DoubleCallUp(kind, tuple(c.class_id for c in many), mark, many[-1].starts_on, what)


def _clash(one: CallUp, other: CallUp) -> DoubleCallUp | None:
    first, last = max(one.starts_on, other.starts_on), min(one.ends_on, other.ends_on)
    if first > last:
        return None
    if one.slots and other.slots:
        shared = one.slots & other.slots
        if not shared:
            return None
        first = min(day for day, _half in shared)
    low, high = sorted((one.class_id, other.class_id))
    return DoubleCallUp(WarningKind.CLASH, (one.class_id, other.class_id), f"clash:{low}:{high}", first)


def slots_of(day: date, half: HalfDay, start: datetime | None, placed: HalfDay) -> list[tuple[date, HalfDay]]:
    """Half-days one session takes: where it is placed, else what was ordered."""
    if start is not None:
        return [(start.date(), placed)]
    return [(day, h) for h in ((HalfDay.MORNING, HalfDay.AFTERNOON) if half is HalfDay.ANY else (half,))]


def why_no_code(state: SessionState, start: datetime | None, end: datetime | None, now: datetime) -> str:
    """Why a scanned code does not count now; empty when it does. An hour before the session to half an hour after."""
    if state not in (SessionState.PUBLISHED, SessionState.HELD) or start is None or end is None:
        return gettext("这个课次没有发布或已取消，不能签到。")
    if now < start - OPENS_BEFORE:
        return gettext("还没有到签到时间，开课前一小时起可以签到。")
    if now > end + CLOSES_AFTER:
        return gettext("签到已经结束，请联系班主任补登。")
    return ""


@dataclass(frozen=True, slots=True)
class Targets:
    """Class hours a year, and how often a year the same is not too much; settings of a level."""

    member: Decimal = Decimal(32)
    committee: Decimal = Decimal(56)
    most_call_ups: int = 2

    def of(self, kind: TraineeKind) -> Decimal:
        """Least class hours a year [0 §7]."""
        return self.committee if kind is TraineeKind.COMMITTEE else self.member
