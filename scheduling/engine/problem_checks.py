"""What a problem must be as a whole: references lead somewhere, ids differ, and no sum can grow beyond exact numbers."""

import math
from collections.abc import Iterable
from typing import Protocol

from scheduling.engine.model import Problem, Session
from scheduling.engine.reading import BadFile, shown

MOST = 10**15  # every whole number up to here is exact as a floating-point number too
_FARTHEST = 10_008  # half the kilometres to the other side of the earth


class HasId(Protocol):
    """Anything listed under an id."""

    @property
    def id(self) -> str:
        """The id."""


def check_references(problem: Problem) -> None:
    """Raise BadFile for the first id that names nothing."""
    places, instructors, venues = _ids(problem.places), _ids(problem.instructors), _ids(problem.venues)
    resources, classes, sessions = _ids(problem.resources), _ids(problem.classes), _ids(problem.sessions)
    for n, teacher in enumerate(problem.instructors):
        _refer_one(teacher.home, places, f"instructors[{n}].home", "place")
        _refer(teacher.not_classes, classes, f"instructors[{n}].not_classes", "class")
    for n, venue in enumerate(problem.venues):
        _refer_one(venue.place, places, f"venues[{n}].place", "place")
    kinds = _kinds(problem, resources, venues)
    for n, klass in enumerate(problem.classes):
        _refer_one(klass.home, places, f"classes[{n}].home", "place")
    for n, s in enumerate(problem.sessions):
        at = f"sessions[{n}]"
        _refer(s.classes, classes, f"{at}.classes", "class")
        _refer(s.instructors or (), instructors, f"{at}.instructors", "instructor")
        _refer(s.venues or (), venues, f"{at}.venues", "venue")
        _refer_one(s.current.instructor, instructors, f"{at}.current.instructor", "instructor")
        _refer_one(s.current.venue, venues, f"{at}.current.venue", "venue")
        for name in s.uses:
            _refer_one(name, resources | kinds, f"{at}.uses", "resource")
    for n, series in enumerate(problem.series):
        _refer(series.sessions, sessions, f"series[{n}].sessions", "session")
    for n, duty in enumerate(problem.duties):
        _refer_one(duty.instructor, instructors, f"duties[{n}].instructor", "instructor")
        _refer(duty.sessions, sessions, f"duties[{n}].sessions", "session")


def _kinds(problem: Problem, resources: set[str], venues: set[str]) -> set[str]:
    """Return the kinds of resources; a venue has at most one of a kind, and no kind is called like a resource."""
    seen: set[tuple[str, str]] = set()
    for n, resource in enumerate(problem.resources):
        at = f"resources[{n}]"
        if resource.kind is None:
            if resource.venues:
                raise BadFile("needs a kind", f"{at}.venues")
            continue
        if resource.kind in resources:
            raise BadFile(f"{shown(resource.kind)} is the id of a resource", f"{at}.kind")
        _refer(resource.venues, venues, f"{at}.venues", "venue")
        for m, venue in enumerate(resource.venues):
            if (resource.kind, venue) in seen:
                raise BadFile(f"{shown(venue)} has {shown(resource.kind)} already", f"{at}.venues[{m}]")
            seen.add((resource.kind, venue))
    return {r.kind for r in problem.resources if r.kind is not None}


def check_amounts(problem: Problem) -> None:
    """Raise BadFile where a plan's cost could be too high to be counted exactly."""
    w = problem.weights
    fee = max((x.fee for x in problem.instructors), default=0)
    venue_cost = max((v.cost for v in problem.venues), default=0)
    most = sum(
        _most(s, problem) + math.ceil(w.fee * fee * s.hours / 100) + w.venue_cost * venue_cost
        for s in problem.sessions
    )
    most += w.duty * sum(d.need * d.priority for d in problem.duties)
    most += sum(w.min_days * r.min_days + w.same_venue * len(r.sessions) for r in problem.series)
    if most > MOST:
        raise BadFile("costs could add up to more than 10^15", "weights")


def _most(session: Session, problem: Problem) -> int:
    w, classes = problem.weights, len(session.classes)
    each = 3 * w.unassigned * session.priority + 3 * w.change + (w.overflow or 0) * session.heads
    each += 100 * w.quality + _FARTHEST * w.travel + w.avoid + w.over_target + w.over_twice_target
    of_class = _FARTHEST * w.class_travel + w.isolated + w.leader_share * math.ceil(session.hours)
    return each + classes * of_class


def _ids(items: Iterable[HasId]) -> set[str]:
    return {item.id for item in items}


def _refer(names: tuple[str, ...], known: set[str], at: str, kind: str) -> None:
    if not known.issuperset(names):
        n = next(n for n, name in enumerate(names) if name not in known)
        _refer_one(names[n], known, f"{at}[{n}]", kind)


def _refer_one(name: str | None, known: set[str], at: str, kind: str) -> None:
    if name is not None and name not in known:
        raise BadFile(f"no {kind} {shown(name)}", at)
