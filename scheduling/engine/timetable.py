"""A plan laid out for the full evaluation: plain objects and no caches, shared by the checker's rules and costs only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from scheduling.engine.distances import kilometres, travel_minutes
from scheduling.engine.index import DAY, to_minutes, to_time
from scheduling.engine.model import (
    Assignment,
    Instructor,
    Interval,
    Place,
    Plan,
    Problem,
    Session,
    TrainingClass,
    Venue,
)
from scheduling.engine.reasons import Reason, Violation


@dataclass(frozen=True)
class Placed:
    """One session with a start; times in minutes since 1970."""

    session: Session
    begin: int
    instructor: Instructor | None
    venue: Venue | None
    place: Place | None

    @property
    def end(self) -> int:
        """The minute it ends."""
        return self.begin + self.session.minutes

    @property
    def day(self) -> int:
        """The day it starts on."""
        return self.begin // DAY

    @property
    def is_whole(self) -> bool:
        """Whether nothing that it needs is missing."""
        staffed = self.instructor is not None or not self.session.needs_instructor
        return staffed and (self.venue is not None or not self.session.needs_venue)

    def overlaps(self, intervals: Iterable[Interval]) -> bool:
        """Whether it overlaps one of some intervals."""
        begin = to_time(self.begin)
        end = begin + min(timedelta(minutes=self.session.minutes), datetime.max - begin)
        return any(begin < b and a < end for a, b in intervals)


class Timetable:
    """All placed sessions of a plan, and what could not be read from it."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.unreadable: list[Violation] = []
        self.placed: dict[str, Placed] = {}
        self._known = {s.id: s for s in problem.sessions}
        self._people = {x.id: x for x in problem.instructors}
        self._venues = {v.id: v for v in problem.venues}
        self._places = {p.id: p for p in problem.places}
        self.classes = {c.id: c for c in problem.classes}
        self.assignments: dict[str, Assignment] = {}
        for assignment in plan.assignments:
            self._lay(assignment)

    def _lay(self, a: Assignment) -> None:
        session = self._known.get(a.session)
        if session is None:
            self.unreadable.append(Violation(Reason.UNKNOWN, None, {"session": a.session}))
            return
        if a.session in self.assignments:
            self.unreadable.append(Violation(Reason.TWICE, a.session))
            return
        self.assignments[a.session] = a
        if a.instructor is not None and a.instructor not in self._people:
            self.unreadable.append(Violation(Reason.UNKNOWN, a.session, {"instructor": a.instructor}))
        if a.venue is not None and a.venue not in self._venues:
            self.unreadable.append(Violation(Reason.UNKNOWN, a.session, {"venue": a.venue}))
        if a.start is not None:
            venue = self._venues.get(a.venue or "") if a.venue is not None else None
            teacher = self._people.get(a.instructor) if a.instructor is not None else None
            self.placed[a.session] = Placed(
                session, to_minutes(a.start), teacher, venue, self._place(session, venue)
            )
        elif a.instructor is not None or a.venue is not None:
            self.unreadable.append(Violation(Reason.NOT_PLACED, a.session))

    def _place(self, session: Session, venue: Venue | None) -> Place | None:
        if venue is not None:
            return self.place(venue.place)
        return self.place(self.classes[session.classes[0]].home) if session.classes else None

    def place(self, name: str | None) -> Place | None:
        """Return a place by id."""
        return None if name is None else self._places[name]

    def half_km(self, a: Place | None, b: Place | None) -> int:
        """Return floor(km / 2) between two places, 0 where either is unknown."""
        return 0 if a is None or b is None else int(kilometres(a, b) / 2)

    def travel(self, a: Placed, b: Placed) -> int:
        """Return the minutes from one session to another, 0 where a place is unknown or both are the same."""
        if a.place is None or b.place is None or a.place.id == b.place.id:
            return 0
        return travel_minutes(kilometres(a.place, b.place), self.problem)

    @cached_property
    def by_instructor(self) -> dict[str, list[Placed]]:
        """Placed sessions of each instructor, by start."""
        return _grouped((p.instructor.id, p) for p in self.placed.values() if p.instructor is not None)

    @cached_property
    def by_venue(self) -> dict[str, list[Placed]]:
        """Placed sessions of each venue, by start."""
        return _grouped((p.venue.id, p) for p in self.placed.values() if p.venue is not None)

    @cached_property
    def by_class(self) -> dict[str, list[Placed]]:
        """Placed sessions of each class, by start."""
        return _grouped((c, p) for p in self.placed.values() for c in p.session.classes)

    def taught(self) -> Iterator[tuple[Placed, Instructor]]:
        """Yield every placed session that has an instructor."""
        for placed in self.placed.values():
            if placed.instructor is not None:
                yield placed, placed.instructor

    def housed(self) -> Iterator[tuple[Placed, Venue]]:
        """Yield every placed session that has a venue."""
        for placed in self.placed.values():
            if placed.venue is not None:
                yield placed, placed.venue

    def series(self, names: Iterable[str]) -> list[Placed]:
        """Return the placed ones of some sessions, in the listed order."""
        return [self.placed[name] for name in names if name in self.placed]

    def home(self, klass: TrainingClass) -> Place | None:
        """Return the home of a class."""
        return self.place(klass.home)


def _grouped(pairs: Iterable[tuple[str, Placed]]) -> dict[str, list[Placed]]:
    found: dict[str, list[Placed]] = {}
    for name, placed in pairs:
        found.setdefault(name, []).append(placed)
    for entries in found.values():
        entries.sort(key=lambda p: (p.begin, p.end))
    return found
