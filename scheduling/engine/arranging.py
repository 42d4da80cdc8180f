"""Arranging: whether some sessions can get what they need while all others stay where they are, as a small integer model.

The model's elements and rows are those of ``linear``; HiGHS chooses among the elements themselves. What the rows leave out
(travel, rules that have no rows) is seen by ``check`` in each solution, and cut off.
"""

import math
import time
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from scheduling.engine.candidates import Candidates
from scheduling.engine.check import check
from scheduling.engine.cliques import INFINITE, Kind
from scheduling.engine.distances import kilometres, travel_minutes
from scheduling.engine.highs import Solver, Sparse, Stuck
from scheduling.engine.index import NONE, Index, to_minutes
from scheduling.engine.linear import Floats, Model
from scheduling.engine.model import Assignment, Plan, Problem
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.state import Placement, State, named

MOST_ELEMENTS = 40_000
_ROUNDS = 200  # solutions looked at before giving up

Needs = Mapping[str, frozenset[str]]  # session to the parts that it must have: start, instructor, venue


class Undecided(Exception):
    """Too large, or out of time."""


class Arranging:
    """One question: can the free sessions get what they need?"""

    def __init__(
        self, problem: Problem, standing: Sequence[Assignment], free: Iterable[str], until: float
    ) -> None:
        """Take sessions that stay where they stand; raises Undecided."""
        self.problem, self._until = problem, until
        self.index = Index(problem)
        self._standing = tuple(standing)
        self._free = sorted(self.index.session[name] for name in free)
        state = State(self.index)
        for a in standing:
            state.place(self.index.session[a.session], placed_at(self.index, a))
        self._state = state
        model = self.model = Model(Candidates(state), self._free, self._go_on)
        self._shift = np.cumsum([0, len(model.t_cost), len(model.i_cost), len(model.v_cost)])
        if int(self._shift[3]) > MOST_ELEMENTS:
            raise Undecided
        self._cuts: list[tuple[dict[int, float], float]] = []

    def _go_on(self) -> bool:
        return time.perf_counter() < self._until

    def arranged(self, needs: Needs, liked: Mapping[str, Assignment]) -> tuple[Assignment, ...] | None:
        """Return placements of the free sessions that give each what it needs, changing little; None where there are none.

        Raises Undecided.
        """
        for _ in range(_ROUNDS):
            found = self._solved(needs, liked)
            if found is None:
                return None
            plan = Plan(self.problem.name, (*self._standing, *found))
            wrong = [v for v in check(self.problem, plan).violations if self._is_ours(v)]
            if not wrong:
                return found
            if not self._go_on():
                raise Undecided
            self._learn(wrong, found)
        raise Undecided

    def _is_ours(self, v: Violation) -> bool:
        """Whether a broken rule speaks of a free session: what stands may be wrong by itself."""
        free = {self.problem.sessions[s].id for s in self._free}
        return v.session in free or v.params.get("other") in free

    def _solved(self, needs: Needs, liked: Mapping[str, Assignment]) -> tuple[Assignment, ...] | None:
        model, shift = self.model, self._shift
        if any(not len(model.times_of[s]) and self._must(s, needs) for s in self._free):
            return None
        if not int(shift[3]):
            return ()
        solver = Solver(seed=1)
        solver.set(
            "presolve", "off"
        )  # HiGHS 1.14 and 1.15 presolve some of these models to "infeasible" wrongly
        upper = np.ones(int(shift[3]))
        self._forbid_lacking(needs, upper)
        extra = np.array(model.variable_upper, dtype=np.float64)
        count = int(shift[3]) + len(extra)
        empty = np.zeros(0, dtype=np.int64)
        solver.add_columns(
            np.concatenate((self._dislikes(liked), np.zeros(len(extra)))),
            np.concatenate((upper, extra)),
            Sparse(np.zeros(count, dtype=np.int64), empty, np.zeros(0)),
        )
        rows = _Rows()
        self._link(rows, needs)
        self._take_over(rows)
        for terms, most in self._cuts:
            rows.add(terms, -INFINITE, most)
        rows.give(solver)
        whole = int(shift[3]) + np.nonzero(np.array(model.variable_integer, dtype=np.bool_))[0]
        solver.make_integer(np.concatenate((np.arange(int(shift[3])), whole)))
        solver.set("time_limit", max(0.1, self._until - time.perf_counter()))
        try:
            if not solver.run(self._go_on):
                raise Undecided
        except Stuck:
            if not self._go_on():
                raise Undecided from None
            return None
        return self._read(solver.values())

    def _forbid_lacking(self, needs: Needs, upper: Floats) -> None:
        """Keep sessions from being without what they need."""
        model, shift = self.model, self._shift
        for part, who, of_time, first in (
            ("instructor", model.i_who, model.i_time, int(shift[1])),
            ("venue", model.v_venue, model.v_time, int(shift[2])),
        ):
            for n in np.nonzero(who == NONE)[0].tolist():
                name = self.problem.sessions[int(model.t_session[of_time[n]])].id
                if part in needs.get(name, ()):
                    upper[first + n] = 0

    def _dislikes(self, liked: Mapping[str, Assignment]) -> Floats:
        """Return 1 for every element that is not what a session has now."""
        model = self.model
        now = {self.index.session[name]: placed_at(self.index, a) for name, a in liked.items()}
        begin = [now[s].start if s in now else NONE for s in model.t_session.tolist()]
        of_person, of_venue = model.t_session[model.i_time].tolist(), model.t_session[model.v_time].tolist()
        who = [now[s].instructor if s in now else NONE for s in of_person]
        where = [now[s].venue if s in now else NONE for s in of_venue]
        pairs = ((model.t_begin, begin), (model.i_who, who), (model.v_venue, where))
        return np.concatenate([(a != np.array(b, dtype=np.int64)).astype(np.float64) for a, b in pairs])

    def _must(self, s: int, needs: Needs) -> bool:
        """Whether a free session may not be left out."""
        return self.problem.sessions[s].id in needs or math.isinf(self.model.out_cost[self._free.index(s)])

    def _link(self, rows: "_Rows", needs: Needs) -> None:
        """Give each session at most one start, and each chosen start one instructor and one venue (or none)."""
        model, shift = self.model, self._shift
        for s in self._free:
            rows.add(dict.fromkeys(model.times_of[s].tolist(), 1.0), float(self._must(s, needs)), 1.0)
        for of_time, first in ((model.i_time, int(shift[1])), (model.v_time, int(shift[2]))):
            members: dict[int, dict[int, float]] = {t: {t: -1.0} for t in range(len(model.t_cost))}
            for n, t in enumerate(of_time.tolist()):
                members[t][first + n] = 1.0
            for terms in members.values():
                rows.add(terms, 0.0, 0.0)

    def _take_over(self, rows: "_Rows") -> None:
        """Take over the rows that the rules have written."""
        model = self.model
        terms: list[dict[int, float]] = [{} for _ in model.lower]
        for kind in Kind:
            for row, element, value in zip(*model.entries[kind.value].joined(), strict=True):
                column = int(self._shift[kind.value] + element)
                terms[int(row)][column] = terms[int(row)].get(column, 0.0) + float(value)
        for found, lower, upper in zip(terms, model.lower, model.upper, strict=True):
            rows.add(found, lower, upper)

    def _read(self, values: Floats) -> tuple[Assignment, ...]:
        model, shift = self.model, self._shift
        chosen = np.nonzero(values[: int(shift[3])] > 0.5)[0]
        who, where, when = dict[int, int](), dict[int, int](), list[int]()
        for n in chosen.tolist():
            if n < shift[1]:
                when.append(n)
            elif n < shift[2]:
                who[int(model.i_time[n - shift[1]])] = int(model.i_who[n - shift[1]])
            else:
                where[int(model.v_time[n - shift[2]])] = int(model.v_venue[n - shift[2]])
        self._chosen = chosen.tolist()
        return tuple(
            named(self.problem, int(model.t_session[t]), Placement(int(model.t_begin[t]), who[t], where[t]))
            for t in when
        )

    def _learn(self, wrong: Sequence[Violation], found: Sequence[Assignment]) -> None:
        """Cut a solution off: where somebody rushes, every way to rush like that; else this very solution."""
        at = {a.session: a for a in (*self._standing, *found)}
        fresh = False
        for v in wrong:
            if v.code in (Reason.TRAVEL, Reason.CLASS_TRAVEL) and not self._may_be_hidden():
                self._cut_rush(at[str(v.params["other"])], at[str(v.session)], v.code is Reason.TRAVEL)
                fresh = True
        if not fresh:
            placed = {self.index.session[a.session] for a in found}
            terms = dict.fromkeys(self._chosen, 1.0)
            for s in self._free:
                if s not in placed:
                    terms |= dict.fromkeys(self.model.times_of[s].tolist(), -1.0)
            self._cuts.append((terms, len(self._chosen) - 1.0))

    def _may_be_hidden(self) -> bool:
        """Whether some session could be at an unknown place: between two others it lifts the rule on travel."""
        index = self.index
        return bool((self.model.v_place == NONE).any()) or any(
            index.place_of(index.session[a.session], placed_at(index, a).venue) == NONE
            for a in self._standing
        )

    def _cut_rush(self, a: Assignment, b: Assignment, is_instructor: bool) -> None:
        """Forbid a and b at these starts (with this instructor) wherever the way between takes too long."""
        index, model = self.index, self.model
        first, second = index.session[a.session], index.session[b.session]
        here = index.place_of(first, placed_at(index, a).venue)
        gap = placed_at(index, b).start - placed_at(index, a).start - index.minutes[first]
        terms: dict[int, float] = {}
        most = -1.0
        for s, p, is_far in ((first, placed_at(index, a), False), (second, placed_at(index, b), True)):
            if s not in self._free:
                continue
            most += 1.0
            [t] = [t for t in model.times_of[s].tolist() if model.t_begin[t] == p.start]
            for n in np.nonzero(model.v_time == t)[0].tolist():
                place = int(model.v_place[n])
                if (self._takes(here, place) > gap) if is_far else place == here:
                    terms[int(self._shift[2]) + n] = 1.0
            if is_instructor:
                most += 1.0
                [n] = np.nonzero((model.i_time == t) & (model.i_who == p.instructor))[0].tolist()
                terms[int(self._shift[1]) + n] = 1.0
        self._cuts.append((terms, most))

    def _takes(self, here: int, there: int) -> int:
        if NONE in (here, there) or here == there:
            return 0
        places = self.problem.places
        return travel_minutes(kilometres(places[here], places[there]), self.problem)


class _Rows:
    """Rows to be given to HiGHS at once."""

    def __init__(self) -> None:
        self._begins: list[int] = []
        self._index: list[int] = []
        self._value: list[float] = []
        self._lower: list[float] = []
        self._upper: list[float] = []

    def add(self, terms: Mapping[int, float], lower: float, upper: float) -> None:
        """Add a row."""
        self._begins.append(len(self._index))
        self._index += terms.keys()
        self._value += terms.values()
        self._lower.append(lower)
        self._upper.append(upper)

    def give(self, solver: Solver) -> None:
        """Hand all rows over."""
        terms = Sparse(np.array(self._begins), np.array(self._index, dtype=np.int64), np.array(self._value))
        solver.add_rows(self._lower, self._upper, terms)


def placed_at(index: Index, a: Assignment) -> Placement:
    """Return an assignment that has a start in numbers."""
    if a.start is None:
        raise ValueError(f"{a.session} has no start")
    return Placement(
        to_minutes(a.start),
        NONE if a.instructor is None else index.instructor[a.instructor],
        NONE if a.venue is None else index.venue[a.venue],
    )
