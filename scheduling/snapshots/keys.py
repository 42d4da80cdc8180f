"""How rows are named in a problem: a letter for the kind and the row's id."""

from __future__ import annotations

from enum import StrEnum


class Key(StrEnum):
    """The letter of each kind of row."""

    INSTRUCTOR = "i"
    VENUE = "v"
    SESSION = "s"
    CLASS = "c"
    BASE = "b"
    UNIT = "u"
    DUTY = "d"
    RESOURCE = "r"
    ELSEWHERE = "k"
    OUT_OF_ORDER = "o"


def key(kind: Key, row_id: int) -> str:
    """The id of a row in a problem, like `s12`."""
    return kind + str(row_id)


def number(name: str) -> int:
    """The row id behind a problem id."""
    return int(name[1:])
