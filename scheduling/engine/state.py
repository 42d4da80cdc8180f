"""The State: a plan of one problem, the board that compiled code works on with names and times for everyone else.

The solver, the ranking and the explanations all work on it. Rules and costs read it; only ``place`` and ``clear`` write it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.engine.arrays import Int32s, arrays_of
from scheduling.engine.board import clear, empty_board, place
from scheduling.engine.compiling import compiled
from scheduling.engine.index import DAY, NONE, Index, Ints, to_minutes, to_time
from scheduling.engine.model import Assignment, Plan, Problem

Entry = tuple[int, int, int, int]  # begin, end, session, place
Timeline = list[Entry]


@dataclass(frozen=True)
class Placement:
    """Where one session goes: start in minutes since 1970, positions of instructor and venue or NONE."""

    start: int
    instructor: int
    venue: int


class State:
    """A plan under construction. ``arrays`` and ``board`` are for compiled code."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.arrays = p = arrays_of(index)
        self.board = b = empty_board(p, *index.calendar.sizes)
        self.placement = _Placements(self)
        self.class_hours, self.leader_hours, self.duty_done = b.class_hours, b.led_hours, b.duty_done
        self.total, self.venue_per_day = b.total, b.room_day.T
        nobody = np.arange(len(p.sessions), dtype=np.int32)
        self.of_instructor = _Lines(self, b.who_head, b.who_next, nobody)
        self.of_venue = _Lines(self, b.room_head, b.room_next, nobody)
        self.of_class = _Lines(self, b.class_head, b.class_next, p.class_session)
        self.of_resource = _Lines(self, b.use_head, b.use_next, p.use_session)
        self.of_stock = _Lines(self, b.need_head, b.need_next, p.need_session)
        self.series_days = _Groups(self, lambda p: p.start // DAY)
        self.series_venues = _Groups(self, lambda p: p.venue)

    @classmethod
    def of_plan(cls, index: Index, plan: Plan) -> "State":
        """Return the state of a plan; what the problem does not know is left out."""
        state = cls(index)
        for a in plan.assignments:
            s = index.session.get(a.session, NONE)
            if s == NONE or a.start is None or state.board.option_of[s] != NONE:
                continue
            option = state.option(s, to_minutes(a.start))
            if option != NONE:
                instructor = NONE if a.instructor is None else index.instructor.get(a.instructor, NONE)
                venue = NONE if a.venue is None else index.venue.get(a.venue, NONE)
                place(state.arrays, state.board, s, option, instructor, venue)
        return state

    def option(self, s: int, start: int) -> int:
        """Return the option of a session that begins then, NONE where there is none."""
        session = self.arrays.sessions[s]
        begins = self.arrays.options["begin"][session["option"] : session["option_end"]]
        at = int(np.searchsorted(begins, start))
        return int(session["option"]) + at if at < len(begins) and begins[at] == start else NONE

    @property
    def completing(self) -> set[int]:
        """Packages being put together right now."""
        return set(np.nonzero(self.board.completing)[0].tolist())

    @completing.setter
    def completing(self, series: Iterable[int]) -> None:
        self.board.completing[:] = 0
        self.board.completing[list(series)] = 1

    def assignments(self) -> tuple[Assignment, ...]:
        """Return the placed sessions as a plan's assignments, in the problem's order."""
        problem = self.index.problem
        return tuple(named(problem, s, p) for s, p in enumerate(self.placement) if p is not None)

    def copy_placements(self) -> list[Placement | None]:
        """Return what ``restore`` takes."""
        return list(self.placement)

    def restore(self, placements: Sequence[Placement | None]) -> None:
        """Go back to earlier placements."""
        changed = [s for s, (p, now) in enumerate(zip(placements, self.placement, strict=True)) if p != now]
        for s in changed:
            self.clear(s)
        for s in changed:
            self.place(s, placements[s])

    def place(self, s: int, placement: Placement | None) -> None:
        """Put an unplaced session somewhere; raises ValueError when it is placed or the start is not one of its own."""
        if placement is not None:
            option = self.option(s, placement.start)
            if option == NONE or self.board.option_of[s] != NONE:
                raise ValueError(f"session {s} cannot be placed at {placement.start}")
            place(self.arrays, self.board, s, option, placement.instructor, placement.venue)

    def clear(self, s: int) -> Placement | None:
        """Take a session out and return where it was."""
        placement = self.placement[s]
        if placement is not None:
            clear(self.arrays, self.board, s)
        return placement

    def is_whole(self, s: int) -> bool:
        """Whether a session is placed with everything it needs."""
        index, b = self.index, self.board
        return bool(
            b.option_of[s] != NONE
            and (b.who_of[s] != NONE or not index.needs_instructor[s])
            and (b.room_of[s] != NONE or not index.needs_venue[s])
        )


class _Placements(Sequence[Placement | None]):
    """Where each session of a state is now."""

    def __init__(self, state: State) -> None:
        self._board, self._begins = state.board, state.arrays.options["begin"]

    def __len__(self) -> int:
        return len(self._board.option_of)

    def __getitem__(self, s: int) -> Placement | None:  # type: ignore[override]  # no slices
        o = self._board.option_of[s]
        if o == NONE:
            return None
        return Placement(int(self._begins[o]), int(self._board.who_of[s]), int(self._board.room_of[s]))

    def __iter__(self) -> Iterator[Placement | None]:
        b = self._board
        begins = np.append(self._begins, 0)[b.option_of]
        for o, begin, who, room in zip(
            b.option_of.tolist(), begins.tolist(), b.who_of.tolist(), b.room_of.tolist(), strict=True
        ):
            yield None if o == NONE else Placement(begin, who, room)


class _Lines(Sequence[Timeline]):
    """The placed sessions of each instructor (venue, class, resource), by start."""

    def __init__(self, state: State, head: Int32s, link: Int32s, session: Int32s) -> None:
        self._p, self._b, self._chains = state.arrays, state.board, (head, link, session)

    def __len__(self) -> int:
        return int(self._chains[0].shape[1])

    def __getitem__(self, n: int) -> Timeline:  # type: ignore[override]  # no slices
        if not 0 <= n < len(self):
            raise IndexError(n)
        p, b = self._p, self._b
        found = _chained(*self._chains, n)
        options = p.options[b.option_of[found]]
        places = np.where(
            b.room_of[found] == NONE,
            p.sessions["place"][found],
            np.append(p.venues["place"], NONE)[b.room_of[found]],
        )
        columns = (options["begin"], options["end"], found, places)
        return sorted(zip(*(column.tolist() for column in columns), strict=True))


class _Groups(Sequence[Counter[int]]):
    """How often each day or venue occurs among the placed sessions of each series."""

    def __init__(self, state: State, key: Callable[[Placement], int]) -> None:
        self._state, self._key = state, key

    def __len__(self) -> int:
        return len(self._state.index.series)

    def __getitem__(self, r: int) -> Counter[int]:  # type: ignore[override]  # no slices
        placed = (self._state.placement[s] for s in self._state.index.series[r])
        return Counter(key for p in placed if p is not None and (key := self._key(p)) != NONE)


@compiled
def _chained(head: Int32s, link: Int32s, session: Int32s, n: int) -> Ints:
    """Return the sessions in all chains of one owner."""
    count = 0
    for day in range(head.shape[0]):
        at = head[day, n]
        while at >= 0:
            count += 1
            at = link[at]
    found = np.empty(count, np.int64)
    for day in range(head.shape[0]):
        at = head[day, n]
        while at >= 0:
            count -= 1
            found[count] = session[at]
            at = link[at]
    return found


def named(problem: Problem, s: int, p: Placement) -> Assignment:
    """Return a placement with ids and times."""
    return Assignment(
        session=problem.sessions[s].id,
        start=to_time(p.start),
        instructor=None if p.instructor == NONE else problem.instructors[p.instructor].id,
        venue=None if p.venue == NONE else problem.venues[p.venue].id,
    )
