"""Conflict: a smallest set of requirements that cannot all be kept, found by giving up one after another.

The sessions around the one in question may move, all others stay where they are. While what remains still cannot be
arranged, requirements are given up in halves, quarters and so on, in the order of ``requirements``; those that cannot be
given up without a way being found are the conflict: without any one of them, there is a way.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from scheduling.engine.arranging import Arranging, Needs, Undecided, placed_at
from scheduling.engine.candidates import added_cost
from scheduling.engine.improve import added_cost_after_clearing
from scheduling.engine.index import DAY, NONE, Index
from scheduling.engine.linear import Stopped
from scheduling.engine.model import Assignment, Current, Leader, Problem, Series, Session, Weights
from scheduling.engine.reasons import Reason
from scheduling.engine.requirements import Requirement, requirements_of, without
from scheduling.engine.state import State, named

MOST_MOVABLE = 12  # sessions that may be elsewhere
SECONDS = 4.0  # for one question

_PARTS = ("start", "instructor", "venue")


@dataclass(frozen=True)
class Conflict:
    """Requirements of which one must give way, when only the ``movable`` sessions may be elsewhere."""

    requirements: tuple[Requirement, ...]
    movable: tuple[str, ...]


@dataclass(frozen=True)
class Rearrangement:
    """A way to give a session everything by moving others too, and the change of the plan's cost."""

    moves: tuple[Assignment, ...]
    delta: int


@dataclass(frozen=True)
class Region:
    """A part of a problem: sessions that may move, and all that shares anything with them, which stays."""

    problem: Problem
    standing: tuple[Assignment, ...]
    now: dict[str, Assignment]
    movable: tuple[str, ...]
    needs: Needs


def conflict_of(state: State, s: int, seconds: float = SECONDS) -> Conflict | Rearrangement:
    """Return why a session cannot have everything it needs, or how it could; raises Undecided."""
    until = time.perf_counter() + seconds
    region = region_around(state, s)
    found = _arranged(region, (), until)
    if found is None:
        return Conflict(smallest(region, until), region.movable)
    return _rearrangement(state, found, region)


def conflict_of_pins(problem: Problem, seconds: float = SECONDS) -> tuple[Requirement, ...]:
    """Return pins that contradict the rules, with the limits that they break; empty when they do not; raises Undecided."""
    until = time.perf_counter() + seconds
    kept = {s.id for s in problem.sessions if s.pinned}
    packages = [set(r.sessions) for r in problem.series if r.together]
    while more := [p for p in packages if p & kept and not p <= kept]:
        kept = kept.union(*more)
    part = replace(problem, sessions=tuple(s for s in problem.sessions if s.id in kept))
    region = Region(_without_costs(part), (), {}, tuple(sorted(kept)), {})
    return () if _arranged(region, (), until) is not None else smallest(region, until)


