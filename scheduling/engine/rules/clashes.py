"""Rules 2, 3 and 4: one session at a time, time to travel, and nobody when they are away."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from scheduling.engine.arrays import Arrays, has_bit
from scheduling.engine.board import Board, Slack, closer, is_rushed, overlaps, slack_of
from scheduling.engine.cliques import Kind, cliques
from scheduling.engine.compiling import inner, whole
from scheduling.engine.index import NONE
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.timetable import Placed, Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model


def _clashes(entries: list[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Yield pairs that overlap, given by start."""
    for n, a in enumerate(entries):
        for b in entries[n + 1 :]:
            if b.begin >= a.end:
                break
            if a.begin < b.end:
                yield a, b


def _rushes(table: Timetable, entries: list[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Yield pairs that follow one another on a day without time to travel."""
    for a, b in pairwise(entries):
        minutes = table.travel(a, b)
        if a.day == b.day and minutes and b.begin < a.end + minutes:
            yield a, b


@inner
def _taken(p: Arrays, b: Board, room: int, days: tuple[int, int], moment: int) -> int:
    """Return how many sessions take a venue at a moment, those that begin on some days looked at."""
    found = 0
    for day in range(days[0], days[1] + 1):
        other = b.room_head[day, room]
        while other >= 0:
            there = p.options[b.option_of[other]]
            found += there.begin <= moment < there.end + p.venues[room].turnaround
            other = b.room_next[other]
    return found


@inner
def busiest_in_room(p: Arrays, b: Board, o: int, room: int) -> int:
    """Return the most sessions that take a venue at one moment at which an option would."""
    mine, tail = p.options[o], p.venues[room].turnaround
    days = mine.first_day, mine.last_day
    most = _taken(p, b, room, days, mine.begin)
    for day in range(mine.first_day, mine.last_day + 1):
        other = b.room_head[day, room]
        while other >= 0:
            begin = p.options[b.option_of[other]].begin
            if mine.begin < begin < mine.end + tail:
                most = max(most, _taken(p, b, room, days, begin))
            other = b.room_next[other]
    return most


class InstructorOnce(Rule):
    """An instructor is in one session at a time."""

    reason = Reason.INSTRUCTOR_BUSY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for name, entries in table.by_instructor.items():
            for a, b in _clashes(entries):
                yield Violation(self.reason, b.session.id, {"instructor": name, "other": a.session.id})

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        for day in range(p.options[o].first_day, p.options[o].last_day + 1):
            other = b.who_head[day, who]
            while other >= 0:
                if overlaps(p, b, whole(other), o):
                    return True
                other = b.who_next[other]
        return False

    def post(self, model: "Model") -> None:
        for _, ids in model.by_instructor():
            for clique in cliques(*model.spans(model.i_time[ids])):
                model.cap(Kind.INSTRUCTOR, ids[clique], 1)


class ClassOnce(Rule):
    """A class is in one session at a time."""

    reason = Reason.CLASS_BUSY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for name, entries in table.by_class.items():
            for a, b in _clashes(entries):
                yield Violation(self.reason, b.session.id, {"class": name, "other": a.session.id})

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> bool:
        session, option = p.sessions[s], p.options[o]
        for klass in range(session.klass, session.klass_end):
            for day in range(option.first_day, option.last_day + 1):
                mark = b.class_head[day, p.class_of[klass]]
                while mark >= 0:
                    if overlaps(p, b, whole(p.class_session[mark]), o):
                        return True
                    mark = b.class_next[mark]
        return False

    def post(self, model: "Model") -> None:
        for _, ids in model.by_class():
            for clique in cliques(*model.spans(ids)):
                model.cap(Kind.TIME, ids[clique], 1)


class VenueGroups(Rule):
    """A venue takes at most its number of groups at once; each takes it until the turnaround after it is over."""

    reason = Reason.VENUE_BUSY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for entries in table.by_venue.values():
            for p in entries:
                venue = p.venue
                tail = 0 if venue is None else venue.turnaround
                there = sum(
                    1
                    for other in entries
                    if other is p or (other.begin <= p.begin < other.end + tail and p.begin < p.end + tail)
                )
                if venue is not None and there > venue.groups:
                    yield Violation(self.reason, p.session.id, {"venue": venue.id, "groups": venue.groups})

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        option, groups, tail = p.options[o], p.venues[room].groups, p.venues[room].turnaround
        there = 0
        for day in range(option.first_day, option.last_day + 1):
            other = b.room_head[day, room]
            while other >= 0:
                found = p.options[b.option_of[other]]
                there += found.begin < option.end + tail and found.end + tail > option.begin
                other = b.room_next[other]
        if there < groups:
            return False
        return groups <= 0 or groups == 1 or busiest_in_room(p, b, o, room) >= groups

    def post(self, model: "Model") -> None:
        for venue, ids in model.by_venue():
            begin, end = model.spans(model.v_time[ids])
            tail = int(model.index.turnaround[venue])
            end = end + tail
            fixed, groups = model.state.of_venue[venue], int(model.index.groups[venue])
            if not fixed:
                for clique in cliques(begin, end):
                    model.cap(Kind.VENUE, ids[clique], groups)
                continue
            for moment in sorted({*begin.tolist(), *(e[0] for e in fixed)}):
                taken = sum(1 for e in fixed if e[0] <= moment < e[1] + tail)
                model.cap(Kind.VENUE, ids[(begin <= moment) & (end > moment)], groups - taken)


class InstructorTravel(Rule):
    """An instructor has time to travel between sessions of a day."""

    reason = Reason.TRAVEL

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for name, entries in table.by_instructor.items():
            for a, b in _rushes(table, entries):
                yield Violation(
                    self.reason,
                    b.session.id,
                    {"instructor": name, "other": a.session.id, "minutes": table.travel(a, b)},
                )

    @staticmethod
    @inner
    def pair(  # noqa: PLR0913 - all levels take their arguments one by one
        p: Arrays, b: Board, s: int, o: int, who: int, place: int, slack: Slack
    ) -> bool:
        return is_rushed(p, place, slack)


class ClassTravel(Rule):
    """A class has time to travel between sessions of a day."""

    reason = Reason.CLASS_TRAVEL

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for name, entries in table.by_class.items():
            for a, b in _rushes(table, entries):
                yield Violation(
                    self.reason,
                    b.session.id,
                    {"class": name, "other": a.session.id, "minutes": table.travel(a, b)},
                )

    @staticmethod
    @inner
    def place(p: Arrays, b: Board, s: int, o: int, place: int) -> bool:
        if place < 0:
            return False
        session, day = p.sessions[s], p.options[o].day
        for klass in range(session.klass, session.klass_end):
            around = NONE, NONE
            mark = b.class_head[day, p.class_of[klass]]
            while mark >= 0:
                around = closer(p, b, o, whole(p.class_session[mark]), around)
                mark = b.class_next[mark]
            if is_rushed(p, place, slack_of(p, b, o, around)):
                return True
        return False


class InstructorAway(Rule):
    """Nobody teaches when they are away."""

    reason = Reason.INSTRUCTOR_AWAY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.overlaps(teacher.busy):
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return has_bit(p.away, who, p.options[o].period)


class VenueClosed(Rule):
    """No session is in a venue that is closed."""

    reason = Reason.VENUE_CLOSED

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            if p.overlaps(venue.busy):
                yield Violation(self.reason, p.session.id, {"venue": venue.id})

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        return has_bit(p.closed, room, p.options[o].period)
