"""Timefold's constraints: every rule as a hard score, every cost part as a soft one. Its functions are translated to Java."""

from collections.abc import Callable
from typing import Any

from timefold.solver.score import (
    Constraint,
    ConstraintCollectors,
    ConstraintFactory,
    HardSoftScore,
    Joiners,
    constraint_provider,
)

from benchmarks.engine.rivals.timefold_model import Eligible, InGroup, InSeries, Lesson, Pair, Use

Stream = Any
count, count_distinct = ConstraintCollectors.count, ConstraintCollectors.count_distinct
HARD, SOFT = HardSoftScore.ONE_HARD, HardSoftScore.ONE_SOFT


def lessons(f: ConstraintFactory) -> Stream:
    """Stream every lesson."""
    return f.for_each_including_unassigned(Lesson)


def placed(f: ConstraintFactory) -> Stream:
    """Stream lessons with a start."""
    return lessons(f).filter(lambda lesson: lesson.start is not None)


def staffed(f: ConstraintFactory) -> Stream:
    """Stream lessons with a start and a person."""
    return lessons(f).filter(lambda lesson: lesson.is_staffed())


def housed(f: ConstraintFactory) -> Stream:
    """Stream lessons with a start and a room."""
    return lessons(f).filter(lambda lesson: lesson.is_housed())


def soft(weight: int) -> HardSoftScore:
    """Return a soft score of some weight."""
    return HardSoftScore.of(0, weight)


def provider(weights: dict[str, int]) -> Callable[[ConstraintFactory], list[Constraint]]:
    """Return the constraints for some weights."""

    @constraint_provider
    def define(f: ConstraintFactory) -> list[Constraint]:
        return [*_rules_of_people(f), *_rules_of_rooms(f), *_rules_of_series(f), *_costs(f, weights)]

    return define


def _rules_of_people(f: ConstraintFactory) -> list[Constraint]:
    by_day = staffed(f).group_by(lambda x: x.person, lambda x: x.start.day, count())
    by_week = staffed(f).group_by(lambda x: x.person, lambda x: x.start.week, count())
    by_month = staffed(f).group_by(lambda x: x.person, lambda x: x.start.month, count())
    in_all = staffed(f).group_by(lambda x: x.person, count())
    return [
        lessons(f).filter(lambda x: x.is_away()).penalize(HARD).as_constraint("away"),
        lessons(f)
        .filter(lambda x: x.must_start and x.start is None)
        .penalize(HARD)
        .as_constraint("pinned start"),
        lessons(f)
        .filter(lambda x: x.must_person and not x.is_staffed())
        .penalize(HARD)
        .as_constraint("pinned person"),
        lessons(f)
        .filter(lambda x: x.must_room and not x.is_housed())
        .penalize(HARD)
        .as_constraint("pinned room"),
        staffed(f)
        .join(staffed(f), Joiners.equal(lambda x: x.person), Joiners.less_than(lambda x: x.id))
        .filter(lambda a, b: a.rushes(b))
        .penalize(HARD)
        .as_constraint("person busy"),
        by_day.filter(lambda p, d, n: n > p.max_per_day)
        .penalize(HARD, lambda p, d, n: n - p.max_per_day)
        .as_constraint("max per day"),
        by_week.filter(lambda p, w, n: n > p.max_per_week)
        .penalize(HARD, lambda p, w, n: n - p.max_per_week)
        .as_constraint("max per week"),
        by_month.filter(lambda p, m, n: n > p.max_per_month)
        .penalize(HARD, lambda p, m, n: n - p.max_per_month)
        .as_constraint("max per month"),
        in_all.filter(lambda p, n: n > p.max_total)
        .penalize(HARD, lambda p, n: n - p.max_total)
        .as_constraint("max total"),
    ]


def _rules_of_rooms(f: ConstraintFactory) -> list[Constraint]:
    at_once = (
        housed(f)
        .join(housed(f), Joiners.equal(lambda x: x.room))
        .filter(lambda a, b: b.is_on_at_start_of(a))
        .group_by(lambda a, b: a, ConstraintCollectors.count_bi())
    )
    by_day = housed(f).group_by(lambda x: x.room, lambda x: x.start.day, count())
    used = (
        f.for_each(Use)
        .join(placed(f), Joiners.equal(lambda u: u.lesson, lambda x: x.id))
        .join(Use, Joiners.equal(lambda u, x: u.resource, lambda v: v.resource))
        .join(placed(f), Joiners.equal(lambda u, x, v: v.lesson, lambda y: y.id))
        .filter(lambda u, x, v, y: y.is_on_at_start_of(x))
        .group_by(lambda u, x, v, y: u, ConstraintCollectors.sum(lambda u, x, v, y: v.count))
    )
    return [
        at_once.filter(lambda x, n: n > x.room.groups)
        .penalize(HARD, lambda x, n: n - x.room.groups)
        .as_constraint("room busy"),
        by_day.filter(lambda r, d, n: n > r.max_per_day)
        .penalize(HARD, lambda r, d, n: n - r.max_per_day)
        .as_constraint("room per day"),
        used.filter(lambda u, n: n > u.limit)
        .penalize(HARD, lambda u, n: n - u.limit)
        .as_constraint("resource"),
    ]


