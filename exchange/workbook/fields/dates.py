"""Dates and months in the forms staff type them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exchange.enums import ProblemCode
from exchange.workbook.grid import Cell, as_text
from exchange.workbook.problems import FieldError

_SEPARATED = re.compile(
    r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[ T]0{1,2}:00(?::00)?)?$"
)
_PACKED = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MONTH = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?$")
_PACKED_MONTH = re.compile(r"^(\d{4})(\d{2})$")
EPOCH = date(1899, 12, 30)  # day 0 of Excel's serial numbers
FIRST_YEAR = 1900
LAST_YEAR = 2100


@dataclass(frozen=True, slots=True, order=True)
class YearMonth:
    """A month of a year, as in 出生年月."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year}.{self.month:02d}"


def day(cell: Cell) -> date:
    """An Excel date, `2027-03-01`, `2027年3月1日`, `2027.3.1`, `20270301` or a serial number of Excel."""
    found = _as_date(cell)
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise FieldError(ProblemCode.DATE_BROKEN, text=as_text(cell)[:40])
    return found


def _as_date(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool) and 20_000 <= cell < 80_000:
        return EPOCH + timedelta(days=int(cell))
    match = _SEPARATED.match(as_text(cell)) or _PACKED.match(as_text(cell))
    return _built(int(match[1]), int(match[2]), int(match[3])) if match else None


def _built(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def year_month(cell: Cell) -> YearMonth:
    """`1988.08`, `1992年04月`, `1974-12`, `198808`, or anything `day` takes.

    A cell typed as 1990.1 and kept as a number may be January or October, which Excel no longer
    knows: refused rather than guessed.
    """
    broken = FieldError(ProblemCode.YEAR_MONTH_BROKEN, text=as_text(cell)[:40])
    if isinstance(cell, float) and not cell.is_integer() and f"{cell:.10g}".endswith(".1"):
        raise broken
    text = as_text(cell)
    match = _MONTH.match(text) or _PACKED_MONTH.match(text)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR and 1 <= int(match[2]) <= 12:
        return YearMonth(int(match[1]), int(match[2]))
    found = _as_date(cell)
    if match or found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise broken
    return YearMonth(found.year, found.month)