def smallest(region: Region, until: float) -> tuple[Requirement, ...]:
    """Return a set of requirements that cannot be kept and of which none can be spared; raises Undecided."""
    kept = [
        *requirements_of(region.problem),
        *(Requirement(Reason.NEEDED, name) for name in _by_distance(region)),
    ]
    order = {r: n for n, r in enumerate(kept)}
    all_of_them = tuple(kept)
    size = max(1, len(kept) // 2)
    needed: set[Requirement] = set()
    while size:
        for chunk in _chunks([r for r in kept if r not in needed], size):
            rest = [r for r in kept if r not in chunk]
            if _arranged(region, set(all_of_them) - set(rest), until) is None:
                kept = rest
            elif size == 1:
                needed |= set(chunk)
        size //= 2
    return tuple(sorted(kept, key=lambda r: -order[r]))


def _by_distance(region: Region) -> list[str]:
    """Return the sessions in the order in which they may go without: the one in question, which is first, last."""
    return [name for name in reversed(region.movable) if name in region.needs]


def _chunks(items: Sequence[Requirement], size: int) -> Iterator[list[Requirement]]:
    for n in range(0, len(items), size):
        yield list(items[n : n + size])


def _arranged(
    region: Region, given_up: Collection[Requirement], until: float
) -> tuple[Assignment, ...] | None:
    if time.perf_counter() > until:
        raise Undecided
    spared = {r.subject for r in given_up if r.reason is Reason.NEEDED}
    needs = {name: parts for name, parts in region.needs.items() if name not in spared}
    try:
        question = Arranging(without(region.problem, given_up), region.standing, region.movable, until)
    except Stopped:
        raise Undecided from None
    return question.arranged(needs, region.now)


def _rearrangement(state: State, found: Sequence[Assignment], region: Region) -> Rearrangement:
    index = state.index
    after = {a.session: a for a in found}
    changed = [
        name
        for name in region.movable
        if after.get(name, Assignment(name)) != region.now.get(name, Assignment(name))
    ]
    before = {index.session[name]: state.placement[index.session[name]] for name in changed}
    delta = -sum(added_cost_after_clearing(state, t) for t in before)
    for name in changed:
        a = after.get(name, Assignment(name))
        p = None if a.start is None else placed_at(index, a)
        delta += added_cost(state, index.session[name], p)
        state.place(index.session[name], p)
    for t in before:
        state.clear(t)
    for t, p in before.items():
        state.place(t, p)
    return Rearrangement(tuple(after.get(name, Assignment(name)) for name in changed), delta)


def region_around(state: State, s: int) -> Region:
    """Return the sessions that s competes with, nearest first, and everything that touches them."""
    index = state.index
    movable = _movable(state, s)
    problem, standing = _region_problem(state, movable)
    placed = [(t, p) for t in movable if (p := state.placement[t]) is not None]
    now = {index.problem.sessions[t].id: named(index.problem, t, p) for t, p in placed}
    ids = tuple(index.problem.sessions[t].id for t in movable)
    needs = {name: _has(a) for name, a in now.items()} | {ids[0]: _wanted(index, s)}
    return Region(problem, standing, now, ids, needs)


def _has(a: Assignment) -> frozenset[str]:
    return frozenset(part for part in _PARTS if getattr(a, part) is not None)


def _wanted(index: Index, s: int) -> frozenset[str]:
    is_wanted = (True, index.needs_instructor[s], index.needs_venue[s])
    return frozenset(part for part, wanted in zip(_PARTS, is_wanted, strict=True) if wanted)


def _movable(state: State, s: int) -> list[int]:
    """Return s and those in its way: its series, its classes' and its people's sessions on its days, then theirs."""
    found = _package(state.index, s)
    for t in found:
        for u in _neighbours(state, t):
            if len(found) >= MOST_MOVABLE:
                return found
            if u not in found:
                found += [v for v in _package(state.index, u) if v not in found]
    return found


def _package(index: Index, t: int) -> list[int]:
    """Return a session and who stands or falls with it."""
    found = [t]
    for u in found:
        packages = (r for r in index.series_of[u] if index.problem.series[r].together)
        found += dict.fromkeys(v for r in packages for v in index.series[r] if v not in found)
    return found


def _neighbours(state: State, t: int) -> Iterator[int]:
    index = state.index
    for r in index.series_of[t]:
        series = index.problem.series[r]
        if series.ordered or series.max_days is not None:
            yield from index.series[r]
    days = {start // DAY for start in index.starts[t]}
    mine = set(index.classes[t])
    there = [u for u, p in enumerate(state.placement) if p is not None and p.start // DAY in days]
    yield from (u for u in there if mine & set(index.classes[u]))
    able = _people(index, t)
    yield from (u for u in there if (p := state.placement[u]) is not None and p.instructor in able)
    yield from (u for u in there if (p := state.placement[u]) is not None and p.venue != NONE)


def _region_problem(state: State, movable: Sequence[int]) -> tuple[Problem, tuple[Assignment, ...]]:
    """Return the problem of the movable sessions and of those that share anything with them, which stay: and where."""
    index, problem = state.index, state.index.problem
    people = {x for t in movable for x in _people(index, t)}
    venues = {v for t in movable for v in _venues(index, t)}
    days = {start // DAY for t in movable for start in index.starts[t]}
    classes = {c for t in movable for c in index.classes[t]}
    series = {r for t in movable for r in index.series_of[t]}
    uses = {r for t in movable for r in _resources(index, t)}
    standing = []
    for t, p in enumerate(state.placement):
        if p is None or t in movable:
            continue
        is_near = p.start // DAY in days and (
            p.venue in venues or bool(classes & set(index.classes[t])) or bool(uses & _resources(index, t))
        )
        if is_near or p.instructor in people or series & set(index.series_of[t]):
            standing.append(named(problem, t, p))
    sessions = {problem.sessions[t].id: problem.sessions[t] for t in movable}
    sessions |= {a.session: _fixed(problem.sessions[index.session[a.session]], a) for a in standing}
    known = {problem.instructors[x].id for x in people} | {a.instructor for a in standing}
    rooms = {problem.venues[v].id for v in venues} | {a.venue for a in standing}
    part = replace(
        problem,
        sessions=tuple(sessions[s.id] for s in problem.sessions if s.id in sessions),
        instructors=tuple(x for x in problem.instructors if x.id in known),
        venues=tuple(v for v in problem.venues if v.id in rooms),
        resources=tuple(
            replace(r, venues=tuple(v for v in r.venues if v in rooms)) for r in problem.resources
        ),
        series=tuple(problem.series[r] for r in sorted(series)),
    )
    return _without_costs(part), tuple(standing)


def _resources(index: Index, t: int) -> set[int]:
    """Return what a session may use, wherever it is held."""
    kinds = {kind for kind, _ in index.needs[t]}
    stock = (found for v in (range(len(index.stock)) if kinds else ()) for found in index.stock[v])
    return {r for r, _ in index.uses[t]} | {r for kind, r in stock if kind in kinds}


def _people(index: Index, t: int) -> set[int]:
    """Return who teaches a session's topic or is named by it."""
    session = index.problem.sessions[t]
    named_here = {*(session.instructors or ()), session.current.instructor} - {None}
    able = {n for n, x in enumerate(index.problem.instructors) if session.topic in x.topics}
    return able | {index.instructor[x] for x in named_here if x is not None}


def _venues(index: Index, t: int) -> set[int]:
    """Return which venues fit a session or are named by it."""
    session = index.problem.sessions[t]
    named_here = {*(session.venues or ()), session.current.venue}
    fit = {n for n, v in enumerate(index.problem.venues) if set(session.features) <= set(v.features)}
    return fit | {index.venue[v] for v in named_here if v is not None}


def _fixed(session: Session, a: Assignment) -> Session:
    """Return a session that stays where it is, without wishes of its own."""
    return replace(
        session,
        instructors=() if a.instructor is None else (a.instructor,),
        venues=() if a.venue is None else (a.venue,),
        features=(),
        heads=0,
        leader=Leader.ANY,
        current=Current(),
        pinned=(),
    )


def _without_costs(problem: Problem) -> Problem:
    """Return the problem with its rules alone, series cut down to its sessions."""
    known = {s.id for s in problem.sessions}
    return replace(
        problem,
        weights=Weights(overflow=problem.weights.overflow),
        instructors=tuple(replace(x, target=None, fee=0, avoid=()) for x in problem.instructors),
        classes=tuple(replace(c, min_leader_percent=0) for c in problem.classes),
        series=tuple(_within(r, known) for r in problem.series),
        duties=(),
    )


def _within(series: Series, sessions: Collection[str]) -> Series:
    kept = tuple(s for s in series.sessions if s in sessions)
    return replace(series, sessions=kept, min_days=0, same_venue=False)
