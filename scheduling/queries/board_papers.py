"""Boards and timetables on paper: as sheets of a workbook and as Word documents, with the staff's own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flask_babel import gettext

from core import clock
from core.docx import Grid, Paragraph, write
from core.excel import Sheet, SheetColumn
from core.when import clock_text, day_text, days_text, hours_text, part_of_day
from scheduling.enums import HalfDay
from scheduling.models import Session, TrainingClass
from scheduling.queries.figures import day_times
from scheduling.queries.plan_boards import BoardEntry, BoardRow, PlanBoard
from scheduling.queries.sessions import Lesson, grid_of

DAYS_A_TABLE = 7


def title_of(board: PlanBoard) -> str:
    """What the paper is called, with its days and, where there are several pages, which it is."""
    names = {
        "classes": gettext("班次排课表"),
        "instructors": gettext("讲师排课表"),
        "bases": gettext("基地排课表"),
    }
    name = names[board.kind]
    page = f"({board.page}/{board.pages})" if board.pages > 1 else ""
    return f"{name} {days_text(board.view.first, board.view.last)}{page}"


def sheet_of(board: PlanBoard) -> Sheet:
    """The page of a board as it is shown: a column a day."""
    return Sheet(
        name=gettext("排课表"),
        title=title_of(board),
        note=gettext("导出于 %(day)s", day=f"{clock.today():%Y-%m-%d}"),
        columns=[
            SheetColumn(_heading(board), width=26),
            *(SheetColumn(day_text(day), width=24) for day in board.view.days),
        ],
        rows=[[f"{row.title}\n{row.note}", *_texts(row, board, board.view.days)] for row in board.rows],
    )


def document_of(board: PlanBoard) -> bytes:
    """The same as a Word document, a table a week."""
    days = board.view.days
    parts: list[Paragraph | Grid] = [Paragraph(title_of(board), "center", 16, bold=True)]
    for n in range(0, len(days), DAYS_A_TABLE):
        week = days[n : n + DAYS_A_TABLE]
        heading = [_heading(board), *(day_text(day) for day in week)]
        rows = [[f"{row.title}\n{row.note}", *_texts(row, board, week)] for row in board.rows]
        parts.append(Grid([heading, *rows], [3, *([2] * len(week))], 8))
    return write(parts, is_across=True)


def _heading(board: PlanBoard) -> str:
    return {"classes": gettext("班次"), "instructors": gettext("讲师"), "bases": gettext("基地")}[board.kind]


def _texts(row: BoardRow, board: PlanBoard, days: Sequence[date]) -> Iterator[str]:
    """What stands in a row, day by day, one lesson a paragraph."""
    for day in days:
        of_day = [c for c in board.columns if c.day == day]
        said = [_entry(e, board.kind) for c in of_day for e in row.cells.get(c.key, ())]
        marks = [texts[c.key] for c in of_day for texts in (row.marks, row.notes) if c.key in texts]
        yield "\n".join([*marks, *said])


def _entry(entry: BoardEntry, kind: str) -> str:
    row = entry.row
    when = "" if row.start is None else f"{part_of_day(row.start)} {clock_text(row.start)}"
    if entry.is_hidden:
        return f"{when} {gettext('其他单位的课')}"
    others = {
        "classes": (person_text(row), place_text(row)),
        "instructors": (row.training_class.name, place_text(row)),
        "bases": (row.training_class.name, person_text(row)),
    }
    return " ".join(filter(None, (when, f"《{row.course_name}》", *others[kind])))


def person_text(row: Session) -> str:
    """Who teaches; the guide of a base where nobody of the pool is needed."""
    if row.instructor is not None:
        return row.instructor.name
    return gettext("讲师待定") if row.needs_instructor else gettext("基地讲解员")


def place_text(row: Session) -> str:
    """The base and its venue, once where both have the same name."""
    venue = row.venue
    if venue is None:
        return gettext("地点待定")
    return venue.base.name if venue.name == venue.base.name else f"{venue.base.name} {venue.name}"


def timetable_document(klass: TrainingClass, lessons: Sequence[Lesson]) -> bytes:
    """The timetable of a class as staff print it: days by half-days, cancelled sessions left out."""
    days = grid_of(lessons, klass, day_times())
    used = {half for day in days for half, found in day.slots.items() if found}
    halves = [h for h in HalfDay if h in (HalfDay.MORNING, HalfDay.AFTERNOON) or h in used]
    rows = [
        [day_text(day.day), *("\n".join(_lesson(x) for x in day.slots[half]) for half in halves)]
        for day in days
    ]
    facts = (
        days_text(klass.starts_on, klass.ends_on),
        klass.host_name,
        gettext("%(size)s 人", size=klass.size),
        gettext("联系人 %(name)s", name=klass.contact_name) if klass.contact_name else "",
    )
    return write(
        [
            Paragraph(gettext("%(name)s课程表", name=klass.name), "center", 18, bold=True),
            Paragraph(" · ".join(filter(None, facts)), "center", 10.5),
            Grid(
                [[gettext("日期"), *(half.label for half in halves)], *rows], [2, *([5] * len(halves))], 10.5
            ),
        ]
    )


def _lesson(lesson: Lesson) -> str:
    row = lesson.session
    who = person_text(row)
    if row.instructor is not None:
        post = f"{row.instructor.work_unit} {row.instructor.post_title}".strip()
        who = f"{who}({post})" if post else who
    when = hours_text(row.start, row.end) if row.start and row.end else ""
    what = f"{row.method.label} {gettext('%(hours)s 学时', hours=f'{float(row.class_hours):g}')}"
    return "\n".join(filter(None, (when, f"《{row.course_name}》", what, who, place_text(row))))
