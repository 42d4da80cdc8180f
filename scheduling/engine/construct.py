"""Construct: a first plan by greedy insertion, pins first, then the sessions with the fewest possibilities."""

from collections.abc import Callable, Sequence

import numpy as np

from scheduling.engine.candidates import Candidates, must_place
from scheduling.engine.index import NONE, Bools, Index, Ints
from scheduling.engine.insertion import insert_unit, insert_units, scarcity
from scheduling.engine.kernel_rematch import fill
from scheduling.engine.moves import amount_of, put_back_all, take_all, ways_of
from scheduling.engine.shortlist import shortlist_of

_TIED = 6  # sessions of the longest series that is placed as a group
FEW = 1000  # units that may have others of their classes put after them, where a first plan is wanted soon
_AT_ONCE = 64  # units inserted between two looks at the clock

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


def insert(candidates: Candidates, unit: Unit) -> None:
    """Place what is unplaced of a unit well, as far as that is possible and worth it."""
    state = candidates.state
    insert_unit(state.arrays, state.board, shortlist_of(state.index), np.array(unit, dtype=np.int64))


def construct(
    candidates: Candidates, units: Sequence[Unit], go_on: Callable[[], bool], most_lacking: int = FEW
) -> None:
    """Insert all unplaced units, pinned ones even when told to stop.

    Pinned units go first, then those of high priority, large ones, and those with the fewest possibilities. At most
    ``most_lacking`` of those that cannot be whole then come before others of their classes.
    """
    if not units:
        return
    p, b, near = candidates.state.arrays, candidates.state.board, shortlist_of(candidates.state.index)
    members = np.concatenate([np.array(unit, dtype=np.int64) for unit in units])
    begins = np.zeros(len(units) + 1, dtype=np.int64)
    np.cumsum([len(unit) for unit in units], out=begins[1:])
    order, pinned = _by_scarcity(candidates, members, begins)
    is_missing = np.minimum.reduceat(b.option_of[members], begins[:-1]) == NONE
    order = order[is_missing[order]]
    for first in range(0, len(order), _AT_ONCE):
        now = order[first : first + _AT_ONCE]
        insert_units(p, b, near, begins, members, now if go_on() else now[pinned[now]])
    _fill_gaps(candidates, go_on)
    _put_first(candidates, units, go_on, most_lacking)


def _fill_gaps(candidates: Candidates, go_on: Callable[[], bool]) -> None:
    """Find instructors for sessions that were left without: somebody busy, whose other session goes to someone else."""
    p, b, near = candidates.state.arrays, candidates.state.board, shortlist_of(candidates.state.index)
    is_lacking = (b.option_of != NONE) & (b.who_of == NONE) & (p.sessions["needs_instructor"] != 0)
    lacking = np.nonzero(is_lacking)[0]
    for s in lacking[np.argsort(-p.sessions["priority"][lacking], kind="stable")].tolist():
        if not go_on():
            return
        fill(p, b, near, s)


def _put_first(candidates: Candidates, units: Sequence[Unit], go_on: Callable[[], bool], most: int) -> None:
    """Give what lacks something still the first choice of its classes' days, the rest of these days comes after it."""
    state = candidates.state
    p, b = state.arrays, state.board
    lacking = [unit for unit in units if not all(state.is_whole(s) for s in unit)]
    if not lacking:
        return
    unit_of = {s: unit for unit in units for s in unit}
    by_class = np.argsort(p.class_of, kind="stable")
    begins = np.searchsorted(p.class_of[by_class], np.arange(len(p.class_home) + 1))
    for unit in lacking[:most]:
        if not go_on():
            return
        classes, options = (
            np.concatenate([np.arange(p.sessions[begin][s], p.sessions[end][s]) for s in unit])
            for begin, end in (("klass", "klass_end"), ("option", "option_end"))
        )
        theirs = [by_class[begins[c] : begins[c + 1]] for c in p.class_of[classes].tolist()]
        beside = np.unique(p.class_session[np.concatenate([classes, *theirs])])
        there = np.append(p.options["day"], NONE)[b.option_of[beside]]
        beside = beside[np.isin(there, p.options["day"][options])]
        others = [u for u in dict.fromkeys(unit_of.get(s, unit) for s in beside.tolist()) if u != unit]
        free = np.array([s for u in (unit, *others) for s in u if not must_place(state, s)], dtype=np.int64)
        before, amount = ways_of(b, free), take_all(p, b, free)
        for u in (unit, *others):
            insert(candidates, u)
        if amount_of(p, b, free) >= amount:
            take_all(p, b, free)
            put_back_all(p, b, free, *before)


def _by_scarcity(candidates: Candidates, members: Ints, begins: Ints) -> tuple[Ints, Bools]:
    """Return the order of insertion, and which units have to be placed."""
    p = candidates.state.arrays
    ways, pins = scarcity(p)
    firsts = begins[:-1]
    most_pins = np.maximum.reduceat(pins[members], firsts)
    priority = np.maximum.reduceat(p.sessions["priority"][members], firsts)
    keys = (np.minimum.reduceat(ways[members], firsts), -np.diff(begins), -priority, -most_pins)
    return np.lexsort(keys).astype(np.int64), most_pins > 0
