"""Taking classes and their wanted sessions into the plan ("集中上报、统一出口" [2])."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from bases.models import TeachingBase
from core.db import session
from core.errors import RuleBroken
from core.pinyin import search_text
from courses.enums import Audience, Method
from courses.models import Course
from instructor_pool.models import Instructor
from scheduling.enums import HalfDay, OrderKind, SessionState, Tier
from scheduling.models import Session, TrainingClass
from scheduling.services import tying
from scheduling.services.planning import refuse_closed


class ClassFields(TypedDict, total=False):
    """What an order says of a class; both days belong to it, `size` counts people."""

    name: str
    is_main: bool
    tier: Tier
    host_name: str
    host: OrgUnit | None
    town: OrgUnit | None
    starts_on: date
    ends_on: date
    size: int
    audience: Audience
    order_kind: OrderKind
    main_base: TeachingBase | None
    contact_name: str
    contact_phone: str


class SessionFields(TypedDict, total=False):
    """What an order says of a session; `class_hours` in units of 45 minutes."""

    day: date
    half_day: HalfDay
    course: Course | None
    course_name: str
    method: Method
    class_hours: Decimal
    leader_required: bool
    wanted_base: TeachingBase | None
    wanted_instructor: Instructor | None


def take_class(
    owner: OrgUnit, year: int, number: str, *, actor: Actor, **fields: Unpack[ClassFields]
) -> TrainingClass:
    """A class in `owner`'s plan of `year`. Not flushed."""
    klass = TrainingClass(
        owner_id=owner.id,
        year=year,
        number=number,
        size=fields.get("size", 0),
        tier=fields.get("tier", Tier.COUNTY_GENERAL),
        order_kind=fields.get("order_kind", OrderKind.ANNUAL_INTAKE),
    )
    session().add(klass)
    amend_class(klass, actor=actor, **fields)
    return klass


def amend_class(klass: TrainingClass, *, actor: Actor, **fields: Unpack[ClassFields]) -> None:
    """Set the given fields. Not flushed."""
    for name, value in fields.items():
        setattr(klass, name, value)
    klass.search_text = search_text(klass.number, klass.name, klass.host_name)


def take_session(
    klass: TrainingClass, position: int, *, actor: Actor, **fields: Unpack[SessionFields]
) -> Session:
    """The session number `position` of a class; method and hours default to the course's. Not flushed.

    RuleBroken once the class is closed.
    """
    refuse_closed(klass)
    course = fields.get("course")
    row = Session(
        training_class=klass,
        position=position,
        state=SessionState.PLANNED,
        method=fields.get("method") or (course.method if course else Method.LECTURE),
        class_hours=fields.get("class_hours") or (course.class_hours if course else Decimal(3)),
    )
    session().add(row)
    _set(row, fields)
    return row


def amend_session(row: Session, *, actor: Actor, **fields: Unpack[SessionFields]) -> None:
    """Change what a session needs; a new day or half-day takes it off the working plan.

    RuleBroken once people have been told of it: then it is moved on the board, where they are told again; and for
    a part of a package, which is changed as a whole.
    """
    if row.state is not SessionState.PLANNED:
        raise RuleBroken(
            gettext("第 %(n)s 课次%(state)s，不能按表修改。", n=row.position, state=row.state.label)
        )
    tying.refuse_alone(row)
    if {"day", "half_day"} & set(fields):
        row.start, row.pinned_start = None, False
    _set(row, fields)


def _set(row: Session, fields: SessionFields) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
