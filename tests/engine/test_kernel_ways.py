"""The short cuts of ranking and of matching again, against going through everything."""

import gc
import random
import weakref
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numba.core.runtime import _nrt_python as nrt
from numba.core.runtime import rtsys

from scheduling.engine import RULES, Assignment, Index, Plan, Problem, State, check, load_problem, rank_in
from scheduling.engine.candidates import Candidates, mask_reasons
from scheduling.engine.construct import construct, units_of
from scheduling.engine.index import NONE
from scheduling.engine.kernel_ways import _FIRST
from scheduling.engine.rank import cheapest
from scheduling.engine.rematch import rematch
from scheduling.engine.state import Placement
from tests.engine.problems import random_problem
from tests.engine.test_rank_and_explain import changed, solved

DAYS = ("2027-03-01", "2027-03-02")
HOURS = ("08:30", "10:15", "14:00", "15:45")
PLACES = 5 * _FIRST


@cache
def wide(seed: int) -> Problem:
    """Return a problem of many places and homes, on days so full that people have to travel between sessions."""
    rng = random.Random(seed)
    place = lambda: f"p{rng.randrange(PLACES)}"  # noqa: E731
    return load_problem(
        {
            "format": "match-problem/1",
            "name": f"wide-{seed}",
            "weights": {"class_travel": rng.randint(0, 3), "travel": rng.randint(0, 2), "same_venue": 15},
            "places": [
                {"id": f"p{n}", "lat": 35 + rng.random(), "lon": 116 + rng.random()} for n in range(PLACES)
            ],
            "instructors": [
                {
                    "id": f"i{n}",
                    "topics": {topic: rng.choice([70, 80, 80]) for topic in rng.sample("abc", 2)},
                    "home": rng.choice([place(), place(), None]),
                    "leader": rng.random() < 0.3,
                    "busy": [[f"{day}T08:00", f"{day}T12:00"] for day in DAYS if rng.random() < 0.1],
                    "avoid": [[f"{day}T13:00", f"{day}T18:00"] for day in DAYS if rng.random() < 0.1],
                    "max_per_day": rng.choice([None, 1, 3]),
                    "target": 1,
                }
                for n in range(30)
            ],
            "venues": [
                {
                    "id": f"v{n}",
                    "place": rng.choice([place(), place(), place(), None]),
                    "capacity": rng.choice([20, 60]),
                    "cost": rng.choice([0, 0, 5]),
                    "features": rng.sample(["room", "site"], rng.randint(1, 2)),
                }
                for n in range(60)
            ],
            "classes": [{"id": f"c{n}", "size": 30, "home": place()} for n in range(14)],
            "sessions": [
                {
                    "id": f"s{n}",
                    "classes": [f"c{n % 14}"],
                    "topic": rng.choice("abc"),
                    "minutes": 90,
                    "hours": 2,
                    "starts": sorted(
                        f"{day}T{hour}" for day in DAYS for hour in rng.sample(HOURS, rng.randint(1, 2))
                    ),
                    "features": [rng.choice(["room", "site"])],
                    **({"instructors": []} if rng.random() < 0.1 else {}),
                    **({"venues": []} if rng.random() < 0.1 else {}),
                }
                for n in range(56)
            ],
            "series": [
                {"id": f"r{n}", "sessions": [f"s{n}", f"s{n + 14}"], "same_venue": True} for n in range(14)
            ],
        }
    )


@cache
def planned(seed: int) -> State:
    """Return a plan of a wide problem, made by insertion."""
    state = State(Index(wide(seed)))
    construct(Candidates(state), units_of(state.index), lambda: True)
    return state


def least_of(candidates: Candidates, s: int) -> dict[int, tuple[int, Placement]]:
    """Return what ``cheapest`` does, from a look at every start, place and instructor."""
    found: dict[int, tuple[int, Placement]] = {}
    needs_instructor = candidates.state.index.needs_instructor[s]
    for spot in candidates.spots(s):
        for who, added, blocked in zip(
            spot.who.tolist(), spot.added.tolist(), spot.blocked.tolist(), strict=True
        ):
            if blocked or (who == NONE and needs_instructor):
                continue
            if who not in found or added < found[who][0]:
                found[who] = added, Placement(spot.start, who, spot.venue)
    return found


