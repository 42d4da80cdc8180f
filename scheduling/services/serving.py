"""Creating a lesson that serves a leader's duty, in one step: session, time, person and hall. Flush only."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import Conflict, RuleBroken
from courses.models import Course
from party_lessons.models import Obligation
from scheduling.enums import OrderKind, Tier
from scheduling.models import Session, TrainingClass
from scheduling.rules import ClassFacts, SessionFacts
from scheduling.services import checking, planning
from scheduling.snapshots.lesson_offers import Offer

SMALLEST_CLASS = 20
"""People of a class that is opened for one lesson, until its unit says how many there are."""


def create_lesson(row: Obligation, offer: Offer, plan: OrgUnit, *, actor: Actor) -> Session:
    """The lesson of an offer, placed and pinned; told to nobody before its class is published.

    RuleBroken names whatever stands against it by now.
    """
    course = session().get_one(Course, offer.course_id)
    klass = session().get(TrainingClass, offer.class_id) if offer.class_id is not None else None
    if klass is None:
        klass = _open_class(row, offer, plan, actor)
    facts = SessionFacts(
        position=planning.next_position(klass),
        day=offer.start.date(),
        half_day=offer.half_day,
        course_name=course.name,
        course_id=course.id,
        method=course.method,
        class_hours=course.class_hours,
        leader_required=True,
        wanted_instructor_id=row.post.holder_id,
    )
    made = planning.add_session(klass, facts, actor=actor)
    made.start, made.instructor_id, made.venue_id = offer.start, row.post.holder_id, offer.venue_id
    made.pinned_start = made.pinned_instructor = made.pinned_venue = True
    session().flush()
    broken = checking.violations_of(klass, [made])
    if broken:
        raise RuleBroken(gettext("这个时间或教室已不合适，没有建。请换一个建议。"), broken)
    audit.note(session(), gettext("为党课责任新开课次：%(who)s", who=row.post.holder.name))
    return made


def _open_class(row: Obligation, offer: Offer, plan: OrgUnit, actor: Actor) -> TrainingClass:
    """A class of one day, hosted by the leader's own unit."""
    unit, day = row.post.unit, offer.start.date()
    if not unit.path.startswith(plan.path):
        raise Conflict(gettext("%(unit)s不在您的计划范围内，请由其上级开班。", unit=unit.title))
    return planning.create_class(
        plan,
        ClassFacts(
            year=day.year,
            number=f"DK{row.id}-{day:%m%d}",
            name=gettext("%(unit)s党课(%(who)s)", unit=unit.title, who=row.post.holder.name),
            tier=Tier.COMMITTEE_BASIC,
            starts_on=day,
            ends_on=day,
            size=SMALLEST_CLASS,
            order_kind=OrderKind.ANNUAL_INTAKE,
            host_name=unit.title,
            host_id=unit.id,
        ),
        actor=actor,
    )
