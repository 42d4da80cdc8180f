"""Cells as they lie in a sheet, before anyone asks what they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Grid:
    """One visible sheet: its name and rows of cells, first row is row 1 of Excel."""

    name: str
    rows: Sequence[Sequence[Cell]]


def column_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# Anything but plain ASCII, Chinese characters and the Chinese punctuation that stays as typed.
_ODD = re.compile(r"[^\x20-\x7e\n\t\u2014\u2018-\u201d\u3001-\u3015\u4e00-\u9fff\uff01-\uff0d\uff1a-\uff1f]")
FOLDED = "\u3000．－／"
"""Full-width marks that stand inside dates and numbers."""


def clean(text: str) -> str:
    """Trim, drop control and zero-width characters, make full-width letters and digits plain.

    Other Chinese punctuation stays as typed.
    """
    if not _ODD.search(text):
        return text.strip()
    folded = "".join(
        unicodedata.normalize("NFKC", ch) if ch.isalnum() or ch in FOLDED else ch
        for ch in text
        if ch in "\n\t" or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co")
    )
    return folded.strip()


def is_blank(cell: Cell) -> bool:
    """Nothing a person would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_text(cell: Cell) -> str:
    """What a person reads in the cell: whole numbers without a point, dates as 2027-03-01."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float | int):
        return str(int(cell)) if float(cell).is_integer() and abs(cell) < 1e17 else f"{cell:.15g}"
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return str(cell)
