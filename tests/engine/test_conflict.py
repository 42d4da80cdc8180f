"""Conflicts against brute force: nothing satisfies all of one, and without any one of its requirements something does."""

from collections.abc import Callable, Collection
from dataclasses import replace
from time import perf_counter

import pytest

from scheduling.engine import (
    Assignment,
    Index,
    Instructor,
    Leader,
    PinsContradict,
    Plan,
    Problem,
    Reason,
    Resource,
    Series,
    Session,
    SolveOptions,
    State,
    Venue,
    check,
    load_problem,
    solve,
)
from scheduling.engine.arranging import Undecided
from scheduling.engine.conflict import Conflict, Rearrangement, conflict_of, conflict_of_pins
from scheduling.engine.requirements import Requirement, requirements_of
from tests.engine.problems import options, random_problem
from tests.engine.test_rank_and_explain import changed

SEEDS = range(24)
PARTS = ("start", "instructor", "venue")

PEOPLE: dict[Reason, Callable[[Instructor], Instructor]] = {
    Reason.INSTRUCTOR_AWAY: lambda x: replace(x, busy=()),
    Reason.MAX_PER_DAY: lambda x: replace(x, max_per_day=None),
    Reason.MAX_PER_WEEK: lambda x: replace(x, max_per_week=None),
    Reason.MAX_PER_MONTH: lambda x: replace(x, max_per_month=None),
    Reason.MAX_TOTAL: lambda x: replace(x, max_total=None),
}
VENUES: dict[Reason, Callable[[Venue], Venue]] = {
    Reason.VENUE_CLOSED: lambda v: replace(v, busy=()),
    Reason.VENUE_BUSY: lambda v: replace(v, groups=99),
    Reason.VENUE_MAX_PER_DAY: lambda v: replace(v, max_per_day=None),
}
SERIES: dict[Reason, Callable[[Series], Series]] = {
    Reason.ORDERED: lambda r: replace(r, ordered=False),
    Reason.MAX_DAYS: lambda r: replace(r, max_days=None),
    Reason.TOGETHER: lambda r: replace(r, together=False),
}
RESOURCES: dict[Reason, Callable[[Resource], Resource]] = {Reason.RESOURCE: lambda r: replace(r, count=99)}


def lifted(problem: Problem, given_up: Collection[Requirement]) -> Problem:
    """Return the problem without some requirements, written a second time."""
    for r in given_up:
        x = r.subject
        if r.reason in PEOPLE:
            people = tuple(PEOPLE[r.reason](i) if i.id == x else i for i in problem.instructors)
            problem = replace(problem, instructors=people)
        elif r.reason in VENUES:
            venues = tuple(VENUES[r.reason](v) if v.id == x else v for v in problem.venues)
            problem = replace(problem, venues=venues)
        elif r.reason in SERIES:
            series = tuple(SERIES[r.reason](v) if v.id == x else v for v in problem.series)
            problem = replace(problem, series=series)
        elif r.reason in RESOURCES:
            counts = tuple(RESOURCES[r.reason](v) if v.id == x else v for v in problem.resources)
            problem = replace(problem, resources=counts)
        elif r.reason is not Reason.NEEDED:
            sessions = tuple(_eased(problem, s, r.reason) if s.id == x else s for s in problem.sessions)
            problem = replace(problem, sessions=sessions)
    return problem


def _eased(problem: Problem, s: Session, reason: Reason) -> Session:
    if reason is Reason.PINNED:
        return replace(s, pinned=())
    if reason is Reason.CAPACITY:
        return replace(s, heads=0)
    if reason in (Reason.LEADER_REQUIRED, Reason.LEADER_FORBIDDEN):
        return replace(s, leader=Leader.ANY)
    if reason is Reason.INSTRUCTOR_LIST:
        able = [x.id for x in problem.instructors if s.topic in x.topics or x.id in (s.instructors or ())]
        return replace(s, instructors=tuple(able))
    assert reason is Reason.VENUE_LIST
    fit = [v.id for v in problem.venues if set(s.features) <= set(v.features) or v.id in (s.venues or ())]
    return replace(s, venues=tuple(fit))


def can_be_kept(
    problem: Problem, plan: Plan, movable: Collection[str], kept: Collection[Requirement], name: str
) -> bool:
    """Try everything: is there a plan that keeps some requirements and leaves all sessions but the movable where they are?"""
    easy = lifted(problem, set(requirements_of(problem)) - set(kept))
    now = {a.session: a for a in plan.assignments}
    fixed = tuple(a for a in plan.assignments if a.session not in movable)
    needed = {r.subject for r in kept if r.reason is Reason.NEEDED}
    ways: list[list[Assignment | None]] = []
    for session, all_ways in zip(easy.sessions, options(easy), strict=True):
        if session.id in movable:
            is_needed = session.id in needed
            ways.append(
                [
                    a
                    for a in all_ways
                    if not is_needed or _has(session, a, now.get(session.id), session.id == name)
                ]
            )

    def search(n: int, placed: tuple[Assignment, ...]) -> bool:
        violations = check(easy, Plan(easy.name, (*fixed, *placed))).violations
        if n == len(ways):
            return not any(v.session in movable or v.params.get("other") in movable for v in violations)
        # A session at an unknown place may yet come between two others, and lift the rule on travel.
        later = {Reason.TOGETHER, Reason.PINNED, Reason.TRAVEL, Reason.CLASS_TRAVEL}
        if any(v.session in movable and v.code not in later for v in violations):
            return False
        return any(search(n + 1, placed if a is None else (*placed, a)) for a in ways[n])

    return search(0, ())


