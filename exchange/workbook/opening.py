"""From bytes to grids of cells: the file is judged by its content, never by its name."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import python_calamine as calamine

from exchange.enums import Refusal
from exchange.workbook.archive import MAX_COLUMNS, MAX_ROWS, repack
from exchange.workbook.grid import Cell, Grid, is_blank
from exchange.workbook.legacy import read_legacy
from exchange.workbook.problems import Unreadable

MAX_BYTES = 20 * 1024 * 1024
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_SHEETS = 50


def open_grids(data: bytes) -> tuple[list[Grid], list[str]]:
    """Visible sheets in order, and the names of the hidden ones; raises Unreadable."""
    checked = _checked(data)
    if checked.startswith(OLE):
        return _legacy(checked)
    book = _open(checked)
    visible: list[Grid] = []
    hidden: list[str] = []
    for sheet in book.sheets_metadata[:MAX_SHEETS]:
        if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible == calamine.SheetVisibleEnum.Visible:
            visible.append(_read(book, sheet.name))
        else:
            hidden.append(sheet.name)
    return visible, hidden


def _legacy(data: bytes) -> tuple[list[Grid], list[str]]:
    found = read_legacy(data)
    grids = []
    for sheet in found["visible"][:MAX_SHEETS]:
        _fill_down(sheet["rows"], sheet["merges"])
        grids.append(Grid(sheet["name"], sheet["rows"]))
    return grids, found["hidden"]


def refuse_unreadable(data: bytes) -> None:
    """Raise Unreadable for what is no workbook; cheap enough for the moment of upload."""
    _checked(data)


def _checked(data: bytes) -> bytes:
    if not data.strip(b"\x00 \r\n\t"):
        raise Unreadable(Refusal.EMPTY)
    if len(data) > MAX_BYTES:
        raise Unreadable(Refusal.TOO_LARGE, limit=MAX_BYTES // 1024 // 1024)
    if data.startswith(ZIP):
        return repack(data)
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable(Refusal.ENCRYPTED)
        if "WordDocument".encode("utf-16-le") in data:
            raise Unreadable(Refusal.OTHER_OFFICE)
        return data
    raise Unreadable(_guess(data[:4096]))


def _guess(head: bytes) -> Refusal:
    lowered = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if lowered.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<style", b"<?xml")):
        return Refusal.HTML
    if lowered.startswith(b"pk"):
        return Refusal.BROKEN
    if b"\x00" in head or lowered.startswith(b"%pdf"):
        return Refusal.NOT_EXCEL
    separators = max(head.count(mark) for mark in (b",", b"\t", b";"))
    return Refusal.CSV if separators else Refusal.NOT_EXCEL


@contextmanager
def _blaming_the_file() -> Iterator[None]:
    """Whatever the parser dies of, the file is what is broken. Its panics are not Exceptions."""
    try:
        yield
    except Unreadable:
        raise
    except calamine.PasswordError as error:
        raise Unreadable(Refusal.ENCRYPTED) from error
    except (calamine.CalamineError, ValueError, OverflowError, OSError, UnicodeError) as error:
        raise Unreadable(Refusal.BROKEN) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(Refusal.BROKEN) from error


def _open(data: bytes) -> calamine.CalamineWorkbook:
    with _blaming_the_file():
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


def _read(book: calamine.CalamineWorkbook, name: str) -> Grid:
    with _blaming_the_file():
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
            raise Unreadable(Refusal.TOO_MANY_CELLS, rows=MAX_ROWS, columns=MAX_COLUMNS)
        rows: list[list[Cell]] = [
            [None if cell == "" else cell for cell in row] for row in sheet.to_python(skip_empty_area=False)
        ]
        _fill_down(rows, sheet.merged_cell_ranges or ())
    return Grid(name, rows)


def _fill_down(rows: list[list[Cell]], merges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A value merged over several rows stands for each of them; titles merged sideways stay alone."""
    for (top, left), (bottom, right) in merges:
        if left != right or top == bottom or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            if is_blank(row[left]):
                row[left] = rows[top][left]
