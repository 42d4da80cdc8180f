"""What instructors gave classes and bases: their own page, and results that tell nobody who did not sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from accounts.access import Actor
from accounts.enums import P
from bases.models import TeachingBase, Venue
from core.db import session
from core.errors import NotFound
from core.todo import Todo, Urgency
from evaluations import rules
from evaluations.models import InstructorScore
from instructor_pool.models import Instructor
from instructor_pool.queries import find_own
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from score_forms.enums import Kind
from score_forms.models import ScoreSheet

MOST_CLASSES = 60


@dataclass(frozen=True, slots=True)
class Taught:
    """A class somebody has taught in, the bases it was taught at, and which of them are scored."""

    klass: TrainingClass
    bases: tuple[TeachingBase, ...]
    is_scored: bool
    scored_bases: frozenset[int]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to say."""
        return self.is_scored and all(base.id in self.scored_bases for base in self.bases)


@dataclass(frozen=True, slots=True)
class Results:
    """What instructors said: signed sheets each, the others only together and by fives."""

    answers: int
    unsigned: int
    """How many of the unsigned ones are counted below."""
    mean: Decimal | None
    lines: tuple[tuple[str, Decimal], ...]
    """(indicator, share of its full mark in percent) over the counted unsigned ones."""
    comments: tuple[str, ...]
    signed: tuple[InstructorScore, ...]


def _held(person: Instructor) -> tuple[ColumnElement[bool], ...]:
    return Session.instructor_id == person.id, Session.state == SessionState.HELD


def _sites(person: Instructor) -> Select[int, int]:
    """(class, base) of what a person has taught."""
    return (
        select(Session.class_id, Venue.base_id)
        .join(Venue, Session.venue_id == Venue.id)
        .where(*_held(person))
        .distinct()
    )


def list_taught(person: Instructor) -> list[Taught]:
    """The classes a person has taught in, the latest first; four statements."""
    ids = select(Session.class_id).where(*_held(person))
    stmt = select(TrainingClass).where(TrainingClass.id.in_(ids))
    classes = session().scalars(stmt.order_by(TrainingClass.ends_on.desc()).limit(MOST_CLASSES)).all()
    sites = session().execute(_sites(person)).all()
    names = {
        b.id: b
        for b in session().scalars(select(TeachingBase).where(TeachingBase.id.in_({s[1] for s in sites})))
    }
    mine = session().execute(
        select(InstructorScore.class_id, InstructorScore.base_id).where(
            InstructorScore.instructor_id == person.id
        )
    )
    done = {(class_id, base_id) for class_id, base_id in mine}
    return [
        Taught(
            klass,
            tuple(names[base_id] for class_id, base_id in sites if class_id == klass.id),
            (klass.id, None) in done,
            frozenset(base_id for class_id, base_id in done if class_id == klass.id and base_id is not None),
        )
        for klass in classes
    ]


def get_taught(
    person: Instructor, class_id: int, base_id: int | None = None
) -> tuple[TrainingClass, TeachingBase | None]:
    """A class a person has taught in, with one of the bases it was at; NotFound otherwise."""
    stmt = select(Session.id).outerjoin(Venue, Session.venue_id == Venue.id)
    stmt = stmt.where(Session.class_id == class_id, *_held(person))
    if base_id is not None:
        stmt = stmt.where(Venue.base_id == base_id)
    if session().scalar(stmt.limit(1)) is None:
        raise NotFound(gettext("您没有在这个班次讲过课。"))
    base = session().get_one(TeachingBase, base_id) if base_id is not None else None
    return session().get_one(TrainingClass, class_id), base


def find_own_score(person: Instructor, class_id: int, base_id: int | None) -> InstructorScore | None:
    """What a person gave already."""
    stmt = select(InstructorScore).where(
        InstructorScore.instructor_id == person.id, InstructorScore.class_id == class_id
    )
    about = InstructorScore.base_id.is_(None) if base_id is None else InstructorScore.base_id == base_id
    return session().scalar(stmt.where(about))


def results_of_class(class_id: int) -> Results:
    """What instructors gave a class."""
    return _results(InstructorScore.class_id == class_id, InstructorScore.base_id.is_(None))


def results_of_base(base_id: int) -> Results:
    """What instructors gave a base, over all classes."""
    return _results(InstructorScore.base_id == base_id)


def _results(*conditions: ColumnElement[bool]) -> Results:
    stmt = select(InstructorScore).where(*conditions).order_by(InstructorScore.id)
    stmt = stmt.options(joinedload(InstructorScore.instructor), joinedload(InstructorScore.training_class))
    rows = session().scalars(stmt).unique().all()
    unsigned = [row.sheet for row in rows if not row.is_signed]
    # The oldest five, ten, …: whoever looks twice sees five more at once, never one.
    sheets = unsigned[: rules.settled(len(unsigned))]
    mean = rules.tenth(sum((s.total for s in sheets), Decimal(0)) / len(sheets)) if sheets else None
    return Results(
        answers=len(rows),
        unsigned=len(sheets),
        mean=mean,
        lines=tuple(_lines(sheets)),
        comments=tuple(sorted(s.comment for s in sheets if s.comment)),
        signed=tuple(row for row in reversed(rows) if row.is_signed),
    )


def _lines(sheets: Sequence[ScoreSheet]) -> list[tuple[str, Decimal]]:
    reached: dict[str, Decimal] = {}
    most: dict[str, int] = {}
    for sheet in sheets:
        for mark in sorted(sheet.marks, key=lambda m: m.indicator.position):
            if mark.indicator.kind is Kind.POINTS:
                title = mark.indicator.title
                reached[title] = reached.get(title, Decimal(0)) + mark.points
                most[title] = most.get(title, 0) + mark.indicator.most
    return [(title, rules.tenth(points * 100 / most[title])) for title, points in reached.items()]


def todos(actor: Actor) -> list[Todo]:
    """How many classes an instructor may still say something about."""
    person = find_own(actor) if actor.can(P.OWN_TEACHING) else None
    if person is None:
        return []
    scored = select(InstructorScore.class_id).where(
        InstructorScore.instructor_id == person.id, InstructorScore.base_id.is_(None)
    )
    stmt = select(func.count(Session.class_id.distinct())).where(*_held(person))
    n = session().scalar(stmt.where(Session.class_id.not_in(scored))) or 0
    text = gettext("%(n)s 个班次讲完了,可以评价班次和基地", n=n)
    return [Todo(text, url_for("evaluations.own_classes"), n, "classes_to_score", Urgency.LATER)] if n else []
