"""The organiser's hand in the plan: choose, pin and clear single sessions, with the rules checked on the spot. Flush only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from accounts.access import Actor
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from instructor_pool.queries import clearance_problems
from scheduling import engine
from scheduling.models import Session
from scheduling.proposals import holders_of, ids_in, new_violations
from scheduling.queries import names
from scheduling.queries.borrowing import Lent
from scheduling.queries.figures import day_times
from scheduling.services import freezing, steps, tying
from scheduling.snapshots import Desk, Key, desk, key, plan_of
from scheduling.wording import help_text, violation_text

PARTS = ("start", "instructor", "venue")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a session is to have; every part is said, None leaves it open."""

    start: datetime | None
    instructor_id: int | None
    venue_id: int | None


def place(
    row: Session,
    choice: Choice,
    *,
    actor: Actor,
    seen: int | None = None,
    starts: Sequence[datetime] = (),
    is_step: bool = True,
) -> None:
    """Put a session where a person wants it and pin what they changed; at `starts`, where given, whenever it was asked for.

    A time outside the half-day it was ordered for then becomes what it asks for. RuleBroken names every rule that
    this newly breaks, with what would help; Conflict when the session was changed since `seen`. Nobody is told
    before the class is published. The person may undo it, unless it `is_step` of no work of theirs.
    """
    row.expect_version(seen)
    freezing.refuse_frozen(row, (choice.start, choice.instructor_id, choice.venue_id))
    before = steps.stand(row)
    _refuse_apart(row, choice)
    at = _desk(row, starts, choice.venue_id)
    if not at.is_free:
        raise RuleBroken(gettext("这个课次已经过去或已授课，不能再排。"))
    _check_loan(row, choice)
    _check_courseware(row, choice)
    _check(at, choice)
    now = {"start": row.start, "instructor": row.instructor_id, "venue": row.venue_id}
    then = {"start": choice.start, "instructor": choice.instructor_id, "venue": choice.venue_id}
    row.start, row.instructor_id, row.venue_id = choice.start, choice.instructor_id, choice.venue_id
    for part in PARTS:
        if now[part] != then[part]:
            # A hand's choice stays in the next run; clearing a part frees it.
            setattr(row, f"pinned_{part}", then[part] is not None)
    if starts and choice.start is not None:
        _ask_for(row, choice.start)
    session().flush()
    if is_step:
        steps.keep(row, before, actor=actor)
    audit.note(session(), _subject(row))


def _ask_for(row: Session, start: datetime) -> None:
    times = day_times()
    if start not in times.starts(row.day, row.half_day):
        row.day, row.half_day = start.date(), times.half_day_of(start)


def set_pins(row: Session, parts: Collection[str], *, actor: Actor, seen: int | None = None) -> None:
    """Pin exactly these parts of what the session has: runs must leave them."""
    row.expect_version(seen)
    if not row.is_live:
        raise RuleBroken(gettext("这个课次%(state)s，不能再改。", state=row.state.label))
    has = {
        "start": row.start is not None,
        "instructor": row.instructor_id is not None,
        "venue": row.venue_id is not None,
    }
    for part in PARTS:
        setattr(row, f"pinned_{part}", part in parts and has[part])
    session().flush()
    audit.note(session(), _subject(row))


def clear(row: Session, parts: Collection[str], *, actor: Actor, seen: int | None = None) -> None:
    """Leave parts of a session open again; without a start nothing else can stand."""
    kept = set(PARTS) - set(parts)
    if "start" not in kept:
        kept = set()
    choice = Choice(
        row.start if "start" in kept else None,
        row.instructor_id if "instructor" in kept else None,
        row.venue_id if "venue" in kept else None,
    )
    place(row, choice, actor=actor, seen=seen)


def _desk(row: Session, starts: Sequence[datetime], venue_id: int | None) -> Desk:
    klass = row.training_class
    return desk(klass.owner_id, klass.year, row.id, starts, venues=() if venue_id is None else (venue_id,))


def _subject(row: Session) -> str:
    return f"{row.training_class.name} {row.position}"


def _refuse_apart(row: Session, choice: Choice) -> None:
    """A part of a package keeps its time and has all it needs; another person or room may be chosen for it."""
    is_whole = choice.venue_id is not None and (choice.instructor_id is not None or not row.needs_instructor)
    if row.start is None or choice.start != row.start or not is_whole:
        tying.refuse_alone(row)


def _check_loan(row: Session, choice: Choice) -> None:
    """Another unit's person only under a loan that covers the class and the day."""
    who = choice.instructor_id
    if who is None or who == row.told_instructor_id:
        return
    klass = row.training_class
    day = row.day if choice.start is None else choice.start.date()
    sentence = Lent(klass, [who]).problem(who, klass.id, day)
    if sentence:
        raise RuleBroken(gettext("这样排违反规则，没有保存。"), [Violation("not_lent", sentence, "")])


def _check_courseware(row: Session, choice: Choice) -> None:
    """Name what is missing of the courseware of somebody who lists the course [3 §五(六)]; the rules refuse the rest."""
    who = choice.instructor_id
    if who is None or row.course_id is None or who == row.told_instructor_id:
        return
    day = row.day if choice.start is None else choice.start.date()
    problem = clearance_problems(row.course_id, day, [who]).get(who)
    if problem is not None:
        name = names.people([who]).get(who, "")
        sentence = gettext(
            "%(name)s 的《%(course)s》%(problem)s。", name=name, course=row.course_name, problem=problem.label
        )
        help_ = gettext("请先在讲师档案里提交课件并审核，或换一位讲师。")
        raise RuleBroken(
            gettext("这样排违反规则，没有保存。"), [Violation("courseware", f"{sentence} {help_}", "")]
        )


def _check(at: Desk, choice: Choice) -> None:
    """Refuse what newly breaks a rule; what was broken before does not count against it."""
    problem, before = at.snapshot.problem, plan_of(at.snapshot)
    who = None if choice.instructor_id is None else key(Key.INSTRUCTOR, choice.instructor_id)
    where = None if choice.venue_id is None else key(Key.VENUE, choice.venue_id)
    mine = engine.Assignment(at.name, choice.start, who, where)
    kept = tuple(a for a in before.assignments if a.session != at.name)
    broken = new_violations(problem, before, engine.Plan(problem.name, (*kept, mine)))
    if not broken:
        return
    known = names.of_problem(ids_in(broken) | {name for name in (who, where) if name is not None})
    after = engine.Plan(problem.name, (*kept, mine))
    told = []
    for v in broken:
        others = holders_of(problem, after, v, {at.name})
        text = _sentence(v, known | names.of_problem(others), (who, where), others)
        told.append(Violation(str(v.code), text, ""))
    raise RuleBroken(gettext("这样排违反规则，没有保存。"), told)


def _sentence(
    violation: engine.Violation,
    known: dict[str, str],
    mine: tuple[str | None, str | None],
    others: Sequence[str],
) -> str:
    """The broken rule and what would help; the person and room being placed stand in where the rule names none.

    `others` have what runs short.
    """
    who, where = mine
    params: dict[str, str | int] = {
        name: value for name, value in (("instructor", who), ("venue", where)) if value is not None
    }
    full = engine.Violation(violation.code, violation.session, params | violation.params)
    return " ".join(
        part for part in (violation_text(full, known, others), help_text(str(violation.code))) if part
    )
