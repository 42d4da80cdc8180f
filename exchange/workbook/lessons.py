"""The staff's own sheets of lessons held: 讲党课情况统计表 and 上讲台统计, read row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from exchange.workbook.fields.dates import day as as_day
from exchange.workbook.fields.quantities import whole
from exchange.workbook.grid import Cell, Grid, as_text
from exchange.workbook.problems import FieldError

MINUTES_PER_CLASS_HOUR, USUAL_MINUTES = 45, 45
LONGEST = {"title": 120, "place": 120, "audience": 120, "form": 40, "note": 300}
HEADINGS = {
    "姓名": "name", "单位": "unit", "职务": "post", "单位及职务": "where", "时间": "day", "上讲台时间": "day", "主题": "title",
    "题目": "title", "地点": "place", "对象": "audience", "班次": "audience", "人数": "heads", "形式": "form", "备注": "note",
    "学时": "hours",
}  # fmt: skip
NEEDED = {"name", "day", "title"}
FIRST_ROWS = 10
"""Within these the headings stand."""


@dataclass(frozen=True, slots=True)
class LessonLine:
    """One lesson as the sheet has it; `where` is unit, or unit and post, as typed."""

    row: int
    name: str
    where: str
    day: date
    title: str
    minutes: int = USUAL_MINUTES
    place: str = ""
    audience: str = ""
    heads: int = 0
    form: str = ""
    note: str = ""


def read_lessons(grids: Sequence[Grid]) -> tuple[list[LessonLine], list[str]]:
    """Lessons of all sheets that have the headings, and a sentence for every cell that cannot be read.

    A line without day and topic stands for somebody who has held none, and is passed over.
    """
    lines: list[LessonLine] = []
    problems: list[str] = []
    known = 0
    for grid in grids:
        found = _headings(grid)
        if found is None:
            continue
        known += 1
        first, columns = found
        for number, cells in enumerate(grid.rows[first:], first + 1):
            try:
                lines += _line(number, {key: _at(cells, place) for key, place in columns.items()})
            except FieldError as wrong:
                told = wrong.code.label % wrong.params
                problems.append(
                    gettext("%(sheet)s 第 %(row)s 行：%(told)s", sheet=grid.name, row=number, told=told)
                )
    if not known:
        problems.append(gettext("没有找到“姓名、时间、主题”这几列；请用讲党课情况统计表或上讲台统计。"))
    return lines, problems


def _headings(grid: Grid) -> tuple[int, Mapping[str, int]] | None:
    for number, cells in enumerate(grid.rows[:FIRST_ROWS]):
        words = [as_text(cell).replace(" ", "") for cell in cells]
        columns = {HEADINGS[word]: place for place, word in enumerate(words) if word in HEADINGS}
        if columns.keys() >= NEEDED:
            return number + 1, columns
    return None


def _at(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None


def _line(number: int, cells: Mapping[str, Cell]) -> Iterator[LessonLine]:
    texts = {key: as_text(cell) for key, cell in cells.items()}
    if not texts["name"] or not (texts["day"] or texts["title"]):
        return
    hours = texts.get("hours", "")
    yield LessonLine(
        row=number,
        name=texts["name"],
        where=texts.get("where") or texts.get("unit", ""),
        day=as_day(cells["day"]),
        title=texts["title"][: LONGEST["title"]],
        minutes=round(float(hours) * MINUTES_PER_CLASS_HOUR) if _is_hours(hours) else USUAL_MINUTES,
        heads=whole(0, 100_000)(cells["heads"]) if texts.get("heads") else 0,
        **{key: texts.get(key, "")[: LONGEST[key]] for key in ("place", "audience", "form", "note")},
    )


def _is_hours(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and 0 < float(text) <= 10
