"""Stretches of time: joined, and cut around what already stands."""

from __future__ import annotations

from datetime import datetime

import pytest

from scheduling.snapshots.spans import around, joined


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
