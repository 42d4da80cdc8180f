"""How a run went: best cost and bound over time, kept as a few points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

MOST_POINTS = 80

Point = Sequence[float | int | None]
"""Seconds, best cost or None, bound or None."""


class Found(Protocol):
    """What a run tells of itself."""

    @property
    def cost(self) -> int | None: ...
    @property
    def bound(self) -> int | None: ...
    @property
    def elapsed(self) -> float: ...


def grown(points: Sequence[Point], found: Found) -> list[Point]:
    """The points with what is new; where there are too many, every other one of the older ones goes."""
    if found.cost is None and found.bound is None:
        return list(points)
    now: Point = [round(found.elapsed, 1), found.cost, found.bound]
    if points and list(points[-1][1:]) == list(now[1:]):
        # Nothing is better: the line goes on to here.
        kept = (
            list(points[:-1]) if len(points) > 1 and list(points[-2][1:]) == list(now[1:]) else list(points)
        )
        return [*kept, now]
    if len(points) < MOST_POINTS:
        return [*points, now]
    half = len(points) // 2
    return [*points[:half:2], *points[half:], now]
