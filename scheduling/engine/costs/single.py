"""Cost parts that look at one session at a time."""

from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.costs.base import CostPart
from scheduling.engine.index import NONE, Ints
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.state import State


class Unassigned(CostPart):
    """Missing starts, instructors and venues, by priority."""

    name = "unassigned"

    def full(self, table: Timetable) -> int:
        missing = 0
        for session in table.problem.sessions:
            p = table.placed.get(session.id)
            no_instructor = session.needs_instructor and (p is None or p.instructor is None)
            no_venue = session.needs_venue and (p is None or p.venue is None)
            missing += session.priority * ((p is None) + no_instructor + no_venue)
        return table.problem.weights.unassigned * missing

    def time(self, state: "State", s: int, start: int) -> int:
        return -state.index.weights.unassigned * state.index.priority[s]

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        return (
            -state.index.weights.unassigned * state.index.priority[s]
            if state.index.needs_instructor[s]
            else 0
        )

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Ints | int:
        return -state.index.weights.unassigned * state.index.priority[s] if state.index.needs_venue[s] else 0


class Quality(CostPart):
    """How far the instructor's rating in the topic is below 100."""

    name = "quality"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.quality * sum(
            100 - x.topics.get(p.session.topic, 0) for p, x in table.taught()
        )

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        index = state.index
        rating = np.maximum(index.ratings(index.problem.sessions[s].topic)[who], 0)
        return index.weights.quality * (100 - rating)


class Travel(CostPart):
    """Half kilometres from the instructor's home to the session."""

    name = "travel"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.travel * sum(
            table.half_km(table.place(x.home), p.place) for p, x in table.taught()
        )

    def pairs(self, state: "State", s: int, who: Ints, place: int) -> Ints | int:
        index = state.index
        return index.weights.travel * index.distances.half_km(place)[index.home[who]] if place != NONE else 0


class ClassTravel(CostPart):
    """Half kilometres from the home of each class to the session."""

    name = "class_travel"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.class_travel * sum(
            table.half_km(table.home(table.classes[c]), p.place)
            for p in table.placed.values()
            for c in p.session.classes
        )

    def places(self, state: "State", s: int, places: Ints) -> Ints | int:
        index = state.index
        homes = [index.class_home[c] for c in index.classes[s]]
        total = np.zeros(len(places), dtype=np.int64)
        for home in homes if index.weights.class_travel else ():
            total += index.distances.half_km(home)[places]
        return index.weights.class_travel * total


class Avoid(CostPart):
    """Sessions at times their instructor would rather avoid."""

    name = "avoid"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.avoid * sum(p.overlaps(x.avoid) for p, x in table.taught())

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        index = state.index
        return index.weights.avoid * index.avoids.at(start, start + index.minutes[s])[who].astype(np.int64)


class Fee(CostPart):
    """Fees in hundreds of yuan."""

    name = "fee"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.fee * sum(
            x.fee * round(p.session.hours * 2) // 200 for p, x in table.taught()
        )

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        return state.index.weights.fee * (state.index.fee[who] * state.index.half_hours[s] // 200)


class VenueCost(CostPart):
    """The price of the venue per session."""

    name = "venue_cost"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.venue_cost * sum(v.cost for _, v in table.housed())

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Ints | int:
        return state.index.weights.venue_cost * state.index.venue_cost[which]


class Overflow(CostPart):
    """Heads above the capacity, where that is priced."""

    name = "overflow"

    def full(self, table: Timetable) -> int:
        return (table.problem.weights.overflow or 0) * sum(
            max(0, p.session.heads - v.capacity) for p, v in table.housed()
        )

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Ints | int:
        index = state.index
        return (index.weights.overflow or 0) * np.maximum(0, index.heads[s] - index.capacity[which])


class Change(CostPart):
    """Parts that differ from what the session has today."""

    name = "change"

    def full(self, table: Timetable) -> int:
        changed = 0
        for session in table.problem.sessions:
            now, p = session.current, table.placed.get(session.id)
            changed += now.start is not None and (
                p is None or table.assignments[session.id].start != now.start
            )
            changed += now.instructor is not None and (
                p is None or p.instructor is None or p.instructor.id != now.instructor
            )
            changed += now.venue is not None and (p is None or p.venue is None or p.venue.id != now.venue)
        return table.problem.weights.change * changed

    def time(self, state: "State", s: int, start: int) -> int:
        index = state.index
        return -index.weights.change * (index.has_current_start[s] and index.current_start[s] == start)

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Ints | int:
        index = state.index
        return (
            0
            if index.current_instructor[s] == NONE
            else -index.weights.change * (who == index.current_instructor[s]).astype(np.int64)
        )

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Ints | int:
        index = state.index
        return (
            0
            if index.current_venue[s] == NONE
            else -index.weights.change * (which == index.current_venue[s]).astype(np.int64)
        )
