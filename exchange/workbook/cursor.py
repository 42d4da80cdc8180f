"""Walks the rows of one sheet, parses cells and notes what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from exchange.enums import ProblemCode, Severity
from exchange.workbook.fields.text import yes_no
from exchange.workbook.grid import Cell, Grid, as_text, column_letters, is_blank
from exchange.workbook.layout import Layout, normal_header
from exchange.workbook.problems import ERRORS, FieldError, Problem

T = TypeVar("T")
_FOOTER = re.compile(r"^(合计|总计|小计|共计|填表|制表|注[:：]|备注[:：]|说明[:：]|审核|单位[(（]盖章)")


class Cursor:
    """The current row of a sheet; `row` counts from 1 as Excel shows it."""

    def __init__(self, grid: Grid, layout: Layout) -> None:
        self.grid = grid
        self.layout = layout
        self.row = 0
        self.problems: list[Problem] = []
        self._cells: tuple[Cell, ...] = ()
        for column in layout.missing:
            self._add(ProblemCode.COLUMN_MISSING, "", column, Severity.ERROR, {"column": column})
        for column in layout.repeated:
            self._add(ProblemCode.COLUMN_REPEATED, "", column, Severity.WARNING, {"column": column})

    def __iter__(self) -> Iterator[int]:
        """Rows that say something; blank ones, pre-numbered ones and footers are passed over."""
        if self.layout.missing:
            return
        used = sorted(self.layout.columns.values())
        for index in range(self.layout.header + 1, len(self.grid.rows)):
            cells = self.grid.rows[index]
            told = [cells[at] for at in used if at < len(cells) and not is_blank(cells[at])]
            if self._is_empty(told) or self._is_footer(cells) or self._repeats_header(cells):
                continue
            self.row = index + 1
            self._cells = tuple(cells)
            yield self.row

    def _is_empty(self, told: list[Cell]) -> bool:
        if not told:
            return True
        sequence = self.layout.columns.get("sequence")
        return sequence is not None and len(told) == 1 and isinstance(told[0], float | int)

    @staticmethod
    def _is_footer(cells: Sequence[Cell]) -> bool:
        told = [cell for cell in cells if not is_blank(cell)]
        return len(told) <= 3 and bool(_FOOTER.match(as_text(told[0])))

    def _repeats_header(self, cells: Sequence[Cell]) -> bool:
        """A printed table carries its header on every page."""
        first = list(self.layout.columns.values())[:3]
        return all(at < len(cells) and normal_header(cells[at]) == self.layout.headers[at] for at in first)

    def cell(self, field: str) -> Cell:
        """The raw cell under `field`, None when the column is not there."""
        at = self.layout.columns.get(field, -1)
        return self._cells[at] if 0 <= at < len(self._cells) else None

    def take(self, field: str, parse: Callable[[Cell], T]) -> T | None:
        """The parsed cell, or None when blank or unusable (which is noted)."""
        cell = self.cell(field)
        if is_blank(cell):
            return None
        try:
            return parse(cell)
        except FieldError as error:
            self.note(error.code, field, **error.params)
            return None

    def flag(self, field: str) -> bool | None:
        """A 是/否 column: blank means 否; None when the column is not there or the cell is unusable."""
        if field in self.layout.columns and is_blank(self.cell(field)):
            return False
        return self.take(field, yes_no)

    def need(self, field: str, parse: Callable[[Cell], T]) -> T | None:
        """As `take`, but blank or unusable is an error and the row cannot be used."""
        cell = self.cell(field)
        try:
            if is_blank(cell):
                raise FieldError(ProblemCode.REQUIRED_MISSING)
            return parse(cell)
        except FieldError as error:
            self._note(Severity.ERROR, error.code, field, error.params)
            return None

    def note(self, code: ProblemCode, field: str, **params: object) -> None:
        """Add a problem with the current row; `field` names the cell."""
        self._note(Severity.ERROR if code in ERRORS else Severity.WARNING, code, field, params)

    def _note(self, level: Severity, code: ProblemCode, field: str, params: Mapping[str, object]) -> None:
        at = self.layout.columns.get(field)
        letters = column_letters(at) if at is not None else ""
        self._add(code, letters, self.layout.header_of(field), level, params)

    def _add(
        self, code: ProblemCode, column: str, header: str, level: Severity, params: Mapping[str, object]
    ) -> None:
        place = (self.layout.kind, self.grid.name, self.row, column, header)
        self.problems.append(Problem(*place, level, code, params))
