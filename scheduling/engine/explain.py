"""Explain: what a session costs where it is, what else there is, what stands in the way, and which single change would free it."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from scheduling.engine.candidates import Candidates, added_parts
from scheduling.engine.improve import added_cost_after_clearing
from scheduling.engine.index import NONE, Index, to_time
from scheduling.engine.model import Plan, Problem
from scheduling.engine.rank import Candidate, cheapest, position, rank_in
from scheduling.engine.reasons import Reason
from scheduling.engine.rules import RULES
from scheduling.engine.state import Placement, State

SHOWN = 10  # alternatives and freeing changes
TRIED = 60  # near misses that are evaluated
_RELAXABLE = (
    Reason.INSTRUCTOR_AWAY,
    Reason.MAX_PER_DAY,
    Reason.MAX_PER_WEEK,
    Reason.MAX_PER_MONTH,
    Reason.MAX_TOTAL,
)


@dataclass(frozen=True)
class Chosen:
    """What the session adds to the cost where it is now, against leaving it out; empty parts when it is unplaced."""

    parts: dict[str, int]


@dataclass(frozen=True)
class Freeing:
    """One change that makes a candidate possible.

    ``relax`` is the reason that would have to go for the instructor, or INSTRUCTOR_BUSY when ``moved`` is the other
    session that has to make way: it goes to ``moved_to`` (None: it is left out). ``delta`` is the change of the total cost.
    """

    relax: Reason
    instructor: str
    start: datetime
    venue: str | None
    delta: int
    moved: str | None = None
    moved_to: tuple[datetime, str | None, str | None] | None = None

    @property
    def text(self) -> str:
        """The change in plain English."""
        if self.moved is not None:
            return f"give {self.moved} to someone else, so that {self.instructor} is free"
        return f"lift {self.relax} for {self.instructor}"


@dataclass(frozen=True)
class Explanation:
    """Why one session is as it is; ``blocked`` counts the instructors excluded for each reason."""

    chosen: Chosen
    alternatives: tuple[Candidate, ...]
    blocked: dict[Reason, int]
    frees: tuple[Freeing, ...]


def explain(problem: Problem, plan: Plan, session_id: str) -> Explanation:
    """Explain one session of a plan; raises NoSuchSession."""
    return explain_in(State.of_plan(Index(problem), plan), session_id)


def explain_in(state: State, session_id: str) -> Explanation:
    """Explain in a State that is kept between calls; the state is left as it was."""
    s = position(state.index, session_id)
    ranking = rank_in(state, session_id, SHOWN + 1)
    before = state.clear(s)
    try:
        parts = {} if before is None else {name: n for name, n in added_parts(state, s, before).items() if n}
        frees = _frees(state, s, before)
    finally:
        state.place(s, before)
    now = (
        None
        if before is None or before.instructor == NONE
        else state.index.problem.instructors[before.instructor].id
    )
    others = tuple(c for c in ranking.candidates if before is None or c.instructor != now or c.delta < 0)[
        :SHOWN
    ]
    blocked = Counter(reason for x in ranking.excluded for reason in x.reasons)
    return Explanation(Chosen(parts), others, dict(blocked.most_common()), frees)


def _frees(state: State, s: int, before: Placement | None) -> tuple[Freeing, ...]:
    """Return single changes that would let someone teach s who cannot now, best first; s is unplaced."""
    candidates = Candidates(state)
    now = 0 if before is None else sum(added_parts(state, s, before).values())
    possible = cheapest(candidates, s)
    found: dict[str, Freeing] = {}
    misses = [
        (start, reason, i)
        for start in state.index.starts[s]
        for reason, i in _near_misses(candidates, s, start)
        if i not in possible
    ]
    for start, reason, i in misses[:TRIED]:
        if reason is Reason.INSTRUCTOR_BUSY:
            freed = _by_moving(candidates, s, start, i)
        else:
            freed = _by_relaxing(candidates, s, start, i, reason)
        if freed is not None:
            freed = replace(freed, delta=freed.delta - now)
            if freed.text not in found or freed.delta < found[freed.text].delta:
                found[freed.text] = freed
    return tuple(sorted(found.values(), key=lambda f: (f.delta, f.text))[:SHOWN])


def _near_misses(candidates: Candidates, s: int, start: int) -> list[tuple[Reason, int]]:
    """Return who is kept from a start by exactly one reason that a person could lift."""
    if candidates.is_time_blocked(s, start):
        return []
    who = candidates.instructors(s)
    masks = candidates.instructor_masks(s, start, who)
    return [
        (rule.reason, int(i))
        for reason in (*_RELAXABLE, Reason.INSTRUCTOR_BUSY)
        for n, rule in enumerate(RULES)
        if rule.reason is reason
        for i in who[masks == 1 << n]
    ]


def _by_relaxing(candidates: Candidates, s: int, start: int, i: int, reason: Reason) -> Freeing | None:
    found = candidates.best_of(s, start, i)
    return None if found is None else _freeing(candidates.state, found.placement, found.added, reason)


def _by_moving(candidates: Candidates, s: int, start: int, i: int) -> Freeing | None:
    """Take away the one session in the way, place s with i, and put the other one back at its best."""
    state = candidates.state
    index = state.index
    end = start + index.minutes[s]
    there = [e for e in state.of_instructor[i] if e[0] < end and e[1] > start]
    if len(there) != 1 or index.problem.sessions[there[0][2]].pinned or index.whole_only[there[0][2]]:
        return None
    other = there[0][2]
    was = state.placement[other]
    change = -added_cost_after_clearing(state, other)
    try:
        if i not in candidates.free_instructors(s, start).tolist():
            return None
        found = candidates.best_of(s, start, i)
        if found is None:
            return None
        state.place(s, found.placement)
        try:
            moved = candidates.best(other, below=0)
        finally:
            state.clear(s)
        freed = _freeing(
            state,
            found.placement,
            found.added + change + (moved.added if moved is not None else 0),
            Reason.INSTRUCTOR_BUSY,
        )
        return replace(
            freed,
            moved=index.problem.sessions[other].id,
            moved_to=_names(state, moved.placement if moved is not None else None),
        )
    finally:
        state.place(other, was)


def _freeing(state: State, p: Placement, delta: int, reason: Reason) -> Freeing:
    problem = state.index.problem
    venue = None if p.venue == NONE else problem.venues[p.venue].id
    return Freeing(reason, problem.instructors[p.instructor].id, to_time(p.start), venue, delta)


def _names(state: State, p: Placement | None) -> tuple[datetime, str | None, str | None] | None:
    if p is None:
        return None
    problem = state.index.problem
    instructor = None if p.instructor == NONE else problem.instructors[p.instructor].id
    return to_time(p.start), instructor, None if p.venue == NONE else problem.venues[p.venue].id
