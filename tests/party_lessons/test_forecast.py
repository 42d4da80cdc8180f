"""The forecast against brute force on small random counties, and a few written ones."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import combinations, product

import pytest

from party_lessons.rules import Cap, Demand, Outlook, forecast
from scheduling.engine.whole import solve_whole

Caps = Mapping[int, Sequence[Cap]]


def reckon(demands: Sequence[Demand], caps: Caps | None = None) -> dict[int, Outlook]:
    return forecast(demands, solve_whole, caps)


def brute(demands: Sequence[Demand], caps: Caps | None = None) -> dict[int, tuple[int, bool, bool]]:
    """By the definition, over every way the sessions may be given out: left, crowded, and possible at all."""
    limits = caps or {}
    sessions = sorted({s for d in demands for s in d.sessions})
    people = [[0, *sorted({d.person for d in demands if s in d.sessions})] for s in sessions]
    best, short = -1, set[int]()
    for choice in product(*people):
        given = dict(zip(sessions, choice, strict=True))
        if any(
            sum(given.get(s) == person for s in cap.sessions) > cap.most
            for person, mine in limits.items()
            for cap in mine
        ):
            continue
        served = {d.ref: min(d.missing, sum(given[s] == d.person for s in d.sessions)) for d in demands}
        total = sum(served.values())
        if total > best:
            best, short = total, set()
        if total == best:
            short |= {d.ref for d in demands if served[d.ref] < d.missing}
    return {d.ref: (len(d.sessions), d.ref in short, _alone(d, limits.get(d.person, ()))) for d in demands}


def _alone(demand: Demand, caps: Sequence[Cap]) -> bool:
    """Whether its person could teach all that is missing."""
    return any(
        all(len(cap.sessions & set(chosen)) <= cap.most for cap in caps)
        for chosen in combinations(sorted(demand.sessions), demand.missing)
    )


def seen(demands: Sequence[Demand], found: Mapping[int, Outlook]) -> dict[int, tuple[int, bool, bool]]:
    """What the forecast says, in the words of `brute`."""
    return {
        d.ref: (
            found[d.ref].left,
            found[d.ref].is_crowded,
            len(d.sessions) >= d.missing and (found[d.ref].most or d.missing) >= d.missing,
        )
        for d in demands
    }


def county(rng: random.Random) -> tuple[list[Demand], Caps]:
    """Up to six obligations of up to five people over up to six sessions, some people with limits."""
    sessions, people = range(rng.randint(1, 6)), rng.randint(1, 5)
    demands = [
        Demand(
            ref,
            rng.randint(1, people),
            rng.choice((1, 1, 1, 2, 2, 3)),
            frozenset(s for s in sessions if rng.random() < 0.45),
        )
        for ref in range(rng.randint(1, 5))
    ]
    caps = {
        person: [
            Cap(frozenset(s for s in sessions if rng.random() < 0.6), rng.choice((1, 1, 2)))
            for _ in range(rng.randint(0, 3))
        ]
        for person in range(1, people + 1)
        if rng.random() < 0.6
    }
    return demands, caps


def test_two_leaders_one_session() -> None:
    got = reckon([Demand(1, 1, 1, frozenset({9})), Demand(2, 2, 1, frozenset({9}))])
    assert got == {1: Outlook(1, True), 2: Outlook(1, True)}


def test_three_leaders_share_two_sessions() -> None:
    demands = [Demand(i, i, 1, frozenset({8, 9})) for i in (1, 2, 3)]
    assert reckon(demands) == {i: Outlook(2, True) for i in (1, 2, 3)}


def test_a_session_of_ones_own_frees_the_shared_one() -> None:
    got = reckon([Demand(1, 1, 1, frozenset({8, 9})), Demand(2, 2, 1, frozenset({9}))])
    assert got == {1: Outlook(2, False), 2: Outlook(1, False)}


def test_one_lesson_for_both_posts_of_one_person() -> None:
    got = reckon([Demand(1, 5, 1, frozenset({9})), Demand(2, 5, 1, frozenset({9}))])
    assert [(x.left, x.is_crowded) for x in got.values()] == [(1, False), (1, False)]


def test_sharing_a_lesson_frees_one_for_somebody_else() -> None:
    """5 holds two posts; only if one lesson serves both is the other left for 6."""
    both = frozenset({8, 9})
    got = reckon([Demand(1, 5, 1, both), Demand(2, 5, 1, both), Demand(3, 6, 1, both)])
    assert not any(x.is_crowded for x in got.values())


def test_two_lessons_in_a_week_of_one() -> None:
    """Two are owed, both left are in one week, and the person may teach one a week."""
    got = reckon([Demand(1, 5, 2, frozenset({8, 9}))], {5: [Cap(frozenset({8, 9}), 1)]})
    assert got == {1: Outlook(2, True, most=1)}


def test_a_limit_makes_a_neighbour_give_way() -> None:
    """5 owes two and may teach one of 1 and 2, so needs 3, which 6 wants as well; 6 has nothing else."""
    demands = [Demand(1, 5, 2, frozenset({1, 2, 3})), Demand(2, 6, 1, frozenset({3}))]
    got = reckon(demands, {5: [Cap(frozenset({1, 2}), 1)]})
    assert (got[1].is_crowded, got[2].is_crowded) == (True, True)
    assert not any(x.is_crowded for x in reckon(demands).values())


def test_nothing_left() -> None:
    assert reckon([Demand(1, 1, 1, frozenset())]) == {1: Outlook(0, True)}


def test_no_demand() -> None:
    assert reckon([]) == {}


def agree(seeds: range) -> None:
    """What limits, sharing and competition make of random counties is what every way of giving out says."""
    for seed in seeds:
        demands, caps = county(random.Random(seed))
        assert seen(demands, reckon(demands, caps)) == brute(demands, caps), f"county {seed}"


def test_agrees_with_brute_force() -> None:
    agree(range(120))


@pytest.mark.soak
def test_agrees_with_brute_force_on_thousands() -> None:
    agree(range(120, 5_120))


def test_a_province_in_a_moment() -> None:
    """3 000 leaders over 20 000 sessions, in competition; every tenth owes two within limits."""
    rng = random.Random(1)
    demands, caps = [], {}
    for i in range(3_000):
        mine = frozenset(rng.sample(range(20_000), rng.randint(1, 12)))
        demands.append(Demand(i, i, 1 + (i % 10 == 0), mine))
        caps[i] = [Cap(frozenset(s for s in mine if s % 7 == 0), 1)]
    assert len(reckon(demands, caps)) == 3_000
