"""Rules 2, 3 and 4: one session at a time, time to travel, and nobody when they are away."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from scheduling.engine.cliques import Kind, cliques
from scheduling.engine.index import DAY, NONE, Bools, Ints
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.state import Timeline, is_free, neighbours, overlapping, peak
from scheduling.engine.timetable import Placed, Timetable

if TYPE_CHECKING:
    from scheduling.engine.linear import Model
    from scheduling.engine.state import State


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


def _out_of_reach(state: "State", line: Timeline, begin: int, end: int, places: Ints) -> Bools | None:
    """Return at which places [begin, end) leaves no time to travel from and to its neighbours in a timeline."""
    blocked: Bools | None = None
    before, after = neighbours(line, begin, end) if line else (None, None)
    for other, gap in ((before, begin - before[1] if before else 0), (after, after[0] - end if after else 0)):
        if other is not None and other[3] != NONE:
            minutes = state.index.distances.minutes(other[3])[places]
            far = (minutes > max(0, gap)) & (places != NONE) & (places != other[3])
            blocked = far if blocked is None else blocked | far
    return blocked


class InstructorOnce(Rule):
    """An instructor is in one session at a time."""

    reason = Reason.INSTRUCTOR_BUSY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for name, entries in table.by_instructor.items():
            for a, b in _clashes(entries):
                yield Violation(self.reason, b.session.id, {"instructor": name, "other": a.session.id})

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        end, lines = start + state.index.minutes[s], state.of_instructor
        busy = np.zeros(len(who), dtype=np.bool_)
        for n in state.engaged(start, who).tolist():
            busy[n] = not is_free(lines[who[n]], start, end)
        return busy

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

    def time(self, state: "State", s: int, start: int) -> bool:
        end = start + state.index.minutes[s]
        return any(not is_free(state.of_class[c], start, end) for c in state.index.classes[s])

    def post(self, model: "Model") -> None:
        for _, ids in model.by_class():
            for clique in cliques(*model.spans(ids)):
                model.cap(Kind.TIME, ids[clique], 1)


class VenueGroups(Rule):
    """A venue takes at most its number of groups at once."""

    reason = Reason.VENUE_BUSY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for entries in table.by_venue.values():
            for p in entries:
                venue = p.venue
                there = sum(
                    1
                    for other in entries
                    if other is p or (other.begin <= p.begin < other.end and p.begin < p.end)
                )
                if venue is not None and there > venue.groups:
                    yield Violation(self.reason, p.session.id, {"venue": venue.id, "groups": venue.groups})

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        index, end = state.index, start + state.index.minutes[s]
        full = index.groups[which] <= 0
        there_at_all = state.venue_per_day[which, index.calendar.day[start // DAY]] >= index.groups[which]
        for n in np.nonzero(~full & (there_at_all | index.crosses_midnight))[0].tolist():
            groups = int(index.groups[which[n]])
            there = overlapping(state.of_venue[which[n]], start, end, index.longest)
            full[n] = len(there) >= groups and peak([(e[0], e[1], 1) for e in there], start, end) >= groups
        return np.asarray(full)

    def post(self, model: "Model") -> None:
        for venue, ids in model.by_venue():
            begin, end = model.spans(model.v_time[ids])
            fixed, groups = model.state.of_venue[venue], int(model.index.groups[venue])
            if not fixed:
                for clique in cliques(begin, end):
                    model.cap(Kind.VENUE, ids[clique], groups)
                continue
            for moment in sorted({*begin.tolist(), *(e[0] for e in fixed)}):
                taken = sum(1 for e in fixed if e[0] <= moment < e[1])
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

    def pairs(self, state: "State", s: int, start: int, who: Ints, place: int) -> Bools | None:
        if place == NONE:
            return None
        end, here = start + state.index.minutes[s], np.array([place])
        rushed = np.zeros(len(who), dtype=np.bool_)
        for n in state.engaged(start, who).tolist():
            blocked = _out_of_reach(state, state.of_instructor[who[n]], start, end, here)
            rushed[n] = blocked is not None and bool(blocked[0])
        return rushed


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

    def places(self, state: "State", s: int, start: int, places: Ints) -> Bools | None:
        end, blocked = start + state.index.minutes[s], None
        for c in state.index.classes[s]:
            far = _out_of_reach(state, state.of_class[c], start, end, places)
            if far is not None:
                blocked = far if blocked is None else blocked | far
        return blocked


class InstructorAway(Rule):
    """Nobody teaches when they are away."""

    reason = Reason.INSTRUCTOR_AWAY

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.overlaps(teacher.busy):
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        return state.index.away.at(start, start + state.index.minutes[s])[who]


class VenueClosed(Rule):
    """No session is in a venue that is closed."""

    reason = Reason.VENUE_CLOSED

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            if p.overlaps(venue.busy):
                yield Violation(self.reason, p.session.id, {"venue": venue.id})

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        return state.index.closed.at(start, start + state.index.minutes[s])[which]
