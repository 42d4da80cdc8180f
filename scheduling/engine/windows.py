"""Windows: free the sessions of a week, or of a few classes, and settle them together by an integer model.

What the whole problem is too large for works on a part of it while the rest stays as it is; the bound of a part says
nothing about the whole and is not kept.
"""

import numpy as np

from scheduling.engine.candidates import Candidates, Most
from scheduling.engine.cuts import Cuts
from scheduling.engine.highs import Stuck
from scheduling.engine.improve import Improver
from scheduling.engine.index import DAY, week_of
from scheduling.engine.linear import Model, Stopped
from scheduling.engine.pricing import Pricer
from scheduling.engine.prove import Proof, adopt_solution
from scheduling.engine.run import Run

STARTS = 150  # starts of the free sessions of a window, all together
MOST = Most(instructors=25, venues=10)
SLACK = 8.0  # columns of a window's integer model are within this much of its bound
SECONDS = 15.0  # for one window


class Windows:
    """Improves a plan window by window; windows where something is missing come first."""

    def __init__(self, improver: Improver, run: Run) -> None:
        self.improver, self.run, self.rng = improver, run, improver.rng
        index = improver.state.index
        self._weeks = [{week_of(start // DAY) for start in starts} for starts in index.starts]
        self._in_week: dict[int, list[int]] = {}
        self._in_class: dict[int, list[int]] = {}
        for n, unit in enumerate(improver.units):
            for week in {week for s in unit for week in self._weeks[s]}:
                self._in_week.setdefault(week, []).append(n)
            for c in {c for s in unit for c in index.classes[s]}:
                self._in_class.setdefault(c, []).append(n)
        self._tired = np.zeros(len(improver.units))  # how often a unit was in a window without gain

    def improve(self, most: int | None) -> None:
        """Go on until the run ends, or for so many windows."""
        done = 0
        while self.run.go_on() and self.improver.units and (most is None or done < most):
            units = self._choose()
            before = self.improver.best_cost
            self._solve(sorted(s for n in units for s in self.improver.units[n]))
            self._tired[units] += 1 if self.improver.best_cost == before else 0.2
            self.run.cost = self.improver.best_cost
            done += 1
        self.run.note(f"{done} windows, best {self.improver.best_cost}")

    def _choose(self) -> list[int]:
        """Return units that share weeks with one of the neediest, those of its classes first."""
        state, units = self.improver.state, self.improver.units
        lacking = np.array([any(not state.is_whole(s) for s in unit) for unit in units])
        need = lacking * 2.0 - self._tired + self.rng.random(len(units))
        first = int(need.argmax())
        index = state.index
        classes = {c for s in units[first] for c in index.classes[s]}
        weeks = {week for s in units[first] for week in self._weeks[s]}
        pool = {n for week in weeks for n in self._in_week[week]}
        close = {n for c in classes for n in self._in_class[c]} & pool
        order = sorted(pool, key=lambda n: (n != first, n not in close, -float(need[n])))
        chosen: list[int] = []
        starts = 0
        for n in order:
            starts += sum(len(index.starts[s]) for s in units[n])
            if chosen and starts > STARTS:
                break
            chosen.append(n)
        return chosen

    def _solve(self, free: list[int]) -> None:
        """Settle some sessions together and keep the result where it is better."""
        improver, part = self.improver, self.run.part(SECONDS)
        state, before = improver.state, list(improver.best)
        for s in free:
            state.clear(s)
        try:
            model = Model(Candidates(state), free, part.go_on, MOST)
            pricer, cuts = Pricer(model), Cuts(model)
            state.restore(before)
            proof = Proof(pricer, part, before)
            if not proof.generate():
                return
            for _ in range(3):
                found, _bound = proof.integer(SLACK, improver.best, cuts)
                if found is None or not adopt_solution(improver, found, free, cuts):
                    return
        except (Stopped, Stuck):
            return
        finally:
            state.restore(improver.best)
