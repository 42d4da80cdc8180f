"""Rule 1: start, instructor and venue are allowed, pinned parts are kept."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduling.engine.index import NONE, Bools, Ints
from scheduling.engine.model import PARTS, Leader
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.rules.base import Rule
from scheduling.engine.timetable import Timetable

if TYPE_CHECKING:
    from scheduling.engine.state import State


class AllowedStart(Rule):
    """A session starts at one of its starts."""

    reason = Reason.START

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p in table.placed.values():
            start = table.assignments[p.session.id].start
            if start is not None and start not in p.session.starts:
                yield Violation(self.reason, p.session.id, {"start": start.isoformat(timespec="minutes")})

    def time(self, state: "State", s: int, start: int) -> bool:
        return start not in state.index.starts[s]


class KnowsTopic(Rule):
    """Without an allow-list, the instructor teaches the topic."""

    reason = Reason.TOPIC
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.instructors is None and p.session.topic not in teacher.topics:
                yield Violation(
                    self.reason, p.session.id, {"instructor": teacher.id, "topic": p.session.topic}
                )

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        session = state.index.problem.sessions[s]
        return None if session.instructors is not None else state.index.ratings(session.topic)[who] < 0


class ListedInstructor(Rule):
    """With an allow-list, the instructor is on it."""

    reason = Reason.INSTRUCTOR_LIST
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.instructors and teacher.id not in p.session.instructors:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        names = state.index.problem.sessions[s].instructors
        return ~state.index.listed(names, state.index.instructor)[who] if names else None


class InstructorNeeded(Rule):
    """With an empty allow-list there is no instructor."""

    reason = Reason.INSTRUCTOR_NOT_NEEDED
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if not p.session.needs_instructor:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        return None if state.index.needs_instructor[s] else who >= 0


class LeaderRequired(Rule):
    """A session that requires a leader has one, if it has anyone."""

    reason = Reason.LEADER_REQUIRED
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.leader is Leader.REQUIRED and not teacher.leader:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        required = state.index.problem.sessions[s].leader is Leader.REQUIRED
        return ~state.index.leads[who] if required else None


class LeaderForbidden(Rule):
    """A session that forbids leaders has none."""

    reason = Reason.LEADER_FORBIDDEN
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            if p.session.leader is Leader.FORBIDDEN and teacher.leader:
                yield Violation(self.reason, p.session.id, {"instructor": teacher.id})

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        forbidden = state.index.problem.sessions[s].leader is Leader.FORBIDDEN
        return state.index.leads[who] if forbidden else None


class NotRecused(Rule):
    """Nobody teaches a class they are recused from."""

    reason = Reason.NOT_CLASS
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, teacher in table.taught():
            for name in p.session.classes:
                if name in teacher.not_classes:
                    yield Violation(self.reason, p.session.id, {"instructor": teacher.id, "class": name})

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        return state.index.recused(s)[who]


class HasFeatures(Rule):
    """Without an allow-list, the venue has all features."""

    reason = Reason.FEATURES
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            missing = [f for f in p.session.features if f not in venue.features]
            if p.session.venues is None and missing:
                yield Violation(self.reason, p.session.id, {"venue": venue.id, "feature": missing[0]})

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        session = state.index.problem.sessions[s]
        return None if session.venues is not None else state.index.lacking_features(session)[which]


class ListedVenue(Rule):
    """With an allow-list, the venue is on it."""

    reason = Reason.VENUE_LIST
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            if p.session.venues and venue.id not in p.session.venues:
                yield Violation(self.reason, p.session.id, {"venue": venue.id})

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        names = state.index.problem.sessions[s].venues
        return ~state.index.listed(names, state.index.venue)[which] if names else None


class VenueNeeded(Rule):
    """With an empty allow-list there is no venue."""

    reason = Reason.VENUE_NOT_NEEDED
    is_static = True

    def broken(self, table: Timetable) -> Iterator[Violation]:
        for p, venue in table.housed():
            if not p.session.needs_venue:
                yield Violation(self.reason, p.session.id, {"venue": venue.id})

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        return None if state.index.needs_venue[s] else which >= 0


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

    def time(self, state: "State", s: int, start: int) -> bool:
        index, pinned = state.index, state.index.problem.sessions[s].pinned
        return "start" in pinned and not (index.has_current_start[s] and index.current_start[s] == start)

    def instructors(self, state: "State", s: int, start: int, who: Ints) -> Bools | None:
        pinned = "instructor" in state.index.problem.sessions[s].pinned
        return who != state.index.current_instructor[s] if pinned else None

    def venues(self, state: "State", s: int, start: int, which: Ints) -> Bools | None:
        pinned = "venue" in state.index.problem.sessions[s].pinned
        return which != state.index.current_venue[s] if pinned else None

    @staticmethod
    def must_place(state: "State", s: int) -> bool:
        """Whether leaving the session out would lose a pinned part."""
        index = state.index
        held = {
            "start": index.has_current_start[s],
            "instructor": index.current_instructor[s] != NONE,
            "venue": index.current_venue[s] != NONE,
        }
        return any(held[part] for part in index.problem.sessions[s].pinned)
