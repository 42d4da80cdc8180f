"""Improve: take a few related sessions out and put them back better, again and again."""

from collections.abc import Sequence

import numpy as np

from scheduling.engine.candidates import Candidates, added_cost, must_place
from scheduling.engine.construct import Unit, insert
from scheduling.engine.cuts import rushed
from scheduling.engine.index import DAY, NONE
from scheduling.engine.run import Run
from scheduling.engine.state import Placement, State, Timeline

_LARGEST = 8  # units taken out at once
WARMTH = 0.1  # heat of improvement in passing
_COOLING = 0.15  # share of mean cost per session that an early step may lose


class Improver:
    """Ruin and recreate on one State; keeps the best placements found."""

    def __init__(
        self, candidates: Candidates, units: Sequence[Unit], cost: int, rng: np.random.Generator
    ) -> None:
        self.candidates, self.state, self.units, self.rng = candidates, candidates.state, list(units), rng
        self.cost = self.best_cost = cost
        self.best = self.state.copy_placements()
        self._unit_of = {s: n for n, unit in enumerate(self.units) for s in unit}
        self._by_class: dict[int, list[int]] = {}
        for n, unit in enumerate(self.units):
            for s in unit:
                for c in self.state.index.classes[s]:
                    self._by_class.setdefault(c, []).append(n)
        self._may_rush = self._has_unknown_place()

    def run(self, run: Run, iterations: int | None, seconds: float | None) -> None:
        """Improve until the iterations or the seconds are used up; leaves the best placements in the state."""
        until = None if seconds is None else run.elapsed + seconds
        done = 0
        while (
            run.go_on()
            and self.units
            and (iterations is None or done < iterations)
            and (until is None or run.elapsed < until)
        ):
            share = (
                done / iterations
                if iterations
                else (1 - (until - run.elapsed) / seconds if until is not None and seconds else 1.0)
            )
            self._step(max(0.0, 1 - share))
            run.cost = self.best_cost
            done += 1
        self.state.restore(self.best)
        self.cost = self.best_cost

    def work(self, run: Run, seconds: float) -> bool:
        """Improve a little while something else is waited for."""
        until = run.elapsed + seconds
        while run.elapsed < until and self.units:
            self._step(WARMTH)
        run.cost = self.best_cost
        return True

    def settle(self) -> None:
        """Put back what is left out of the state, take the result if it is better, and return to the best otherwise."""
        index = self.state.index
        for r, members in enumerate(index.series):
            if index.problem.series[r].together and not all(self.state.is_whole(s) for s in members):
                for s in members:
                    self.state.clear(s)
        for unit in self.units:
            if any(self.state.placement[s] is None for s in unit):
                insert(self.candidates, unit)
        cost = self._cost_now()
        if cost < self.best_cost:
            self.best_cost, self.best = cost, self.state.copy_placements()
        self.state.restore(self.best)
        self.cost = self.best_cost

    def _cost_now(self) -> int:
        """Return the cost of the state, reckoned from the best by the sessions that differ."""
        changed = [s for s, p in enumerate(self.best) if p != self.state.placement[s]]
        now = self.state.copy_placements()
        difference = sum(added_cost_after_clearing(self.state, s) for s in changed)
        for s in changed:
            difference -= added_cost(self.state, s, self.best[s])
            self.state.place(s, self.best[s])
        self.state.restore(now)
        return self.best_cost + difference

    def _step(self, heat: float) -> None:
        chosen = self._related()
        before = {s: self.state.placement[s] for n in chosen for s in self.units[n]}
        change = 0
        for s in before:
            change -= added_cost_after_clearing(self.state, s)
        cleared = [s for s, p in before.items() if p is not None]
        for n in chosen:
            insert(self.candidates, self.units[n])
        sound = all(self.state.placement[s] is not None or not must_place(self.state, s) for s in before)
        change += self._cost_of_placing([s for s in before])
        allowed = (
            heat * _COOLING * self.best_cost / max(1, len(self._unit_of)) * -np.log(self.rng.random() + 1e-12)
        )
        if not sound or change > allowed or (self._may_rush and self._rushes(before, cleared)):
            for s in before:
                self.state.clear(s)
            for s, p in before.items():
                self.state.place(s, p)
            return
        self.cost += change
        if self.cost < self.best_cost:
            self.best_cost, self.best = self.cost, self.state.copy_placements()

    def _cost_of_placing(self, sessions: Sequence[int]) -> int:
        """Return what the present placements of some sessions add, by taking them out and putting them back."""
        placements = [self.state.placement[s] for s in sessions]
        total = sum(added_cost_after_clearing(self.state, s) for s in sessions)
        for s, p in zip(sessions, placements, strict=True):
            self.state.place(s, p)
        return total

    def _related(self) -> list[int]:
        """Return a random unit and some that share its class, its instructor or its days, in the order to put back."""
        state, rng = self.state, self.rng
        first = int(rng.integers(len(self.units)))
        size = int(rng.integers(1, min(_LARGEST, len(self.units)) + 1))
        pool: set[int] = set()
        for s in self.units[first]:
            for c in state.index.classes[s]:
                pool.update(self._by_class[c])
            p = state.placement[s]
            if p is not None and p.instructor != NONE:
                pool.update(self._unit_of[e[2]] for e in state.of_instructor[p.instructor])
            if p is not None and p.venue != NONE:
                pool.update(
                    self._unit_of[e[2]] for e in state.of_venue[p.venue] if e[0] // DAY == p.start // DAY
                )
            days = {start // DAY for start in state.index.starts[s]}
            for i in self.candidates.instructors(s)[:200].tolist() if rng.random() < 0.5 else ():
                pool.update(self._unit_of[e[2]] for e in state.of_instructor[i] if e[0] // DAY in days)
        pool.discard(first)
        others = sorted(pool)
        rng.shuffle(others)
        chosen = [first, *others[: size - 1]]
        rng.shuffle(chosen)
        return chosen

    def _has_unknown_place(self) -> bool:
        index = self.state.index
        return bool(index.problem.places) and (
            NONE in index.class_home
            or bool((index.venue_place == NONE).any())
            or any(not c for c in index.classes)
        )

    def _rushes(self, before: dict[int, Placement | None], cleared: Sequence[int]) -> bool:
        """Whether sessions that came to follow one another leave no time to travel (only an unknown place hides that)."""
        state, lines = self.state, list[Timeline]()
        for s in cleared:
            p = before[s]
            if p is not None and p.instructor != NONE:
                lines.append(state.of_instructor[p.instructor])
            lines.extend(state.of_class[c] for c in state.index.classes[s])
        return any(True for line in lines for _ in rushed(state, line))


def added_cost_after_clearing(state: State, s: int) -> int:
    """Take a session out and return what it had added to the cost of the rest."""
    return added_cost(state, s, state.clear(s))
