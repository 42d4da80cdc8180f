"""What each sheet says, row by row, in types. None means the cell was blank or could not be used.

`row` is the row as Excel counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bases.enums import BaseKind, BaseState, DesignationLevel, Theme
from courses.enums import Audience, Category, Method
from exchange.enums import Severity, SheetKind
from exchange.workbook.fields.dates import YearMonth
from exchange.workbook.fields.openings import Opening
from exchange.workbook.fields.quantities import LeadTime
from exchange.workbook.problems import Problem
from instructor_pool.enums import EngagementMode, Gender, SourceCategory
from instructor_pool.rules.remarks import Stretch
from party_lessons.enums import PostKind
from scheduling.enums import HalfDay, OrderKind, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructorRow:
    """One person of 师资信息表; the limits count sessions."""

    sheet: str
    row: int
    name: str
    gender: Gender | None = None
    birth: YearMonth | None = None
    ethnicity: str | None = None
    political_status: str | None = None
    education: str | None = None
    major: str | None = None
    unit: str | None = None
    post: str | None = None
    professional_title: str | None = None
    source: SourceCategory | None = None
    engagement: EngagementMode | None = None
    research: str | None = None
    courses: tuple[str, ...] = ()
    phone: str | None = None
    id_number: str | None = None
    nominated_by: str | None = None
    term_from: date | None = None
    term_to: date | None = None
    certificate: str | None = None
    town: str | None = None
    weekly_limit: int | None = None
    monthly_limit: int | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRow:
    """One site of 现场教学基地备案表; visit in minutes, degrees WGS84 or as the staff measured."""

    sheet: str
    row: int
    name: str
    kind: BaseKind
    theme: Theme | None = None
    unit: str | None = None
    town: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    contact: str | None = None
    phone: str | None = None
    capacity: int | None = None
    groups: int | None = None
    daily_limit: int | None = None
    openings: tuple[Opening, ...] = ()
    openings_text: str | None = None
    guides: int | None = None
    visit_minutes: int | None = None
    lead_time: LeadTime | None = None
    filing: BaseState | None = None
    level: DesignationLevel | None = None
    document: str | None = None
    designated_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """One course of 课程目录."""

    sheet: str
    row: int
    name: str
    category: Category
    method: Method | None = None
    hours: float | None = None
    is_party_lesson: bool | None = None
    audiences: tuple[Audience, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One class of 培训班; both days belong to it."""

    sheet: str
    row: int
    number: str
    name: str
    starts: date
    ends: date
    is_main: bool | None = None
    tier: Tier | None = None
    host: str | None = None
    town: str | None = None
    size: int | None = None
    audience: Audience | None = None
    origin: OrderKind | None = None
    venue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One wanted session of 课次需求; half 任选 leaves morning or afternoon open."""

    sheet: str
    row: int
    class_number: str
    sequence: int
    day: date
    half: HalfDay
    course: str
    method: Method | None = None
    hours: float | None = None
    needs_leader: bool | None = None
    base: str | None = None
    instructor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderRow:
    """One post of 应讲党课领导 with the days it was taken up and left."""

    sheet: str
    row: int
    name: str
    unit: str
    post: str
    duty: PostKind
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class AvailabilityHint:
    """A remark of one person as written, with a suggested reading to confirm; empty when it cannot be read."""

    sheet: str
    row: int
    name: str
    text: str
    suggestion: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """How a sheet was understood: header row, columns nobody asked for, and where each field stands (from 0)."""

    name: str
    kind: SheetKind
    header_row: int
    ignored_columns: tuple[str, ...] = ()
    columns: Mapping[str, int] = field(default_factory=dict)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """Everything a file says, and everything that is wrong with it."""

    year: int | None = None
    sheets: tuple[SheetInfo, ...] = ()
    ignored_sheets: tuple[str, ...] = ()
    instructors: tuple[InstructorRow, ...] = ()
    bases: tuple[BaseRow, ...] = ()
    courses: tuple[CourseRow, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    sessions: tuple[SessionRow, ...] = ()
    leaders: tuple[LeaderRow, ...] = ()
    hints: tuple[AvailabilityHint, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that block the import."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that go in and stay listed."""
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database already holds, so that a file with some of the sheets can be judged.

    `people` are (name, unit) pairs, `class_numbers` (number, year) pairs, `bases` maps names to states. `towns` None means that no tree is known.
    """

    courses: frozenset[str] = frozenset()
    class_numbers: frozenset[tuple[str, int]] = frozenset()
    bases: Mapping[str, BaseState] = field(default_factory=dict)
    towns: frozenset[str] | None = None
    people: frozenset[tuple[str, str]] = frozenset()
