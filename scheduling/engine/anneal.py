"""Annealing: the strong search for problems on a grid, where times and rooms are all that is left to choose.

Every worker is a thread with a seed of its own and goes its way in laps (``anneal_laps.py``); the best of their plans counts.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

from scheduling.engine.anneal_grid import FORBIDDEN, Grid, Layout
from scheduling.engine.anneal_laps import CHUNK, NEVER, Annealing
from scheduling.engine.anneal_sheet import empty_sheet, fill, sit
from scheduling.engine.check import check
from scheduling.engine.index import NONE, Ints
from scheduling.engine.model import Plan
from scheduling.engine.run import Run
from scheduling.engine.state import Placement, State

_LOOK = 0.1  # seconds
_SHARE = 0.99  # of the time that is left
_HOPE = 0.5  # of the way, without a plan
_APART = 1_000_003  # between the seeds of two threads

Seated = list[tuple[int, int, int]]  # option, instructor and venue of each session


def anneal_state(state: State, layout: Layout, run: Run, part: float = 1.0) -> bool:
    """Anneal for a part of the time of a run that is left; leave a better plan in the State, return whether there was one.

    One of a run's ``iterations`` is CHUNK moves. A plan that costs nothing is noted as proved. Where half the way brings no
    plan in which every session has all it needs, there is probably none, and the rest of the time is left to others.
    """
    run.enter("anneal")
    options, began, seconds = run.options, run.elapsed, _SHARE * part * run.left
    moves = None if options.iterations is None else CHUNK * options.iterations * part
    common = _common(state, layout, options.seed)
    if common is None:
        return False
    before = run.cost

    def share(done: int) -> float:
        return done / moves if moves is not None else (run.elapsed - began) / max(seconds, 1e-9)

    def told(best: int) -> bool:
        if best != NEVER and (before is None or best + common < before):
            run.cost = best + common
        return run.go_on() and (best != NEVER or moves is not None or share(0) < _HOPE)

    seeds = [options.seed + _APART * n for n in range(max(1, options.workers))]
    found = anneal(state, layout, seeds, share, told)
    if found is None:
        run.note("annealing found no plan in which every session has all it needs")
        return False
    cost, seated = found
    run.note(f"annealing of times and rooms by {len(seeds)} seeds: {cost + common}")
    is_better = before is None or cost + common < before
    if is_better:
        run.cost = cost + common
        run.bound = 0 if run.cost == 0 else run.bound
        begins = state.arrays.options["begin"]
        state.restore([Placement(int(begins[option]), who, room) for option, who, room in seated])
    return is_better


def anneal(
    state: State,
    layout: Layout,
    seeds: Sequence[int],
    share: Callable[[int], float],
    told: Callable[[int], bool],
) -> tuple[int, Seated] | None:
    """Return the best plan found in which every session has all it needs, and its cost up to what all such plans have in common.

    None where there was none. ``state`` is where the search begins, and stays as it is. One thread for each seed cools down
    until ``share`` of the moves that it has tried reaches 1, or ``told`` is false: it is asked in the calling thread, some ten
    times a second, and given the lowest cost so far (NEVER while there is none).
    """
    g, is_on = layout.grid, [True]
    floor = lowest(g)
    searches = [search for seed in seeds if (search := _begun(state, layout, seed)) is not None]
    if not searches:
        return None
    for search in searches:
        search.mates = searches
    with ThreadPoolExecutor(len(searches)) as threads:
        begun = [threads.submit(search.run, share, lambda: is_on[0], floor) for search in searches]
        running = set(begun)
        while running:
            running = wait(running, timeout=_LOOK).not_done
            best = min(search.best for search in searches)
            is_on[0] = is_on[0] and told(best) and best > floor
    for thread in begun:
        thread.result()
    kept = min((search.kept for search in searches), key=lambda kept: kept.cost)
    return None if kept.cost == NEVER else (kept.cost, _seated(layout, kept.period, kept.room))


def _seated(layout: Layout, periods: Ints, rooms: Ints) -> Seated:
    return [
        (int(layout.option[s, periods[s]]), int(layout.who[s]), int(rooms[s])) for s in range(len(layout.who))
    ]


def _common(state: State, layout: Layout, seed: int) -> int | None:
    """Return what all plans in which every session has all it needs have in common; None where there seem to be none."""
    begun = _begun(state, layout, seed)
    if begun is None:
        return None
    g, t, begins = layout.grid, begun.sheet, state.arrays.options["begin"]
    full = State(state.index)
    for s, (option, who, room) in enumerate(_seated(layout, t.period, t.room)):
        full.place(s, Placement(int(begins[option]), who, room))
    report = check(state.index.problem, Plan(state.index.problem.name, full.assignments()))
    tied = sum(report.cost_parts.get(name, 0) for name in ("isolated", "min_days", "same_venue"))
    return report.cost - tied - int((g.time_price[g.kind, t.period] + g.room_price[g.kind, t.room]).sum())


def lowest(g: Grid) -> int:
    """Return what no plan of a grid can cost less than, up to what all have in common."""
    room = g.room_price.min(axis=1)
    time = np.where(g.may != 0, g.time_price, FORBIDDEN).min(axis=1)
    return int((room + time)[g.kind].sum())


def _begun(state: State, layout: Layout, seed: int) -> Annealing | None:
    """Return a search that begins with a State's placements; None where not everyone finds a seat."""
    g, b = layout.grid, state.board
    sheet = empty_sheet(g)
    for s in range(len(g.kind)):
        if b.option_of[s] >= 0 and b.room_of[s] >= 0:
            [period] = np.nonzero(layout.option[s] == b.option_of[s])[0]
            if sheet.seat[period, b.room_of[s]] == NONE:
                sit(g, sheet, s, int(period), int(b.room_of[s]))
    rng = np.random.default_rng(seed)
    missing = rng.permutation(np.nonzero(sheet.period < 0)[0])
    few = np.diff(g.period_at)[g.kind[missing]]
    order = missing[np.argsort(few, kind="stable")].astype(np.int64)
    return Annealing(g, sheet, seed) if fill(g, sheet, order) else None