def _members(f: ConstraintFactory) -> Stream:
    return f.for_each(InSeries).join(placed(f), Joiners.equal(lambda m: m.lesson, lambda x: x.id))


def _rules_of_series(f: ConstraintFactory) -> list[Constraint]:
    pairs = (
        f.for_each(Pair)
        .join(placed(f), Joiners.equal(lambda p: p.first, lambda x: x.id))
        .join(placed(f), Joiners.equal(lambda p, a: p.second, lambda x: x.id))
    )
    days = _members(f).group_by(lambda m, x: m.series, count_distinct(lambda m, x: x.start.day))
    whole = (
        _members(f)
        .filter(lambda m, x: m.series.together)
        .group_by(
            lambda m, x: m.series,
            ConstraintCollectors.sum(
                lambda m, x: (
                    1 if (x.is_staffed() or not x.needs_person) and (x.is_housed() or not x.needs_room) else 0
                )
            ),
        )
    )
    return [
        pairs.filter(lambda p, a, b: not p.ordered and a.rushes(b))
        .penalize(HARD)
        .as_constraint("class busy"),
        pairs.filter(lambda p, a, b: p.ordered and b.start.minute < a.start.minute + a.minutes)
        .penalize(HARD)
        .as_constraint("order"),
        days.filter(lambda r, n: n > r.max_days)
        .penalize(HARD, lambda r, n: n - r.max_days)
        .as_constraint("max days"),
        whole.filter(lambda r, n: n < r.size)
        .penalize(HARD, lambda r, n: r.size - n)
        .as_constraint("together"),
    ]


def _costs(f: ConstraintFactory, w: dict[str, int]) -> list[Constraint]:
    taught = staffed(f).group_by(lambda x: x.person, count())
    done = (
        f.for_each(Eligible)
        .join(staffed(f), Joiners.equal(lambda e: e.lesson, lambda x: x.id))
        .filter(lambda e, x: x.person.index == e.duty.person)
        .group_by(lambda e, x: e.duty, ConstraintCollectors.count_bi())
    )
    shares = (
        f.for_each(InGroup)
        .filter(lambda m: m.group.percent > 0)
        .join(placed(f), Joiners.equal(lambda m: m.lesson, lambda x: x.id))
        .group_by(
            lambda m, x: m.group,
            ConstraintCollectors.sum(lambda m, x: x.half_hours),
            ConstraintCollectors.sum(lambda m, x: x.half_hours if x.is_staffed() and x.person.leads else 0),
        )
    )
    days = _members(f).group_by(lambda m, x: m.series, count_distinct(lambda m, x: x.start.day))
    rooms = (
        _members(f)
        .filter(lambda m, x: m.series.same_venue and x.room is not None)
        .group_by(lambda m, x: m.series, count_distinct(lambda m, x: x.room))
    )
    found = {
        "unassigned": lessons(f).penalize(soft(w["unassigned"]), lambda x: x.missing()),
        "change": lessons(f).penalize(soft(w["change"]), lambda x: x.changed()),
        "person": staffed(f).penalize(SOFT, lambda x: x.person_cost[x.person.index]),
        "travel": staffed(f).penalize(soft(w["travel"]), lambda x: x.person.half_km[x.place()]),
        "avoid": staffed(f).filter(lambda x: x.is_avoided()).penalize(soft(w["avoid"])),
        "class_travel": placed(f).penalize(SOFT, lambda x: x.place_cost[x.place()]),
        "venue": housed(f).penalize(SOFT, lambda x: x.room_cost[x.room.index]),
        "over_target": taught.filter(lambda p, n: n > p.target).penalize(
            soft(w["over_target"]), lambda p, n: n - p.target
        ),
        "over_twice_target": taught.filter(lambda p, n: n > 2 * p.target).penalize(
            soft(w["over_twice_target"]), lambda p, n: n - 2 * p.target
        ),
        "duty": done.reward(soft(1), lambda d, n: d.worth * (n if n < d.need else d.need)),
        "leader_share": shares.filter(lambda g, hours, led: g.percent * hours > 100 * led).penalize(
            soft(w["leader_share"]), lambda g, hours, led: (g.percent * hours - 100 * led + 199) // 200
        ),
        "min_days": days.reward(soft(w["min_days"]), lambda r, n: n if n < r.min_days else r.min_days),
        "same_venue": rooms.penalize(soft(w["same_venue"]), lambda r, n: n - 1),
    }
    if w["isolated"]:
        at = Joiners.equal(lambda m: m.lesson, lambda x: x.id)
        found["isolated"] = f.for_each(InGroup).join(placed(f), at).penalize(soft(w["isolated"]))
        near = (
            f.for_each(InGroup)
            .join(placed(f), at)
            .join(InGroup, Joiners.equal(lambda m, x: m.group, lambda n: n.group))
            .join(placed(f), Joiners.equal(lambda m, x, n: n.lesson, lambda y: y.id))
            .filter(lambda m, x, n, y: x.id != y.id and x.is_near(y))
            .group_by(lambda m, x, n, y: m)
        )
        found["company"] = near.reward(soft(w["isolated"]))
    return [stream.as_constraint(name) for name, stream in found.items()]
