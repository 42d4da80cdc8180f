"""Classes and sessions as organisers enter and change them; the working plan follows what was entered."""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import gettext
from sqlalchemy import func, select

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from core.pinyin import search_text
from core.when import day_text
from scheduling.enums import PackageStage, SessionState
from scheduling.models import PackageOrder, Session, TrainingClass
from scheduling.queries import classes as class_queries
from scheduling.rules import ClassFacts, SessionFacts, broken_by_class, broken_by_session
from scheduling.services import freezing, tying


def create_class(owner: OrgUnit, facts: ClassFacts, *, actor: Actor) -> TrainingClass:
    """A new class in the plan of `owner`. RuleBroken names each field that cannot be."""
    broken = broken_by_class(facts)
    if class_queries.find_class(owner.id, facts.year, facts.number) is not None:
        sentence = gettext("%(year)s年已有编号为 %(number)s 的班次。", year=facts.year, number=facts.number)
        broken.append(Violation("number", sentence, "number"))
    _refuse(broken)
    klass = TrainingClass(owner_id=owner.id, published_version=0)
    _fill(klass, facts)
    session().add(klass)
    session().flush()
    audit.note(session(), klass.name)
    return klass


def update_class(klass: TrainingClass, facts: ClassFacts, *, actor: Actor, seen: int | None = None) -> None:
    """Change a class; its sessions must stay inside its days."""
    klass.expect_version(seen)
    days = session().scalars(
        select(Session.day).where(Session.class_id == klass.id, Session.state != SessionState.CANCELLED)
    )
    ordered = select(PackageOrder.first_day, PackageOrder.last_day).where(
        PackageOrder.class_id == klass.id, PackageOrder.stage == PackageStage.OPEN
    )
    held_days = [*days, *(day for span in session().execute(ordered) for day in span)]
    broken = broken_by_class(facts, held_days)
    other = class_queries.find_class(klass.owner_id, facts.year, facts.number)
    if other is not None and other.id != klass.id:
        sentence = gettext("%(year)s年已有编号为 %(number)s 的班次。", year=facts.year, number=facts.number)
        broken.append(Violation("number", sentence, "number"))
    _refuse(broken)
    _fill(klass, facts)
    session().flush()
    audit.note(session(), klass.name)


def _fill(klass: TrainingClass, facts: ClassFacts) -> None:
    for name, value in asdict(facts).items():
        setattr(klass, name, value)
    klass.search_text = search_text(klass.number, klass.name, klass.host_name)


def refuse_closed(klass: TrainingClass) -> None:
    """RuleBroken when the class is closed: its evaluation speaks of the sessions there were [3 §六(三)]."""
    if klass.closed_at is not None:
        raise RuleBroken(
            gettext(
                "班次「%(name)s」%(day)s已经结班，不能再添加课次。确需补课的，先在「评价和结班」撤销结班。",
                name=klass.name,
                day=day_text(klass.closed_at.date()),
            )
        )


def next_position(klass: TrainingClass) -> int:
    """The number after the last session of the class."""
    return (session().scalar(select(func.max(Session.position)).where(Session.class_id == klass.id)) or 0) + 1


def add_session(klass: TrainingClass, facts: SessionFacts, *, actor: Actor) -> Session:
    """A new session of a class, with nothing planned yet. RuleBroken once the class is closed."""
    refuse_closed(klass)
    broken = broken_by_session(facts, klass.starts_on, klass.ends_on)
    if class_queries.find_session(klass.id, facts.position) is not None:
        broken.append(
            Violation("position", gettext("这个班次已有第 %(n)s 课次。", n=facts.position), "position")
        )
    _refuse(broken)
    row = Session(class_id=klass.id, state=SessionState.PLANNED, **asdict(facts))
    session().add(row)
    session().flush()
    audit.note(session(), f"{klass.name} {row.position}")
    return row


def update_session(row: Session, facts: SessionFacts, *, actor: Actor, seen: int | None = None) -> None:
    """Change what a session needs. What no longer fits leaves the working plan.

    A published session stays published as people were told it; the class then has an unpublished change.
    """
    row.expect_version(seen)
    if not row.is_live:
        raise RuleBroken(gettext("这个课次%(state)s，不能再改。", state=row.state.label))
    tying.refuse_alone(row)
    klass = row.training_class
    _refuse(broken_by_session(facts, klass.starts_on, klass.ends_on))
    moved = (row.day, row.half_day) != (facts.day, facts.half_day)
    freezing.refuse_frozen(row, (None if moved else row.start, row.instructor_id, row.venue_id))
    other_course = row.course_id != facts.course_id or row.course_name != facts.course_name
    for name, value in asdict(facts).items():
        setattr(row, name, value)
    if moved:
        row.start, row.pinned_start = None, False
    if not row.needs_instructor or (other_course and not row.pinned_instructor):
        row.instructor_id, row.pinned_instructor = None, False
    session().flush()
    audit.note(session(), f"{klass.name} {row.position}")


def _refuse(broken: list[Violation]) -> None:
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
