"""Who could step in for one published lesson, ranked, with when they were last asked for anything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.db import session
from instructor_pool.models import Instructor
from scheduling.enums import ResourceKind
from scheduling.models import Booking, Session, SubstituteAsk
from scheduling.rules.waves import Ranked, in_order
from scheduling.snapshots.kept_desks import desk
from scheduling.snapshots.keys import number


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who could step in, as people read it."""

    instructor_id: int
    name: str
    note: str
    cost: int
    last_asked: datetime | None
    has_account: bool


def ranked_for(row: Session) -> list[Ranked]:
    """Whoever could teach it when and where people were told, the best first."""
    klass = row.training_class
    options = desk(klass.owner_id, klass.year, row.id, is_brief=True).stand_ins()
    people = {number(option.instructor): option.delta for option in options if option.instructor is not None}
    asked = last_asked(people)
    return in_order([Ranked(person, cost, asked.get(person)) for person, cost in people.items()])


def last_asked(ids: Collection[int]) -> dict[int, datetime]:
    """When each of some people was last asked to teach or to step in: two statements."""
    if not ids:
        return {}
    booked = (
        select(Booking.resource_id, func.max(Booking.asked_at))
        .where(Booking.kind == ResourceKind.INSTRUCTOR, Booking.resource_id.in_(sorted(ids)))
        .group_by(Booking.resource_id)
    )
    called = (
        select(SubstituteAsk.instructor_id, func.max(SubstituteAsk.asked_at))
        .where(SubstituteAsk.instructor_id.in_(sorted(ids)))
        .group_by(SubstituteAsk.instructor_id)
    )
    found: dict[int, datetime] = {}
    for stmt in (booked, called):
        for person, moment in session().execute(stmt):
            found[person] = max(found.get(person, moment), moment)
    return found


def stand_ins_of(row: Session, most: int = 20) -> list[StandIn]:
    """The first of them with their names."""
    ranked = ranked_for(row)[:most]
    stmt = select(Instructor).where(Instructor.id.in_([x.instructor_id for x in ranked]))
    people = {person.id: person for person in session().scalars(stmt)} if ranked else {}
    return [
        StandIn(
            x.instructor_id,
            people[x.instructor_id].name,
            f"{people[x.instructor_id].work_unit} {people[x.instructor_id].post_title}".strip(),
            x.cost,
            x.last_asked,
            people[x.instructor_id].user_id is not None,
        )
        for x in ranked
    ]
