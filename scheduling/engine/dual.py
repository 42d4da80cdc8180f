"""Dual: prices of everybody's time, and with them a lower bound over all plans.

Each round prices all groups (``reduced``), compares what they would take with what there is, and moves each price along the
excess smoothed over the rounds, in the row's own measure and ever less; the prices with the best bound are kept. Rows whose supply itself has a cost - an instructor's
number of sessions beyond target, lessons by leaders - take as much as is worth its price.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from scheduling.engine.arrays import Arrays, Int32s
from scheduling.engine.board import Board
from scheduling.engine.clash_prices import price_clashes
from scheduling.engine.column_costs import column_costs
from scheduling.engine.groups import Groups, groups_of
from scheduling.engine.near import Near, near_of
from scheduling.engine.priced_rows import Rows, rows_of
from scheduling.engine.reach import VENUES, Floats, Longs, Reach, reach_of
from scheduling.engine.reduced import MORE_PEOPLE, MORE_VENUES, Chosen, Prices, price_groups, scratch_for
from scheduling.engine.supply import Leaders, direction, leaders_of, move, nothing, worth_of_supply

FIRST, LAST = 3.0, 0.03  # how far a price moves in a round, in units of cost, at the beginning and at the end
KEEP, KEEP_SQUARE = 0.9, 0.9  # of the smoothed excess and of its square, from round to round
WIDENINGS = 8


@dataclass
class Dual:
    """Prices, and the best bound found with them."""

    p: Arrays
    b: Board  # empty
    reach: Reach
    near: Near
    groups: Groups
    rows: Rows
    leaders: Leaders
    prices: Prices
    chosen: Chosen
    wanted: Longs  # [session, kind]: how many are to be near
    bound: float = -np.inf

    @classmethod
    def of(cls, p: Arrays, b: Board, most: int, threads: int = 1) -> "Dual":
        """Lay out the rows with all prices 0; the board is empty. The bound is a change to the plan that places nothing.

        ``most`` instructors and venues, and half as many leaders, are near at first.
        """
        count = len(p.sessions)
        wanted = np.tile(np.array([most, max(2, most // 2), most], dtype=np.int64), (count, 1))
        reach = reach_of(p, b, wanted, threads)
        near = near_of(p, b, reach, wanted, threads)
        rows, groups = rows_of(p), groups_of(p, b, near)

        def none() -> Int32s:
            return np.full(count, -1, dtype=np.int32)

        chosen = Chosen(
            option=none(), person=none(), venue=none(), short=none(), cost=np.zeros(len(groups.weight))
        )
        return cls(p, b, reach, near, groups, rows, leaders_of(p), nothing(p, rows), chosen, wanted)

    def widen(self, threads: int) -> None:
        """Look twice as far where others than those near may be cheaper."""
        people, venues = self.chosen.short == MORE_PEOPLE, self.chosen.short == MORE_VENUES
        self.wanted[people, :VENUES] *= 2
        self.wanted[venues, VENUES] *= 2
        if people.any() or venues.any():
            self.reach = reach_of(self.p, self.b, self.wanted, threads, self.reach)
            self.near = near_of(self.p, self.b, self.reach, self.wanted, threads)
            self.groups = groups_of(self.p, self.b, self.near)

    def price(self, prices: Prices, workers: ThreadPoolExecutor, threads: int) -> float:
        """Price all groups and return the bound that the prices give."""
        given = (self.p, self.near, self.groups, self.rows, prices, self.chosen)
        jobs = [
            workers.submit(price_groups, *given, scratch_for(self.near, self.groups), a, b)
            for a, b in self.groups.shares(threads)
        ]
        for job in jobs:
            job.result()
        return float(self.chosen.cost.sum()) + worth_of_supply(self.p, self.rows, self.leaders, prices)

    def climb(self, rounds: int, share: Callable[[float], float], threads: int) -> int:
        """Raise the bound for so many rounds, or until ``share(bound)`` says that all time is used (1.0); returns the rounds done.

        Prices move ever less, in step with the share, so that the climb should not be cut short.
        """
        trial, best = _copy(self.prices), self.prices
        mean, now, square = (nothing(self.p, self.rows) for _ in range(3))
        done, used, widened = 0, 0.0, 0
        with ThreadPoolExecutor(threads) as workers:
            while used < 1.0:
                value = self.price(trial, workers, threads)
                if value > self.bound:
                    self.bound = value
                    _assign(best, trial)
                done += 1
                used = max(done / rounds, share(self.bound))
                if used * (WIDENINGS + 1) > widened + 1 and used < 1.0:
                    widened += 1
                    self.widen(threads)
                if done == 1:
                    price_clashes(self.p, self.rows, self._gains(), trial.classes)
                    continue
                direction(self.p, self.rows, self.leaders, trial, self.chosen, now)
                step = FIRST * (LAST / FIRST) ** min(1.0, used)
                move(self.p, trial, now, mean, square, (step, KEEP, KEEP_SQUARE))
        return done

    def _gains(self) -> Floats:
        """Return what each session's present choice is worth by itself."""
        option, person, venue = (
            a.astype(np.int64) for a in (self.chosen.option, self.chosen.person, self.chosen.venue)
        )
        return -column_costs(self.p, self.b, np.arange(len(option)), option, person, venue).astype(np.float64)


def _copy(prices: Prices) -> Prices:
    return Prices(**{name: a.copy() for name, a in vars(prices).items()})


def _assign(to: Prices, given: Prices) -> None:
    for name, prices in vars(given).items():
        getattr(to, name)[...] = prices
