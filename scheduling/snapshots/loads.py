"""How the work of a year is spread: sessions by person today and in a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scheduling import engine
from scheduling.snapshots.building import Snapshot, plan_of
from scheduling.snapshots.keys import number

MOST_PEOPLE = 400
"""People of whom the change is kept."""


def loads_of(snapshot: Snapshot, plan: engine.Plan) -> dict[str, object]:
    """As JSON: how many people have how many sessions today and in the plan, and whose number changes."""
    before, after = _by_person(plan_of(snapshot).assignments), _by_person(plan.assignments)
    people = [x.id for x in snapshot.problem.instructors]
    moved = sorted(
        (who for who in people if before[who] != after[who]), key=lambda who: -abs(after[who] - before[who])
    )
    return {
        "before": _spread(people, before),
        "after": _spread(people, after),
        "people": [[number(who), before[who], after[who]] for who in moved[:MOST_PEOPLE]],
    }


def _by_person(assignments: Iterable[engine.Assignment]) -> Counter[str]:
    return Counter(a.instructor for a in assignments if a.instructor is not None and a.start is not None)


def _spread(people: Iterable[str], counts: Counter[str]) -> list[int]:
    """At n: how many people have n sessions."""
    found = Counter(counts[who] for who in people)
    return [found[n] for n in range(max(found, default=0) + 1)]
