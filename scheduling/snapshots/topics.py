"""Courses as the engine's topics. A clearance that ends within the year splits its course into a topic before and after.

The engine matches topics without knowing days. Sorted by day, the ends of the clearances of a course cut the year
into stretches; a session belongs to the topic of its stretch, and a person teaches every stretch up to the own end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from scheduling.snapshots.records import Records

Ends = Mapping[int, Sequence[date]]


def ends_of(records: Records) -> Ends:
    """By course, in order: the days on which somebody's clearance ends within the year."""
    found: dict[int, set[date]] = defaultdict(set)
    for items in records.courses_of.values():
        for course_id, until in items:
            if until is not None and until.year == records.year:
                found[course_id].add(until)
    return {course_id: sorted(days) for course_id, days in found.items()}


def topic_of(ends: Ends, course_id: int, day: date) -> str:
    """The topic of a course on a day."""
    return _name(course_id, bisect_left(ends.get(course_id, ()), day))


class Topics:
    """What people may teach in the year; most of them teach a course to the end of it, or of the same stretch."""

    def __init__(self, records: Records) -> None:
        self._records, self._ends = records, ends_of(records)
        self._known: dict[object, dict[str, int]] = {}

    def of(self, person_id: int, rating: int) -> dict[str, int]:
        """The topics of one person, each with the rating; shared by all who have the same."""
        items = self._records.courses_of.get(person_id, ())
        place = (rating, *items)
        found = self._known.get(place)
        if found is None:
            names = (name for item in items for name in self._stretches(*item))
            found = self._known[place] = dict.fromkeys(names, rating)
        return found

    def _stretches(self, course_id: int, until: date | None) -> tuple[str, ...]:
        year, days = self._records.year, self._ends.get(course_id, ())
        if until is not None and until.year < year:
            return ()
        last = len(days) if until is None or until.year > year else days.index(until)
        return tuple(_name(course_id, stretch) for stretch in range(last + 1))


def _name(course_id: int, stretch: int) -> str:
    return f"{course_id}@{stretch}" if stretch else str(course_id)
