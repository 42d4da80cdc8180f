"""What instructors gave classes and bases: their own page, and results that tell nobody who did not sign."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from accounts.access import Actor
from accounts.enums import P
from bases.models import TeachingBase, Venue
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Table
from core.todo import Todo, Urgency
from evaluations import rules
from evaluations.models import InstructorScore
from instructor_pool.models import Instructor
from instructor_pool.queries import find_own
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from score_forms.enums import Kind
from score_forms.models import Indicator, Mark, ScoreSheet

MOST_CLASSES = 60
MOST_SAID = 5
"""Comments and signed sheets that the page of a base shows; the list has them all."""


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
    comment_count: int
    signed: tuple[InstructorScore, ...]
    signed_count: int


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
    """What instructors gave a base, over all classes: the figures, and the first few of what is listed."""
    return _results(InstructorScore.base_id == base_id, most=MOST_SAID)


def _results(*conditions: ColumnElement[bool], most: int | None = None) -> Results:
    counts = select(InstructorScore.is_signed, func.count()).where(*conditions)
    by_signed = {
        is_signed: n for is_signed, n in session().execute(counts.group_by(InstructorScore.is_signed))
    }
    signed, unsigned = by_signed.get(True, 0), rules.settled(by_signed.get(False, 0))
    sheets = _counted(*conditions)
    stmt = select(func.sum(ScoreSheet.total)).where(ScoreSheet.id.in_(sheets))
    total = session().scalar(stmt) if unsigned else None
    return Results(
        answers=sum(by_signed.values()),
        unsigned=unsigned,
        mean=rules.tenth(total / unsigned) if total is not None else None,
        lines=tuple(_lines(sheets)) if unsigned else (),
        comments=tuple(session().scalars(_comments(sheets).order_by(ScoreSheet.comment).limit(most))),
        comment_count=session().scalar(select(func.count()).select_from(_comments(sheets).subquery())) or 0,
        signed=tuple(session().scalars(_signed(*conditions).order_by(InstructorScore.id.desc()).limit(most))),
        signed_count=signed,
    )


def _counted(*conditions: ColumnElement[bool]) -> Select[int]:
    """Sheets of the unsigned that are told of. The oldest five, ten, …: whoever looks twice sees five more, never one."""
    unsigned = (*conditions, InstructorScore.is_signed.is_(False))
    many = session().scalar(select(func.count()).select_from(InstructorScore).where(*unsigned)) or 0
    stmt = select(InstructorScore.sheet_id).where(*unsigned)
    return stmt.order_by(InstructorScore.id).limit(rules.settled(many))


def _comments(sheets: Select[int]) -> Select[str]:
    return select(ScoreSheet.comment).where(ScoreSheet.id.in_(sheets), ScoreSheet.comment != "")


def _signed(*conditions: ColumnElement[bool]) -> Select[InstructorScore]:
    return (
        select(InstructorScore)
        .join(InstructorScore.instructor)
        .join(InstructorScore.training_class)
        .join(InstructorScore.sheet)
        .where(*conditions, InstructorScore.is_signed)
        .options(
            contains_eager(InstructorScore.instructor),
            contains_eager(InstructorScore.training_class),
            contains_eager(InstructorScore.sheet),
        )
    )


def _lines(sheets: Select[int]) -> list[tuple[str, Decimal]]:
    stmt = (
        select(Indicator.title, func.sum(Mark.points), func.sum(Indicator.most))
        .join(Mark, Mark.indicator_id == Indicator.id)
        .where(Mark.sheet_id.in_(sheets), Indicator.kind == Kind.POINTS)
        .group_by(Indicator.title)
        .order_by(func.min(Mark.sheet_id), func.min(Indicator.position))
    )
    return [(title, rules.tenth(points * 100 / most)) for title, points, most in session().execute(stmt)]


_SIGNED: Table[InstructorScore] = Table(
    name="base_scores",
    title=lazy_gettext("讲师对基地的评价"),
    columns=[
        Column("instructor", lazy_gettext("讲师"), lambda r: r.instructor.name, sort=Instructor.name_pinyin),
        Column(
            "class",
            lazy_gettext("班次"),
            lambda r: r.training_class.name,
            sort=TrainingClass.number,
            note=lambda r: r.training_class.number,
        ),
        Column(
            "total",
            lazy_gettext("得分"),
            lambda r: float(r.sheet.total),
            sort=ScoreSheet.total,
            kind="number",
        ),
        Column("comment", lazy_gettext("评语"), lambda r: r.sheet.comment),
        Column(
            "filled",
            lazy_gettext("日期"),
            lambda r: r.sheet.filled_at.date(),
            sort=ScoreSheet.filled_at,
            kind="date",
        ),
    ],
    search=Instructor.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="-filled",
    page_size=25,
)
# Sorted by their words, and nothing else is told: neither when nor where somebody wrote who did not sign.
_UNSIGNED: Table[str] = Table(
    name="base_comments",
    title=lazy_gettext("不署名的评语"),
    columns=[Column("comment", lazy_gettext("评语"), lambda text: text, sort=ScoreSheet.comment)],
    default_sort="comment",
    row_key=lambda text: text,
    keep=("said",),
)


def signed_table(base_id: int) -> BoundTable[InstructorScore]:
    """The signed sheets on a base, the latest first."""
    return _SIGNED.bind(session(), _signed(InstructorScore.base_id == base_id))


def comments_table(base_id: int) -> BoundTable[str]:
    """What was written on a base by those who did not sign."""
    return _UNSIGNED.bind(session(), _comments(_counted(InstructorScore.base_id == base_id)))


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
    text = gettext("%(n)s 个班次讲完了，可以评价班次和基地", n=n)
    return [Todo(text, url_for("evaluations.own_classes"), n, "classes_to_score", Urgency.LATER)] if n else []
