"""One worker's way in laps, each cooling down once; the best plan so far is taken up by the later ones.

What a plan can still become is decided early, at a heat that differs from problem to problem, and one slow cooling may take the
wrong turn; so the first laps begin hot, and all others take up the best plan of all workers at a heat that keeps some of its
order. A lap finds times first, while rooms are only counted (``anneal_times.py``), and then settles times and rooms together;
one lap is spent on both together from the start, and where that gives the better plan, so are all others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scheduling.engine.anneal_chain import BEST, CLASHES, COST, KNOWN, Search
from scheduling.engine.anneal_grid import FORBIDDEN, Grid
from scheduling.engine.anneal_moves import anneal_chunk
from scheduling.engine.anneal_sheet import Sheet, clashes, empty_sheet, price_of, sit
from scheduling.engine.anneal_times import LISTED, anneal_times, empty_crowd, gather, seat
from scheduling.engine.index import Ints

CHUNK = 10_000  # moves between two looks at the clock
NEVER = 2**60  # the cost where there is no plan
_MIX = (0.2, 0.1, 0.3, 0.3)  # see Search.mix
_TIMES_MIX = (0.25, 0.0, 0.7, 0.0)
_HOT, _PER_CLASS = 0.5, 1.5  # how hot, by the dearest single price and by the classes of a kind
_TIMES_HOT, _TIMES_PER_CLASS = 0.3, 0.3  # the same while rooms are only counted
_COLD = 0.12  # by the least price
_SETTLE = 0.2  # by the least price of a time, where rooms are settled
_MENDING = 2.0  # of the hottest, while there are clashes
_PASSES = 9_000  # tries of each period of each session that a lap is worth
_TRIAL = 0.02  # of the way, after which it is known how many moves it has
_FRESH = 0.35  # of the laps, those that begin hot
_AGAIN = (0.4, 0.27, 0.18, 0.12)  # of the hottest, what the others begin with in turn
_TIMES_AGAIN = (0.7, 0.6, 0.5, 0.4)
_AGAIN_LEAST = 0.2  # and by the dearest single price, at least
_TIMES = 0.8  # of a lap, while rooms are only counted
_KINDS = (True, False, True)  # whether the first laps find times first


class Kept(NamedTuple):
    """A plan without clashes, and what it costs up to what all plans have in common."""

    cost: int
    period: Ints
    room: Ints


@dataclass(frozen=True)
class Heats:
    """How hot it is at which share of a lap."""

    hot: float
    cold: float
    again: tuple[float, ...] = (1.0,)  # how hot where laps take up a good plan, in turn, by the hottest
    least: float = 0.0  # and at least

    def at(self, share: float, turn: int | None = None) -> float:
        """Return the heat at a share of a lap, which begins less hot where it takes a good plan up for the n-th time."""
        hot = self.hot if turn is None else max(self.least, self.again[turn % len(self.again)] * self.hot)
        return float(hot * (self.cold / hot) ** min(1.0, share))


class Schedule(NamedTuple):
    """What suits the prices: hot enough to give up a day or some isolated sessions, cold enough to settle the least."""

    together: Heats
    times: Heats
    settling: Heats
    mending: Heats  # by the share of the whole way, while there are clashes

    @classmethod
    def of(cls, g: Grid) -> "Schedule":
        """Return what suits the prices of a grid."""
        timely = np.concatenate((g.day_price, np.unique(g.isolated), _steps(g.time_price)))
        least_time = _least(timely)
        least = _least(np.concatenate((timely, g.venue_price, _steps(g.room_price))))
        dearest = max(float(g.isolated[:, [1]].max(initial=0)), float(g.day_price.max(initial=0)), least)
        per_kind = len(g.classes) / max(1, len(g.may))
        hot, cold = max(_HOT * dearest, _PER_CLASS * per_kind * least), _COLD * least
        hot_times = max(_TIMES_HOT * dearest, _TIMES_PER_CLASS * per_kind * least_time)
        return cls(
            together=Heats(hot, cold, _AGAIN, _AGAIN_LEAST * dearest),
            times=Heats(hot_times, _COLD * least_time, _TIMES_AGAIN),
            settling=Heats(_SETTLE * least_time, cold),
            mending=Heats(_MENDING * hot, cold),
        )

    @property
    def clash(self) -> float:
        """The price of a clash while there are some."""
        return 10 * self.mending.hot


def _least(prices: Ints) -> float:
    some = prices[(prices > 0) & (prices < FORBIDDEN)]
    return float(some.min()) if some.size else 1.0


def _steps(prices: Ints) -> Ints:
    """Return the differences between the prices of a kind's rooms or periods, next to one another."""
    found = np.sort(prices, axis=1)
    return (found[:, 1:] - found[:, :-1]).ravel()


