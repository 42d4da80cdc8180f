"""Strict readers of JSON values: each takes a value and its place in the file, and returns it typed or raises BadFile."""

import math
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

T = TypeVar("T")
LARGEST = 10**9  # keeps every sum of costs within 64 bits
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)


class BadFile(Exception):
    """A file that cannot be used; the text is one line that names the place."""


def shown(value: object) -> str:
    """Return a value as a short quoted piece of one line."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def as_object(
    value: object, at: str, required: frozenset[str], optional: frozenset[str]
) -> dict[str, object]:
    """Return an object that has every required key and none that is unknown."""
    if not isinstance(value, dict):
        raise BadFile(f"{at}: not an object")
    for key in value:
        if not isinstance(key, str) or (key not in required and key not in optional):
            raise BadFile(f"{at}: unknown key {shown(key)}")
    for key in sorted(required):
        if key not in value:
            raise BadFile(f"{at}: missing key {shown(key)}")
    return value


def as_map(value: object, at: str) -> Iterator[tuple[str, object, str]]:
    """Yield key, value and place of each entry of an object with free keys."""
    if not isinstance(value, dict):
        raise BadFile(f"{at}: not an object")
    for key, entry in value.items():
        yield as_text(key, at), entry, f"{at}[{shown(key)}]"


def as_list(value: object, at: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """Return a list with every element read."""
    if not isinstance(value, list):
        raise BadFile(f"{at}: not a list")
    return tuple([read(entry, f"{at}[{n}]") for n, entry in enumerate(value)])


def as_text(value: object, at: str) -> str:
    """Return a string that can be written again as UTF-8."""
    if not isinstance(value, str):
        raise BadFile(f"{at}: not a string")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadFile(f"{at}: not readable text") from None
    return value


def as_bool(value: object, at: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise BadFile(f"{at}: not true or false")
    return value


def as_int(value: object, at: str, largest: int = LARGEST) -> int:
    """Return a whole number from 0 to ``largest``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadFile(f"{at}: not a whole number")
    if value < 0:
        raise BadFile(f"{at}: below 0")
    if value > largest:
        raise BadFile(f"{at}: above {largest}")
    return value


def as_percent(value: object, at: str) -> int:
    """Return a whole number from 0 to 100."""
    return as_int(value, at, 100)


def as_number(value: object, at: str, lowest: float, highest: float) -> float:
    """Return a finite number within limits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadFile(f"{at}: not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadFile(f"{at}: not a finite number")
    if not lowest <= value <= highest:
        raise BadFile(f"{at}: not between {lowest:g} and {highest:g}")
    return float(value)


def as_time(value: object, at: str) -> datetime:
    """Return a local time written ``YYYY-MM-DDTHH:MM``."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise BadFile(f"{at}: not a local time")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise BadFile(f"{at}: not a local time") from None


def as_interval(value: object, at: str) -> tuple[datetime, datetime]:
    """Return a pair of times whose end is not before its beginning."""
    if not isinstance(value, list) or len(value) != 2:
        raise BadFile(f"{at}: not a pair of times")
    begin, end = as_time(value[0], f"{at}[0]"), as_time(value[1], f"{at}[1]")
    if end < begin:
        raise BadFile(f"{at}: ends before it begins")
    return begin, end


def or_none(read: Callable[[object, str], T]) -> Callable[[object, str], T | None]:
    """Let a reader accept null too."""

    def read_or_none(value: object, at: str) -> T | None:
        return None if value is None else read(value, at)

    return read_or_none
