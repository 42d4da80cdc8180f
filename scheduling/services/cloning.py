"""Making classes again: from another class, from a template, a whole year at once with the way back. Flush only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.pinyin import search_text
from scheduling.enums import OrderKind
from scheduling.models import ClassTemplate, RolledClass, RollForward, TemplateLine, TrainingClass
from scheduling.queries import shapes
from scheduling.queries.shapes import Laid, RollLine, Shape
from scheduling.rules import ClassFacts, SessionFacts
from scheduling.services import planning, removing

LONGEST_NAME = 120


def make(owner: OrgUnit, laid: Laid, facts: ClassFacts, *, actor: Actor) -> TrainingClass:
    """A class with the sessions of a shape, on the days it was laid out to; nothing is planned or told.

    RuleBroken names what of the class cannot be, and when nothing is left to carry over.
    """
    if not laid.kept:
        raise RuleBroken(gettext("没有可以带过去的课次。"))
    held = replace(facts, starts_on=laid.starts_on, ends_on=laid.ends_on, year=laid.starts_on.year)
    klass = planning.create_class(owner, held, actor=actor)
    for position, line in enumerate(laid.kept, 1):
        person = line.wanted_instructor
        row = SessionFacts(
            position=position,
            day=laid.landings[line.day].day,
            half_day=line.half_day,
            course_name=line.course_name,
            method=line.method,
            class_hours=line.class_hours,
            course_id=line.course_id,
            leader_required=line.leader_required,
            wanted_base_id=line.wanted_base_id,
            wanted_instructor_id=person.id if person is not None else None,
        )
        planning.add_session(klass, row, actor=actor)
    return klass


def facts_like(klass: TrainingClass, number: str, name: str, size: int) -> ClassFacts:
    """What is said of a class, for one made after it."""
    return ClassFacts(
        year=klass.year,
        number=number,
        name=name,
        tier=klass.tier,
        starts_on=klass.starts_on,
        ends_on=klass.ends_on,
        size=size,
        order_kind=klass.order_kind,
        is_main=klass.is_main,
        host_name=klass.host_name,
        host_id=klass.host_id,
        town_id=klass.town_id,
        audience=klass.audience,
        main_base_id=klass.main_base_id,
        contact_name=klass.contact_name,
        contact_phone=klass.contact_phone,
    )


def keep_as_template(owner: OrgUnit, shape: Shape, name: str, *, actor: Actor) -> ClassTemplate:
    """Keep what a class consists of, without its days. RuleBroken when the name is taken or nothing is in it."""
    name = name.strip()[:LONGEST_NAME]
    if not name:
        _refuse("name", gettext("请填写模板名称。"))
    if shapes.has_template(owner.id, name):
        _refuse("name", gettext("已有名为「%(name)s」的模板，要换新的，请先删除它。", name=name))
    lines = [line for line in shape.lines if not line.dropped]
    if not lines:
        _refuse("name", gettext("这个班次没有可以存进模板的课次。"))
    first = min(line.day for line in lines)
    made = ClassTemplate(
        owner_id=owner.id,
        name=name,
        is_main=shape.is_main,
        tier=shape.tier,
        size=shape.size,
        audience=shape.audience,
        made_at=clock.now(),
        made_by=actor.name,
        search_text=search_text(name),
    )
    made.lines = [
        TemplateLine(
            position=position,
            day=(line.day - first).days,
            half_day=line.half_day,
            course_id=line.course_id,
            course_name=line.course_name,
            method=line.method,
            class_hours=line.class_hours,
            leader_required=line.leader_required,
            wanted_base_id=line.wanted_base_id,
        )
        for position, line in enumerate(lines, 1)
    ]
    session().add(made)
    session().flush()
    audit.note(session(), name)
    return made


def drop_template(template: ClassTemplate, *, actor: Actor) -> None:
    """Forget a template; classes made from it stay."""
    audit.note(session(), template.name)
    session().delete(template)
    session().flush()


def roll_forward(
    owner: OrgUnit, year: int, to_year: int, chosen: Collection[int], *, actor: Actor
) -> RollForward:
    """Make the chosen classes of a year again in a later one, all or none.

    RuleBroken when none is chosen, or when one of them cannot be carried over.
    """
    lines = [line for line in shapes.roll_lines(owner, year, to_year) if line.klass.id in chosen]
    if not lines:
        raise RuleBroken(gettext("请选择要带到新年度的班次。"))
    stuck = [line for line in lines if line.blocked]
    if stuck:
        first = stuck[0]
        raise RuleBroken(
            gettext("「%(name)s」不能带过去：%(why)s。", name=first.klass.name, why=first.blocked)
        )
    roll = RollForward(
        owner_id=owner.id,
        from_year=year,
        to_year=to_year,
        made_at=clock.now(),
        made_by=actor.name,
        count=len(lines),
    )
    session().add(roll)
    session().flush()
    for line in lines:
        made = make(owner, line.laid, _next(line, to_year), actor=actor)
        session().add(
            RolledClass(
                class_id=made.id, roll_id=roll.id, source_id=line.klass.id, sessions=len(line.laid.kept)
            )
        )
    session().flush()
    audit.note(session(), f"{owner.name} {year} → {to_year}")
    return roll


def _next(line: RollLine, to_year: int) -> ClassFacts:
    """The same class a year on; a year that its name carries moves along."""
    klass = line.klass
    name = klass.name.replace(str(klass.year), str(to_year))
    return facts_like(klass, klass.number, name, klass.size)


def undo_roll(roll: RollForward, *, actor: Actor, seen: int | None = None) -> None:
    """Take everything back that rolling a year made. RuleBroken as soon as one class was changed since."""
    roll.expect_version(seen)
    if roll.undone_at is not None:
        raise RuleBroken(gettext("这次带入已经撤销。"))
    changed = shapes.changed_since(roll)
    if changed:
        facts = {"name": changed[0], "n": len(changed)}
        raise RuleBroken(gettext("有 %(n)s 个班次带入以后改过(如「%(name)s」)，不能整批撤销。", **facts))
    made = [link.training_class for link in roll.classes]
    roll.classes.clear()
    session().flush()
    for klass in made:
        removing.remove_class(klass, actor=actor)
    roll.undone_at, roll.undone_by = clock.now(), actor.name
    session().flush()
    audit.note(session(), f"{roll.from_year} → {roll.to_year}")


def facts_from(template: ClassTemplate, number: str, name: str, size: int, first: date) -> ClassFacts:
    """What is said of a class made from a template; the level that keeps it hosts it."""
    owner = template.owner
    return ClassFacts(
        year=first.year,
        number=number,
        name=name,
        tier=template.tier,
        starts_on=first,
        ends_on=first,
        size=size,
        order_kind=OrderKind.ANNUAL_INTAKE,
        is_main=template.is_main,
        host_name=owner.title,
        host_id=owner.id,
        audience=template.audience,
    )


def _refuse(field: str, sentence: str) -> None:
    raise RuleBroken(sentence, [Violation("template", sentence, field)])
