"""Words, lists of words, yes and no."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from exchange.enums import ProblemCode
from exchange.workbook.grid import Cell, as_text
from exchange.workbook.problems import FieldError

MAX_TEXT = 2000
MAX_NAME = 120
_SEPARATORS = re.compile(r"[、,，;；/\n|]+")
_ERRORS = re.compile(r"^#(REF|DIV/0|N/A|NAME|VALUE|NULL|NUM)[!?]?$", re.IGNORECASE)


def words(limit: int = MAX_NAME) -> Callable[[Cell], str]:
    """Parser for text on one line; refuses formula errors and text over `limit` characters."""

    def parse(cell: Cell) -> str:
        return re.sub(r"\s+", " ", _checked(cell, limit))

    return parse


def name(limit: int = 40) -> Callable[[Cell], str]:
    """Parser for a name: spaces typed between Chinese characters to spread them go."""

    def parse(cell: Cell) -> str:
        return re.sub(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])", "", words(limit)(cell))

    return parse


def word_list(cell: Cell) -> tuple[str, ...]:
    """`党章学习、嘉祥党史` and the like, split at 、 , ; / or line ends; no repeats, order kept."""
    pieces = (words()(piece) for piece in _SEPARATORS.split(_checked(cell, MAX_TEXT)) if piece.strip())
    return tuple(dict.fromkeys(pieces))


def _checked(cell: Cell, limit: int) -> str:
    text = as_text(cell)
    if isinstance(cell, timedelta) or _ERRORS.match(text):
        raise FieldError(ProblemCode.CELL_ERROR)
    if len(text) > limit:
        raise FieldError(ProblemCode.TEXT_LONG, limit=limit)
    return text


def yes_no(cell: Cell) -> bool:
    """是 / 否 and their usual spellings."""
    text = words()(cell).upper()
    if text in {"是", "√", "✓", "Y", "YES", "1", "有", "TRUE", "需要", "须"}:
        return True
    if text in {"否", "×", "✗", "N", "NO", "0", "无", "FALSE", "不", "不需要"}:
        return False
    raise FieldError(ProblemCode.WORD_UNKNOWN, text=text, choices="是、否")
