"""Which duty is served where not all can be: the earlier deadline, then whoever has less left, whatever softer wishes say."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations, permutations

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from core.db import session, transaction
from courses.models import Course
from instructor_pool.models import Instructor, Qualification
from party_lessons.enums import PostKind
from party_lessons.models import Obligation
from party_lessons.services import obligations, posts
from scheduling import engine
from scheduling.enums import HalfDay
from scheduling.rules.duty_order import RANKS, Urgency, priorities
from scheduling.rules.match_policies import FACTORS, USUAL_WEIGHTS, usual_levels, weights_of
from scheduling.snapshots import build_problem
from scheduling.snapshots.duties import is_open_to
from tests.factories.county import County, make_class, make_course, make_session

JUNE, DECEMBER = date(2027, 6, 30), date(2027, 12, 31)
DAY = datetime(2027, 6, 7, 8, 30)


@pytest.mark.parametrize(
    ("urgencies", "expected"),
    [
        ([], []),
        ([(DECEMBER, 4)], [19]),
        ([(DECEMBER, 0), (JUNE, 5)], [18, 19]),
        ([(DECEMBER, 3), (DECEMBER, 0), (DECEMBER, 3)], [18, 19, 18]),
        ([(JUNE, 1), (DECEMBER, 0), (JUNE, 0), (DECEMBER, 9)], [18, 17, 19, 16]),
        ([(DECEMBER, n) for n in range(12)], [19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 10, 10]),
    ],
    ids=["nobody", "one", "deadline before spare", "equals", "both", "the last rank is shared"],
)
def test_ranks(urgencies: list[Urgency], expected: list[int]) -> None:
    assert priorities(urgencies) == expected


@pytest.mark.parametrize("level", range(1, len(FACTORS)))
def test_gaps_stand_above_duties_and_duties_above_softer_wishes(level: int) -> None:
    weights = weights_of(usual_levels() | {"duty": level})
    first, last = weights["duty"] * (2 * RANKS - 1), weights["duty"] * RANKS
    assert weights["unassigned"] > first, "a gap is worse than missing the first duty"
    assert 2 * last > first, "two that are served are better than the first one"
    # The best against the worst of one session: rating, 300 km there and back, an off time, load, everything moved.
    soft = engine.Weights(**USUAL_WEIGHTS)
    apart = 100 * soft.quality + 150 * soft.travel + soft.avoid + soft.over_target + soft.over_twice_target
    assert weights["duty"] > apart + 3 * soft.change


def solved(problem: engine.Problem) -> dict[str, str | None]:
    """By session: who teaches it in what the engine finds, which is checked."""
    plan = engine.solve(problem, engine.SolveOptions(iterations=30))
    assert engine.check(problem, plan).is_right
    return {a.session: a.instructor for a in plan.assignments}


def random_quarrel(rng: random.Random) -> tuple[engine.Problem, dict[str, Urgency]]:
    """Leaders who want the same few sessions, some far away, unwilling and badly rated, and one who owes nothing."""
    sessions = [f"s{n}" for n in range(rng.randint(1, 3))]
    leaders = [f"i{n}" for n in range(rng.randint(2, 5))]
    eligible = {who: rng.sample(sessions, rng.randint(1, len(sessions))) for who in leaders}
    urgency = {
        who: (rng.choice([JUNE, DECEMBER]), len(mine) + rng.randint(0, 2) - 1)
        for who, mine in eligible.items()
    }
    ranked = dict(zip(leaders, priorities(list(urgency.values())), strict=True))
    people = [
        engine.Instructor(
            who,
            topics={"t": rng.randint(0, 100)},
            home="far" if rng.random() < 0.5 else None,
            avoid=((DAY - timedelta(hours=9), DAY + timedelta(days=9)),) if rng.random() < 0.5 else (),
            target=rng.choice([0, 1, None]),
            max_total=1,
        )
        for who in leaders
    ]
    problem = engine.Problem(
        "quarrel",
        weights=engine.Weights(**USUAL_WEIGHTS),
        places=(engine.Place("here", 35.4, 116.3), engine.Place("far", 36.9, 118.3)),
        instructors=(*people, engine.Instructor("guest", topics={"t": 100})),
        classes=(engine.TrainingClass("c", 20, "here"),),
        sessions=tuple(
            engine.Session(
                name, "t", 90, 2, (DAY + timedelta(days=n),), ("c",), venues=(),
                current=engine.Current(instructor=rng.choice([None, *leaders])),
            )
            for n, name in enumerate(sessions)
        ),
        duties=tuple(
            engine.Duty(f"d{who}", who, tuple(mine), priority=ranked[who]) for who, mine in eligible.items()
        ),
    )  # fmt: skip
    return problem, urgency


def best_served(problem: engine.Problem, urgency: dict[str, Urgency]) -> list[Urgency]:
    """The definition: as many as can be, and of all ways to serve so many the one that is first in order."""
    mine = {duty.instructor: set(duty.sessions) for duty in problem.duties}
    names = [s.id for s in problem.sessions]
    for count in range(len(names), 0, -1):
        found = [
            sorted(urgency[who] for who in group)
            for group in combinations(mine, count)
            if any(
                all(seat in mine[who] for who, seat in zip(group, seats, strict=True))
                for seats in permutations(names, count)
            )
        ]
        if found:
            return min(found)
    return []


def test_as_many_as_can_be_are_served_and_of_those_the_first() -> None:
    rng = random.Random(7)
    quarrels = 0
    for n in range(60):
        problem, urgency = random_quarrel(rng)
        teaching = solved(problem)
        assert None not in teaching.values(), n
        served = [
            d.instructor for d in problem.duties if any(teaching[s] == d.instructor for s in d.sessions)
        ]
        assert sorted(urgency[who] for who in served) == best_served(problem, urgency), n
        quarrels += len(served) < len(problem.duties)
    assert quarrels > 30, "most of them cannot all be served"


def test_a_gap_is_not_left_for_the_first_duty() -> None:
    """The leader alone can teach both, which are at the same time: only one of them counts."""
    starts = (DAY,)
    problem = engine.Problem(
        "gap",
        weights=engine.Weights(**USUAL_WEIGHTS),
        instructors=(
            engine.Instructor("i0", topics={"t": 90, "u": 90}),
            engine.Instructor("i1", topics={"t": 1}),
        ),
        sessions=(
            engine.Session("counts", "t", 90, 2, starts, venues=()),
            engine.Session("needs", "u", 90, 2, starts, venues=()),
        ),
        duties=(engine.Duty("d", "i0", ("counts",), priority=2 * RANKS - 1),),
    )
    assert solved(problem) == {"counts": "i1", "needs": "i0"}


THEIRS = ("赵书记", "钱局长")


def two_leaders(county: County, first: str, *, days: int, more: int) -> dict[str, int]:
    """Both lead townships, and one theory lesson is for both. The deadline of `first` is `days` earlier; the other one has `more` lessons besides."""
    with transaction():
        obligations.ensure_schemes()
        theory = session().get_one(Course, county.courses["党的创新理论专题"])
        law = make_course(county.unit("嘉祥县"), "党章党规", class_hours=3)
        for name, town in zip(THEIRS, ("东镇", "西镇"), strict=True):
            holder = session().get_one(Instructor, county.instructors[name])
            taught = [theory] if name == first else [theory, law]
            has = {row.course_id: row for row in holder.qualifications}
            cleared = date(2026, 3, 1)
            holder.qualifications = [
                has.get(course.id) or Qualification(course_id=course.id, cleared_on=cleared)
                for course in taught
            ]
            kind = PostKind.AREA_SECRETARY
            posts.take_up(
                holder, county.unit(town), "镇党委书记", actor=SYSTEM, kind=kind, starts=date(2024, 1, 1)
            )
        for row in session().scalars(select(Obligation)):
            if row.post.holder_id == county.instructors[first]:
                row.deadline -= timedelta(days=days)
        for n in range(more):
            day = date(2027, 9, 6 + n)
            klass = make_class(county.unit("嘉祥县"), f"M{n}", [day])
            make_session(klass, 1, day, HalfDay.MORNING, law)
    problem = build_problem(county.units["嘉祥县"], 2027).problem
    return {
        name: next(d.priority for d in problem.duties if d.instructor == f"i{county.instructors[name]}")
        for name in THEIRS
    }


@pytest.mark.parametrize("first", THEIRS)
def test_the_earlier_deadline_comes_first(county: County, first: str) -> None:
    ranks = two_leaders(county, first, days=1, more=0)
    assert (ranks.pop(first), *ranks.values()) == (19, 18)


@pytest.mark.parametrize("first", THEIRS)
def test_of_equal_deadlines_whoever_has_less_left_comes_first(county: County, first: str) -> None:
    ranks = two_leaders(county, first, days=0, more=1)
    assert (ranks.pop(first), *ranks.values()) == (19, 18)


def test_equals_are_equal(county: County) -> None:
    assert set(two_leaders(county, THEIRS[0], days=0, more=0).values()) == {19}


def test_what_somebody_cannot_come_to_is_not_left() -> None:
    """A lesson fixed for somebody else, or all of whose times are taken, is nothing to fall back on."""
    who = engine.Instructor("i0", busy=((DAY, DAY + timedelta(hours=4)),))
    free = engine.Session("s", "t", 90, 2, (DAY + timedelta(hours=4),))
    assert is_open_to(who, free)
    assert is_open_to(who, replace(free, starts=(DAY, *free.starts)))
    assert not is_open_to(who, replace(free, starts=(DAY, DAY + timedelta(hours=3))))
    fixed = replace(free, pinned=("instructor",), current=engine.Current(instructor="i1"))
    assert not is_open_to(who, fixed)
    assert is_open_to(who, replace(fixed, current=engine.Current(instructor="i0")))
