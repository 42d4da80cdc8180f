"""Which lessons still to come could serve each obligation, for thousands of both.

Lessons are held in parallel arrays by day, so that an obligation looks at a stretch of them at once; before whom a
lesson is held is asked once for each audience there is, not once for each lesson.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from party_lessons.rules.audience import Audience, is_for
from party_lessons.rules.duties import PostFacts, above
from party_lessons.rules.schemes import SchemeFacts

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Party lessons still to come, by day: what all have in common is at the same place of each array.

    `days` are ordinals, ascending; `audience` is a place in `audiences`.
    """

    refs: Whole
    days: Whole
    minutes: Whole
    audience: Whole
    audiences: tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """An obligation still short of `missing` lessons."""

    ref: int
    post: PostFacts
    scheme: SchemeFacts
    missing: int
    deadline: date


@dataclass(frozen=True, slots=True)
class Served:
    """The sessions its holder could teach for it, soonest first, and how many more are before the right people."""

    want: Want
    sessions: Sequence[int]
    near: int


def served(wants: Iterable[Want], ahead: Ahead, open_to: Callable[[int], Whole]) -> Iterator[Served]:
    """What could still serve each: `open_to(person)` gives the places in `ahead` a person could teach, ascending."""
    near_by = _Places(ahead.audiences)
    right: dict[tuple[str, str, SchemeFacts], Mask] = {}
    for want in wants:
        key = (want.post.unit_path, want.post.area_path, want.scheme)
        if key not in right:
            right[key] = near_by.right(want.post, want.scheme)
        first, after = _stretch(ahead, want)
        fitting = right[key][ahead.audience[first:after]] & (
            ahead.minutes[first:after] >= want.scheme.shortest
        )
        mine = open_to(want.post.holder_id)
        mine = mine[(mine >= first) & (mine < after)]
        mine = mine[fitting[mine - first]]
        yield Served(want, ahead.refs[mine].data, int(np.count_nonzero(fitting)) - len(mine))


class _Places:
    """Audiences by every area and unit that their hosts or people belong to, so that a post looks at few of them."""

    def __init__(self, audiences: Sequence[Audience]) -> None:
        self._audiences = audiences
        self._at: defaultdict[str, set[int]] = defaultdict(set)
        for place, audience in enumerate(audiences):
            for path in {audience.host_path, *audience.audience_paths}:
                for within in _around(path):
                    self._at[within].add(place)
        self._for: defaultdict[str, set[int]] = defaultdict(set)
        for place, audience in enumerate(audiences):
            self._for[audience.area_path].add(place)

    def right(self, post: PostFacts, scheme: SchemeFacts) -> Mask:
        """Which audiences are the right people, within the right kind of class, for whoever holds such a post."""
        found: Mask = np.zeros(len(self._audiences), np.bool_)
        # The tests look at nobody else: hosts and people at or below the own unit, and what the area or the level above holds.
        for place in self._at[post.unit_path] | self._for[post.area_path] | self._for[above(post.unit_path)]:
            found[place] = is_for(post, self._audiences[place], scheme)
        return found


def _around(path: str) -> Iterator[str]:
    """A unit's path and those of all above it."""
    while path.strip("/"):
        yield path
        path = above(path)


def _stretch(ahead: Ahead, want: Want) -> tuple[int, int]:
    """Places of the lessons on days that the post is held, up to the deadline; half-open."""
    last = want.deadline if want.post.ends is None else min(want.deadline, want.post.ends)
    first = np.searchsorted(ahead.days, want.post.starts.toordinal(), side="left")
    after = np.searchsorted(ahead.days, last.toordinal(), side="right")
    return int(first), max(int(first), int(after))
