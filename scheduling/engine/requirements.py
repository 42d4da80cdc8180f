"""Requirements: what a conflict is made of, each one something that a person could give up, and problems without some of them.

A body is in one place at a time, travel takes its time, a lesson needs somebody who may teach it: these are not in the list,
they always hold.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from scheduling.engine.model import Instructor, Leader, Problem, Resource, Series, Session, Venue
from scheduling.engine.reasons import Reason

_MANY = 10**6

_T = TypeVar("_T", Instructor, Venue, Resource, Series, Session)


@dataclass(frozen=True, order=True)
class Requirement:
    """A rule for one session, instructor, venue, resource or series; ``needed``: the session is to have all its parts."""

    reason: Reason
    subject: str

    @property
    def kind(self) -> str:
        """What the subject is: session, instructor, venue, resource or series."""
        return KINDS[self.reason]


KINDS: Mapping[Reason, str] = {
    Reason.INSTRUCTOR_AWAY: "instructor",
    Reason.MAX_PER_DAY: "instructor",
    Reason.MAX_PER_WEEK: "instructor",
    Reason.MAX_PER_MONTH: "instructor",
    Reason.MAX_TOTAL: "instructor",
    Reason.VENUE_CLOSED: "venue",
    Reason.VENUE_BUSY: "venue",
    Reason.VENUE_MAX_PER_DAY: "venue",
    Reason.RESOURCE: "resource",
    Reason.RESOURCE_PER_DAY: "resource",
    Reason.CAPACITY: "session",
    Reason.INSTRUCTOR_LIST: "session",
    Reason.VENUE_LIST: "session",
    Reason.LEADER_REQUIRED: "session",
    Reason.LEADER_FORBIDDEN: "session",
    Reason.MAX_DAYS: "series",
    Reason.ORDERED: "series",
    Reason.TOGETHER: "series",
    Reason.PINNED: "session",
    Reason.NEEDED: "session",
}
"""Given up in this order where there is a choice, so that what remains speaks of few people and of what was decided."""


def requirements_of(problem: Problem) -> list[Requirement]:
    """Return every requirement of a problem but ``needed``, in the order of KINDS."""
    found = [*_of_instructors(problem), *_of_venues(problem), *_of_sessions(problem), *_of_series(problem)]
    found += [Requirement(Reason.RESOURCE, r.id) for r in problem.resources]
    found += [
        Requirement(Reason.RESOURCE_PER_DAY, r.id) for r in problem.resources if r.max_per_day is not None
    ]
    order = {reason: n for n, reason in enumerate(KINDS)}
    return sorted(found, key=lambda r: order[r.reason])


def _of_instructors(problem: Problem) -> Iterator[Requirement]:
    for x in problem.instructors:
        if x.busy:
            yield Requirement(Reason.INSTRUCTOR_AWAY, x.id)
        for reason, limit in (
            (Reason.MAX_PER_DAY, x.max_per_day),
            (Reason.MAX_PER_WEEK, x.max_per_week),
            (Reason.MAX_PER_MONTH, x.max_per_month),
            (Reason.MAX_TOTAL, x.max_total),
        ):
            if limit is not None:
                yield Requirement(reason, x.id)


def _of_venues(problem: Problem) -> Iterator[Requirement]:
    for v in problem.venues:
        yield Requirement(Reason.VENUE_BUSY, v.id)
        if v.busy:
            yield Requirement(Reason.VENUE_CLOSED, v.id)
        if v.max_per_day is not None:
            yield Requirement(Reason.VENUE_MAX_PER_DAY, v.id)


def _of_sessions(problem: Problem) -> Iterator[Requirement]:
    for s in problem.sessions:
        if s.heads and s.needs_venue and problem.weights.overflow is None:
            yield Requirement(Reason.CAPACITY, s.id)
        if s.instructors:
            yield Requirement(Reason.INSTRUCTOR_LIST, s.id)
        if s.venues:
            yield Requirement(Reason.VENUE_LIST, s.id)
        if s.leader is Leader.REQUIRED:
            yield Requirement(Reason.LEADER_REQUIRED, s.id)
        if s.leader is Leader.FORBIDDEN:
            yield Requirement(Reason.LEADER_FORBIDDEN, s.id)
        if s.pinned:
            yield Requirement(Reason.PINNED, s.id)


def _of_series(problem: Problem) -> Iterator[Requirement]:
    for r in problem.series:
        if r.max_days is not None:
            yield Requirement(Reason.MAX_DAYS, r.id)
        if r.ordered:
            yield Requirement(Reason.ORDERED, r.id)
        if r.together:
            yield Requirement(Reason.TOGETHER, r.id)


def without(problem: Problem, given_up: Collection[Requirement]) -> Problem:
    """Return the problem without some of its requirements; every valid plan stays valid."""
    by_subject: dict[tuple[str, str], list[Reason]] = {}
    for r in given_up:
        if r.reason is not Reason.NEEDED:
            by_subject.setdefault((r.kind, r.subject), []).append(r.reason)
    if not by_subject:
        return problem

    def eased(kind: str, items: tuple[_T, ...]) -> tuple[_T, ...]:
        return tuple(
            _eased(problem, item, by_subject[kind, item.id]) if (kind, item.id) in by_subject else item
            for item in items
        )

    return replace(
        problem,
        instructors=eased("instructor", problem.instructors),
        venues=eased("venue", problem.venues),
        resources=eased("resource", problem.resources),
        sessions=eased("session", problem.sessions),
        series=eased("series", problem.series),
    )


_CHANGES: Mapping[Reason, dict[str, object]] = {
    Reason.INSTRUCTOR_AWAY: {"busy": ()},
    Reason.MAX_PER_DAY: {"max_per_day": None},
    Reason.MAX_PER_WEEK: {"max_per_week": None},
    Reason.MAX_PER_MONTH: {"max_per_month": None},
    Reason.MAX_TOTAL: {"max_total": None},
    Reason.VENUE_CLOSED: {"busy": ()},
    Reason.VENUE_BUSY: {"groups": _MANY},
    Reason.VENUE_MAX_PER_DAY: {"max_per_day": None},
    Reason.RESOURCE: {"count": _MANY},
    Reason.RESOURCE_PER_DAY: {"max_per_day": None},
    Reason.CAPACITY: {"heads": 0},
    Reason.LEADER_REQUIRED: {"leader": Leader.ANY},
    Reason.LEADER_FORBIDDEN: {"leader": Leader.ANY},
    Reason.MAX_DAYS: {"max_days": None},
    Reason.ORDERED: {"ordered": False},
    Reason.TOGETHER: {"together": False},
    Reason.PINNED: {"pinned": ()},
}


def _eased(problem: Problem, item: _T, reasons: list[Reason]) -> _T:
    changes: dict[str, object] = {}
    for reason in reasons:
        changes |= _CHANGES.get(reason, {})
    if isinstance(item, Session):
        if Reason.INSTRUCTOR_LIST in reasons:
            able = {x.id for x in problem.instructors if item.topic in x.topics}
            changes["instructors"] = tuple(sorted(able | set(item.instructors or ())))
        if Reason.VENUE_LIST in reasons:
            fit = {v.id for v in problem.venues if set(item.features) <= set(v.features)}
            changes["venues"] = tuple(sorted(fit | set(item.venues or ())))
    return replace(item, **changes)  # type: ignore[arg-type]
