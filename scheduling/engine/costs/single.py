"""Cost parts that look at one session at a time."""

from scheduling.engine.arrays import Arrays, between, has_bit
from scheduling.engine.board import Board
from scheduling.engine.compiling import inner
from scheduling.engine.costs.base import CostPart
from scheduling.engine.timetable import Timetable


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

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> int:
        return -p.weights[0].unassigned * p.sessions[s].priority

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        return -p.weights[0].unassigned * p.sessions[s].priority * p.sessions[s].needs_instructor

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> int:
        return -p.weights[0].unassigned * p.sessions[s].priority * p.sessions[s].needs_venue


class Quality(CostPart):
    """How far the instructor's rating in the topic is below 100."""

    name = "quality"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.quality * sum(
            100 - x.topics.get(p.session.topic, 0) for p, x in table.taught()
        )

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        return p.weights[0].quality * (100 - max(0, p.rating_of[p.sessions[s].topic, who]))


class Travel(CostPart):
    """Half kilometres from the instructor's home to the session."""

    name = "travel"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.travel * sum(
            table.half_km(table.place(x.home), p.place) for p, x in table.taught()
        )

    @staticmethod
    @inner
    def way(p: Arrays, b: Board, s: int, o: int, home: int, place: int) -> int:
        # As far as from home to place; loops ask for one place and many homes, and this way they read one row.
        return p.weights[0].travel * between(p.half_km, place, home)


class ClassTravel(CostPart):
    """Half kilometres from the home of each class to the session."""

    name = "class_travel"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.class_travel * sum(
            table.half_km(table.home(table.classes[c]), p.place)
            for p in table.placed.values()
            for c in p.session.classes
        )

    @staticmethod
    @inner
    def place(p: Arrays, b: Board, s: int, o: int, place: int) -> int:
        session, total = p.sessions[s], 0
        for mark in range(session.klass, session.klass_end):
            total += between(p.half_km, p.class_home[p.class_of[mark]], place)
        return p.weights[0].class_travel * total


class Avoid(CostPart):
    """Sessions at times their instructor would rather avoid."""

    name = "avoid"
    is_steady = False

    def full(self, table: Timetable) -> int:
        return table.problem.weights.avoid * sum(p.overlaps(x.avoid) for p, x in table.taught())

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        return p.weights[0].avoid if has_bit(p.avoids, who, p.options[o].period) else 0


class Fee(CostPart):
    """Fees in hundreds of yuan."""

    name = "fee"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.fee * sum(
            x.fee * round(p.session.hours * 2) // 200 for p, x in table.taught()
        )

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        return p.weights[0].fee * (p.instructors[who].fee * p.sessions[s].half_hours // 200)


class VenueCost(CostPart):
    """The price of the venue per session."""

    name = "venue_cost"

    def full(self, table: Timetable) -> int:
        return table.problem.weights.venue_cost * sum(v.cost for _, v in table.housed())

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> int:
        return p.weights[0].venue_cost * p.venues[room].cost


class Overflow(CostPart):
    """Heads above the capacity, where that is priced."""

    name = "overflow"

    def full(self, table: Timetable) -> int:
        return (table.problem.weights.overflow or 0) * sum(
            max(0, p.session.heads - v.capacity) for p, v in table.housed()
        )

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> int:
        return max(0, p.weights[0].overflow) * max(0, p.sessions[s].heads - p.venues[room].capacity)


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

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> int:
        session = p.sessions[s]
        return -p.weights[0].change * (
            session.has_current != 0 and session.current_start == p.options[o].begin
        )

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> int:
        return -p.weights[0].change * (p.sessions[s].current_instructor == who)

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> int:
        return -p.weights[0].change * (p.sessions[s].current_venue == room)
