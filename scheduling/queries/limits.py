"""How many of the lessons ahead one person may still teach: by day, week, month, year and loan, and never two at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from party_lessons.rules import Cap
from scheduling.queries.holders import Lent, Limits

Whole = NDArray[np.int64]
T = TypeVar("T", bound=Hashable)
UNIX = date(1970, 1, 1).toordinal()
PERIODS: Mapping[str, Callable[[Whole], Whole]] = {
    "day": lambda days: days,
    # The year 1 began on a Monday.
    "week": lambda days: (days - 1) // 7,
    "month": lambda days: (days - UNIX).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64),
    "year": lambda days: (days - UNIX).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64),
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson as limits see it: id, moments at which it may start and its length in minutes, and the loan it is by."""

    ref: int
    starts: tuple[int, ...]
    minutes: int
    loan: Lent | None = None


def has_room(limits: Limits, taught: Sequence[int], days: Whole) -> NDArray[np.bool_]:
    """On which of these days one more lesson is within the limits, taught as many as there are on `taught`."""
    free: NDArray[np.bool_] = np.ones(len(days), np.bool_)
    done = np.array(taught, np.int64)
    for name, period in PERIODS.items():
        most = getattr(limits, name)
        if most is None or not days.size:
            continue
        counts = Counter(period(done).tolist())
        full = [value for value, count in counts.items() if count >= most]
        free &= ~np.isin(period(days), full) if most > 0 else False
    return free


def caps(limits: Limits, taught: Sequence[int], lessons: Sequence[Lesson], days: Whole) -> Iterator[Cap]:
    """What a person who wants several of these lessons must keep to; `days` are those of the lessons."""
    for name, period in PERIODS.items():
        most = getattr(limits, name)
        if most is not None and len(lessons):
            counts = Counter(period(np.array(taught, np.int64)).tolist())
            for value, refs in _grouped(period(days).tolist(), lessons).items():
                yield Cap(refs, most - counts[value])
    lent = [lesson for lesson in lessons if lesson.loan is not None]
    for loan, lessons_by in _grouped([lesson.loan for lesson in lent], lent).items():
        yield Cap(lessons_by, loan.left if loan is not None else 0)
    by_day: defaultdict[int, list[Lesson]] = defaultdict(list)
    for day, lesson in zip(days.tolist(), lessons, strict=True):
        by_day[day].append(lesson)
    for mine in by_day.values():
        yield from _at_once(mine)


def _grouped(keys: Sequence[T], lessons: Sequence[Lesson]) -> dict[T, frozenset[int]]:
    found: defaultdict[T, set[int]] = defaultdict(set)
    for value, lesson in zip(keys, lessons, strict=True):
        found[value].add(lesson.ref)
    return {value: frozenset(refs) for value, refs in found.items()}


def _at_once(lessons: Sequence[Lesson]) -> Iterator[Cap]:
    """Lessons of one day: two that always overlap, and more than there are moments to start at."""
    for one, other in combinations(lessons, 2):
        if all(a < b + other.minutes and b < a + one.minutes for a in one.starts for b in other.starts):
            yield Cap(frozenset({one.ref, other.ref}), 1)
    for moments in {lesson.starts for lesson in lessons if len(set(lesson.starts)) > 1}:
        within = frozenset(lesson.ref for lesson in lessons if set(lesson.starts) <= set(moments))
        yield Cap(within, len(set(moments)))
