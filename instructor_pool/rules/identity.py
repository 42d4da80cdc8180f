"""Identity numbers and telephones as people type them."""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SHAPE = re.compile(r"^\d{17}[\dX]$")
_PHONE = re.compile(r"^(1\d{10}|0\d{2,3}-?\d{7,8}|[2-9]\d{6,7})$")


def plain_number(text: str) -> str:
    """An identity number without blanks and dashes, X in upper case."""
    return re.sub(r"[\s'‘’-]", "", text).upper()


def check_digit(first17: str) -> str:
    """The last character of an ID number after its first 17 digits (GB 11643: ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def is_id_number(number: str) -> bool:
    """18 characters, a birth date that exists, the right check digit (GB 11643)."""
    if not _SHAPE.match(number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return check_digit(number[:17]) == number[17]


def is_phone(text: str) -> bool:
    """A mobile number, or a landline with or without area code."""
    return bool(_PHONE.match(re.sub(r"[\s()]", "", text)))
