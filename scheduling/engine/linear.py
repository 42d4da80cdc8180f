"""The linear model: elements (start, instructor, venue of a session) that columns are made of, and rows over them.

A column is one way to place a session: a start element, an instructor element and a venue element of that start.
Rows are written over elements, not columns, so that millions of columns need never be made: a column's coefficients are
the sum of its elements'. The model is built on a State: sessions placed there stay as they are, all others are free.
Rules and shared costs write themselves with ``row``, ``variable`` and ``put``; time to travel is left to cuts.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scheduling.engine.candidates import Candidates, Most, must_place
from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.costs import COSTS
from scheduling.engine.index import NONE, Ints
from scheduling.engine.rules import RULES

Floats = npt.NDArray[np.float64]


class Stopped(Exception):
    """Told to stop before there was anything to keep."""


@dataclass
class Entries:
    """Coefficients of one kind: row, element, value."""

    row: list[Ints] = field(default_factory=list)
    element: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)

    def joined(self) -> tuple[Ints, Ints, Floats]:
        """Return all coefficients."""
        if not self.row:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        return np.concatenate(self.row), np.concatenate(self.element), np.concatenate(self.value)


class Model:
    """Elements, variables and rows for the free sessions of a State."""

    def __init__(
        self, candidates: Candidates, free: Sequence[int], go_on: Callable[[], bool], most: Most | None = None
    ) -> None:
        """Lay out the model, all of it or only the most promising elements; raises Stopped when ``go_on`` says so."""
        self.candidates, self.state, self.index = candidates, candidates.state, candidates.state.index
        self.free = list(free)
        self.is_free = set(free)
        self._go_on, self._most = go_on, most
        self.out_cost = np.array([math.inf if must_place(self.state, s) else 0.0 for s in self.free])
        self.entries = [Entries() for _ in Kind]
        self.constant = (
            0.0  # what placed sessions and the parts of ``post`` cost before any free session is placed
        )
        self.is_priced = True
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.variable_cost: list[float] = []
        self.variable_upper: list[float] = []
        self.variable_integer: list[bool] = []
        self._make_elements()
        for rule in RULES:
            self._stop_if_told()
            rule.post(self)
        for part in COSTS:
            self._stop_if_told()
            part.post(self)

    def ask_only_for_places(self) -> None:
        """Forget all costs; leaving a session out that must be placed costs 1."""
        self.constant = 0.0
        for costs in (self.t_cost, self.i_cost, self.v_cost):
            costs[:] = 0
        self.variable_cost = [0.0] * len(self.variable_cost)
        self.out_cost = np.isinf(self.out_cost).astype(np.float64)
        self.is_priced = False

    def _stop_if_told(self) -> None:
        if not self._go_on():
            raise Stopped

    def _make_elements(self) -> None:
        """Lay out the elements of all free sessions with what each costs by itself."""
        state, index = self.state, self.index
        state.completing = {r for s in self.free for r in index.series_of[s]}
        times: list[tuple[int, int, int]] = []
        people: list[tuple[int, Ints, Ints]] = []
        venues: list[tuple[int, Ints, Ints]] = []
        for s in self.free:
            self._stop_if_told()
            for start in index.starts[s]:
                if self.candidates.is_time_blocked(s, start):
                    continue
                who, which = self.candidates.options(s, start, self._most)
                if not len(who) or not len(which):
                    continue
                t = len(times)
                times.append((s, start, self.candidates.time_cost(s, start, alone=True)))
                people.append((t, who, self.candidates.people_costs(s, start, who, alone=True)))
                venues.append((t, which, self.candidates.room_costs(s, start, which, alone=True)))
        state.completing = set()
        table = np.array(times, dtype=np.int64).reshape(-1, 3)
        self.t_session, self.t_begin, self.t_cost = table[:, 0], table[:, 1], table[:, 2]
        self.i_time, self.i_who, self.i_cost = _stacked(people)
        self.v_time, self.v_venue, self.v_cost = _stacked(venues)
        self._finish_elements()

    def _finish_elements(self) -> None:
        """Derive what rows ask for from the elements."""
        index = self.index
        self.t_end = self.t_begin + np.array(index.minutes, dtype=np.int64)[self.t_session]
        place = np.append(index.venue_place, NONE)[self.v_venue]
        blank = np.nonzero(self.v_venue == NONE)[0]
        place[blank] = [index.place_of(int(self.t_session[self.v_time[v]]), NONE) for v in blank.tolist()]
        self.v_place = place
        self.times_of: dict[int, Ints] = {s: np.zeros(0, dtype=np.int64) for s in self.free}
        for s, ids in grouped(self.t_session):
            self.times_of[s] = ids

    def row(self, lower: float, upper: float) -> int:
        """Add a row ``lower <= ... <= upper`` and return its number."""
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def variable(self, cost: float, upper: float, *, integer: bool = False) -> int:
        """Add a variable from 0 to a finite ``upper`` and return its number."""
        self.variable_cost.append(cost)
        self.variable_upper.append(max(0.0, upper))
        self.variable_integer.append(integer)
        return len(self.variable_cost) - 1

    def put(self, row: int, kind: Kind, elements: Ints | Sequence[int], value: float | Floats = 1.0) -> None:
        """Give elements of one kind their coefficients in a row."""
        ids = np.asarray(elements, dtype=np.int64)
        entries = self.entries[kind.value]
        entries.row.append(np.full(len(ids), row, dtype=np.int64))
        entries.element.append(ids)
        entries.value.append(value if isinstance(value, np.ndarray) else np.full(len(ids), float(value)))

    def by_instructor(self) -> Iterable[tuple[int, Ints]]:
        """Yield each instructor with their elements."""
        return ((who, ids) for who, ids in grouped(self.i_who) if who != NONE)

    def by_venue(self) -> Iterable[tuple[int, Ints]]:
        """Yield each venue with its elements."""
        return ((venue, ids) for venue, ids in grouped(self.v_venue) if venue != NONE)

    def by_class(self) -> Iterable[tuple[int, Ints]]:
        """Yield each class with its sessions' time elements."""
        found: dict[int, list[Ints]] = {}
        for s in self.free:
            for c in self.index.classes[s]:
                found.setdefault(c, []).append(self.times_of[s])
        return ((c, np.concatenate(ids)) for c, ids in found.items())

    def series(self) -> Iterable[tuple[int, Sequence[int]]]:
        """Yield each series that has a free session, with all its members."""
        found = {r for s in self.free for r in self.index.series_of[s]}
        return ((r, self.index.series[r]) for r in sorted(found))

    def duties(self) -> list[int]:
        """Return the duties that a free session could count for."""
        p = self.state.arrays
        marks = [p.duty_of[p.sessions["duty"][s] : p.sessions["duty_end"][s]] for s in self.free]
        return sorted(set(np.concatenate(marks).tolist())) if marks else []

    def spans(self, times: Ints) -> tuple[Ints, Ints]:
        """Return begin and end of some time elements."""
        return self.t_begin[times], self.t_end[times]

    def cap(self, kind: Kind, ids: Ints, limit: int) -> None:
        """Let at most ``limit`` of some elements be chosen; no row where that cannot be exceeded."""
        if len(ids) <= limit:
            return
        times = ids if kind is Kind.TIME else (self.i_time if kind is Kind.INSTRUCTOR else self.v_time)[ids]
        if len(set(self.t_session[times].tolist())) > limit:
            self.put(self.row(-INFINITE, limit), kind, ids)

    def of_session(self, kind: Kind, s: int) -> Ints:
        """Return a session's elements of one kind."""
        times = self.times_of[s]
        if kind is Kind.TIME or not len(times):
            return times
        of_time = self.i_time if kind is Kind.INSTRUCTOR else self.v_time
        return np.arange(
            np.searchsorted(of_time, times[0]), np.searchsorted(of_time, times[-1], side="right")
        )


def grouped(keys: Ints) -> Iterable[tuple[int, Ints]]:
    """Yield each key with the positions that have it."""
    order = np.argsort(keys, kind="stable")
    if not len(order):
        return
    cuts = np.nonzero(np.diff(keys[order]))[0] + 1
    for ids in np.split(order, cuts):
        yield int(keys[ids[0]]), ids


def _stacked(rows: list[tuple[int, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    """Return (time, value, cost) as long arrays."""
    if not rows:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty
    time = np.repeat(
        np.array([t for t, _, _ in rows], dtype=np.int64), [len(values) for _, values, _ in rows]
    )
    return time, np.concatenate([v for _, v, _ in rows]), np.concatenate([c for _, _, c in rows])
