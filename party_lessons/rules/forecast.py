"""Who can still be served by the sessions that are left: exact.

Every session has one teacher, and a teacher so many lessons a day, week, month and year. An obligation can be served only
if others give way when some fullest seating, of all that serve the most lessons owed, leaves it short. Seats and
sessions alone are a bipartite graph, and augmenting paths find every seat that some fullest seating leaves out. Two
things are more than that: limits, and a lesson that passes the tests of several posts of one person and serves them
all. Whoever has such is looked for a place of their own first; only where that fails, the few who hang together
with them go to an integer program, which is given from above (`Solve`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from party_lessons.rules.demands import Cap, Demand, Outlook, binding, most_alone
from party_lessons.rules.program import Solve, left_short
from party_lessons.rules.seating import components, seat


def forecast(
    demands: Sequence[Demand], solve: Solve, caps: Mapping[int, Sequence[Cap]] | None = None
) -> dict[int, Outlook]:
    """The outlook of every demand by its `ref`. Demands of one person may share a session; `caps` by person."""
    bound = _bound(demands, caps or {})
    seating = seat(demands)
    crowded = seating.short
    entangled = seating.entangled(bound)
    if entangled:
        around = seating.around(entangled)
        crowded = {place for place in crowded if place not in around}
        for group in components(demands, around):
            if any(place in entangled for place in group):
                crowded |= left_short(demands, group, bound, solve)
            else:
                crowded |= seating.short & set(group)
    return {
        d.ref: Outlook(
            len(d.sessions), i in crowded, most=most_alone(d, bound[d.person]) if d.person in bound else None
        )
        for i, d in enumerate(demands)
    }


def _bound(demands: Iterable[Demand], caps: Mapping[int, Sequence[Cap]]) -> dict[int, Sequence[Cap]]:
    """People whose demands are more than seats, with their limits: those that may bind, or none where lessons are shared."""
    mine: defaultdict[int, list[Demand]] = defaultdict(list)
    for demand in demands:
        mine[demand.person].append(demand)
    found: dict[int, Sequence[Cap]] = {}
    for person, own in mine.items():
        limits = binding(own, caps.get(person, ()))
        is_shared = len(own) > 1 and sum(len(d.sessions) for d in own) > len(
            set().union(*(d.sessions for d in own))
        )
        if limits or is_shared:
            found[person] = limits
    return found
