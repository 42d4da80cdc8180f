"""Identity numbers and telephones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from exchange.enums import ProblemCode
from exchange.workbook.fields.dates import YearMonth
from exchange.workbook.grid import Cell, as_text
from exchange.workbook.problems import FieldError
from instructor_pool.rules.identity import check_digit, plain_number

_SHAPE = re.compile(r"^\d{17}[\dX]$")
_MOBILE = re.compile(r"^(?:\+?86)?(1\d{10})$")
_LANDLINE = re.compile(r"^(010|02\d|0[3-9]\d{2})(\d{7,8})(?:转?(\d{1,6}))?$")
_LOCAL = re.compile(r"^[2-9]\d{6,7}$")


@dataclass(frozen=True, slots=True)
class Phone:
    """Digits as dialled; `was_numeric` when Excel kept the cell as a number."""

    digits: str
    was_numeric: bool = False


def id_number(cell: Cell) -> str:
    """An 18-character ID number; refuses numeric cells, wrong shapes, impossible births, bad check digits.

    The message of a bad check digit shows the number masked.
    """
    if isinstance(cell, float | int):
        raise FieldError(ProblemCode.ID_NUMERIC)
    text = plain_number(as_text(cell))
    if not _SHAPE.match(text) or birth_of(text) is None:
        raise FieldError(ProblemCode.ID_MALFORMED, text=masked(text))
    if check_digit(text[:17]) != text[17]:
        raise FieldError(ProblemCode.ID_CHECK_DIGIT, text=masked(text))
    return text


def masked(text: str) -> str:
    """A number as messages may show it: the middle left out."""
    return f"{text[:3]}***{text[-4:]}" if len(text) > 8 else text


def birth_of(number: str) -> YearMonth | None:
    """Month of birth in an ID number, or None when its date does not exist."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return YearMonth(born.year, born.month) if born.year >= 1900 else None


def is_male(number: str) -> bool:
    """By the 17th digit: odd for men."""
    return int(number[16]) % 2 == 1


def phone(cell: Cell) -> Phone:
    """A mobile number, or a landline with or without area code; blanks, dashes and brackets go."""
    numeric = isinstance(cell, float | int) and not isinstance(cell, bool)
    text = re.sub(r"[\s()（）\-—–_.]", "", as_text(cell))
    mobile = _MOBILE.match(text)
    if mobile:
        return Phone(mobile[1], numeric)
    landline = _LANDLINE.match(text)
    if landline:
        return Phone(f"{landline[1]}-{landline[2]}" + (f"-{landline[3]}" if landline[3] else ""), numeric)
    if _LOCAL.match(text) and not numeric:
        return Phone(text)
    raise FieldError(ProblemCode.PHONE_BROKEN, text=masked(as_text(cell)[:40]))