class Annealing:
    """One search with one seed. ``mates`` are the searches whose best plans it takes up, itself among them."""

    def __init__(self, g: Grid, sheet: Sheet, seed: int) -> None:
        self.grid, self.sheet, self.schedule = g, sheet, Schedule.of(g)
        self.search = _search(g, sheet, seed, _MIX)
        if not self.search.numbers[CLASHES]:
            self.search.numbers[BEST] = self.search.numbers[COST]
        self.times = TimesFirst(g, sheet, seed)
        self.mates: Sequence[Annealing] = (self,)
        self.kept = Kept(NEVER, sheet.period, sheet.room)
        self.laps: int | None = None  # not known before a trial
        self.lap = -1
        self.turn: int | None = None  # the lap, if it takes a good plan up
        self.is_counting = False  # whether rooms are only counted now
        self.is_by_times = False  # whether the lap finds times first
        self.came_to: dict[bool, int] = {}  # the best that laps came to, by whether they found times first

    def run(self, share: Callable[[int], float], go_on: Callable[[], bool], floor: int) -> None:
        """Cool down, lap by lap, until ``share`` of the moves done reaches 1, ``go_on`` is false or the cost is ``floor``."""
        done, begun = 0, 0.0
        while (used := share(done)) < 1 and self.best > floor and go_on():
            if self.search.numbers[CLASHES]:
                begun = used
                self._anneal(self.schedule.mending.at(used))
            else:
                way = (used - begun) / (1 - begun)
                if way >= _TRIAL and self.laps is None:
                    self.laps = max(1, round(done / used * (1 - begun) / self._worth()))
                self._go(way)
            done += CHUNK
        self._keep()

    def _go(self, way: float) -> None:
        """Try some moves at a share of the way."""
        laps = self.laps or 1
        lap = min(laps - 1, int(way * laps))
        share = way * laps - lap
        if lap > self.lap:
            self._keep()
            self._begin(lap, is_again=lap > 0 and lap >= _FRESH * laps)
        if self.is_counting and share >= _TIMES:
            self._settle()
        if self.is_counting:
            self.times.anneal(self.schedule.times.at(share / _TIMES, self.turn))
        elif self.is_by_times:
            self._anneal(self.schedule.settling.at((share - _TIMES) / (1 - _TIMES)))
        else:
            self._anneal(self.schedule.together.at(share, self.turn))

    def _begin(self, lap: int, *, is_again: bool) -> None:
        """Begin a lap."""
        self.lap, self.turn = lap, lap if is_again else None
        self.is_by_times = self.is_counting = self._finds_times_first()
        if is_again:
            self._take_up()
        self.search.numbers[BEST] = NEVER
        if self.is_counting:
            self.times.begin(self.sheet)

    def _finds_times_first(self) -> bool:
        """Whether this lap finds times first: of the first three two do, later the kind that came to the better plan."""
        if self.lap < len(_KINDS):
            return _KINDS[self.lap]
        return self.came_to.get(True, NEVER) <= self.came_to.get(False, NEVER)

    def _anneal(self, heat: float) -> None:
        """Anneal times and rooms."""
        anneal_chunk(self.grid, self.sheet, self.search, CHUNK, heat, self.schedule.clash)

    def _settle(self) -> None:
        """Give out rooms at the times that were found; where that cannot be, go on with the sheet as it was."""
        self.is_counting = False
        sheet = self.times.seated()
        if sheet is not None:
            self._take(sheet, price_of(self.grid, sheet))

    def _take(self, sheet: Sheet, cost: int) -> None:
        """Go on with a sheet without clashes."""
        numbers = self.search.numbers
        self.sheet, numbers[COST], numbers[BEST] = sheet, cost, cost
        self.search.best_period[:], self.search.best_room[:] = sheet.period, sheet.room

    def _take_up(self) -> None:
        """Put everybody where the best plan of all has them."""
        best = min((self, *self.mates), key=lambda mate: mate.kept.cost).kept
        sheet = empty_sheet(self.grid)
        for s in range(len(self.grid.kind)):
            sit(self.grid, sheet, s, int(best.period[s]), int(best.room[s]))
        self._take(sheet, best.cost)

    def _keep(self) -> None:
        """Keep the best plan of the lap that ends, unless an earlier one was better."""
        if self.search.numbers[CLASHES]:
            return
        cost, search = int(self.search.numbers[BEST]), self.search
        if self.lap >= 0:
            self.came_to[self.is_by_times] = min(cost, self.came_to.get(self.is_by_times, NEVER))
        if cost <= self.kept.cost:
            self.kept = Kept(cost, search.best_period.copy(), search.best_room.copy())

    def _worth(self) -> int:
        """Return how many moves a lap is worth."""
        g = self.grid
        return _PASSES * int(np.diff(g.period_at)[g.kind].sum())

    @property
    def best(self) -> int:
        """The lowest cost without clashes so far, up to what all plans have in common."""
        return min(self.kept.cost, int(self.search.numbers[BEST]))


