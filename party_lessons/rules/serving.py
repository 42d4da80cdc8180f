"""Which lessons still to come could serve each obligation, for thousands of both.

Lessons are held in parallel arrays by day, so that an obligation looks at a stretch of them at once; before whom a
lesson is held is asked once for each audience there is, not once for each lesson.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from party_lessons.enums import SchemeKind
from party_lessons.rules.audience import Audience, is_for
from party_lessons.rules.duties import PostFacts, SchemeFacts

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
    fitting: dict[tuple[str, SchemeKind, int], Mask] = {}
    for want in wants:
        key = (want.post.unit_path, want.scheme.kind, want.scheme.least_minutes)
        if key not in fitting:
            fitting[key] = _fitting(ahead, *key)
        first, after = _stretch(ahead, want)
        mine = open_to(want.post.holder_id)
        mine = mine[(mine >= first) & (mine < after)]
        mine = mine[fitting[key][mine]]
        near = int(np.count_nonzero(fitting[key][first:after])) - len(mine)
        yield Served(want, ahead.refs[mine].data, near)


def _fitting(ahead: Ahead, own: str, kind: SchemeKind, least_minutes: int) -> Mask:
    """Which lessons are long enough and before the right people for whoever leads `own`."""
    right = np.array([is_for(own, people, kind) for people in ahead.audiences], dtype=np.bool_)
    # Without lessons there are no audiences, and nothing to look up in them.
    return right[ahead.audience] & (ahead.minutes >= least_minutes) if right.size else np.zeros(0, np.bool_)


def _stretch(ahead: Ahead, want: Want) -> tuple[int, int]:
    """Places of the lessons on days that the post is held, up to the deadline; half-open."""
    last = want.deadline if want.post.ends is None else min(want.deadline, want.post.ends)
    first = np.searchsorted(ahead.days, want.post.starts.toordinal(), side="left")
    after = np.searchsorted(ahead.days, last.toordinal(), side="right")
    return int(first), max(int(first), int(after))
