"""Double and clashing call-ups: of a class's people, of one person, of a whole level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, String, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from accounts.access import Scope
from core.db import session
from core.tables import Badge, Column, ListedTable
from core.tables.listed import Choice
from core.when import days_text
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.classes import visible
from scheduling.queries.figures import day_times
from trainees.enums import WarningKind
from trainees.models import CallUpReview, Enrolment, Trainee
from trainees.rules import CallUp, DoubleCallUp, double_call_ups, slots_of

T = TypeVar("T")
_AT_ONCE = 5_000
TONES = {WarningKind.CLASH: "bad", WarningKind.SAME_TIER: "warn", WarningKind.SAME_COURSE: "warn"}


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning about one person, with the classes concerned and what was said of it."""

    trainee: Trainee
    warning: DoubleCallUp
    classes: tuple[CallUp, ...]
    open_ids: frozenset[int]
    """Classes the reader may look into; of others only the days are said."""
    review: CallUpReview | None

    @property
    def sentence(self) -> str:
        """What is wrong, in words."""
        if self.warning.kind is WarningKind.CLASH:
            return gettext("%(one)s和%(other)s时间重叠", one=self.said(0), other=self.said(1))
        return gettext("「%(what)s」今年共 %(n)s 次", what=self.warning.what, n=self.warning.times)

    def said(self, index: int) -> str:
        """A class by name and days, or only by its days where it is not the reader's."""
        item = self.classes[index]
        days = days_text(item.starts_on, item.ends_on)
        if item.class_id in self.open_ids:
            return gettext("「%(name)s」(%(days)s)", name=item.name, days=days)
        return gettext("其他单位的班次(%(days)s)", days=days)

    @property
    def searched(self) -> str:
        """The names of the classes concerned that the reader may look into."""
        return " ".join(item.name for item in self.classes if item.class_id in self.open_ids)

    @property
    def class_names(self) -> str:
        """All classes concerned."""
        return gettext("、").join(self.said(n) for n in range(len(self.classes)))


def load_call_ups(class_ids: Collection[int]) -> dict[int, CallUp]:
    """Classes as the rule sees them: two statements."""
    ids = sorted(set(class_ids))
    half_day_of = day_times().half_day_of
    slots: dict[int, set[Any]] = defaultdict(set)
    courses: dict[int, dict[int, str]] = defaultdict(dict)
    stmt = select(
        Session.class_id, Session.day, Session.half_day, Session.start, Session.course_id, Session.course_name
    ).where(Session.class_id.in_(ids), Session.state != SessionState.CANCELLED)
    for class_id, day, half, start, course_id, course_name in session().execute(stmt):
        slots[class_id].update(slots_of(day, half, start, half_day_of(start) if start else half))
        if course_id is not None:
            courses[class_id][course_id] = course_name
    k = TrainingClass
    classes = select(k.id, k.name, k.year, k.tier, k.starts_on, k.ends_on).where(k.id.in_(ids))
    return {
        row[0]: CallUp(*row, slots=frozenset(slots[row[0]]), courses=courses[row[0]])
        for row in session().execute(classes)
    }


ClassSets = Mapping[frozenset[int], Collection[int]]
"""Several classes → the people who are called up to just these: many people share one set."""


def _class_sets(scope: Scope, year: int, *conditions: ColumnElement[bool]) -> dict[frozenset[int], list[int]]:
    """People with more than one class of the year, at least one of them inside the scope, as the conditions leave them.

    Grouped by the database, for they are many. Classes over the turn of the year count in their own.
    """
    of_year = select(TrainingClass.id).where(TrainingClass.year == year)
    is_open = case((Enrolment.class_id.in_(of_year.where(visible(scope))), 1), else_=0)
    person = (
        select(Enrolment.trainee_id, func.aggregate_strings(_text(Enrolment.class_id), ",").label("classes"))
        .where(Enrolment.class_id.in_(of_year), *conditions)
        .group_by(Enrolment.trainee_id)
        .having(func.count() > 1, func.max(is_open) == 1)
        .subquery()
    )
    people = func.aggregate_strings(_text(person.c.trainee_id), ",")
    found: dict[frozenset[int], list[int]] = defaultdict(list)
    for classes, ids in session().execute(select(person.c.classes, people).group_by(person.c.classes)):
        found[frozenset(map(int, classes.split(",")))] += map(int, ids.split(","))
    return found


def _text(number: Any) -> Any:
    return cast(number, String)


def find_double(sets: ClassSets, call_ups: Mapping[int, CallUp], most: int) -> list[tuple[int, DoubleCallUp]]:
    """The rule over many people: (person, warning)."""
    return [
        (trainee_id, warning)
        for class_ids, people in sets.items()
        for warning in double_call_ups([call_ups[i] for i in class_ids], most)
        for trainee_id in people
    ]


