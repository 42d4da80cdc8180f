"""Shortages, recomputed by hand: every way of every session goes through a capacity, and no capacity holds more than it says."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from scheduling.engine import (
    Assignment,
    Index,
    Instructor,
    Plan,
    Problem,
    Reason,
    Session,
    State,
    Venue,
    check,
    load_problem,
)
from scheduling.engine.capacities import Part, Supplies
from scheduling.engine.shortage import Capacity, Shortage, lacks, shortages, shortages_of
from tests.engine.problems import DAYS, all_plans, random_problem
from tests.engine.test_rank_and_explain import solved

Way = tuple[datetime, str]


def ways(problem: Problem, session: Session, part: Part) -> Iterator[Way]:
    """Yield the starts and instructors (venues, classes) that a session alone could have."""
    for start in session.starts:
        if "start" in session.pinned and start != session.current.start:
            continue
        end = start + timedelta(minutes=session.minutes)
        if part is Part.INSTRUCTOR:
            yield from ((start, x.id) for x in problem.instructors if _may_teach(session, x, start, end))
        elif part is Part.VENUE:
            yield from ((start, v.id) for v in problem.venues if _may_house(problem, session, v, start, end))
        else:
            yield from ((start, c) for c in session.classes)


def _may_teach(session: Session, x: Instructor, start: datetime, end: datetime) -> bool:
    return (
        (x.id in session.instructors if session.instructors is not None else session.topic in x.topics)
        and (session.leader == "any" or x.leader is (session.leader == "required"))
        and not set(session.classes) & set(x.not_classes)
        and not any(start < b and a < end for a, b in x.busy)
        and ("instructor" not in session.pinned or session.current.instructor == x.id)
        and 0 not in (x.max_per_day, x.max_per_week, x.max_per_month, x.max_total)
    )


def _may_house(problem: Problem, session: Session, v: Venue, start: datetime, end: datetime) -> bool:
    fits = set(session.features) <= set(v.features) if session.venues is None else v.id in session.venues
    return (
        fits
        and (problem.weights.overflow is not None or session.heads <= v.capacity)
        and not any(start < b and a < end for a, b in v.busy)
        and ("venue" not in session.pinned or session.current.venue == v.id)
    )


def most(problem: Problem, c: Capacity) -> int | None:
    """Return what a capacity lets through by the problem's own words; None where there is no such limit."""
    if c.reason is Reason.CLASS_BUSY or c.reason is Reason.INSTRUCTOR_BUSY:
        return 1
    if c.reason is Reason.VENUE_BUSY:
        return next(v.groups for v in problem.venues if v.id == c.who)
    if c.reason is Reason.VENUE_MAX_PER_DAY:
        return next(v.max_per_day for v in problem.venues if v.id == c.who)
    person = next(x for x in problem.instructors if x.id == c.who)
    return {
        Reason.MAX_PER_DAY: person.max_per_day,
        Reason.MAX_PER_WEEK: person.max_per_week,
        Reason.MAX_PER_MONTH: person.max_per_month,
        Reason.MAX_TOTAL: person.max_total,
    }[c.reason]


def is_one_period(c: Capacity) -> bool:
    """Whether a limit of this kind holds for its whole stretch of time."""
    if c.begin is None or c.end is None:
        return c.reason is Reason.MAX_TOTAL
    last = c.end - timedelta(minutes=1)
    return {
        Reason.CLASS_BUSY: c.begin == last,
        Reason.INSTRUCTOR_BUSY: c.begin == last,
        Reason.VENUE_BUSY: c.begin == last,
        Reason.MAX_PER_DAY: c.begin.date() == last.date(),
        Reason.VENUE_MAX_PER_DAY: c.begin.date() == last.date(),
        Reason.MAX_PER_WEEK: c.begin.isocalendar()[:2] == last.isocalendar()[:2],
        Reason.MAX_PER_MONTH: (c.begin.year, c.begin.month) == (last.year, last.month),
    }[c.reason]


def uses(c: Capacity, session: Session, way: Way) -> bool:
    """Whether a way to serve a session counts against a capacity."""
    start, who = way
    if who != c.who:
        return False
    if c.begin is None or c.end is None:
        return True
    if c.end - c.begin == timedelta(minutes=1):  # one moment
        return start <= c.begin < start + timedelta(minutes=session.minutes)
    return c.begin <= start < c.end


def recheck(problem: Problem, plan: Plan, shortage: Shortage) -> None:
    """Go through the proof with nothing of the engine."""
    session = {s.id: s for s in problem.sessions}
    at = {a.session: a.start for a in plan.assignments}
    # The time is that of one class, which all of the sessions have.
    klasses = {c.who for c in shortage.capacities} if shortage.part is Part.CLASS_TIME else set()
    assert len(klasses) <= 1
    assert all(klasses <= set(session[name].classes) for name in shortage.sessions)

    def asked(name: str) -> list[Way]:
        all_ways = ways(problem, session[name], shortage.part)
        return [way for way in all_ways if not klasses or way[1] in klasses]

    for c in shortage.capacities:
        assert c.limit == most(problem, c)
        assert is_one_period(c)
        for name in c.fixed:
            assert name not in shortage.sessions
            assert asked(name) and all(uses(c, session[name], way) for way in asked(name))
            assert shortage.part.value in session[name].pinned or "start" in session[name].pinned
    fixed = [name for c in shortage.capacities for name in c.fixed]
    assert len(set(fixed)) == len(fixed)
    for name in shortage.sessions:
        for way in asked(name):
            if not shortage.keeps_times or at.get(name) in (None, way[0]):
                assert any(uses(c, session[name], way) for c in shortage.capacities)
    assert (
        shortage.room
        == sum(max(0, c.limit - len(c.fixed)) for c in shortage.capacities)
        < len(shortage.sessions)
    )


