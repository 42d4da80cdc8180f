"""The forecast against brute force on small random cases, and a few written ones."""

from __future__ import annotations

import random
from itertools import product

import pytest

from party_lessons.rules import Demand, Outlook, forecast


def _served(demands: list[Demand], given: dict[int, int]) -> int:
    """Lessons owed that are met when each session is taught by the given person (0: nobody)."""
    return sum(min(d.missing, sum(given.get(s) == d.person for s in d.sessions)) for d in demands)


def _most(demands: list[Demand]) -> int:
    sessions = sorted(set().union(*(d.sessions for d in demands))) if demands else []
    people = [sorted({d.person for d in demands if s in d.sessions}) for s in sessions]
    return max(_served(demands, dict(zip(sessions, choice, strict=True))) for choice in product(*people))


def brute(demands: list[Demand]) -> dict[int, Outlook]:
    """By the definition: crowded when as much can be served without it."""
    most = _most(demands)
    return {
        d.ref: Outlook(len(d.sessions), most - _most([e for e in demands if e.ref != d.ref]) < d.missing)
        for d in demands
    }


def test_two_leaders_one_session() -> None:
    got = forecast([Demand(1, 1, 1, frozenset({9})), Demand(2, 2, 1, frozenset({9}))])
    assert got == {1: Outlook(1, True), 2: Outlook(1, True)}


def test_three_leaders_share_two_sessions() -> None:
    demands = [Demand(i, i, 1, frozenset({8, 9})) for i in (1, 2, 3)]
    assert forecast(demands) == {i: Outlook(2, True) for i in (1, 2, 3)}


def test_a_session_of_ones_own_frees_the_shared_one() -> None:
    got = forecast([Demand(1, 1, 1, frozenset({8, 9})), Demand(2, 2, 1, frozenset({9}))])
    assert got == {1: Outlook(2, False), 2: Outlook(1, False)}


def test_one_lesson_for_both_posts_of_one_person() -> None:
    got = forecast([Demand(1, 5, 1, frozenset({9})), Demand(2, 5, 1, frozenset({9}))])
    assert got == {1: Outlook(1, False), 2: Outlook(1, False)}


def test_nothing_left() -> None:
    assert forecast([Demand(1, 1, 1, frozenset())]) == {1: Outlook(0, True)}


def test_no_demand() -> None:
    assert forecast([]) == {}


@pytest.mark.parametrize("seed", range(400))
def test_agrees_with_brute_force(seed: int) -> None:
    """Random small counties: up to six obligations of up to five people over up to six sessions."""
    rng = random.Random(seed)
    sessions, people = range(rng.randint(1, 6)), rng.randint(1, 5)
    demands = [
        Demand(
            ref,
            rng.randint(1, people),
            rng.choice((1, 1, 1, 2)),
            frozenset(s for s in sessions if rng.random() < 0.45),
        )
        for ref in range(rng.randint(1, 6))
    ]
    assert forecast(demands) == brute(demands)


def test_a_province_in_seconds() -> None:
    """3 000 leaders over 20 000 sessions, in competition."""
    rng = random.Random(1)
    demands = [
        Demand(i, i, 1, frozenset(rng.sample(range(20_000), rng.randint(1, 12)))) for i in range(3_000)
    ]
    assert len(forecast(demands)) == 3_000
