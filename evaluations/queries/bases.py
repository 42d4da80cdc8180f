"""What is said of the lessons at a base: by trainees, where enough of them answered, and when their classes were closed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, func, select

from bases.models import Venue
from core.db import session
from evaluations import rules
from evaluations.models import ClassClosing, FeedbackRound
from evaluations.queries.ratings import shown_rounds
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from score_forms.models import ScoreSheet


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


MOST_CLASSES = 10


@dataclass(frozen=True, slots=True)
class ClosedClass:
    """A closed class with lessons at the base: what its closing evaluation gave, 0 to 100."""

    class_id: int
    name: str
    closed_on: date
    lessons: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Closings:
    """The newest of them, and how many there are with their mean."""

    newest: tuple[ClosedClass, ...] = ()
    count: int = 0
    mean: Decimal | None = None


def closings_of_base(base_id: int) -> Closings:
    """Closing evaluations of classes that had lessons at a base; two statements."""
    here = (
        select(Session.class_id, func.count().label("lessons"))
        .where(Session.state == SessionState.HELD)
        .where(Session.venue_id.in_(select(Venue.id).where(Venue.base_id == base_id)))
        .group_by(Session.class_id)
        .subquery()
    )
    closed: Select[*tuple[Any, ...]] = (
        select(TrainingClass.id, TrainingClass.name, ClassClosing.closed_at, here.c.lessons, ScoreSheet.total)
        .join(here, here.c.class_id == TrainingClass.id)
        .join(ClassClosing, ClassClosing.class_id == TrainingClass.id)
        .join(ScoreSheet, ClassClosing.sheet_id == ScoreSheet.id)
        .where(ClassClosing.taken_back_at.is_(None))
    )
    count, mean = session().execute(closed.with_only_columns(func.count(), func.avg(ScoreSheet.total))).one()
    newest = closed.order_by(ClassClosing.closed_at.desc(), TrainingClass.id).limit(MOST_CLASSES)
    return Closings(
        tuple(_closed(row) for row in session().execute(newest)) if count else (),
        count,
        rules.tenth(Decimal(str(mean))) if count else None,
    )


def _closed(row: Row[*tuple[Any, ...]]) -> ClosedClass:
    return ClosedClass(row.id, row.name, row.closed_at.date(), row.lessons, row.total)