def warned(scope: Scope, sets: ClassSets, most: int, within: int | None = None) -> list[Warned]:
    """The warnings about people, soonest first; `within` leaves those that concern this class."""
    call_ups = load_call_ups({class_id for class_ids in sets for class_id in class_ids})
    found = [
        (trainee_id, item)
        for trainee_id, item in find_double(sets, call_ups, most)
        if within is None or within in item.class_ids
    ]
    people = _people({trainee_id for trainee_id, _item in found})
    open_ids = _open(scope, {class_id for _id, item in found for class_id in item.class_ids})
    reviews = {
        (r.trainee_id, r.mark): r for r in _each(select(CallUpReview), CallUpReview.trainee_id, people)
    }
    made = [
        Warned(
            people[trainee_id],
            item,
            tuple(call_ups[i] for i in item.class_ids),
            open_ids,
            reviews.get((trainee_id, item.mark)),
        )
        for trainee_id, item in found
        if open_ids & set(item.class_ids)
    ]
    return sorted(made, key=lambda w: (w.review is not None, w.warning.first, w.trainee.name, w.warning.mark))


def _people(ids: Collection[int]) -> dict[int, Trainee]:
    return {t.id: t for t in _each(select(Trainee), Trainee.id, ids)}


def _each(stmt: Select[T], column: InstrumentedAttribute[int], ids: Collection[int]) -> Iterator[T]:
    """What a statement finds for these ids, which may be more than one statement may name."""
    ordered = sorted(ids)
    for first in range(0, len(ordered), _AT_ONCE):
        yield from session().scalars(stmt.where(column.in_(ordered[first : first + _AT_ONCE])))


def _open(scope: Scope, ids: Collection[int]) -> frozenset[int]:
    stmt = select(TrainingClass.id).where(TrainingClass.id.in_(sorted(ids)), visible(scope))
    return frozenset(session().scalars(stmt))


def warned_in_class(scope: Scope, klass: TrainingClass, most: int) -> list[Warned]:
    """What a class's roster brings up."""
    people = select(Enrolment.trainee_id).where(Enrolment.class_id == klass.id)
    return warned(
        scope, _class_sets(scope, klass.year, Enrolment.trainee_id.in_(people)), most, within=klass.id
    )


def warned_if_joined(
    scope: Scope, klass: TrainingClass, trainee_ids: Collection[int], most: int
) -> list[Warned]:
    """What a roster would bring up if these people stood on it."""
    stmt = (
        select(Enrolment.trainee_id, Enrolment.class_id)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .where(TrainingClass.year == klass.year, Enrolment.trainee_id.in_(sorted(trainee_ids)))
    )
    by_person: dict[int, set[int]] = defaultdict(lambda: {klass.id})
    for trainee_id, class_id in session().execute(stmt):
        by_person[trainee_id].add(class_id)
    sets: dict[frozenset[int], list[int]] = defaultdict(list)
    for trainee_id, class_ids in by_person.items():
        sets[frozenset(class_ids)].append(trainee_id)
    return warned(scope, sets, most, within=klass.id)


def warned_of(scope: Scope, trainee_id: int, year: int, most: int) -> list[Warned]:
    """What is to be said of one person."""
    return warned(scope, _class_sets(scope, year, Enrolment.trainee_id == trainee_id), most)


def call_up_table(scope: Scope, year: int, most: int) -> ListedTable[Warned]:
    """All warnings of the level's classes, what nobody has seen first."""
    return ListedTable(
        name="call_ups",
        title=lazy_gettext("重复和冲突的调训"),
        columns=[
            Column("name", lazy_gettext("姓名"), lambda w: w.trainee.name),
            Column("unit", lazy_gettext("单位"), lambda w: w.trainee.unit_name),
            Column(
                "kind",
                lazy_gettext("提醒"),
                lambda w: Badge(w.warning.kind.label, TONES[w.warning.kind]),  # type: ignore[arg-type]
                kind="badge",
            ),
            Column("first", lazy_gettext("最近一次"), lambda w: w.warning.first, kind="date"),
            Column("what", lazy_gettext("情况"), lambda w: w.sentence, width=40),
            Column("classes", lazy_gettext("涉及班次"), lambda w: w.class_names, default=False, width=60),
            Column(
                "review",
                lazy_gettext("处理"),
                lambda w: w.review.reason if w.review else gettext("未阅"),
                note=lambda w: w.review.by if w.review else None,
            ),
        ],
        rows=warned(scope, _class_sets(scope, year), most),
        filters=[
            Choice(
                "kind", lazy_gettext("提醒"), lambda w, v: w.warning.kind.value == v, WarningKind.choices()
            ),
            Choice(
                "seen",
                lazy_gettext("处理"),
                lambda w, v: (w.review is not None) == (v == "yes"),
                [("no", lazy_gettext("未阅")), ("yes", lazy_gettext("已阅"))],
            ),
        ],
        search=lambda w: f"{w.trainee.search_text} {w.searched}",
        search_hint=lazy_gettext("搜索姓名、班次、拼音首字母"),
        row_url=lambda w: f"/trainees/people/{w.trainee.id}",
        row_key=lambda w: f"{w.trainee.id}-{w.warning.mark}",
        keep=("year",),
    )
