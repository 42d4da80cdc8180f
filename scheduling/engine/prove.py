"""Prove: column generation for a bound over all plans, then integer models over the columns that can still matter.

Every plan costs at least the bound plus the reduced costs of its columns, so a plan better than the best known one uses
only columns within the gap. When all of these are in the integer model, its bound holds for all plans too.
Time to travel is not in the linear model: integer solutions that leave none are cut off, one day's clash at a time.
"""

import math
from collections.abc import Sequence

import numpy as np

from scheduling.engine.cuts import Cuts, clear_rushed
from scheduling.engine.highs import Floats, Solver, Sparse
from scheduling.engine.improve import Improver
from scheduling.engine.linear import Model
from scheduling.engine.pricing import Priced, Pricer
from scheduling.engine.run import Run
from scheduling.engine.state import Placement
from scheduling.engine.terms import Columns

PER_SESSION = 12  # columns added for a session in one round
MOST_COLUMNS = 150_000  # in one integer model
FIRST_SLACK = 6.0  # columns of the first integer model are within this much of the bound
WIDER = 3.0  # and each next one's within so many times as much
WORK = 0.1  # seconds of improvement between two looks at HiGHS, which has a thread of its own
MOST_NODES = 500  # of an integer model, where iterations replace the clock
_SMALL = 1e-6

Placements = list[Placement | None]


class Proof:
    """Bound and integer solutions for the free sessions of a model, given a plan to begin with."""

    def __init__(self, pricer: Pricer, run: Run, placements: Sequence[Placement | None]) -> None:
        self.pricer, self.run = pricer, run
        self.go_on = run.go_on
        self.columns = pricer.out_columns()
        for s in pricer.model.free:
            p = placements[s]
            found = None if p is None else pricer.find(s, p)
            if found is not None:
                self.columns = self.columns.plus(found)
        self.best: Priced | None = None

    def generate(self) -> bool:
        """Solve the linear relaxation over all columns; return whether it came to its end."""
        solver = self._solver(self.columns)
        while True:
            if not solver.run(self.go_on):
                return False
            duals = solver.duals()
            priced = self.pricer.price(duals[: self.pricer.rows])
            if self.best is None or priced.bound > self.best.bound:
                self.best = priced
            self.tell(self.best.bound)
            fresh = self._negative(priced, duals[self.pricer.rows :])
            if not len(fresh):
                return True
            self.columns = self.columns.plus(fresh)
            solver.add_columns(
                fresh.cost.astype(np.float64),
                np.full(len(fresh), math.inf),
                self.pricer.terms.of_columns(fresh),
            )

    def _solver(self, columns: Columns) -> Solver:
        """Return a solver with all rows, variables and some columns."""
        pricer, model = self.pricer, self.pricer.model
        solver = Solver(self.run.options.seed)
        none = Sparse(
            np.zeros(pricer.rows + len(model.free), dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        )
        ones = np.ones(len(model.free))
        solver.add_rows(
            np.concatenate((pricer.row_lower, ones)), np.concatenate((pricer.row_upper, ones)), none
        )
        solver.add_columns(
            np.array(model.variable_cost), np.array(model.variable_upper), pricer.terms.of_variables()
        )
        solver.add_columns(
            columns.cost.astype(np.float64), np.full(len(columns), math.inf), pricer.terms.of_columns(columns)
        )
        return solver

    def _negative(self, priced: Priced, session_duals: Floats) -> Columns:
        """Return the best columns that would lower the relaxation, some for each session."""
        pricer = self.pricer
        below = priced.pairs - session_duals[pricer.t_number[pricer.p_time]]
        chosen = np.nonzero(below < -_SMALL)[0]
        session = pricer.t_number[pricer.p_time[chosen]]
        order = np.lexsort((below[chosen], session))
        first = np.searchsorted(session[order], session[order])
        chosen = chosen[order[np.arange(len(order)) - first < PER_SESSION]]
        return pricer.of_pairs(chosen, priced)

    def tell(self, bound: float) -> None:
        """Keep the best bound."""
        if not math.isfinite(bound):
            return
        whole = rounded_up(bound)
        self.run.bound = whole if self.run.bound is None else max(self.run.bound, whole)

    def integer(
        self, slack: float, placements: Sequence[Placement | None], cuts: Cuts
    ) -> tuple[Placements | None, float]:
        """Solve the integer model over all columns within ``slack``; return its solution, if better, and its bound.

        The bound holds for plans made of those columns. Without a solution the given placements stand.
        """
        pricer, model = self.pricer, self.pricer.model
        if self.best is None:
            return None, -math.inf
        columns = pricer.out_columns().plus(pricer.within(self.best, slack))
        columns = self._with(columns, placements)
        solver = self._solver(columns)
        shift = len(model.variable_cost)
        whole = np.nonzero(np.array(model.variable_integer, dtype=np.bool_))[0]
        solver.make_integer(np.concatenate((whole, shift + np.arange(len(columns)))))
        cuts.apply(solver, columns, shift)
        for name, value in (
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.999),
            ("mip_feasibility_tolerance", 1e-7),
        ):
            solver.set(name, value)
        if math.isfinite(self.run.left):
            solver.set("time_limit", max(0.1, self.run.left))
        else:
            solver.set("mip_max_nodes", MOST_NODES)
        solver.run(self.go_on)
        bound = solver.mip_bound() + model.constant
        if not solver.has_solution():
            return None, bound
        found: Placements = [None] * len(placements)
        for n in np.nonzero(solver.values()[shift:] > 0.5)[0].tolist():
            found[int(columns.session[n])] = pricer.placement(columns, n)
        return found, bound

    def _with(self, columns: Columns, placements: Sequence[Placement | None]) -> Columns:
        """Add the columns of a plan where they are missing."""
        known = set(
            zip(
                columns.session.tolist(),
                columns.time.tolist(),
                columns.person.tolist(),
                columns.venue.tolist(),
                strict=True,
            )
        )
        for s in self.pricer.model.free:
            p = placements[s]
            found = None if p is None else self.pricer.find(s, p)
            if (
                found is not None
                and (s, int(found.time[0]), int(found.person[0]), int(found.venue[0])) not in known
            ):
                columns = columns.plus(found)
        return columns


