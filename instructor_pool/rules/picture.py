"""Candidates of a batch as dots: the mean across, the spread upwards, the pass mark as a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

# Small, so that its words are still read where a phone draws it narrower.
WIDTH, HEIGHT = 380, 260
LEFT, RIGHT, TOP, BOTTOM = 46, 26, 14, 40
STEP = 10


@dataclass(frozen=True, slots=True)
class Dot:
    """One candidate: rank and name, and where it lies in picture units."""

    rank: int
    name: str
    passed: bool
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Dots, ticks (value, place) and where the pass mark lies (None outside the picture)."""

    dots: tuple[Dot, ...]
    across: tuple[tuple[int, float], ...]
    up: tuple[tuple[int, float], ...]
    mark: float | None
    width: int = WIDTH
    height: int = HEIGHT


def picture(rows: Iterable[tuple[int, str, bool, Decimal, Decimal]], pass_mark: int) -> Picture | None:
    """The picture of (rank, name, passed, mean, spread); None for fewer than two candidates."""
    found = list(rows)
    if len(found) < 2:
        return None
    low = int(min([*(float(r[3]) for r in found), pass_mark]) // STEP) * STEP
    high = 100
    tallest = max(STEP, -int(-max(float(r[4]) for r in found) // STEP) * STEP)

    def x(value: float) -> float:
        return round(LEFT + (value - low) / max(high - low, 1) * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / tallest * (HEIGHT - TOP - BOTTOM), 1)

    dots = tuple(
        Dot(rank, name, ok, x(float(mean)), y(float(spread))) for rank, name, ok, mean, spread in found
    )
    across = tuple((v, x(v)) for v in range(low, high + 1, STEP))
    up = tuple((v, y(v)) for v in range(0, tallest + 1, STEP if tallest <= 50 else 2 * STEP))
    return Picture(dots, across, up, x(pass_mark) if low <= pass_mark <= high else None)
