"""Construct: a first plan by greedy insertion, pins first, then the sessions with the fewest possibilities."""

from collections.abc import Callable, Sequence

from scheduling.engine.candidates import Candidates, Choice, must_place
from scheduling.engine.index import Index

_TRIES = 8  # starts tried for each session of a package
_STEPS = 2000  # insertions tried for one package

Unit = tuple[int, ...]


def units_of(index: Index) -> list[Unit]:
    """Return the sessions in groups that are placed whole or not at all; most groups are single sessions."""
    unit_of: dict[int, list[int]] = {}
    for r, members in enumerate(index.series):
        if index.problem.series[r].together:
            merged: list[int] = []
            for s in members:
                merged.extend(o for o in unit_of.get(s, [s]) if o not in merged)
            unit_of |= dict.fromkeys(merged, merged)
    firsts = {min(unit): tuple(unit) for unit in unit_of.values()}
    singles = {s: (s,) for s in range(len(index.problem.sessions)) if s not in unit_of}
    return [unit for _, unit in sorted((firsts | singles).items())]


def by_scarcity(candidates: Candidates, units: Sequence[Unit]) -> list[Unit]:
    """Return units in the order of greedy insertion: pinned first, then high priority, then few possibilities."""
    state = candidates.state
    index = state.index

    def key(unit: Unit) -> tuple[int, int, int]:
        pinned = min(-len(index.problem.sessions[s].pinned) * must_place(state, s) for s in unit)
        ways = min(
            len(index.starts[s]) * (1 + len(candidates.instructors(s)) * (1 + len(candidates.venues(s))))
            for s in unit
        )
        return pinned, -max(index.priority[s] for s in unit), ways

    return sorted(units, key=key)


def insert(candidates: Candidates, unit: Unit) -> int | None:
    """Place all sessions of an unplaced unit well; return the change of cost, None when left out as not possible or not worth it."""
    state = candidates.state
    below = None if any(must_place(state, s) for s in unit) else 0
    if len(unit) == 1 and not state.index.whole_only[unit[0]]:
        choice = candidates.best(unit[0], below=below)
        if choice is None:
            return None
        state.place(unit[0], choice.placement)
        return choice.added
    return _insert_package(candidates, unit, below)


def _insert_package(candidates: Candidates, unit: Unit, below: int | None) -> int | None:
    state = candidates.state
    state.completing = {r for s in unit for r in state.index.series_of[s]}
    steps = 0

    def extend(n: int) -> int | None:
        nonlocal steps
        if n == len(unit):
            return 0
        steps += 1
        for choice in _by_start(candidates, unit[n])[: _TRIES if steps < _STEPS else 1]:
            state.place(unit[n], choice.placement)
            rest = extend(n + 1)
            if rest is not None:
                return choice.added + rest
            state.clear(unit[n])
        return None

    added = extend(0)
    state.completing = set()
    if added is not None and below is not None and added >= below:
        for s in unit:
            state.clear(s)
        return None
    return added


def _by_start(candidates: Candidates, s: int) -> list[Choice]:
    found = [candidates.best(s, [start]) for start in candidates.state.index.starts[s]]
    return sorted((c for c in found if c is not None), key=lambda c: c.added)


def construct(candidates: Candidates, units: Sequence[Unit], go_on: Callable[[], bool]) -> int:
    """Insert all unplaced units, pinned ones even when told to stop; return the change of cost."""
    total = 0
    state = candidates.state
    for unit in by_scarcity(candidates, units):
        if any(state.placement[s] is not None for s in unit):
            continue
        if not go_on() and not any(must_place(state, s) for s in unit):
            continue
        total += insert(candidates, unit) or 0
    return total