def rounded_up(bound: float) -> int:
    """Return the least whole cost that a bound allows, safe against rounding errors."""
    return max(0, math.ceil(bound - _SMALL * max(1.0, abs(bound))))


def prove(model: Model, run: Run, improver: Improver) -> None:
    """Find the best plan and a bound for it, within the run's time; leaves the best placements in the improver.

    The model's State has every free session unplaced; the improver's State holds a plan of all of them.
    """
    if not len(model.free):
        run.bound = improver.best_cost
        return
    pricer = Pricer(model)
    proof = Proof(pricer, run, improver.best)
    if run.options.workers > 1 and run.options.iterations is None:
        proof.go_on = lambda: improver.work(run, WORK) and run.go_on()
    run.enter("bound")
    done = proof.generate()
    run.note(f"{len(proof.columns)} columns, bound {run.bound}" + ("" if done else ", stopped"))
    cuts = Cuts(model)
    slack = FIRST_SLACK
    while proof.best is not None and run.go_on() and not _is_proved(run, improver):
        run.enter("integer")
        gap = max(0.0, improver.best_cost - proof.best.bound)
        slack, count = _affordable(pricer, proof.best, min(slack, gap))
        found, bound = proof.integer(slack, improver.best, cuts)
        fresh = 0
        if found is not None:
            fresh = adopt_solution(improver, found, model.free, cuts)
        run.note(
            f"{count} columns within {slack:.1f}: bound {bound:.1f}, best {improver.best_cost}, {fresh} days of rush"
        )
        run.cost = improver.best_cost
        proof.tell(min(bound, proof.best.bound + slack))
        if not fresh:
            if slack >= gap:
                return
            wider = slack * WIDER
            if _affordable(pricer, proof.best, min(wider, gap))[0] <= slack:
                return
            slack = wider


def _is_proved(run: Run, improver: Improver) -> bool:
    return run.bound is not None and run.bound >= improver.best_cost


def _affordable(pricer: Pricer, priced: Priced, slack: float) -> tuple[float, int]:
    """Return the largest slack up to the given one whose columns the integer model can take, and their number."""
    while True:
        count = len(pricer.within(priced, slack))
        if count <= MOST_COLUMNS or slack < 1:
            return slack, count
        slack *= 0.7


def adopt_solution(improver: Improver, found: Placements, free: Sequence[int], cuts: Cuts) -> int:
    """Take over an integer solution, made free of rushes where it is not; return how many days of rush are new."""
    state = improver.state
    state.restore([found[s] if s in set(free) else p for s, p in enumerate(state.placement)])
    fresh = cuts.learn(state)
    clear_rushed(state, free)
    improver.settle()
    return fresh
