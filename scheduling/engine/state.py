"""The State: a plan in arrays and sorted timelines, changed one session at a time.

The solver, the ranking and the explanations all work on it. Rules and costs read it; only ``place`` and ``clear`` write it.
"""

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass

import numpy as np

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
    """A plan under construction."""

    def __init__(self, index: Index) -> None:
        self.index = index
        people, days = len(index.problem.instructors), index.calendar.sizes
        self.placement: list[Placement | None] = [None] * len(index.problem.sessions)
        self.per_day = np.zeros((people, days[0]), dtype=np.int16)
        self.per_week = np.zeros((people, days[1]), dtype=np.int16)
        self.per_month = np.zeros((people, days[2]), dtype=np.int16)
        self.total = np.zeros(people, dtype=np.int64)
        self.venue_per_day = np.zeros((len(index.problem.venues), days[0]), dtype=np.int16)
        self.of_instructor: list[Timeline] = [[] for _ in range(people)]
        self.of_venue: list[Timeline] = [[] for _ in index.problem.venues]
        self.of_class: list[Timeline] = [[] for _ in index.problem.classes]
        self.of_resource: list[Timeline] = [[] for _ in index.problem.resources]
        self.class_hours = [0] * len(index.problem.classes)
        self.leader_hours = [0] * len(index.problem.classes)
        self.duty_done = [0] * len(index.problem.duties)
        self.series_days: list[Counter[int]] = [Counter() for _ in index.series]
        self.series_venues: list[Counter[int]] = [Counter() for _ in index.series]
        self.completing: set[int] = set()  # packages being put together right now

    @classmethod
    def of_plan(cls, index: Index, plan: Plan) -> "State":
        """Return the state of a plan; what the problem does not know is left out."""
        state = cls(index)
        for a in plan.assignments:
            s = index.session.get(a.session, NONE)
            if (
                s == NONE
                or a.start is None
                or state.placement[s] is not None
                or to_minutes(a.start) not in index.starts[s]
            ):
                continue
            instructor = NONE if a.instructor is None else index.instructor.get(a.instructor, NONE)
            venue = NONE if a.venue is None else index.venue.get(a.venue, NONE)
            state.place(s, Placement(to_minutes(a.start), instructor, venue))
        return state

    def assignments(self) -> tuple[Assignment, ...]:
        """Return the placed sessions as a plan's assignments, in the problem's order."""
        problem = self.index.problem
        return tuple(named(problem, s, p) for s, p in enumerate(self.placement) if p is not None)

    def copy_placements(self) -> list[Placement | None]:
        """Return what ``restore`` takes."""
        return list(self.placement)

    def restore(self, placements: list[Placement | None]) -> None:
        """Go back to earlier placements."""
        changed = [s for s, p in enumerate(placements) if p != self.placement[s]]
        for s in changed:
            self.clear(s)
        for s in changed:
            self.place(s, placements[s])

    def place(self, s: int, placement: Placement | None) -> None:
        """Put an unplaced session somewhere."""
        if placement is not None:
            self.placement[s] = placement
            self._book(s, placement, 1)

    def clear(self, s: int) -> Placement | None:
        """Take a session out and return where it was."""
        placement = self.placement[s]
        if placement is not None:
            self._book(s, placement, -1)
            self.placement[s] = None
        return placement

    def engaged(self, start: int, who: Ints) -> Ints:
        """Return the positions in ``who`` of those who have a session that a start on this day may touch."""
        if self.index.crosses_midnight:
            return np.arange(len(who))
        return np.nonzero(self.per_day[who, self.index.calendar.day[start // DAY]])[0]

    def is_whole(self, s: int) -> bool:
        """Whether a session is placed with everything it needs."""
        p, index = self.placement[s], self.index
        if p is None:
            return False
        return (p.instructor != NONE or not index.needs_instructor[s]) and (
            p.venue != NONE or not index.needs_venue[s]
        )

    def _book(self, s: int, p: Placement, sign: int) -> None:
        index = self.index
        day = index.calendar.day[p.start // DAY]
        entry = (p.start, p.start + index.minutes[s], s, index.place_of(s, p.venue))
        for c in index.classes[s]:
            _enter(self.of_class[c], entry, sign)
            self.class_hours[c] += sign * index.half_hours[s]
        for r, _ in index.uses[s]:
            _enter(self.of_resource[r], entry, sign)
        for r in index.series_of[s]:
            _count(self.series_days[r], p.start // DAY, sign)
            if p.venue != NONE:
                _count(self.series_venues[r], p.venue, sign)
        if p.venue != NONE:
            _enter(self.of_venue[p.venue], entry, sign)
            self.venue_per_day[p.venue, day] += sign
        if p.instructor != NONE:
            self._book_instructor(s, p.instructor, day, entry, sign)

    def _book_instructor(self, s: int, who: int, day: int, entry: Entry, sign: int) -> None:
        index = self.index
        _enter(self.of_instructor[who], entry, sign)
        self.per_day[who, day] += sign
        self.per_week[who, index.calendar.week_of_day[day]] += sign
        self.per_month[who, index.calendar.month_of_day[day]] += sign
        self.total[who] += sign
        if index.leads[who]:
            for c in index.classes[s]:
                self.leader_hours[c] += sign * index.half_hours[s]
        for d in index.duties_of[s]:
            if index.duty_holder[d] == who:
                self.duty_done[d] += sign


def named(problem: Problem, s: int, p: Placement) -> Assignment:
    """Return a placement with ids and times."""
    return Assignment(
        session=problem.sessions[s].id,
        start=to_time(p.start),
        instructor=None if p.instructor == NONE else problem.instructors[p.instructor].id,
        venue=None if p.venue == NONE else problem.venues[p.venue].id,
    )


def overlapping(line: Timeline, begin: int, end: int, longest: int) -> list[Entry]:
    """Return a timeline's entries that overlap [begin, end); entries may overlap one another, none is above ``longest`` minutes."""
    first = bisect_left(line, (begin - longest,))
    return [e for e in line[first : bisect_left(line, (end,))] if e[1] > begin]


def peak(entries: list[tuple[int, int, int]], begin: int, end: int) -> int:
    """Return the largest sum of amounts at one moment of [begin, end), given (begin, end, amount) that overlap it."""
    moments = [begin] + [e[0] for e in entries if begin < e[0] < end]
    return max(sum(e[2] for e in entries if e[0] <= m < e[1]) for m in moments)


def is_free(line: Timeline, begin: int, end: int) -> bool:
    """Whether a timeline whose entries do not overlap has room for [begin, end)."""
    at = bisect_left(line, (begin, end))
    return not (
        (at and line[at - 1][1] > begin and line[at - 1][0] < end)
        or (at < len(line) and line[at][0] < end and line[at][1] > begin)
    )


def neighbours(line: Timeline, begin: int, end: int) -> tuple[Entry | None, Entry | None]:
    """Return the entries of the same day just before and just after [begin, end)."""
    at = bisect_left(line, (begin, end))
    before = line[at - 1] if at and line[at - 1][0] // DAY == begin // DAY else None
    after = line[at] if at < len(line) and line[at][0] // DAY == begin // DAY else None
    return before, after


def _enter(line: Timeline, entry: Entry, sign: int) -> None:
    if sign > 0:
        insort(line, entry)
    else:
        line.remove(entry)


def _count(counter: Counter[int], key: int, sign: int) -> None:
    counter[key] += sign
    if not counter[key]:
        del counter[key]
