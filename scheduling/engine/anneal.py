"""Annealing: the strong search for problems on a grid, where times and rooms are all that is left to choose.

The way is divided into laps, each cooling down once. What a plan can still become is decided early, at a heat that differs from
problem to problem, and one slow cooling may take the wrong turn; so a few laps begin hot, and all others take up the best plan
so far at a heat that keeps some of its order. A short way is one lap. Every worker is a thread with a seed of its own; the best
of their plans counts.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from scheduling.engine.anneal_chain import BEST, CLASHES, COST, KNOWN, Search
from scheduling.engine.anneal_grid import FORBIDDEN, Grid, Layout
from scheduling.engine.anneal_moves import anneal_chunk
from scheduling.engine.anneal_sheet import Sheet, clashes, empty_sheet, fill, price_of, sit
from scheduling.engine.check import check
from scheduling.engine.index import NONE, Ints
from scheduling.engine.model import Plan
from scheduling.engine.run import Run
from scheduling.engine.state import Placement, State

CHUNK = 10_000  # moves between two looks at the clock
_MIX = (0.2, 0.1, 0.3, 0.3)  # see Search.mix
_HOT, _PER_CLASS = 0.5, 1.5  # how hot, by the dearest single price and by the classes of a kind
_COLD = 0.12  # by the least price
_MENDING = 2.0  # of the hottest, while there are clashes
_PASSES = 6_000  # tries of each period of each session that a lap is worth
_TRIAL = 0.02  # of the way, after which it is known how many moves it has
_FRESH = 0.25  # of the laps, those that begin hot
_AGAIN = (0.4, 0.27, 0.18, 0.12)  # of the hottest, what the others begin with in turn
_AGAIN_LEAST = 0.2  # and by the dearest single price, at least
NEVER = 2**60  # the cost where there is no plan
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
    with ThreadPoolExecutor(len(searches)) as threads:
        running = {threads.submit(search.run, share, lambda: is_on[0], floor) for search in searches}
        while running:
            running = wait(running, timeout=_LOOK).not_done
            best = min(searches, key=lambda search: search.best)
            is_on[0] = is_on[0] and told(best.best) and best.best > floor
    best = min(searches, key=lambda search: search.best)
    if best.best == NEVER:
        return None
    return best.best, _seated(layout, best.search.best_period, best.search.best_room)


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


def _begun(state: State, layout: Layout, seed: int) -> "Annealing | None":
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


@dataclass(frozen=True)
class Schedule:
    """How hot it is at which share of the way, and what a clash costs."""

    hot: float
    again: float  # how hot it is at least where a lap takes up a good plan
    cold: float
    mending: float  # how hot it is at first while there are clashes

    @classmethod
    def of(cls, g: Grid) -> "Schedule":
        """Return what suits the prices: hot enough to give up a day or some isolated sessions, cold enough to settle the least."""
        prices = np.concatenate((g.day_price, g.venue_price, np.unique(g.isolated), _steps(g.room_price)))
        some = prices[(prices > 0) & (prices < FORBIDDEN)]
        least = float(some.min(initial=1))
        dearest = max(float(g.isolated[:, [1]].max(initial=0)), float(g.day_price.max(initial=0)), least)
        per_kind = len(g.classes) / max(1, len(g.may))
        hot = max(_HOT * dearest, _PER_CLASS * per_kind * least)
        return cls(hot, _AGAIN_LEAST * dearest, _COLD * least, _MENDING * hot)

    def heat(self, share: float, again: int | None = None) -> float:
        """Return the heat at a share of a lap, which begins less hot where it takes a good plan up for the n-th time."""
        hot = self.hot if again is None else max(self.again, _AGAIN[again % len(_AGAIN)] * self.hot)
        return float(hot * (self.cold / hot) ** min(1.0, share))

    def heat_with_clashes(self, share: float) -> float:
        """Return the heat at a share of the way while there are clashes."""
        return float(self.mending * (self.cold / self.mending) ** min(1.0, share))

    @property
    def clash(self) -> float:
        """The price of a clash while there are some."""
        return 10 * self.mending


def _steps(prices: Ints) -> Ints:
    """Return the differences between the prices of a kind's rooms, next to one another."""
    found = np.sort(prices, axis=1)
    return (found[:, 1:] - found[:, :-1]).ravel()


class Annealing:
    """One search with one seed."""

    def __init__(self, g: Grid, sheet: Sheet, seed: int) -> None:
        self.grid, self.sheet, self.schedule = g, sheet, Schedule.of(g)
        self.lap = 0
        self.laps: int | None = None  # not known before a trial
        self.search = Search(
            numbers=np.array([price_of(g, sheet), clashes(g, sheet), NEVER, 0, 0], dtype=np.int64),
            random=np.array([seed * 7_919 + 13], dtype=np.uint64),
            mix=np.array([round(share * 65_536) for share in _MIX], dtype=np.int64),
            best_period=sheet.period.copy(),
            best_room=sheet.room.copy(),
            rows=np.zeros((2, sheet.seat.shape[1]), dtype=np.int64),
            seen=np.zeros(len(g.min_days), dtype=np.int64),
            chances=np.zeros(KNOWN),
        )
        if not self.search.numbers[CLASHES]:
            self.search.numbers[BEST] = self.search.numbers[COST]

    def run(self, share: Callable[[int], float], go_on: Callable[[], bool], floor: int) -> None:
        """Cool down, lap by lap, until ``share`` of the moves done reaches 1, ``go_on`` is false or the cost is ``floor``."""
        done, begun, numbers = 0, 0.0, self.search.numbers
        while (used := share(done)) < 1 and self.best > floor and go_on():
            if numbers[CLASHES]:
                begun, heat = used, self.schedule.heat_with_clashes(used)
            else:
                way = (used - begun) / (1 - begun)
                if way >= _TRIAL and self.laps is None:
                    self.laps = max(1, round(done / used * (1 - begun) / self._worth()))
                heat = self._heat(way)
            anneal_chunk(self.grid, self.sheet, self.search, CHUNK, heat, self.schedule.clash)
            done += CHUNK

    def _heat(self, way: float) -> float:
        """Return the heat at a share of the way; where a lap that is not a fresh one begins, take the best plan up again."""
        laps = self.laps or 1
        lap = min(laps - 1, int(way * laps))
        is_again = lap > 0 and lap >= _FRESH * laps
        if lap > self.lap and is_again:
            self._return()
        self.lap = lap
        return self.schedule.heat(way * laps - lap, lap if is_again else None)

    def _worth(self) -> int:
        """Return how many moves a lap is worth."""
        g = self.grid
        return _PASSES * int(np.diff(g.period_at)[g.kind].sum())

    def _return(self) -> None:
        """Put everybody where the best plan so far has them."""
        search = self.search
        self.sheet = empty_sheet(self.grid)
        for s in range(len(self.grid.kind)):
            sit(self.grid, self.sheet, s, int(search.best_period[s]), int(search.best_room[s]))
        search.numbers[COST] = search.numbers[BEST]

    @property
    def best(self) -> int:
        """The lowest cost without clashes so far, up to what all plans have in common."""
        return int(self.search.numbers[BEST])
