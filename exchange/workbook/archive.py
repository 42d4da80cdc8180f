"""A zip is counted before it is opened, and rebuilt from what was counted.

The parser behind us reads archives by its own rules. Handing it an archive that we wrote ourselves,
from members that we unpacked within limits, leaves no room for a file that means two things.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from exchange.enums import Refusal
from exchange.workbook.problems import Unreadable

MAX_ENTRIES = 200
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 100
RATIO_FLOOR = 1024 * 1024  # small members may compress well: a sheet of empty cells does
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_TEXT = 64 * 1024 * 1024
MAX_MERGES = 20_000

_REFERENCE = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{0,9})\$?(\d{0,12})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>\s*(\d{1,9})\s*<")
_STRING = re.compile(rb"<(?:\w+:)?si\b")
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b")


def repack(data: bytes) -> bytes:
    """A clean, uncompressed copy of a workbook's archive; raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _count(members)
            _recognise({m.filename for m in members})
            parts = {m.filename: archive.read(m) for m in members if _is_wanted(m.filename)}
    except Unreadable:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ) as error:
        raise Unreadable(Refusal.BROKEN) from error
    _measure(parts)
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as copy:
        for name, body in parts.items():
            copy.writestr(name, body)
    return clean.getvalue()


def _count(members: list[zipfile.ZipInfo]) -> None:
    names = [m.filename for m in members]
    if len(members) > MAX_ENTRIES or sum(m.file_size for m in members) > MAX_UNPACKED:
        raise Unreadable(Refusal.BOMB)
    if any(m.file_size > RATIO_FLOOR and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members):
        raise Unreadable(Refusal.BOMB)
    if any(m.flag_bits & 1 for m in members):
        raise Unreadable(Refusal.ENCRYPTED)
    if len(set(names)) < len(names) or any(_is_suspicious(name) for name in names):
        raise Unreadable(Refusal.BROKEN)


def _is_suspicious(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in name


def _recognise(names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    known = ("word/document.xml", "ppt/presentation.xml", "xl/workbook.bin", "mimetype")
    raise Unreadable(Refusal.OTHER_OFFICE if names.intersection(known) else Refusal.NOT_EXCEL)


def _is_wanted(name: str) -> bool:
    """Only what cells are read from; pictures, macros and embedded files stay behind."""
    return name == "[Content_Types].xml" or (
        name.startswith(("xl/", "_rels/")) and name.endswith((".xml", ".rels"))
    )


def _measure(parts: dict[str, bytes]) -> None:
    """Refuse sheets whose cells would not fit in memory once they are laid out."""
    lengths: list[int] = []
    for body in parts.values():
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise Unreadable(Refusal.BROKEN)
        if b"sst" in body[:4096]:
            lengths += [len(piece) for piece in _STRING.split(body)[1:]]
    text = 0
    for name, body in parts.items():
        if b"sheetData" not in body or not name.endswith(".xml"):
            continue
        _bound(body)
        text += sum(lengths[i] for i in map(int, _VALUE.findall(body)) if i < len(lengths))
        if text > MAX_TEXT:
            raise Unreadable(Refusal.BOMB)


def _bound(body: bytes) -> None:
    columns: set[bytes] = set()
    last = 0
    for column, row in _REFERENCE.findall(body):
        columns.add(column)
        if len(row) > 9:
            raise _too_many()
        last = max(last, int(row or 0))
    if last > MAX_ROWS or max(map(_column_number, columns), default=0) > MAX_COLUMNS:
        raise _too_many()
    # Cells and rows may leave their place out and follow the one before: those are counted.
    rows = _ROW.split(body)[1:]
    if len(rows) > MAX_ROWS or any(
        len(row) > MAX_COLUMNS * 4 and len(_CELL.findall(row)) > MAX_COLUMNS for row in rows
    ):
        raise _too_many()
    if len(_MERGE.findall(body)) > MAX_MERGES:
        raise _too_many()


def _too_many() -> Unreadable:
    return Unreadable(Refusal.TOO_MANY_CELLS, rows=MAX_ROWS, columns=MAX_COLUMNS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
