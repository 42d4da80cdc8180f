"""A run as a small picture: best cost and bound over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDE, HIGH = 320, 96
EDGE = 6


@dataclass(frozen=True, slots=True)
class Picture:
    """Lines as SVG points, and the figures they are drawn from."""

    cost: str
    bound: str
    rows: Sequence[tuple[float, int | None, int | None]]
    """Some of the moments: seconds, best cost, bound."""
    top: int
    bottom: int
    wide: int = WIDE
    high: int = HIGH


MOST_ROWS = 12


def picture_of(points: Sequence[Sequence[Any]]) -> Picture | None:
    """The picture of a run's course; None before there are two moments."""
    if len(points) < 2:
        return None
    amounts = [amount for point in points for amount in point[1:] if amount is not None]
    # The first plans may cost many times the last: what they cost is cut off, so that the end can be told apart.
    last = next((p[1] for p in reversed(points) if p[1] is not None), max(amounts))
    low, high = min(amounts), min(max(amounts), max(last, 1) * 3)
    seconds = max(points[-1][0], 0.1)

    def line(place: int) -> str:
        found: list[str] = []
        before: float | None = None
        for point in points:
            if point[place] is None:
                continue
            x = EDGE + (WIDE - 2 * EDGE) * point[0] / seconds
            y = HIGH - EDGE - (HIGH - 2 * EDGE) * (min(point[place], high) - low) / max(high - low, 1)
            if before is not None:
                found.append(f"{x:.1f},{before:.1f}")  # a step: nothing is better until it is found
            found.append(f"{x:.1f},{y:.1f}")
            before = y
        return " ".join(found)

    step = max(1, len(points) // MOST_ROWS)
    rows = [(p[0], p[1], p[2]) for p in [*points[:-1:step], points[-1]]]
    return Picture(line(1), line(2), rows, high, low)
