"""Ranking and explanations, re-checked by doing what they say and evaluating in full."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduling.engine import (
    Assignment,
    Explanation,
    Freeing,
    Index,
    Instructor,
    NoSuchSession,
    Plan,
    Problem,
    Reason,
    SolveOptions,
    Venue,
    check,
    explain,
    rank,
    solve,
)
from scheduling.engine.pins import PinsContradict
from scheduling.engine.rematch import rematch
from scheduling.engine.state import State
from tests.engine.problems import options, random_problem

LIMITS: dict[Reason, Callable[[Instructor], Instructor]] = {
    Reason.INSTRUCTOR_AWAY: lambda x: replace(x, busy=()),
    Reason.MAX_PER_DAY: lambda x: replace(x, max_per_day=None),
    Reason.MAX_PER_WEEK: lambda x: replace(x, max_per_week=None),
    Reason.MAX_PER_MONTH: lambda x: replace(x, max_per_month=None),
    Reason.MAX_TOTAL: lambda x: replace(x, max_total=None),
}
VENUE_LIMITS: dict[Reason, Callable[[Venue], Venue]] = {
    Reason.CAPACITY: lambda v: replace(v, capacity=10**6),
    Reason.VENUE_CLOSED: lambda v: replace(v, busy=()),
    Reason.VENUE_MAX_PER_DAY: lambda v: replace(v, max_per_day=None),
}


def solved(seed: int) -> tuple[Problem, Plan] | None:
    """Return a random problem and a plan of it, None where the pins contradict."""
    problem = random_problem(seed, sessions=6)
    try:
        return problem, solve(problem, SolveOptions(iterations=0, seed=seed))
    except PinsContradict:
        return None


def changed(plan: Plan, *assignments: Assignment) -> Plan:
    """Return the plan with some sessions elsewhere (unplaced where start is None)."""
    names = {a.session for a in assignments}
    kept = [a for a in plan.assignments if a.session not in names]
    return Plan(plan.problem, (*kept, *(a for a in assignments if a.start is not None)))


def lifted(problem: Problem, freeing: Freeing) -> Problem:
    """Return the problem without the reason that a freeing change lifts."""
    if freeing.relax in VENUE_LIMITS:
        ease = VENUE_LIMITS[freeing.relax]
        return replace(problem, venues=tuple(ease(v) if v.id == freeing.venue else v for v in problem.venues))
    lift = LIMITS[freeing.relax]
    people = (lift(x) if x.id == freeing.instructor else x for x in problem.instructors)
    return replace(problem, instructors=tuple(people))


@pytest.mark.parametrize("seed", range(30))
def test_ranking_is_what_trying_everything_gives(seed: int) -> None:
    found = solved(seed)
    if found is None:
        return
    problem, plan = found
    cost = check(problem, plan).cost
    for n, session in enumerate(problem.sessions):
        least: dict[str | None, int] = {}
        for a in options(problem)[n]:
            if a is None or (a.instructor is None and session.needs_instructor):
                continue
            report = check(problem, changed(plan, a))
            if not report.violations:
                least[a.instructor] = min(least.get(a.instructor, 10**9), report.cost - cost)
        ranking = rank(problem, plan, session.id)
        assert {c.instructor: c.delta for c in ranking.candidates} == least
        assert [c.delta for c in ranking.candidates] == sorted(c.delta for c in ranking.candidates)
        assert all(sum(c.parts.values()) == c.delta for c in ranking.candidates)
        assert {x.instructor for x in ranking.excluded} == {x.id for x in problem.instructors} - set(least)
        assert all(x.reasons for x in ranking.excluded)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_said_to_free_a_session_frees_it(seed: int) -> None:
    found = solved(seed)
    if found is None:
        return
    problem, plan = found
    cost, parts = check(problem, plan).cost, check(problem, plan).cost_parts
    for session in problem.sessions:
        explanation = explain(problem, plan, session.id)
        _recheck_chosen(problem, plan, session.id, explanation)
        for freeing in explanation.frees:
            there = Assignment(session.id, freeing.start, freeing.instructor, freeing.venue)
            assert check(problem, changed(plan, there)).violations
            if freeing.moves:
                assert freeing.relax is Reason.INSTRUCTOR_BUSY
                report = check(problem, changed(plan, there, *freeing.moves))
            else:
                report = check(lifted(problem, freeing), changed(plan, there))
            assert (report.violations, report.cost - cost) == ((), freeing.delta)
            assert {name: n for name, n in freeing.parts.items() if n} == {
                name: report.cost_parts[name] - parts[name]
                for name in parts
                if report.cost_parts[name] != parts[name]
            }


def _recheck_chosen(problem: Problem, plan: Plan, name: str, explanation: Explanation) -> None:
    without = changed(plan, Assignment(name))
    assert sum(explanation.chosen.parts.values()) == check(problem, plan).cost - check(problem, without).cost
    ranking = rank(problem, plan, name)
    for reason, count in explanation.blocked.items():
        assert count == sum(reason in x.reasons for x in ranking.excluded)


def test_an_unknown_session_is_named() -> None:
    problem = random_problem(1)
    with pytest.raises(NoSuchSession, match="no session 's99'"):
        rank(problem, Plan(problem.name), "s99")


def test_freeing_changes_of_both_kinds_are_found() -> None:
    kinds = set()
    for seed in range(40):
        found = solved(seed)
        for session in found[0].sessions if found else ():
            kinds |= {f.relax for f in explain(*found, session.id).frees} if found else set()
    assert {Reason.INSTRUCTOR_BUSY, Reason.INSTRUCTOR_AWAY} <= kinds
    assert kinds & (set(LIMITS) - {Reason.INSTRUCTOR_AWAY})


@pytest.mark.parametrize("seed", range(40))
def test_a_repair_breaks_nothing_and_is_the_cheapest_of_its_kind(seed: int) -> None:
    found = solved(seed)
    if found is None:
        return
    problem, plan = found
    state, cost = State.of_plan(Index(problem), plan), check(problem, plan).cost
    placed = {a.session: a for a in plan.assignments}
    for n, session in enumerate(problem.sessions):
        now = placed.get(session.id)
        if now is None or now.instructor is None or "instructor" in session.pinned:
            continue
        before = list(state.placement)
        repair = rematch(state, session.id)
        assert list(state.placement) == before
        after = changed(plan, *repair.changes)
        report = check(problem, after)
        assert (report.violations, report.cost - cost) == ((), repair.delta)
        assert all(a.session != session.id or a.instructor != now.instructor for a in after.assignments)
        stays = problem.weights.change * 3
        for a in options(problem)[n]:
            if a is not None and a.instructor != now.instructor:
                direct = check(problem, changed(plan, a))
                assert direct.violations or repair.delta <= direct.cost - cost + stays