def reasons_of(candidates: Candidates, s: int, who: int) -> set[str]:
    """Return every reason met by somebody who cannot: those of the list, else at each start those of its time, else theirs, else
    those of venues and ways."""
    state, mask, people = candidates.state, 0, np.array([who])
    listed = sum(1 << n for n, rule in enumerate(RULES) if rule.is_listed)
    always = int(candidates.instructor_masks(s, state.index.starts[s][0], people)[0]) & listed
    if always:
        return set(mask_reasons(always))
    for start in state.index.starts[s]:
        late = candidates.time_mask(s, start)
        own = late or int(candidates.instructor_masks(s, start, people)[0])
        mask |= own
        if own:
            continue
        which = candidates.free_venues(s, start).tolist()
        which += [NONE] if candidates.may_lack(s, "venue") else []
        places = {state.index.place_of(s, venue) for venue in which}
        for place in places:
            barred = candidates.place_mask(s, start, place)
            mask |= barred or int(candidates.pair_masks(s, start, people, place)[0])
        if not places:
            everywhere = np.arange(len(state.index.problem.venues))
            mask |= int(np.bitwise_or.reduce(candidates.venue_masks(s, start, everywhere), initial=0))
    return set(mask_reasons(mask))


@pytest.mark.parametrize("seed", range(6))
def test_ranking_is_what_a_look_at_every_spot_gives(seed: int) -> None:
    state = planned(seed)
    candidates = Candidates(state)
    looked_further = 0
    for s, session in enumerate(wide(seed).sessions):
        excluded = {x.instructor: set(x.reasons) for x in rank_in(state, session.id).excluded}
        before = state.clear(s)
        expected = least_of(candidates, s)
        assert cheapest(candidates, s) == expected
        barred = set(range(30)) - set(expected)
        assert excluded == {f"i{who}": reasons_of(candidates, s, who) for who in barred}
        looked_further += len(list(candidates.spots(s))) > _FIRST
        state.place(s, before)
    assert looked_further


@pytest.mark.parametrize("seed", range(20))
def test_reasons_are_those_met_at_every_start(seed: int) -> None:
    found = solved(seed)
    if found is None:
        return
    problem, plan = found
    state = State.of_plan(Index(problem), plan)
    for s, session in enumerate(problem.sessions):
        ranking = rank_in(state, session.id)
        assert [ranking.excluded[n] for n in range(len(ranking.excluded))] == list(ranking.excluded)
        before = state.clear(s)
        for x in ranking.excluded:
            assert set(x.reasons) == reasons_of(Candidates(state), s, state.index.instructor[x.instructor])
        state.place(s, before)


def ejections(problem: Problem, plan: Plan, name: str) -> Iterator[tuple[Assignment, Assignment]]:
    """Yield every way to give a session to somebody busy, one of whose sessions, at its time and place, goes to a third one."""
    placed = {a.session: a for a in plan.assignments}
    now = placed[name]
    for other in placed.values():
        if other.session == name or other.instructor in (None, now.instructor):
            continue
        mine = replace(now, instructor=other.instructor)
        if not check(problem, changed(plan, mine)).violations:
            continue
        for third in problem.instructors:
            if third.id != other.instructor:
                yield mine, replace(other, instructor=third.id)


@pytest.mark.parametrize("seed", range(60))
def test_a_repair_is_no_dearer_than_any_ejection_that_keeps_times_and_places(seed: int) -> None:
    found = solved(seed)
    if found is None:
        return
    problem, plan = found
    state, cost = State.of_plan(Index(problem), plan), check(problem, plan).cost
    known = {session.id: session for session in problem.sessions}
    for a in state.assignments():
        if a.instructor is None or "instructor" in known[a.session].pinned:
            continue
        repair = rematch(state, a.session)
        for both in ejections(problem, plan, a.session):
            report = check(problem, changed(plan, *both))
            paid = sum(known[x.session].current.instructor is None for x in both)
            least = report.cost - cost + problem.weights.change * paid
            assert report.violations or repair.delta <= least, (a.session, both)


def test_a_plan_that_nobody_holds_is_given_back() -> None:
    state = State(Index(random_problem(1)))
    rank_in(state, "s0")
    board = weakref.ref(state.board.who_head)
    del state
    gc.collect()
    assert board() is None


def test_ranking_and_matching_again_give_back_what_they_take() -> None:
    state, name = planned(1), next(a.session for a in planned(1).assignments() if a.instructor)
    nrt.memsys_enable_stats()
    for act in (rank_in, rematch):
        act(state, name)
        before = rtsys.get_allocation_stats()
        for _ in range(3):
            act(state, name)
        after = rtsys.get_allocation_stats()
        assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free > 0
    nrt.memsys_disable_stats()
