"""Heaps are counted as far as somebody would read, and said so."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import count_to
from core.todo import MOST, heap
from scheduling.models.booking import UNITS_PER_DAY, QuarterHour


@pytest.mark.parametrize(
    ("most", "counted"), [(10, 11), (UNITS_PER_DAY - 1, UNITS_PER_DAY), (200, UNITS_PER_DAY)]
)
def test_counting_ends_one_beyond_the_most(app: Flask, most: int, counted: int) -> None:
    assert count_to(most, select(QuarterHour.unit)) == counted


def test_a_heap_beyond_the_most_says_so() -> None:
    assert (heap(0), heap(MOST), heap(MOST + 1)) == ("0", "999", "999+")
