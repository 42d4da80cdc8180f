"""The whole reader: bytes in, a Workbook of typed rows and problems out. Nothing is written anywhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from exchange.enums import Refusal, SheetKind
from exchange.workbook import sheets
from exchange.workbook.cursor import Cursor
from exchange.workbook.grid import Grid, as_text
from exchange.workbook.layout import find_layout
from exchange.workbook.opening import open_grids
from exchange.workbook.problems import Problem, Unreadable
from exchange.workbook.rows import (
    AvailabilityHint,
    BaseRow,
    ClassRow,
    CourseRow,
    InstructorRow,
    LeaderRow,
    SessionRow,
    SheetInfo,
    Workbook,
)
from instructor_pool.rules.remarks import suggested

Progress = Callable[[int, int], None]
"""Called with (sheets done, sheets in all); may raise to stop the reading."""
_YEAR = re.compile(r"(20\d\d)\s*年")


@dataclass
class _Pile:
    """Rows gathered over the sheets; several sheets of one kind add up."""

    instructors: list[InstructorRow] = field(default_factory=list)
    bases: list[BaseRow] = field(default_factory=list)
    courses: list[CourseRow] = field(default_factory=list)
    classes: list[ClassRow] = field(default_factory=list)
    sessions: list[SessionRow] = field(default_factory=list)
    leaders: list[LeaderRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    infos: list[SheetInfo] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)

    def take(self, grid: Grid) -> None:
        """Read one sheet into the pile."""
        layout = find_layout(grid)
        if layout is None:
            self.ignored.append(grid.name)
            return
        cursor = Cursor(grid, layout)
        match layout.kind:
            case SheetKind.INSTRUCTORS:
                self.instructors += sheets.read_instructors(cursor)
            case SheetKind.BASES:
                self.bases += sheets.read_bases(cursor)
            case SheetKind.COURSES:
                self.courses += sheets.read_courses(cursor)
            case SheetKind.CLASSES:
                self.classes += sheets.read_classes(cursor)
            case SheetKind.SESSIONS:
                self.sessions += sheets.read_sessions(cursor)
            case SheetKind.LEADERS:
                self.leaders += sheets.read_leaders(cursor)
        self.problems += cursor.problems
        self.infos.append(
            SheetInfo(
                grid.name,
                layout.kind,
                layout.header + 1,
                layout.ignored,
                dict(layout.columns),
                layout.headers,
            )
        )
        titles = " ".join(as_text(cell) for row in grid.rows[: layout.header] for cell in row[:30])
        self.years += [int(year) for year in _YEAR.findall(titles)]


def read_workbook(data: bytes, *, default_year: int, progress: Progress | None = None) -> Workbook:
    """Everything `data` says, row by row; problems that need other sheets are found by `checks`.

    Raises Unreadable when the file cannot be opened or holds none of the six sheets.
    """
    grids, hidden = open_grids(data)
    pile = _Pile(ignored=hidden)
    for done, grid in enumerate(grids):
        if progress:
            progress(done, len(grids))
        pile.take(grid)
    if not pile.infos:
        raise Unreadable(Refusal.NO_SHEET)
    year = _plan_year(pile, default_year)
    return Workbook(
        year=year,
        sheets=tuple(pile.infos),
        ignored_sheets=tuple(pile.ignored),
        instructors=tuple(pile.instructors),
        bases=tuple(pile.bases),
        courses=tuple(pile.courses),
        classes=tuple(pile.classes),
        sessions=tuple(pile.sessions),
        leaders=tuple(pile.leaders),
        hints=tuple(_hint(row, year) for row in pile.instructors if row.remark),
        problems=tuple(pile.problems),
    )


def _plan_year(pile: _Pile, default: int) -> int:
    """The year in the titles, else the one most classes or sessions fall in, else `default`."""
    days = [row.starts for row in pile.classes] or [row.day for row in pile.sessions]
    for years in (pile.years, [day.year for day in days]):
        if years:
            return Counter(years).most_common(1)[0][0]
    return default


def _hint(row: InstructorRow, year: int) -> AvailabilityHint:
    text = row.remark or ""
    return AvailabilityHint(
        row.sheet, row.row, row.name, text, tuple(suggested(text, year, date(year, 1, 1)))
    )
