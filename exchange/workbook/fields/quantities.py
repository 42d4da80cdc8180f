"""Counts, class hours, coordinates and lead times."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from exchange.enums import ProblemCode
from exchange.workbook.grid import Cell, as_text
from exchange.workbook.problems import FieldError

_NUMBER = re.compile(
    r"^(?:约|共|每周|每月|每年|不超过|≤)?\s*(-?\d{1,12}(?:\.\d{1,8})?)\s*[\u4e00-\u9fff/]{0,6}$"
)
_LEAD = re.compile(r"^(?:提前)?\s*(\d{1,3})\s*(?:个)?\s*(工作日|自然日|天|日|周|星期)(?:以上|预约|前)?$")


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long before a visit it must be booked: `days`, counted in workdays when `workdays`."""

    days: int
    workdays: bool


def _number(cell: Cell, low: float, high: float) -> float:
    broken = FieldError(ProblemCode.NUMBER_BROKEN, text=as_text(cell)[:40], low=f"{low:g}", high=f"{high:g}")
    if isinstance(cell, bool):
        raise broken
    if isinstance(cell, int | float):
        value = float(cell)
    else:
        match = _NUMBER.match(as_text(cell).replace(",", "").replace("，", ""))
        if match is None:
            raise broken
        value = float(match[1])
    if not low <= value <= high:
        raise broken
    return value


def whole(low: int, high: int) -> Callable[[Cell], int]:
    """Parser for a whole number from `low` to `high`; a unit behind it (80人) is let pass."""

    def parse(cell: Cell) -> int:
        value = _number(cell, low, high)
        if not value.is_integer():
            raise FieldError(ProblemCode.NUMBER_BROKEN, text=as_text(cell), low=low, high=high)
        return int(value)

    return parse


def class_hours(cell: Cell) -> float:
    """Class hours of 45 minutes, a multiple of 0.5 from 0.5 to 16."""
    value = _number(cell, 0.5, 16)
    if not (value * 2).is_integer():
        raise FieldError(ProblemCode.NUMBER_BROKEN, text=as_text(cell), low="0.5", high="16")
    return value


def coordinate(low: float, high: float) -> Callable[[Cell], float]:
    """Parser for degrees, rounded to 6 places (about 10 cm)."""

    def parse(cell: Cell) -> float:
        try:
            return round(_number(str(cell).rstrip("°NnEe ") if isinstance(cell, str) else cell, low, high), 6)
        except FieldError as error:
            raise FieldError(ProblemCode.COORDINATE_BROKEN, text=as_text(cell)[:40]) from error

    return parse


latitude = coordinate(3, 54)
longitude = coordinate(73, 136)


def lead_time(cell: Cell) -> LeadTime:
    """`1天`, `5个工作日`, `1周`; a bare number means days."""
    text = as_text(cell).replace(" ", "")
    match = _LEAD.match(text if not text.isdigit() else f"{text}天")
    if match is None:
        raise FieldError(ProblemCode.LEAD_TIME_BROKEN, text=text[:40])
    days = int(match[1]) * (7 if match[2] in ("周", "星期") else 1)
    if days > 365:
        raise FieldError(ProblemCode.LEAD_TIME_BROKEN, text=text[:40])
    return LeadTime(days, match[2] == "工作日")
