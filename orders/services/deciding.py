"""What the level above does with an order: accepting it makes a session or orders the package. Flush only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from core import clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.when import day_text
from courses.models import Course
from instructor_pool.models import Instructor
from orders.enums import OrderAction, OrderState, Side
from orders.models import CounterOffer, Order
from orders.queries import orders as order_queries
from orders.services import making, steps
from scheduling.enums import HalfDay
from scheduling.models import PackageOrder, TrainingClass
from scheduling.services import ordering as package_ordering
from scheduling.services import removing


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is settled on: a day and half, and where they differ from the order course, lecturer, base.

    Without a class a new outreach class is made for the unit.
    """

    day: date
    half_day: HalfDay
    course: Course | None = None
    instructor: Instructor | None = None
    base_id: int | None = None
    training_class: TrainingClass | None = None


def terms_of(order: Order) -> Terms | None:
    """What the unit wished for first; None when it named no time."""
    if not order.wishes:
        return None
    first = order.wishes[0]
    return Terms(
        day=first.day,
        half_day=first.half_day,
        course=order.course,
        instructor=order.instructor,
        base_id=order.base_id,
    )


def accept(order: Order, terms: Terms, *, actor: Actor, seen: int | None = None) -> None:
    """Take the order: its session or package goes into the class, with nothing planned yet.

    Of two who accept at once one gets a Conflict. RuleBroken names what does not fit the class.
    """
    by, _after = steps.check(order, OrderAction.ACCEPT, seen=seen)
    _refuse_past(terms)
    _settle(order, terms, actor)
    steps.record(order, OrderAction.ACCEPT, by, actor=actor, note=_said(terms))


def counter(order: Order, terms: Terms, message: str, *, actor: Actor, seen: int | None = None) -> None:
    """Offer something else instead; agreeing makes exactly that. RuleBroken when it is what was asked for."""
    by, after = steps.check(order, OrderAction.COUNTER, seen=seen)
    _refuse_past(terms)
    if _is_as_wished(order, terms) and not message.strip():
        sentence = gettext("这和订单一样，可以直接接受；另提建议请改时间、课程、讲师或地点，或写明意见。")
        raise RuleBroken(sentence, [Violation("same", sentence, "message")])
    order.offer = CounterOffer(
        day=terms.day,
        half_day=terms.half_day,
        course_id=terms.course.id if terms.course else None,
        instructor_id=terms.instructor.id if terms.instructor else None,
        base_id=terms.base_id,
        class_id=terms.training_class.id if terms.training_class else None,
        message=message.strip()[: steps.LONGEST],
    )
    order.state = after
    said = message.strip() or _said(terms)
    steps.record(order, OrderAction.COUNTER, by, actor=actor, note=said)


def agree(order: Order, *, actor: Actor, seen: int | None = None) -> None:
    """The unit takes what was offered instead: it becomes the order, and the order a session."""
    by, _after = steps.check(order, OrderAction.AGREE, seen=seen)
    offer = order.offer
    if offer is None:
        raise RuleBroken(gettext("没有可以接受的建议，请刷新后再看。"))
    terms = Terms(
        day=offer.day,
        half_day=offer.half_day,
        course=offer.course,
        instructor=offer.instructor,
        base_id=offer.base_id,
        training_class=offer.training_class,
    )
    _refuse_past(terms)
    order.offer = None
    _settle(order, terms, actor)
    steps.record(order, OrderAction.AGREE, by, actor=actor, note=_said(terms))


def reopen(order: Order, *, actor: Actor, note: str = "", seen: int | None = None) -> None:
    """Undo an acceptance while nobody was told: the session goes, or the order leaves the merged one."""
    by, after = steps.check(order, OrderAction.REOPEN, seen=seen)
    _leave(order, actor)
    order.state = after
    steps.record(order, OrderAction.REOPEN, by, actor=actor, note=note.strip())


def withdraw(order: Order, *, actor: Actor, note: str = "", seen: int | None = None) -> None:
    """The unit no longer wants it; what it became goes too, as long as nobody was told."""
    by, after = steps.check(order, OrderAction.WITHDRAW, seen=seen)
    if order.state is OrderState.ACCEPTED:
        _leave(order, actor)
    order.state, order.offer = after, None
    steps.record(order, OrderAction.WITHDRAW, by, actor=actor, note=note.strip())


def package_taken_back(made: PackageOrder) -> None:
    """Scheduling undoes an ordered package: the unit's order for it waits for a decision again."""
    for order in order_queries.orders_of_package(made.id):
        order.package_order, order.made_class, order.state = None, None, OrderState.SUBMITTED
        note = gettext("套餐已从班次中撤销。")
        steps.record(order, OrderAction.REOPEN, Side.SUPPLIER, actor=making.BY_PLANNER, note=note)


def _refuse_past(terms: Terms) -> None:
    if terms.day <= clock.today():
        sentence = gettext("日期要在今天以后。")
        raise RuleBroken(sentence, [Violation("day", sentence, "day")])


def _settle(order: Order, terms: Terms, actor: Actor) -> None:
    klass = terms.training_class
    if klass is None:
        klass = making.outreach_class([order], terms.day, actor=actor)
        order.made_class = klass
    if order.package is not None:
        order.package_order = making.package(order, klass, terms.day, actor=actor)
    else:
        course = terms.course or order.course
        if course is None:
            raise RuleBroken(
                gettext("请选择课程。"), [Violation("course", gettext("请选择课程。"), "course_id")]
            )
        order.course, order.instructor = course, terms.instructor
        wanted = (terms.instructor.id if terms.instructor else None, terms.base_id)
        order.session = making.lesson(klass, course, terms.day, terms.half_day, wanted, actor=actor)
    order.state = OrderState.ACCEPTED
    session().flush()


def _leave(order: Order, actor: Actor) -> None:
    """Take an order out of what it became; the last one takes the session, the package and the class made for it along."""
    lesson, package, made = order.session, order.package_order, order.made_class
    rest = order_queries.partners_of(order)
    order.session = order.package_order = order.made_class = None
    order.state = OrderState.SUBMITTED
    if lesson is not None:
        removing.refuse_told(lesson)
    if lesson is not None and rest:
        making.shrink(lesson, rest, actor=actor)
        return
    session().flush()
    if package is not None:
        package_ordering.take_back(package, actor=actor)
    if lesson is not None:
        removing.remove_session(lesson, actor=actor)
    if made is not None:
        removing.remove_empty_class(made, actor=actor)


def _is_as_wished(order: Order, terms: Terms) -> bool:
    meets = any(
        slot.day == terms.day and slot.half_day in (terms.half_day, HalfDay.ANY) for slot in order.slots
    )
    course = order.course_id if terms.course is None else terms.course.id
    person = terms.instructor.id if terms.instructor else None
    return meets and (course, person, terms.base_id) == (
        order.course_id,
        order.instructor_id,
        order.base_id,
    )


def _said(terms: Terms) -> str:
    """The terms in words, for the message and the list of steps."""
    parts = [f"{day_text(terms.day)} {terms.half_day.label}"]
    if terms.course is not None:
        parts.append(f"《{terms.course.name}》")
    if terms.instructor is not None:
        parts.append(terms.instructor.name)
    return " ".join(parts)
