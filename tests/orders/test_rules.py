"""The life of an order, its wishes, and what could be merged: pure rules."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import combinations

import pytest

from orders.enums import OrderAction, OrderState, PlaceKind, Side, Stage
from orders.rules import life
from orders.rules.line import line
from orders.rules.wishes import Like, OrderFacts, Slot, broken_by_order, fits, meeting, mergers
from scheduling.enums import HalfDay

DAY = date(2027, 6, 10)
TODAY = date(2027, 5, 10)
# Written by hand from the plan: state, who may do what there, and where it leads.
WRITTEN = """
draft     unit     edit -> draft
draft     unit     submit -> submitted
draft     unit     withdraw -> withdrawn
assigned  unit     acknowledge -> submitted
assigned  supplier call_off -> withdrawn
submitted unit     take_back -> draft
submitted unit     withdraw -> withdrawn
submitted supplier accept -> accepted
submitted supplier counter -> countered
submitted supplier refuse -> refused
countered unit     agree -> accepted
countered unit     decline -> submitted
countered unit     withdraw -> withdrawn
accepted  unit     withdraw -> withdrawn
accepted  supplier reopen -> submitted
"""


def test_the_table_says_what_was_written_and_nothing_more() -> None:
    wanted = {}
    for row in WRITTEN.strip().splitlines():
        state, side, action, _arrow, after = row.split()
        wanted[OrderState(state), OrderAction(action)] = (Side(side), OrderState(after))
    found = {(s, a): step for s in OrderState for a in OrderAction if (step := life.step(s, a)) is not None}
    assert found == wanted


@pytest.mark.parametrize("state", OrderState)
def test_each_side_is_shown_only_its_own_steps(state: OrderState) -> None:
    unit, supplier = set(life.actions(state, Side.UNIT)), set(life.actions(state, Side.SUPPLIER))
    assert not unit & supplier
    assert unit | supplier == {a for a in OrderAction if life.step(state, a) is not None}


def slot(day: int, half: HalfDay = HalfDay.MORNING) -> Slot:
    return Slot(DAY + timedelta(days=day), half)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (HalfDay.MORNING, HalfDay.MORNING, HalfDay.MORNING),
        (HalfDay.ANY, HalfDay.MORNING, HalfDay.MORNING),
        (HalfDay.ANY, HalfDay.ANY, HalfDay.ANY),
        (HalfDay.MORNING, HalfDay.AFTERNOON, None),
        (HalfDay.ANY, HalfDay.EVENING, None),
        (HalfDay.EVENING, HalfDay.EVENING, HalfDay.EVENING),
    ],
)
def test_slots_meet_both_ways(one: HalfDay, other: HalfDay, both: HalfDay | None) -> None:
    wanted = None if both is None else slot(0, both)
    assert slot(0, one).meets(slot(0, other)) == wanted
    assert slot(0, other).meets(slot(0, one)) == wanted
    assert slot(0, one).meets(slot(1, other)) is None


def like(n: int, *wishes: Slot, people: int = 30, course: int = 1, person: int | None = None) -> Like:
    return Like(n, course, person, None, people, wishes)


def test_orders_that_share_a_time_are_proposed_together() -> None:
    waiting = [
        like(1, slot(0)),
        like(2, slot(3), slot(0, HalfDay.ANY)),
        like(3, slot(0, HalfDay.AFTERNOON)),
        like(4, slot(0), course=2),
    ]
    [found] = mergers(waiting, 300)
    assert (found.slot, found.orders, found.people) == (slot(0), (1, 2), 60)
    assert meeting(waiting[:2]) == [slot(0)]
    assert meeting(waiting[:3]) == []


def test_a_group_is_no_larger_than_the_hall_and_names_one_lecturer_at_most() -> None:
    waiting = [like(n, slot(0), people=150) for n in (1, 2, 3)]
    assert [m.orders for m in mergers(waiting, 300)] == [(1, 2)]
    named = [like(1, slot(0), person=7), like(2, slot(0), person=8), like(3, slot(0))]
    assert [m.orders for m in mergers(named, 300)] == [(1, 3)]


def test_random_proposals_keep_every_promise() -> None:
    rng = random.Random(6)
    for _ in range(100):
        waiting = [
            like(
                n,
                *{slot(rng.randrange(3), rng.choice(list(HalfDay))) for _ in range(rng.randrange(1, 4))},
                people=rng.randrange(10, 120),
                course=rng.randrange(2),
                person=rng.choice([None, None, 5, 6]),
            )
            for n in range(rng.randrange(9))
        ]
        by_id = {one.id: one for one in waiting}
        seen: set[int] = set()
        for merger in mergers(waiting, 200):
            group = [by_id[n] for n in merger.orders]
            assert len(group) > 1
            assert merger.people == sum(one.people for one in group) <= 200
            assert all(fits(a, b) for a, b in combinations(group, 2))
            assert all(any(merger.slot.meets(wish) == merger.slot for wish in one.wishes) for one in group)
            assert not seen & set(merger.orders)
            seen |= set(merger.orders)


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        (OrderFacts(people=30, course_id=1), []),
        (OrderFacts(people=30), ["thing"]),
        (OrderFacts(people=30, course_id=1, package_id=1), ["thing"]),
        (OrderFacts(people=0, course_id=1), ["people"]),
        (OrderFacts(people=5001, course_id=1), ["people"]),
        (OrderFacts(people=30, course_id=1, place_kind=PlaceKind.BASE), ["base_id"]),
        (OrderFacts(people=30, course_id=1, place_kind=PlaceKind.OWN_HALL, hall=" "), ["hall"]),
        (OrderFacts(people=30, course_id=1, wishes=(slot(0), slot(0))), ["day_2"]),
        (OrderFacts(people=30, course_id=1, wishes=(Slot(TODAY, HalfDay.ANY),)), ["day_1"]),
    ],
)
def test_what_cannot_be_is_named_with_its_field(facts: OrderFacts, fields: list[str]) -> None:
    assert [violation.subject for violation in broken_by_order(facts, TODAY)] == fields


@pytest.mark.parametrize(
    ("stage", "done", "current"),
    [
        (Stage.DRAFT, 0, 0),
        (Stage.COUNTERED, 1, 1),
        (Stage.PLANNED, 2, 2),
        (Stage.PUBLISHED, 4, 4),
        (Stage.HELD, 5, 5),
        (Stage.SCORED, 6, None),
    ],
)
def test_the_step_line_says_what_is_done_and_what_is_next(
    app: object, stage: Stage, done: int, current: int | None
) -> None:
    points = line(stage)
    assert sum(point.is_done for point in points) == done
    assert [n for n, point in enumerate(points) if point.is_current] == ([] if current is None else [current])
    assert line(Stage.REFUSED) == []
