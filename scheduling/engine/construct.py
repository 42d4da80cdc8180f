"""Construct: a first plan by greedy insertion, pins first, then the sessions with the fewest possibilities."""

from collections.abc import Callable, Sequence

from scheduling.engine.candidates import Candidates, Choice, must_place
from scheduling.engine.index import Index

_TRIES = 8  # starts tried for each session of a package
_TIED = 6  # sessions of the longest series that is placed as a group
_STEPS = 300  # insertions tried for one package

Unit = tuple[int, ...]


def units_of(index: Index) -> list[Unit]:
    """Return the sessions in groups that are placed one with another; most groups are single sessions.

    A package is one group, whole or not at all; so are short series that are ordered or bound to few days.
    """
    unit_of: dict[int, list[int]] = {}
    for r, members in enumerate(index.series):
        series = index.problem.series[r]
        is_tied = (series.ordered or series.max_days is not None) and len(members) <= _TIED
        if series.together or is_tied:
            merged: list[int] = []
            for s in members:
                merged.extend(o for o in unit_of.get(s, [s]) if o not in merged)
            unit_of |= dict.fromkeys(merged, merged)
    firsts = {min(unit): tuple(unit) for unit in unit_of.values()}
    singles = {s: (s,) for s in range(len(index.problem.sessions)) if s not in unit_of}
    return [unit for _, unit in sorted((firsts | singles).items())]


def by_scarcity(candidates: Candidates, units: Sequence[Unit]) -> list[Unit]:
    """Return units in the order of greedy insertion: pinned first, then high priority, large groups, few possibilities."""
    state = candidates.state
    index = state.index

    def key(unit: Unit) -> tuple[int, int, int, int]:
        pinned = min(-len(index.problem.sessions[s].pinned) * must_place(state, s) for s in unit)
        ways = min(
            len(index.starts[s]) * (1 + len(candidates.instructors(s)) * (1 + len(candidates.venues(s))))
            for s in unit
        )
        return pinned, -max(index.priority[s] for s in unit), -len(unit), ways

    return sorted(units, key=key)


def insert(candidates: Candidates, unit: Unit) -> int | None:
    """Place what is unplaced of a unit well; return the change of cost, None when nothing is possible and worth it."""
    state = candidates.state
    missing = tuple(s for s in unit if state.placement[s] is None)
    is_whole_only = any(state.index.whole_only[s] for s in unit)
    if len(missing) > 1 or is_whole_only:
        below = None if any(must_place(state, s) for s in missing) else 0
        added = _insert_package(candidates, missing, below)
        if added is not None or is_whole_only:
            return added
    found = [a for a in [_insert_one(candidates, s) for s in missing] if a is not None]
    return sum(found) if found else None


def _insert_one(candidates: Candidates, s: int) -> int | None:
    choice = candidates.best(s, below=None if must_place(candidates.state, s) else 0)
    if choice is None:
        return None
    candidates.state.place(s, choice.placement)
    return choice.added


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
        if all(state.placement[s] is not None for s in unit):
            continue
        if not go_on() and not any(must_place(state, s) for s in unit):
            continue
        total += insert(candidates, unit) or 0
    return total