def _has(session: Session, a: Assignment | None, now: Assignment | None, whole: bool) -> bool:
    """Whether a placement has all that is needed, or all that the session has now."""
    if a is None:
        return not whole and now is None
    lacks = {part for part in PARTS if getattr(a, part) is None}
    if not session.needs_instructor:
        lacks.discard("instructor")
    if not session.needs_venue:
        lacks.discard("venue")
    return not lacks if whole else now is None or all(getattr(now, part) is None for part in lacks)


def solved(seed: int) -> tuple[Problem, Plan] | None:
    """Return a small random problem and a plan of it, None where the pins contradict."""
    problem = random_problem(seed, sessions=4)
    try:
        return problem, solve(problem, SolveOptions(iterations=0, seed=seed))
    except PinsContradict:
        return None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_conflict_cannot_be_kept_and_none_of_it_can_be_spared(seed: int) -> None:
    found = solved(seed)
    if found is None:
        return
    problem, plan = found
    state = State.of_plan(Index(problem), plan)
    cost = check(problem, plan).cost
    for s, session in enumerate(problem.sessions):
        if state.is_whole(s):
            continue
        before = state.assignments()
        told = conflict_of(state, s, seconds=20)
        assert state.assignments() == before
        if isinstance(told, Rearrangement):
            after = changed(plan, *told.moves)
            report = check(problem, after)
            assert (report.violations, report.cost - cost) == ((), told.delta)
            [new] = [a for a in after.assignments if a.session == session.id]
            assert new.instructor is not None or not session.needs_instructor
            assert new.venue is not None or not session.needs_venue
            continue
        assert isinstance(told, Conflict)
        assert Requirement(Reason.NEEDED, session.id) in told.requirements
        assert not can_be_kept(problem, plan, told.movable, told.requirements, session.id)
        for spared in told.requirements:
            rest = [r for r in told.requirements if r != spared]
            assert can_be_kept(problem, plan, told.movable, rest, session.id), spared


@pytest.mark.parametrize("seed", SEEDS)
def test_pins_that_contradict_are_a_smallest_set(seed: int) -> None:
    problem = random_problem(seed)
    told = conflict_of_pins(problem, seconds=20)
    names = [s.id for s in problem.sessions]
    nothing = Plan(problem.name)
    if not told:
        all_of_them = requirements_of(problem)
        assert can_be_kept(problem, nothing, names, all_of_them, "")
        return
    assert any(r.reason is Reason.PINNED for r in told)
    assert not can_be_kept(problem, nothing, names, told, "")
    for spared in told:
        assert can_be_kept(problem, nothing, names, [r for r in told if r != spared], "")


def _course(**series: object) -> Problem:
    """Return three lessons of a class in order, on days that do not suit, for one instructor."""
    days = (
        ("s0", ["2027-03-02T08:30", "2027-03-03T08:30"]),
        ("s1", ["2027-03-04T08:30"]),
        ("s2", ["2027-03-05T08:30"]),
    )
    return load_problem(
        {
            "format": "match-problem/1",
            "name": "course",
            "instructors": [{"id": "wang", "topics": {"law": 90}, "max_per_week": 9}],
            "classes": [{"id": "c0", "size": 20}],
            "sessions": [
                {
                    "id": name,
                    "topic": "law",
                    "minutes": 120,
                    "hours": 2,
                    "starts": starts,
                    "venues": [],
                    "classes": ["c0"],
                }
                for name, starts in days
            ],
            "series": [{"id": "course", "sessions": ["s0", "s1", "s2"], "ordered": True, **series}],
        }
    )


def test_a_series_over_too_many_days_is_named_with_its_sessions() -> None:
    problem = _course(max_days=2)
    plan = solve(problem, SolveOptions(iterations=20))
    state = State.of_plan(Index(problem), plan)
    [s] = [s for s in range(3) if not state.is_whole(s)]
    told = conflict_of(state, s)
    assert isinstance(told, Conflict)
    assert set(told.requirements) == {
        Requirement(Reason.MAX_DAYS, "course"),
        *(Requirement(Reason.NEEDED, name) for name in ("s0", "s1", "s2")),
    }
    assert told.requirements[0] == Requirement(Reason.NEEDED, problem.sessions[s].id)


def test_pieces_of_bases_that_have_no_part_in_it_are_left_out() -> None:
    """What is asked is about a part of the problem: the pieces of a base elsewhere refer to nothing there."""
    problem = replace(
        _course(max_days=2),
        venues=(Venue(id="far", capacity=30),),
        resources=(Resource(id="guides", count=1, kind="guide", venues=("far",)),),
    )
    state = State.of_plan(Index(problem), solve(problem, SolveOptions(iterations=20)))
    [s] = [s for s in range(3) if not state.is_whole(s)]
    assert isinstance(conflict_of(state, s), Conflict)


def test_contradicting_pins_are_both_named() -> None:
    problem = _course()
    pinned = [
        replace(
            s,
            starts=(s.starts[0],),
            current=replace(s.current, start=s.starts[0], instructor="wang"),
            pinned=PARTS[:2],
        )
        for s in problem.sessions
    ]
    early = replace(pinned[1], starts=pinned[0].starts, current=pinned[0].current)
    problem = replace(problem, sessions=(pinned[0], early, pinned[2]))
    assert set(conflict_of_pins(problem)) == {
        Requirement(Reason.PINNED, "s0"),
        Requirement(Reason.PINNED, "s1"),
    }


def test_out_of_time_is_said() -> None:
    problem = _course(max_days=2)
    state = State.of_plan(Index(problem), solve(problem, SolveOptions(iterations=20)))
    began = perf_counter()
    with pytest.raises(Undecided):
        conflict_of(state, 0, seconds=0)
    assert perf_counter() - began < 1
