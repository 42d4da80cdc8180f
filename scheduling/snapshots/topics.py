"""Courses as the engine's topics. A clearance that ends within the year splits its course into a topic before and after.

The engine matches topics without knowing days. Sorted by day, the ends of the clearances of a course cut the year
into stretches; a session belongs to the topic of its stretch, and a person teaches every stretch up to the own end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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


def topics_of(records: Records, ends: Ends, person_id: int) -> Iterator[str]:
    """Everything a person may teach in the year."""
    for course_id, until in records.courses_of.get(person_id, ()):
        if until is not None and until.year < records.year:
            continue
        days = ends.get(course_id, ())
        last = len(days) if until is None or until.year > records.year else days.index(until)
        for stretch in range(last + 1):
            yield _name(course_id, stretch)


def _name(course_id: int, stretch: int) -> str:
    return f"{course_id}@{stretch}" if stretch else str(course_id)
