"""Fewer choices for each lesson, for a rival whose model of all of them does not fit into memory."""

from dataclasses import replace
from heapq import nsmallest

from benchmarks.engine.rivals.plain import Lesson, Plain


def prune(plain: Plain, people: int, rooms: int) -> None:
    """Leave each lesson its cheapest instructors and venues, duty holders and what it has today besides."""
    holders: dict[int, set[int]] = {}
    for person, eligible, _, _ in plain.duties:
        for s in eligible:
            holders.setdefault(s, set()).add(person)
    plain.lessons = [
        _pruned(plain, lesson, holders.get(s, set()), people, rooms) for s, lesson in enumerate(plain.lessons)
    ]


def _pruned(plain: Plain, lesson: Lesson, holders: set[int], people: int, rooms: int) -> Lesson:
    way = plain.half_km[lesson.home] * plain.weights["travel"]
    near = nsmallest(
        people,
        lesson.who,
        key=lambda i: plain.instructor_cost(lesson, i) + int(way[plain.person_home[i]]),
    )
    cheap = nsmallest(
        rooms,
        lesson.where,
        key=lambda v: plain.venue_price(lesson, v) + plain.class_travel(lesson, plain.venue_place[v]),
    )
    kept = holders | {lesson.current[1]} | set(near)
    return replace(
        lesson,
        who=[i for i in lesson.who if i in kept],
        where=[v for v in lesson.where if v in cheap or v == lesson.current[2]],
    )