@pytest.mark.parametrize("seed", range(120))
def test_every_proof_holds_when_gone_through_by_hand(seed: int) -> None:
    found = solved(seed)
    if found is None:
        return
    problem, plan = found
    index = Index(problem)
    state, supplies = State.of_plan(index, plan), Supplies(index)
    before = state.assignments()
    for s, session in enumerate(problem.sessions):
        for shortage in shortages_of(state, s, supplies):
            recheck(problem, plan, shortage)
            assert session.id in shortage.sessions
            assert set(shortage.lacking) == {
                x for x in shortage.sessions if lacks(state, index.session[x], shortage.part)
            }
    for part in (Part.INSTRUCTOR, Part.VENUE):
        for shortage in shortages(state, supplies, part):
            recheck(problem, plan, shortage)
    assert state.assignments() == before


def test_all_kinds_of_capacity_are_met() -> None:
    met = set()
    for seed in range(120):
        problem = random_problem(seed, sessions=6)
        index = Index(problem)
        state, supplies = State(index), Supplies(index)
        for s in range(len(problem.sessions)):
            for shortage in shortages_of(state, s, supplies):
                recheck(problem, Plan(problem.name), shortage)
                met |= {c.reason for c in shortage.capacities}
    assert met == {
        Reason.CLASS_BUSY,
        Reason.INSTRUCTOR_BUSY,
        Reason.VENUE_BUSY,
        Reason.MAX_PER_DAY,
        Reason.MAX_PER_WEEK,
        Reason.MAX_PER_MONTH,
        Reason.MAX_TOTAL,
        Reason.VENUE_MAX_PER_DAY,
    }


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_at_all_gets_around_a_proof(seed: int) -> None:
    """Where times may change, too, no valid plan serves more of the sessions than there is room for."""
    problem = random_problem(seed)
    index = Index(problem)
    found = [
        *shortages(State(index), Supplies(index), Part.INSTRUCTOR),
        *shortages(State(index), Supplies(index), Part.VENUE),
    ]
    if not found:
        return
    for plan in all_plans(problem):
        if not check(problem, plan).violations:
            served = {a.session for a in plan.assignments if a.instructor is not None}
            housed = {a.session for a in plan.assignments if a.venue is not None}
            for x in found:
                assert len(set(x.sessions) & (served if x.part is Part.INSTRUCTOR else housed)) <= x.room


def _peak() -> Problem:
    """Fifteen lessons in one week for two people who teach six and four of them a week."""
    starts = [f"2027-03-0{day}T{hour}" for day in range(1, 6) for hour in ("08:30", "14:00", "19:00")]
    return load_problem(
        {
            "format": "match-problem/1",
            "name": "peak",
            "instructors": [
                {"id": "wang", "topics": {"law": 90}, "max_per_week": 6},
                {"id": "li", "topics": {"law": 80}, "max_per_week": 4},
                {"id": "zhao", "topics": {"law": 99}, "busy": [["2027-03-01T00:00", "2027-04-01T00:00"]]},
            ],
            "sessions": [
                {"id": f"s{n}", "topic": "law", "minutes": 120, "hours": 2, "starts": [start], "venues": []}
                for n, start in enumerate(starts)
            ],
        }
    )


def test_fifteen_sessions_need_ten_capacities_and_these_are_they() -> None:
    problem = _peak()
    index = Index(problem)
    plan = Plan(
        "peak",
        tuple(
            Assignment(s.id, s.starts[0], "wang" if n < 6 else "li" if n < 10 else None)
            for n, s in enumerate(problem.sessions)
        ),
    )
    assert check(problem, plan).is_valid
    state = State.of_plan(index, plan)
    [found] = shortages(state, Supplies(index), Part.INSTRUCTOR)
    assert (len(found.sessions), found.room, found.lacking) == (15, 10, ("s10", "s11", "s12", "s13", "s14"))
    assert [(c.reason, c.who, c.room, c.begin, c.end) for c in found.capacities] == [
        (Reason.MAX_PER_WEEK, "wang", 6, datetime(2027, 3, 1), datetime(2027, 3, 8)),
        (Reason.MAX_PER_WEEK, "li", 4, datetime(2027, 3, 1), datetime(2027, 3, 8)),
    ]
    assert shortages_of(state, index.session["s14"], Supplies(index)) == (found,)
    # Who has what it needs lacks nothing.
    assert shortages_of(state, index.session["s0"], Supplies(index)) == ()


def test_days_used_in_the_tests_lie_in_two_months_and_weeks() -> None:
    assert {day[:7] for day in DAYS} == {"2027-03", "2027-04"}
