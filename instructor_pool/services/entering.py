"""Nominating people, changing what is known of them, and writing the steps of their life."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.sealed import blind
from instructor_pool import queries
from instructor_pool.enums import EngagementMode, PoolState
from instructor_pool.models import AvailabilityHint, Instructor, StateChange
from instructor_pool.services import register
from instructor_pool.services.register import InstructorFields

STILL_OPEN = (PoolState.NOMINATED, PoolState.ELIGIBILITY_CHECKED, PoolState.RESERVE)
"""States in which it is not settled yet how a person is engaged."""


def nominate(owner: OrgUnit, fields: InstructorFields, *, reason: str = "", actor: Actor) -> Instructor:
    """Enter a candidate in the file of `owner`; RuleBroken when the person is there already [2]."""
    refuse_same_person(owner.id, fields.get("id_number"), None)
    person = register.enter(owner, actor=actor, reason=reason, state=PoolState.NOMINATED, **fields)
    session().flush()
    audit.note(session(), gettext("推荐 %(name)s", name=person.name))
    return person


def update_instructor(
    person: Instructor, fields: InstructorFields, *, actor: Actor, seen: int | None = None
) -> bool:
    """Change what is known of a person; True when anything differed. Conflict on a stale `seen` version."""
    person.expect_version(seen)
    refuse_same_person(person.owner_id, fields.get("id_number"), person.id)
    _refuse_other_way_in(person, fields.get("engagement_mode"))
    before = {q.course_id for q in person.qualifications}
    hinted = session().scalars(
        select(AvailabilityHint.text).where(AvailabilityHint.instructor_id == person.id)
    )
    register.amend(person, actor=actor, hinted=[*hinted], cleared=False, **fields)
    changed = session().is_modified(person, include_collections=False)
    session().flush()
    audit.note(session(), gettext("修改 %(name)s 的资料", name=person.name))
    return changed or before != {q.course_id for q in person.qualifications}


def _refuse_other_way_in(person: Instructor, mode: EngagementMode | None) -> None:
    """Nobody becomes appointed by changing a field: each way in has its own steps [2]."""
    if mode is None or mode is person.engagement_mode or person.state in STILL_OPEN:
        return
    sentence = gettext(
        "%(name)s 已是「%(state)s」，聘任方式不能再改。要换方式，请退出后重新推荐。",
        name=person.name,
        state=person.state.label,
    )
    raise RuleBroken(sentence, [Violation("mode", sentence, "engagement_mode")])


def refuse_same_person(owner_id: int, id_number: str | None, person_id: int | None) -> None:
    """RuleBroken when another person on this file has the identity number."""
    if not id_number:
        return
    other = queries.find_by_id_number(owner_id, blind(id_number, "id_number"))
    if other is not None and other.id != person_id:
        sentence = gettext(
            "库里已有同一身份证号的人：%(name)s(%(unit)s)。", name=other.name, unit=other.work_unit
        )
        raise RuleBroken(sentence, [Violation("same_person", sentence, "id_number")])


def note_change(person: Instructor, before: PoolState | None, *, actor: Actor, reason: str = "") -> None:
    """Write one step of the person's life, which is never changed afterwards."""
    change = StateChange(
        instructor_id=person.id,
        before=before,
        after=person.state,
        at=clock.now(),
        by_id=actor.user_id,
        by_name=actor.name,
        reason=reason.strip()[:300],
    )
    session().add(change)
    session().flush()
