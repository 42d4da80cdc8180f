"""Leaders' share of class hours: class by class, and over a semester and the year of a level [3 §一(三)4]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from accounts.access import Scope
from core.db import session
from core.settings import get_setting
from core.tables import Badge, BoundTable, Column, Filter, Table
from instructor_pool.enums import SourceCategory
from instructor_pool.models import Instructor
from party_lessons.models import Post
from scheduling.enums import RatioKind, SessionState
from scheduling.models import ScheduleVersion, Session, TrainingClass
from scheduling.queries.classes import planned_by, visible
from scheduling.rules import LEAST

LEAST_PERCENT = next(least for kind, least, _main in LEAST if kind is RatioKind.LEADERS)
SEMESTERS = {"spring": "02-01", "autumn": "08-01"}
"""First days of the semesters [common]; the setting `semester_starts` overrides."""


@dataclass(frozen=True, slots=True)
class Period:
    """A semester or a year: `last` is the first day after it."""

    key: str
    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Share:
    """Class hours of a period, and those that leaders teach."""

    period: Period
    hours: float
    led: float
    held: float
    held_led: float

    @property
    def percent(self) -> float:
        """Of all that is planned and held."""
        return 100 * self.led / self.hours if self.hours else 0.0

    @property
    def held_percent(self) -> float:
        """Of what is held so far."""
        return 100 * self.held_led / self.held if self.held else 0.0

    @property
    def is_met(self) -> bool:
        """Whether it is reached."""
        return self.percent >= LEAST_PERCENT


def periods_of(year: int) -> list[Period]:
    """The two semesters that begin in a year, and the year itself."""
    starts: dict[str, str] = get_setting("semester_starts", SEMESTERS)
    spring, autumn = (date.fromisoformat(f"{year}-{starts[key]}") for key in ("spring", "autumn"))
    after = date.fromisoformat(f"{year + 1}-{starts['spring']}")
    return [
        Period("spring", gettext("%(year)s年春季学期", year=year), spring, autumn),
        Period("autumn", gettext("%(year)s年秋季学期", year=year), autumn, after),
        Period("year", gettext("%(year)s年全年", year=year), date(year, 1, 1), date(year + 1, 1, 1)),
    ]


def is_led() -> ColumnElement[bool]:
    """A session whose instructor is a leading cadre: by source category, or by a post held during the class."""
    holds = exists().where(
        Post.holder_id == Session.instructor_id,
        Post.starts <= TrainingClass.ends_on,
        or_(Post.ends.is_(None), Post.ends >= TrainingClass.starts_on),
    )
    leader = exists().where(
        Instructor.id == Session.instructor_id, Instructor.source_category == SourceCategory.LEADER
    )
    return or_(leader, holds)


def _sum(*conditions: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((and_(*conditions), Session.class_hours), else_=0)), 0)


def shares_of(scope: Scope, year: int, *, main_only: bool) -> list[Share]:
    """Semesters and year of the classes the level plans: one statement each."""
    found = []
    is_held = Session.state == SessionState.HELD
    for period in periods_of(year):
        stmt = (
            select(func.coalesce(func.sum(Session.class_hours), 0), _sum(is_led()), _sum(is_held))
            .add_columns(_sum(is_held, is_led()))
            .select_from(Session)
            .join(TrainingClass, TrainingClass.id == Session.class_id)
            .where(
                planned_by(scope),
                Session.state != SessionState.CANCELLED,
                Session.day >= period.first,
                Session.day < period.last,
            )
        )
        if main_only:
            stmt = stmt.where(TrainingClass.is_main)
        found.append(Share(period, *(float(value) for value in session().execute(stmt).one())))
    return found


def _standing(row: Any) -> Badge:
    if not row.hours:
        return Badge(gettext("没有课次"), "idle")
    if float(row.led) * 100 >= LEAST_PERCENT * float(row.hours):
        return Badge(gettext("达到"), "ok")
    return Badge(gettext("不足"), "bad" if row.TrainingClass.is_main else "idle")


def _share(row: Any) -> float:
    return float(row.led) / float(row.hours) if row.hours else 0.0


def share_table(scope: Scope, year: int) -> BoundTable[Any]:
    """Classes of a year with their hours by leaders, and the reason under which a share was published."""
    sums = (
        select(Session.class_id, func.sum(Session.class_hours).label("hours"), _sum(is_led()).label("led"))
        .join(TrainingClass, TrainingClass.id == Session.class_id)
        .where(TrainingClass.year == year, Session.state != SessionState.CANCELLED)
        .group_by(Session.class_id)
        .subquery()
    )
    hours, led = func.coalesce(sums.c.hours, 0), func.coalesce(sums.c.led, 0)
    note = (
        select(ScheduleVersion.note)
        .where(
            ScheduleVersion.class_id == TrainingClass.id,
            ScheduleVersion.number == TrainingClass.published_version,
        )
        .correlate(TrainingClass)
        .scalar_subquery()
    )
    short = and_(hours > 0, led * 100 < hours * LEAST_PERCENT)
    conditions = {"short": short, "met": and_(hours > 0, ~short)}
    table: Table[Any] = Table(
        name="leader_share",
        title=lazy_gettext("领导授课比例"),
        columns=[
            Column("name", lazy_gettext("班次"), lambda r: r.TrainingClass.name, sort=TrainingClass.name),
            Column(
                "from",
                lazy_gettext("开始日期"),
                lambda r: r.TrainingClass.starts_on,
                sort=TrainingClass.starts_on,
                kind="date",
            ),
            Column(
                "main",
                lazy_gettext("主体班次"),
                lambda r: gettext("是") if r.TrainingClass.is_main else gettext("否"),
                sort=TrainingClass.is_main,
            ),
            Column("hours", lazy_gettext("总学时"), lambda r: float(r.hours), sort=hours, kind="number"),
            Column("led", lazy_gettext("领导授课学时"), lambda r: float(r.led), sort=led, kind="number"),
            Column(
                "share",
                lazy_gettext("占比"),
                _share,
                sort=case((hours > 0, led * 1.0 / hours), else_=0.0),
                kind="percent",
            ),
            Column("standing", lazy_gettext("情况"), _standing, kind="badge"),
            Column("note", lazy_gettext("发布时写的原因"), lambda r: r.note or ""),
        ],
        filters=[
            Filter(
                "main",
                lazy_gettext("主体班次"),
                lambda stmt, v: stmt.where(TrainingClass.is_main.is_(v == "yes")),
                lambda: [("yes", gettext("是")), ("no", gettext("否"))],
            ),
            Filter(
                "standing",
                lazy_gettext("情况"),
                lambda stmt, v: stmt.where(conditions[v]),
                lambda: [("short", gettext("不足")), ("met", gettext("达到"))],
            ),
        ],
        search=TrainingClass.search_text,
        search_hint=lazy_gettext("搜索班次、编号、拼音首字母"),
        default_sort="from",
        row_url=lambda r: f"/scheduling/classes/{r.TrainingClass.id}",
        row_key=lambda r: r.TrainingClass.id,
        keep=("year",),
    )
    stmt = (
        select(TrainingClass, hours.label("hours"), led.label("led"), note.label("note"))
        .outerjoin(sums, sums.c.class_id == TrainingClass.id)
        .where(TrainingClass.year == year, visible(scope))
    )
    return table.bind(session(), stmt)
