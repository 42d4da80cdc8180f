"""A class's roster as a workbook: the first sheet with a column of names, in any order of columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from flask_babel import gettext

from exchange.enums import ProblemCode, Severity
from exchange.workbook.fields.identity import id_number, phone
from exchange.workbook.grid import Cell, Grid, as_text, column_letters, is_blank
from exchange.workbook.layout import HEADER_ROWS, normal_header
from exchange.workbook.opening import open_grids
from exchange.workbook.problems import FieldError
from trainees.enums import TraineeKind
from trainees.rules import Line, broken_by_line, plain_line

T = TypeVar("T")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "学员姓名"),
    "unit": ("单位", "工作单位", "所在单位", "所在党组织", "单位名称"),
    "post": ("职务", "现任职务", "单位及职务", "职务职级"),
    "kind": ("类别", "学员类别", "人员类别"),
    "phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"),
    "identity": ("身份证号", "身份证号码", "身份证", "公民身份号码"),
}
"""Field → accepted headers, the first being the staff's own."""
_FOOTER = re.compile(r"^(合计|总计|小计|共计|填表|制表|注[:：]|备注[:：]|说明[:：]|审核|单位[(（]盖章)")
_COMMITTEE = re.compile(r"书记|委员|班子")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong, and in which cell: `row` counts from 1 as Excel shows it, 0 for the whole sheet."""

    sheet: str
    row: int
    column: str
    header: str
    severity: Severity
    sentence: str

    @property
    def place(self) -> str:
        """`C12`, `12` for a row, empty for a sheet."""
        return f"{self.column}{self.row}" if self.row else ""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One usable line of the file."""

    row: int
    line: Line


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What a file holds."""

    rows: tuple[RosterRow, ...]
    problems: tuple[CellProblem, ...]

    @property
    def errors(self) -> int:
        """How many problems keep it out."""
        return sum(1 for p in self.problems if p.severity is Severity.ERROR)


def read_roster(data: bytes) -> RosterFile:
    """Read a file; Unreadable when it is no workbook."""
    grids, _hidden = open_grids(data)
    for grid in grids:
        header = _header(grid)
        if header is not None:
            return _Reader(grid, *header).read()
    said = gettext("没有找到「姓名」一列。表头应在前 10 行，至少要有姓名。")
    return RosterFile((), (CellProblem("", 0, "", COLUMNS["name"][0], Severity.ERROR, said),))


def _header(grid: Grid) -> tuple[int, dict[str, int]] | None:
    known = {spelling: field for field, spellings in COLUMNS.items() for spelling in spellings}
    for index, row in enumerate(grid.rows[:HEADER_ROWS]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(row):
            field = known.get(normal_header(cell))
            if field is not None:
                columns.setdefault(field, at)
        if "name" in columns:
            return index, columns
    return None


class _Reader:
    def __init__(self, grid: Grid, header: int, columns: dict[str, int]) -> None:
        self.grid, self.header, self.columns = grid, header, columns
        self.problems: list[CellProblem] = []
        self.row = 0
        self._cells: Sequence[Cell] = ()

    def read(self) -> RosterFile:
        rows: list[RosterRow] = []
        for _row in self._walk():
            line = self._line()
            if line is not None:
                rows.append(RosterRow(self.row, line))
        return RosterFile(tuple(self._once(rows)), tuple(self.problems))

    def _walk(self) -> Iterator[int]:
        used = sorted(self.columns.values())
        for index in range(self.header + 1, len(self.grid.rows)):
            cells = self.grid.rows[index]
            told = [cells[at] for at in used if at < len(cells) and not is_blank(cells[at])]
            every = [cell for cell in cells if not is_blank(cell)]
            if not told or (len(every) <= 3 and _FOOTER.match(as_text(every[0]))) or self._is_header(cells):
                continue
            self.row, self._cells = index + 1, cells
            yield self.row

    def _is_header(self, cells: Sequence[Cell]) -> bool:
        at = self.columns["name"]
        return at < len(cells) and normal_header(cells[at]) in COLUMNS["name"]

    def _line(self) -> Line | None:
        before = len(self.problems)
        if not self._text("name"):
            self._say("name", Severity.ERROR, ProblemCode.NAME_MISSING.label)
            return None
        post = self._text("post")
        called = self._take("phone", phone, Severity.WARNING)
        line = plain_line(
            Line(
                self._text("name"),
                self._text("unit"),
                post,
                self._kind(post),
                called.digits if called is not None else "",
                self._take("identity", id_number, Severity.ERROR) or "",
            )
        )
        for broken in broken_by_line(line):
            if broken.subject == "phone":
                # Shaped otherwise than the system keeps it: left out, and said.
                line = replace(line, phone="")
                self._say("phone", Severity.WARNING, broken.sentence)
            else:
                self._say(broken.subject, Severity.ERROR, broken.sentence)
        wrong = any(p.severity is Severity.ERROR for p in self.problems[before:])
        return None if wrong else line

    def _kind(self, post: str) -> TraineeKind:
        """What the column says; without one, whom the post makes a secretary or committee member [common]."""
        said = self._text("kind")
        told = said or ("" if "kind" in self.columns else post)
        if _COMMITTEE.search(told):
            return TraineeKind.COMMITTEE
        if said and said not in ("党员", TraineeKind.MEMBER.label):
            self._say("kind", Severity.WARNING, gettext("不认识类别「%(said)s」，按党员计。", said=said[:20]))
        return TraineeKind.MEMBER

    def _once(self, rows: list[RosterRow]) -> Iterator[RosterRow]:
        """The same person twice: the first line counts, unless the number stands beside two names."""
        seen: dict[object, RosterRow] = {}
        for item in rows:
            line, self.row = item.line, item.row
            key: object = line.identity or (line.name, line.unit)
            first = seen.setdefault(key, item)
            if first is item:
                yield item
            elif first.line.name != line.name:
                said = gettext(
                    "这个身份证号在第 %(row)s 行是%(name)s，请核对。", row=first.row, name=first.line.name
                )
                self._say("identity", Severity.ERROR, said)
            else:
                said = gettext("和第 %(row)s 行是同一个人，只算一次。", row=first.row)
                self._say("name", Severity.WARNING, said)

    def _text(self, field: str) -> str:
        at = self.columns.get(field, -1)
        return as_text(self._cells[at]) if 0 <= at < len(self._cells) else ""

    def _take(self, field: str, parse: Callable[[Cell], T], severity: Severity) -> T | None:
        at = self.columns.get(field, -1)
        cell = self._cells[at] if 0 <= at < len(self._cells) else None
        if is_blank(cell):
            return None
        try:
            return parse(cell)
        except FieldError as wrong:
            self._say(field, severity, wrong.code.label % wrong.params if wrong.params else wrong.code.label)
            return None

    def _say(self, field: str, severity: Severity, sentence: str) -> None:
        at = self.columns.get(field)
        letters = column_letters(at) if at is not None else ""
        header = as_text(self.grid.rows[self.header][at]) if at is not None else COLUMNS[field][0]
        self.problems.append(CellProblem(self.grid.name, self.row, letters, header, severity, sentence))
