"""How many honours a level may award in a period of years [0 §20]."""

from __future__ import annotations

from dataclasses import dataclass

from instructor_pool.enums import HonourKind

NAMED_WORK = frozenset({HonourKind.FINE_COURSE, HonourKind.FINE_LESSON})
"""Honours of a course or lesson, whose title is part of the honour."""
MOST_YEARS, MOST_HONOURS = 10, 10_000


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `most` in every `years` years, counted from `since`: 100 in five years unless a level says otherwise."""

    most: int = 100
    years: int = 5
    since: int = 2026

    def period(self, year: int) -> tuple[int, int]:
        """The first and last year of the period that a year lies in."""
        first = year - (year - self.since) % self.years
        return first, first + self.years - 1
