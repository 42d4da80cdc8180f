"""A calculation in a process of its own: news, an end when asked, failures, and a process that dies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import pytest

from core.processes import Bench, Line


def count(limit: int) -> int:
    """Count slowly until told to stop."""
    for n in range(limit):
        if not Line.tell(n):
            return n
        time.sleep(0.02)
    return limit


def stumble() -> int:
    raise ValueError("stumbled")


def die() -> int:
    os._exit(3)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench[int]]:
    made: Bench[int] = Bench()
    yield made
    made.close()


def test_news_arrive_and_an_end_is_heard(bench: Bench[int]) -> None:
    heard: list[object | None] = []

    def hear(news: object | None) -> bool:
        heard.append(news)
        return not (isinstance(news, int) and news > 10)

    reached = bench.run(count, 100_000, hear=hear)
    assert 10 < reached < 100_000
    assert isinstance(heard[-1], int)


def test_old_news_and_old_stops_do_not_reach_the_next_one(bench: Bench[int]) -> None:
    assert bench.run(count, 3, hear=lambda _: True) == 3


def test_a_listener_that_fails_ends_the_calculation(bench: Bench[int]) -> None:
    def hear(_: object | None) -> bool:
        raise RuntimeError("lost the database")

    with pytest.raises(RuntimeError, match="lost the database"):
        bench.run(count, 100_000, hear=hear)
    assert bench.run(count, 2, hear=lambda _: True) == 2


def test_failures_come_back_and_a_dead_process_is_replaced(bench: Bench[int]) -> None:
    with pytest.raises(ValueError, match="stumbled"):
        bench.run(stumble, hear=lambda _: True)
    with pytest.raises(BrokenProcessPool):
        bench.run(die, hear=lambda _: True)
    assert bench.run(count, 1, hear=lambda _: True) == 1
