"""The timetable as staff print it: 日期, 上午/下午/晚上, 时间, 课程, 教学形式, 学时, 授课教师, 单位及职务, 地点, 主持人."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext

from bases.models import Venue
from core import clock
from core.excel import Sheet, SheetColumn
from core.when import day_text, hours_text, part_of_day
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.sessions import list_sessions


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the timetable, every cell as it is printed."""

    day: str
    part: str
    time: str
    course: str
    method: str
    hours: str
    instructor: str
    post: str
    place: str
    chair: str
    """Written in by hand: the plan does not know who chairs."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells in the order of the headings."""
        return (
            self.day,
            self.part,
            self.time,
            self.course,
            self.method,
            self.hours,
            self.instructor,
            self.post,
            self.place,
            self.chair,
        )


def headings() -> list[str]:
    """The staff's own column names."""
    return [
        gettext("日期"),
        gettext("上午/下午/晚上"),
        gettext("时间"),
        gettext("课程"),
        gettext("教学形式"),
        gettext("学时"),
        gettext("授课教师"),
        gettext("单位及职务"),
        gettext("地点"),
        gettext("主持人"),
    ]


def lines_of(klass: TrainingClass) -> list[Line]:
    """The working plan in order of time, cancelled sessions left out; what is open stays empty."""
    rows = [row for row in list_sessions(klass.id) if row.state is not SessionState.CANCELLED]
    return [_line(row) for row in sorted(rows, key=_order)]


def told_lines_of(klass: TrainingClass) -> list[tuple[str, list[Line]]]:
    """What people were told, day by day, in order of time: nothing that was not published."""
    told = [
        row
        for row in list_sessions(klass.id)
        if row.told_start is not None and row.state in (SessionState.PUBLISHED, SessionState.HELD)
    ]
    days: dict[str, list[Line]] = {}
    for row in sorted(told, key=lambda row: (row.told_start or datetime.max, row.position)):
        line = _told_line(row)
        days.setdefault(line.day, []).append(line)
    return list(days.items())


def _told_line(row: Session) -> Line:
    person, start = row.told_instructor, row.told_start or datetime.max
    return Line(
        day=day_text(start.date(), year=True),
        part=part_of_day(start),
        time=hours_text(start, start + timedelta(minutes=row.told_minutes)),
        course=row.told_course_name,
        method=row.method.label,
        hours=f"{float(row.told_hours or row.class_hours):g}",
        instructor=person.name if person else ("" if row.needs_instructor else gettext("基地讲解员")),
        post=f"{person.work_unit} {person.post_title}".strip() if person else "",
        place=_place(row.told_venue),
        chair="",
    )


def _place(venue: Venue | None) -> str:
    if venue is None:
        return ""
    return venue.base.name if venue.name == venue.base.name else f"{venue.base.name} {venue.name}"


def _order(row: Session) -> tuple[datetime, int]:
    return row.start or datetime.combine(row.day, datetime.max.time()), row.position


def _line(row: Session) -> Line:
    person = row.instructor
    return Line(
        day=day_text(row.start.date() if row.start else row.day),
        part=part_of_day(row.start) if row.start else row.half_day.label,
        time=hours_text(row.start, row.end) if row.start and row.end else "",
        course=row.course_name,
        method=row.method.label,
        hours=f"{float(row.class_hours):g}",
        instructor=person.name if person else ("" if row.needs_instructor else gettext("基地讲解员")),
        post=f"{person.work_unit} {person.post_title}".strip() if person else "",
        place=_place(row.venue),
        chair="",
    )


def sheet_of(klass: TrainingClass, lines: Iterable[Line]) -> Sheet:
    """The timetable as one sheet of a workbook."""
    widths = (16, 10, 14, 30, 10, 6, 12, 30, 26, 12)
    return Sheet(
        name=gettext("课程表"),
        title=gettext("%(name)s课程表", name=klass.name),
        note=gettext("导出于 %(day)s", day=f"{clock.today():%Y-%m-%d}"),
        columns=[
            SheetColumn(heading, width=width) for heading, width in zip(headings(), widths, strict=True)
        ],
        rows=[line.cells for line in lines],
    )
