"""The one Excel writer: every workbook that leaves the system is written here.

Text is always a string cell, so `=1+1` typed by somebody stays text and never becomes a formula.
"""

import math
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Literal
from urllib.parse import quote

import xlsxwriter
from flask import Response
from flask_babel import gettext
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

CellValue = str | int | float | Decimal | bool | date | datetime | time | None
ColumnKind = Literal["text", "number", "date", "datetime", "percent"]

MAX_ROWS = 100_000
MAX_TEXT = 32_000  # Excel refuses cells above 32 767 characters
XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXACT_INT = 10**15  # beyond this Excel rounds, so ID numbers go in as text
_BAD_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FIRST_EXCEL_DAY = date(1900, 3, 1)


@dataclass(frozen=True)
class SheetColumn:
    """One column: its heading, how its values are formatted, and its width in characters."""

    heading: str
    kind: ColumnKind = "text"
    width: int | None = None


@dataclass(frozen=True)
class Sheet:
    """One sheet: a title line, a heading row, then rows. `note` stands behind the title."""

    name: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[CellValue]]
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Formats:
    title: Format
    note: Format
    heading: Format
    text: Format
    lines: Format
    number: Format
    date: Format
    datetime: Format
    time: Format
    percent: Format


def write_workbook(target: IO[bytes], sheets: Sequence[Sheet], *, max_rows: int = MAX_ROWS) -> int:
    """Write `sheets` to `target`; returns the number of data rows written.

    Rows are streamed, so `rows` may be a generator. A sheet longer than `max_rows` is cut there
    and says so in its last line.
    """
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    formats = _formats(book)
    used: set[str] = set()
    written = 0
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.name, used))
        written += _write_sheet(page, sheet, formats, max_rows)
    book.close()
    return written


def workbook_response(filename: str, sheets: Sequence[Sheet], *, max_rows: int = MAX_ROWS) -> Response:
    """The workbook as a download. `filename` is without extension and may be Chinese."""
    with tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024) as spool:
        write_workbook(spool, sheets, max_rows=max_rows)
        spool.seek(0)
        body = spool.read()
    response = Response(body, mimetype=XLSX_MIME)
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "-", clean_text(filename)).strip() or "export"
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name, safe='')}.xlsx"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def clean_text(value: str) -> str:
    """Text that any file can hold: lone surrogates replaced, cut to what a cell takes."""
    text = value.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _formats(book: xlsxwriter.Workbook) -> _Formats:
    def cell(**options: object) -> Format:
        return book.add_format({"valign": "top", **options})

    return _Formats(
        title=cell(bold=True, font_size=14),
        note=cell(font_color="#6A645D"),
        heading=cell(bold=True, bg_color="#F1EEE9", bottom=1, text_wrap=True),
        text=cell(text_wrap=False),
        lines=cell(text_wrap=True),
        number=cell(num_format="General"),
        date=cell(num_format="yyyy-mm-dd", align="left"),
        datetime=cell(num_format="yyyy-mm-dd hh:mm", align="left"),
        time=cell(num_format="hh:mm", align="left"),
        percent=cell(num_format="0.0%"),
    )


def _write_sheet(page: Worksheet, sheet: Sheet, formats: _Formats, max_rows: int) -> int:
    top = _write_head(page, sheet, formats)
    count = 0
    for values in sheet.rows:
        if count == max_rows:
            notice = gettext("只导出了前 %(count)s 行，请缩小筛选范围后再导出其余部分。", count=max_rows)
            page.write_string(top + 1 + count, 0, notice, formats.note)
            break
        count += 1
        for index, (column, value) in enumerate(zip(sheet.columns, values, strict=True)):
            _write_cell(page, top + count, index, value, column.kind, formats)
    if sheet.columns:
        page.autofilter(top, 0, top + count, len(sheet.columns) - 1)
    return count


def _write_head(page: Worksheet, sheet: Sheet, formats: _Formats) -> int:
    """Title, note, headings and the paper; returns the row number of the headings."""
    top = 0
    for line, line_format in ((sheet.title, formats.title), (sheet.note, formats.note)):
        if line:
            page.write_string(top, 0, clean_text(line), line_format)
            top += 1
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width or _default_width(column))
        page.write_string(top, index, clean_text(column.heading), formats.heading)
    page.freeze_panes(top + 1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    return top


def _write_cell(
    page: Worksheet, row: int, column: int, value: CellValue, kind: ColumnKind, formats: _Formats
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_string(row, column, gettext("是") if value else gettext("否"), formats.text)
    elif isinstance(value, (int, float, Decimal)):
        _write_number(page, row, column, value, formats.percent if kind == "percent" else formats.number)
    elif isinstance(value, (date, datetime, time)):
        _write_moment(page, row, column, value, formats)
    else:
        text = clean_text(str(value))
        page.write_string(row, column, text, formats.lines if "\n" in text else formats.text)


def _write_number(
    page: Worksheet, row: int, column: int, value: int | float | Decimal, cell_format: Format
) -> None:
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) >= _EXACT_INT):
        page.write_string(row, column, str(value), cell_format)
    else:
        page.write_number(row, column, value, cell_format)


def _write_moment(
    page: Worksheet, row: int, column: int, value: date | datetime | time, formats: _Formats
) -> None:
    if isinstance(value, time):
        page.write_datetime(row, column, value.replace(tzinfo=None), formats.time)
        return
    day = value.date() if isinstance(value, datetime) else value
    if day < _FIRST_EXCEL_DAY:  # Excel's calendar is wrong before this day
        page.write_string(row, column, value.isoformat(), formats.text)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), formats.datetime)
    else:
        page.write_datetime(row, column, value, formats.date)


def _default_width(column: SheetColumn) -> int:
    """Chinese characters take about two character widths."""
    heading = sum(2 if ord(char) > 0x2E80 else 1 for char in column.heading) + 4
    floor = {"text": 16, "number": 9, "date": 12, "datetime": 17, "percent": 9}[column.kind]
    return min(max(heading, floor), 40)


def _sheet_name(name: str, used: set[str]) -> str:
    """A name Excel accepts: at most 31 characters, none of []:*?/\\, unique in the book."""
    base = _BAD_SHEET_NAME.sub(" ", clean_text(name)).strip(" '")[:31] or "Sheet"
    candidate, number = base, 2
    while candidate.casefold() in used or candidate.casefold() == "history":
        suffix = f" {number}"
        candidate, number = base[: 31 - len(suffix)] + suffix, number + 1
    used.add(candidate.casefold())
    return candidate
