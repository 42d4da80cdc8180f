"""Strict readers of JSON values: each takes a value and returns it typed, or raises BadFile.

A reader knows nothing of where its value stands. Whoever looked inside adds the step on the way out (``within``), so that
a file without faults costs no text at all.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Generic, TypeVar

from scheduling.engine.model import Interval

T = TypeVar("T")
Kind = TypeVar("Kind")
Reader = Callable[[object], T]

LARGEST = 10**9
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
_KEPT = 2**14  # different times and intervals that are kept; a year of half hours


class BadFile(Exception):
    """A file that cannot be used; the text is one line that names the place."""

    def __init__(self, fault: str, place: str = "") -> None:
        super().__init__(fault, place)
        self.fault, self.place = fault, place

    def within(self, step: str) -> "BadFile":
        """Return the same fault seen from one step further out: ``.key`` or ``[position]``."""
        return BadFile(self.fault, step + self.place)

    def __str__(self) -> str:
        return f"{self.place.removeprefix('.')}: {self.fault}" if self.place else self.fault


class Repeated(dict[str, object]):
    """An object of a file in which one key appears twice; no reader takes it."""

    def __init__(self, twice: str) -> None:
        super().__init__()
        self.twice = twice


def shown(value: object) -> str:
    """Return a value as a short quoted piece of one line."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def first_repeated(names: Sequence[str]) -> int | None:
    """Return the position of the first name that stands earlier in the list too."""
    if len(set(names)) == len(names):
        return None
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name in seen:
            return n
        seen.add(name)
    return None


def as_dict(value: object) -> dict[str, object]:
    """Return an object whose keys are different strings."""
    if isinstance(value, Repeated):
        raise BadFile(f"key {shown(value.twice)} appears twice")
    if not isinstance(value, dict):
        raise BadFile("not an object")
    return value


class Keys:
    """The keys of an object and their readers."""

    def __init__(
        self, required: Mapping[str, Reader[object]], optional: Mapping[str, Reader[object]]
    ) -> None:
        self._required, self._readers = frozenset(required), {**required, **optional}

    def read(self, value: object) -> dict[str, object]:
        """Return each key with its value read; refuses unknown keys and missing ones."""
        found, readers = as_dict(value), self._readers
        if not readers.keys() >= found.keys():
            raise BadFile(f"unknown key {shown(next(key for key in found if key not in readers))}")
        if not self._required <= found.keys():
            raise BadFile(f"missing key {shown(min(self._required - found.keys()))}")
        read: dict[str, object] = {}
        key = ""
        try:
            for key, entry in found.items():
                read[key] = readers[key](entry)
        except BadFile as error:
            raise error.within(f".{key}") from None
        return read


class Shape(Keys, Generic[Kind]):
    """Makes an object of a ``kind``; keys left out take the default of the kind."""

    def __init__(
        self,
        kind: type[Kind],
        required: Mapping[str, Reader[object]],
        optional: Mapping[str, Reader[object]],
    ) -> None:
        super().__init__(required, optional)
        self._kind = kind

    def __call__(self, value: object) -> Kind:
        """Return what an object says as a ``kind``."""
        return self._kind(**self.read(value))


def map_of(read: Reader[T]) -> Reader[dict[str, T]]:
    """Return a reader of objects with free keys."""

    def read_map(value: object) -> dict[str, T]:
        entries, found, key = as_dict(value), dict[str, T](), ""
        try:
            for key, entry in entries.items():
                found[as_text(key)] = read(entry)
        except BadFile as error:
            raise error.within(f"[{shown(key)}]") from None
        return found

    return read_map


def list_of(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Return a reader of lists."""

    def read_list(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise BadFile("not a list")
        found: list[T] = []
        try:
            for entry in value:
                found.append(read(entry))  # so that its length is the position at fault
        except BadFile as error:
            raise error.within(f"[{len(found)}]") from None
        return tuple(found)

    return read_list


def as_text(value: object) -> str:
    """Return a string that can be written again as UTF-8; equal strings are one object."""
    if not isinstance(value, str):
        raise BadFile("not a string")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadFile("not readable text") from None
    return intern(value)


def as_bool(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise BadFile("not true or false")
    return value


def as_int(value: object, largest: int = LARGEST) -> int:
    """Return a whole number from 0 to ``largest``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadFile("not a whole number")
    if value < 0:
        raise BadFile("below 0")
    if value > largest:
        raise BadFile(f"above {largest}")
    return value


def as_percent(value: object) -> int:
    """Return a whole number from 0 to 100."""
    return as_int(value, 100)


def number_between(lowest: float, highest: float) -> Reader[float]:
    """Return a reader of finite numbers within limits."""

    def read_number(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadFile("not a number")
        if isinstance(value, float) and not math.isfinite(value):
            raise BadFile("not a finite number")
        if not lowest <= value <= highest:
            raise BadFile(f"not between {lowest:g} and {highest:g}")
        return float(value)

    return read_number


@lru_cache(_KEPT)
def _time(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise BadFile("not a local time")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadFile("not a local time") from None


@lru_cache(_KEPT)
def _interval(begin: str, end: str) -> Interval:
    interval = _time(begin), _time(end)
    if interval[1] < interval[0]:
        raise BadFile("ends before it begins")
    return interval


def as_time(value: object) -> datetime:
    """Return a local time written ``YYYY-MM-DDTHH:MM``."""
    if not isinstance(value, str):
        raise BadFile("not a local time")
    return _time(value)


def as_interval(value: object) -> Interval:
    """Return a pair of times whose end is not before its beginning."""
    if not isinstance(value, list) or len(value) != 2:
        raise BadFile("not a pair of times")
    begin, end = value
    if not isinstance(begin, str) or not isinstance(end, str):
        raise BadFile("not a local time", f"[{int(isinstance(begin, str))}]")
    try:
        return _interval(begin, end)
    except BadFile:
        list_of(as_time)(value)  # names the one that is wrong, if one is
        raise


def or_none(read: Reader[T]) -> Reader[T | None]:
    """Let a reader accept null too."""

    def read_or_none(value: object) -> T | None:
        return None if value is None else read(value)

    return read_or_none
