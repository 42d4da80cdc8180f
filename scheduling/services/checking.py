"""The engine's rules over the working plan of a class, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from core.errors import Violation
from core.when import day_text, part_of_day
from core.words import labelled
from scheduling import engine
from scheduling.models import Session, TrainingClass
from scheduling.proposals import holders_of, ids_in
from scheduling.queries import names
from scheduling.queries.borrowing import Lent
from scheduling.snapshots import Hand, Key, Snapshot, build_problem, key, number, plan_of
from scheduling.wording import violation_text


def violations_of(klass: TrainingClass, rows: Sequence[Session]) -> list[Violation]:
    """The hard rules these sessions of a class break in the working plan, and whose lecturer is not lent for the day.

    `subject` is the session's id.

    A rule counts when it is broken with these sessions and not without them, so that an old quarrel among
    other classes never blocks this one.
    """
    if not rows:
        return []
    return [*_not_lent(klass, rows), *_broken(build_problem(klass.owner_id, klass.year, [klass.id]), rows)]


def shortages_of(row: Session) -> list[Violation]:
    """What the base of a session runs short of if it comes as planned."""
    klass = row.training_class
    snapshot = build_problem(klass.owner_id, klass.year, [klass.id], hand=Hand(row.id))
    codes = {engine.Reason.RESOURCE.value, engine.Reason.RESOURCE_PER_DAY.value}
    return [v for v in _broken(snapshot, [row]) if v.code in codes]


def _broken(snapshot: Snapshot, rows: Sequence[Session]) -> list[Violation]:
    plan, ids = plan_of(snapshot), {key(Key.SESSION, row.id) for row in rows}
    found = _broken_with(snapshot.problem, plan, ids)
    others = [holders_of(snapshot.problem, plan, v, ids) for v in found]
    named = ids_in(found) | {other for mine in others for other in mine}
    words, labels = names.of_problem(named), {key(Key.SESSION, row.id): label(row) for row in rows}
    return [_in_words(v, words | labels, labels, mine) for v, mine in zip(found, others, strict=True)]


def _not_lent(klass: TrainingClass, rows: Sequence[Session]) -> list[Violation]:
    taught = [(row, row.instructor_id, row.start.date()) for row in rows if row.start is not None]
    lent = Lent(klass, [who for _row, who, _day in taught if who is not None])
    said = [(row, lent.problem(who, klass.id, day)) for row, who, day in taught if who is not None]
    return [Violation("not_lent", labelled(label(row), text), str(row.id)) for row, text in said if text]


def _broken_with(problem: engine.Problem, plan: engine.Plan, ids: Collection[str]) -> list[engine.Violation]:
    without = replace(plan, assignments=tuple(a for a in plan.assignments if a.session not in ids))
    old = {str(violation) for violation in engine.check(problem, without).violations}
    return [v for v in engine.check(problem, plan).violations if str(v) not in old]


def label(row: Session) -> str:
    """`3月1日 周一 上午《课程》`."""
    if row.start is None:
        return f"{day_text(row.day)} {row.half_day.label}《{row.course_name}》"
    return f"{day_text(row.start.date())} {part_of_day(row.start)}《{row.course_name}》"


def _in_words(
    violation: engine.Violation, words: dict[str, str], labels: dict[str, str], others: Sequence[str]
) -> Violation:
    sentence = violation_text(violation, words, others)
    about = labels.get(violation.session or "", "")
    said = sentence if not about or about in sentence else labelled(about, sentence)
    return Violation(violation.code.value, said, str(number(violation.session)) if violation.session else "")
