"""What trainees said of the lessons at a base: together, by quarter, and only where enough of them answered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from bases.models import Venue
from core.db import session
from evaluations import rules
from evaluations.models import FeedbackRound
from evaluations.queries.ratings import shown_rounds
from scheduling.models import Session


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months: lessons whose answers may be seen, how many answers, their mean (0 to 100)."""

    year: int
    number: int
    lessons: int
    answers: int
    mean: Decimal


@dataclass(frozen=True, slots=True)
class Voices:
    """Every quarter with answers, the oldest first, and all of them together."""

    quarters: tuple[Quarter, ...]
    lessons: int = 0
    answers: int = 0
    mean: Decimal | None = None


def trainees_of_base(base_id: int) -> Voices:
    """Lessons held at a base whose round is over with enough answers; each answer counts the same. One statement."""
    rounds = (
        shown_rounds()
        .where(
            Session.venue_id.in_(select(Venue.id).where(Venue.base_id == base_id)),
            FeedbackRound.excluded_reason == "",
        )
        .subquery()
    )
    stmt = select(Session.day, rounds.c.answers, rounds.c.mean).join(
        Session, Session.id == rounds.c.session_id
    )
    sums: defaultdict[tuple[int, int], list[tuple[int, Decimal]]] = defaultdict(list)
    for day, answers, mean in session().execute(stmt):
        sums[day.year, (day.month - 1) // 3 + 1].append((answers, Decimal(str(mean))))
    quarters = tuple(
        Quarter(year, number, len(found), sum(n for n, _mean in found), _mean_of(found))
        for (year, number), found in sorted(sums.items())
    )
    everything = [line for found in sums.values() for line in found]
    if not everything:
        return Voices(())
    return Voices(quarters, len(everything), sum(n for n, _mean in everything), _mean_of(everything))


def _mean_of(found: list[tuple[int, Decimal]]) -> Decimal:
    answers = sum(n for n, _mean in found)
    return rules.tenth(sum((n * mean for n, mean in found), Decimal(0)) / answers)
