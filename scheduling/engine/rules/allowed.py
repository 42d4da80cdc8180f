"""Rule 1: start, instructor and venue are allowed, pinned parts are kept.

What an option or a list of the arrays says by itself is not asked again by the loops that go through them.
"""

from collections.abc import Iterator

from scheduling.engine.arrays import (
    LEADER_FORBIDDEN,
    LEADER_REQUIRED,
    PIN_INSTRUCTOR,
    PIN_START,
    PIN_VENUE,
    Arrays,
    Int32s,
)
from scheduling.engine.board import Board
from scheduling.engine.compiling import inner
from scheduling.engine.model import PARTS, Leader
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.timetable import Timetable


@inner
def is_missing(listed: Int32s, begin: int, end: int, one: int) -> bool:
    """Whether an allow-list that is not empty, given by its marks, lacks someone."""
    if begin == end:
        return False
    while begin < end:
        middle = (begin + end) // 2
        if listed[middle] < one:
            begin = middle + 1
        elif listed[middle] > one:
            end = middle
        else:
            return False
    return True


class AllowedStart(Rule):
    """A session starts at one of its starts."""

    reason = Reason.START

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p in table.placed.values():
            start = table.assignments[p.session.id].start
            if start is not None and start not in p.session.starts:
                yield Violation(self.reason, p.session.id, {"start": start.isoformat(timespec="minutes")})


class KnowsTopic(Rule):
    """Without an allow-list, the instructor teaches the topic."""

    reason = Reason.TOPIC
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.instructors is None and p.session.topic not in teacher.topics:
                yield Violation(
                    self.reason, p.session.id, {"instructor": teacher.id, "topic": p.session.topic}
                )

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        session = p.sessions[s]
        return not session.is_listed and p.rating_of[session.topic, who] < 0


class ListedInstructor(Rule):
    """With an allow-list, the instructor is on it."""

    reason = Reason.INSTRUCTOR_LIST
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.instructors and teacher.id not in p.session.instructors:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        session = p.sessions[s]
        return is_missing(p.listed, session.listed, session.listed_end, who)


class InstructorNeeded(Rule):
    """With an empty allow-list there is no instructor."""

    reason = Reason.INSTRUCTOR_NOT_NEEDED
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if not p.session.needs_instructor:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return not p.sessions[s].needs_instructor


class LeaderRequired(Rule):
    """A session that requires a leader has one, if it has anyone."""

    reason = Reason.LEADER_REQUIRED
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.leader is Leader.REQUIRED and not teacher.leader:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return p.sessions[s].leader == LEADER_REQUIRED and not p.instructors[who].leads


class LeaderForbidden(Rule):
    """A session that forbids leaders has none."""

    reason = Reason.LEADER_FORBIDDEN
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.leader is Leader.FORBIDDEN and teacher.leader:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        return p.sessions[s].leader == LEADER_FORBIDDEN and p.instructors[who].leads != 0


class NotRecused(Rule):
    """Nobody teaches a class they are recused from."""

    reason = Reason.NOT_CLASS
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            for name in p.session.classes:
                if name in teacher.not_classes:
                    yield Violation(self.reason, p.session.id, {"instructor": teacher.id, "class": name})

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        session, x = p.sessions[s], p.instructors[who]
        for mark in range(x.recused, x.recused_end):
            for klass in range(session.klass, session.klass_end):
                if p.class_of[klass] == p.recused_class[mark]:
                    return True
        return False


class HasFeatures(Rule):
    """Without an allow-list, the venue has all features."""

    reason = Reason.FEATURES
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            missing = [f for f in p.session.features if f not in venue.features]
            if p.session.venues is None and missing:
                yield Violation(self.reason, p.session.id, {"venue": venue.id, "feature": missing[0]})

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        session = p.sessions[s]
        if session.is_room_listed:
            return False
        for mark in range(session.feature, session.feature_end):
            if not p.has_feature[room, p.feature_of[mark]]:
                return True
        return False


class ListedVenue(Rule):
    """With an allow-list, the venue is on it."""

    reason = Reason.VENUE_LIST
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            if p.session.venues and venue.id not in p.session.venues:
                yield Violation(self.reason, p.session.id, {"venue": venue.id})

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        session = p.sessions[s]
        return is_missing(p.listed, session.room_listed, session.room_listed_end, room)


class VenueNeeded(Rule):
    """With an empty allow-list there is no venue."""

    reason = Reason.VENUE_NOT_NEEDED
    is_static = True
    is_listed = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            if not p.session.needs_venue:
                yield Violation(self.reason, p.session.id, {"venue": venue.id})

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        return not p.sessions[s].needs_venue


class Pinned(Rule):
    """The pinned parts of a session are those of its current assignment, an empty part stays empty."""

    reason = Reason.PINNED

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for session in table.problem.sessions:
            a = table.assignments.get(session.id)
            for part in PARTS:
                if part in session.pinned and (None if a is None else getattr(a, part)) != getattr(
                    session.current, part
                ):
                    yield Violation(self.reason, session.id, {"part": part})

    @staticmethod
    @inner
    def time(p: Arrays, b: Board, s: int, o: int) -> bool:
        session = p.sessions[s]
        if not session.pins & PIN_START:
            return False
        return not session.has_current or p.options[o].begin != session.current_start

    @staticmethod
    @inner
    def instructor(p: Arrays, b: Board, s: int, o: int, who: int) -> bool:
        session = p.sessions[s]
        return session.pins & PIN_INSTRUCTOR != 0 and session.current_instructor != who

    @staticmethod
    @inner
    def venue(p: Arrays, b: Board, s: int, o: int, room: int) -> bool:
        session = p.sessions[s]
        return session.pins & PIN_VENUE != 0 and session.current_venue != room

    @staticmethod
    @inner
    def nobody(p: Arrays, b: Board, s: int, o: int) -> bool:
        session = p.sessions[s]
        return session.pins & PIN_INSTRUCTOR != 0 and session.current_instructor >= 0

    @staticmethod
    @inner
    def nowhere(p: Arrays, b: Board, s: int, o: int) -> bool:
        session = p.sessions[s]
        return session.pins & PIN_VENUE != 0 and session.current_venue >= 0
