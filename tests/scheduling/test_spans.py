"""Stretches of time: joined, and cut around what already stands."""

from __future__ import annotations

from datetime import datetime

import pytest

from scheduling.snapshots.spans import around, crowded, joined


@pytest.mark.parametrize(
    ("spans", "holes", "left"),
    [
        ([(0, 4), (4, 6)], [], [(0, 6)]),
        ([(0, 10)], [(2, 3), (5, 6)], [(0, 2), (3, 5), (6, 10)]),
        ([(0, 4)], [(0, 4)], []),
        ([(0, 4), (6, 8)], [(3, 7)], [(0, 3), (7, 8)]),
        ([(2, 2)], [], []),
    ],
)
def test_spans_join_and_make_way(
    spans: list[tuple[int, int]], holes: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    def hours(pairs: list[tuple[int, int]]) -> list[tuple[datetime, datetime]]:
        return [(datetime(2027, 1, 1, a), datetime(2027, 1, 1, b)) for a, b in pairs]

    assert list(around(hours(spans), hours(holes))) == hours(left)
    assert joined(hours(left)) == hours(left)


@pytest.mark.parametrize(
    ("seats", "full"),
    [(1, [(0, 8)]), (2, [(2, 7)]), (3, [(3, 4)]), (4, [])],
)
def test_a_shared_place_is_full_when_every_seat_is_taken(seats: int, full: list[tuple[int, int]]) -> None:
    def hours(pairs: list[tuple[int, int]]) -> list[tuple[datetime, datetime]]:
        return [(datetime(2027, 1, 1, a), datetime(2027, 1, 1, b)) for a, b in pairs]

    assert crowded(hours([(0, 4), (2, 5), (3, 4), (4, 8), (5, 7)]), seats) == hours(full)