class TimesFirst:
    """The part of a lap in which rooms are only counted: a sheet and a search of its own."""

    def __init__(self, g: Grid, sheet: Sheet, seed: int) -> None:
        self._grid, self._crowd, self._search = g, empty_crowd(g), _search(g, sheet, seed + 1, _TIMES_MIX)
        self._sheet = sheet
        wanted = (g.room_price == g.room_price.min(axis=1, keepdims=True)).sum(axis=1)
        self._order = np.lexsort((g.series[g.kind], wanted[g.kind])).astype(np.int64)

    def begin(self, sheet: Sheet) -> None:
        """Begin with the times of a sheet without clashes."""
        self._sheet = Sheet._make(part.copy() for part in sheet)
        gather(self._grid, self._sheet, self._crowd)
        self._search.numbers[[COST, BEST]] = 0, NEVER
        self._search.best_period[:] = sheet.period

    def anneal(self, heat: float) -> None:
        """Try some moves at one heat."""
        anneal_times(self._grid, self._sheet, self._crowd, self._search, CHUNK, heat)

    def seated(self) -> Sheet | None:
        """Return a sheet with the best times, everyone in a seat; None where rooms do not go round."""
        sheet = empty_sheet(self._grid)
        return sheet if seat(self._grid, sheet, self._search.best_period, self._order) else None


def _search(g: Grid, sheet: Sheet, seed: int, mix: Sequence[float]) -> Search:
    return Search(
        numbers=np.array([price_of(g, sheet), clashes(g, sheet), NEVER, 0, 0], dtype=np.int64),
        random=np.array([seed * 7_919 + 13], dtype=np.uint64),
        mix=np.array([round(share * 65_536) for share in mix], dtype=np.int64),
        best_period=sheet.period.copy(),
        best_room=sheet.room.copy(),
        rows=np.zeros((2, max(sheet.seat.shape[1], LISTED)), dtype=np.int64),
        seen=np.zeros(len(g.min_days), dtype=np.int64),
        chances=np.zeros(KNOWN),
    )
