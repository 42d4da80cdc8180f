"""The life of orders through the services: every step from every state, what accepting makes, merging, undoing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from accounts.access import EVERYTHING, SYSTEM
from accounts.models import OrgUnit
from core import clock
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from notifications.models import OutboxMessage
from orders.enums import OrderAction, OrderState, PlaceKind, Stage
from orders.models import Order
from orders.queries import orders as order_queries
from orders.queries.waiting import list_proposals
from orders.rules import life
from orders.rules.wishes import OrderFacts, Slot
from orders.services import deciding, merging, ordering, steps
from orders.services.deciding import Terms
from scheduling.enums import HalfDay, SessionState
from scheduling.models import ClassParticipant, Session, TrainingClass
from scheduling.queries.lessons import list_facts
from scheduling.services import holding, publishing, withdrawing
from tests.factories.county import County
from tests.factories.orders import DAY, course_of, make_order, town_order

Step = Callable[[Order], None]
NEXT = Terms(day=date(2027, 6, 17), half_day=HalfDay.MORNING)
STEPS: dict[OrderAction, Step] = {
    OrderAction.EDIT: lambda o: ordering.update(o, ordering.facts_of(o), actor=SYSTEM),
    OrderAction.SUBMIT: lambda o: ordering.submit(o, actor=SYSTEM),
    OrderAction.TAKE_BACK: lambda o: steps.take(o, OrderAction.TAKE_BACK, actor=SYSTEM),
    OrderAction.WITHDRAW: lambda o: deciding.withdraw(o, actor=SYSTEM),
    OrderAction.ACKNOWLEDGE: lambda o: ordering.acknowledge(o, 25, actor=SYSTEM),
    OrderAction.AGREE: lambda o: deciding.agree(o, actor=SYSTEM),
    OrderAction.DECLINE: lambda o: steps.take(o, OrderAction.DECLINE, actor=SYSTEM, note="那天有会"),
    OrderAction.COUNTER: lambda o: deciding.counter(o, NEXT, "换一天", actor=SYSTEM),
    OrderAction.ACCEPT: lambda o: deciding.accept(o, NEXT, actor=SYSTEM),
    OrderAction.REFUSE: lambda o: steps.take(o, OrderAction.REFUSE, actor=SYSTEM, note="没有讲师"),
    OrderAction.REOPEN: lambda o: deciding.reopen(o, actor=SYSTEM),
    OrderAction.CALL_OFF: lambda o: steps.take(o, OrderAction.CALL_OFF, actor=SYSTEM),
}


def stage_of(order: Order) -> Stage:
    session().flush()
    return order_queries.look_at(EVERYTHING, order.id)[1]


@pytest.mark.parametrize("state", OrderState)
def test_every_step_from_every_state(county: County, state: OrderState) -> None:
    """What the table allows leads where it says; all else is refused and changes nothing."""
    for action, take in STEPS.items():
        with transaction():
            order = town_order(county, state)
            wanted = life.step(state, action)
            if wanted is None:
                with pytest.raises(RuleBroken):
                    take(order)
                assert order.state is state
            else:
                take(order)
                assert order.state is wanted[1]
                assert order.events[-1].action is action


def test_accepting_makes_a_session_in_a_class_of_the_unit(county: County) -> None:
    with transaction():
        order = town_order(county, OrderState.ACCEPTED, instructor_id=county.instructors["王芳"])
        row, klass = order.session, order.made_class
        assert row is not None and klass is not None
        assert (row.day, row.half_day, row.state) == (DAY, HalfDay.MORNING, SessionState.PLANNED)
        assert row.wanted_instructor_id == county.instructors["王芳"]
        assert (klass.owner_id, klass.host_id, klass.size) == (
            county.units["嘉祥县"],
            county.units["东镇"],
            30,
        )
        assert (
            klass.number == "送0001" and town_order(county, OrderState.ACCEPTED).made_class.number == "送0002"
        )  # type: ignore[union-attr]
        assert stage_of(order) is Stage.PLANNED
        told = session().scalars(
            select(OutboxMessage.title).where(OutboxMessage.user_id == county.users["contact"])
        )
        assert "嘉祥县接受了订单《党的创新理论专题》，正在排课" in list(told)


def test_accepting_into_a_class_keeps_to_its_days(county: County) -> None:
    with transaction():
        order = town_order(county)
        klass = session().get_one(TrainingClass, county.classes["B001"])
        with pytest.raises(RuleBroken) as refused:
            deciding.accept(order, Terms(day=DAY, half_day=HalfDay.ANY, training_class=klass), actor=SYSTEM)
        assert [v.subject for v in refused.value.violations] == ["day"]
        deciding.accept(
            order, Terms(day=klass.starts_on, half_day=HalfDay.ANY, training_class=klass), actor=SYSTEM
        )
        assert order.session is not None and order.session.class_id == klass.id and order.made_class is None


def test_undoing_an_acceptance_takes_session_and_class_along(county: County) -> None:
    with transaction():
        before = session().scalar(select(func.count(TrainingClass.id)))
        order = town_order(county, OrderState.ACCEPTED)
        deciding.reopen(order, actor=SYSTEM)
        assert order.state is OrderState.SUBMITTED
        assert session().scalar(select(func.count(TrainingClass.id))) == before


def placed(county: County, order: Order) -> Session:
    row = order.session
    assert row is not None
    row.start = datetime(2027, 6, 15, 8, 30)
    row.instructor_id, row.venue_id = county.instructors["李强"], county.venues["东镇党校"]
    session().flush()
    return row


def test_the_state_is_read_from_the_session_it_became(county: County) -> None:
    with transaction():
        order = town_order(county, OrderState.ACCEPTED)
        row = placed(county, order)
        publishing.publish(row.training_class, actor=SYSTEM, note="送课")
        assert stage_of(order) is Stage.PUBLISHED
        for step in (OrderAction.WITHDRAW, OrderAction.REOPEN):
            with pytest.raises(RuleBroken, match="已经发布过"):
                STEPS[step](order)
            session().refresh(order)
        withdrawing.cancel(row, reason="讲师住院", actor=SYSTEM)
        assert stage_of(order) is Stage.CANCELLED
        titles = list(session().scalars(select(OutboxMessage.title).where(OutboxMessage.kind == "order")))
        assert "您点的《党的创新理论专题》已发布" in titles
        assert "您点的《党的创新理论专题》已取消" in titles


def test_agreeing_makes_exactly_what_was_offered(county: County) -> None:
    with transaction():
        order = town_order(county)
        other = course_of(county, "嘉祥党史")
        terms = Terms(day=date(2027, 6, 18), half_day=HalfDay.AFTERNOON, course=other)
        deciding.counter(order, terms, "", actor=SYSTEM)
        deciding.agree(order, actor=SYSTEM)
        row = order.session
        assert row is not None
        assert (row.course_id, row.day, row.half_day) == (other.id, date(2027, 6, 18), HalfDay.AFTERNOON)
        assert order.course_id == other.id and order.offer is None


def test_an_offer_that_is_what_was_asked_for_is_refused(county: County) -> None:
    with transaction():
        order = town_order(county)
        terms = deciding.terms_of(order)
        assert terms is not None
        with pytest.raises(RuleBroken) as refused:
            deciding.counter(order, terms, " ", actor=SYSTEM)
        assert [v.subject for v in refused.value.violations] == ["message"]


def test_merged_orders_are_one_session_that_knows_its_units(county: County) -> None:
    with transaction():
        one = town_order(county, wishes=(Slot(DAY, HalfDay.ANY),))
        two = town_order(county, town="西镇", people=40)
        [proposal] = list_proposals(EVERYTHING)
        assert (set(proposal.orders), proposal.people, proposal.slot) == (
            {one, two},
            70,
            Slot(DAY, HalfDay.MORNING),
        )
        row = merging.merge([one, two], proposal.slot, actor=SYSTEM)
        klass = row.training_class
        assert one.session_id == two.session_id == row.id
        assert klass.size == 70
        units = set(session().scalars(select(ClassParticipant.unit_id).filter_by(class_id=klass.id)))
        assert units == {county.units["东镇"], county.units["西镇"]}
        [facts] = list_facts([row.id])
        paths = set(session().scalars(select(OrgUnit.path).where(OrgUnit.id.in_(units))))
        assert facts.audience_paths == paths
        deciding.reopen(one, actor=SYSTEM)
        assert two.state is OrderState.ACCEPTED and klass.size == 40
        deciding.reopen(two, actor=SYSTEM)
        assert session().get(Session, row.id) is None


def test_orders_that_do_not_fit_are_not_merged(county: County) -> None:
    with transaction():
        one, two = town_order(county), make_order(county.unit("西镇"), county.courses["嘉祥党史"])
        for orders in ([one], [one, two]):
            with pytest.raises(RuleBroken):
                merging.merge(orders, Slot(DAY, HalfDay.MORNING), actor=SYSTEM)
        done = town_order(county, OrderState.ACCEPTED, town="西镇")
        with pytest.raises(RuleBroken, match="已接受"):
            merging.merge([one, done], Slot(DAY, HalfDay.MORNING), actor=SYSTEM)


@pytest.mark.databases
def test_two_who_accept_at_once_make_one_session(county: County) -> None:
    """The second has read the order before the first wrote: the row's version refuses it, and its session goes."""
    with transaction():
        order_id = town_order(county).id
    with pytest.raises(Conflict), transaction():
        order = session().get_one(Order, order_id)
        session().execute(
            text("UPDATE unit_order SET version = version + 1 WHERE id = :id"), {"id": order_id}
        )
        deciding.accept(order, NEXT, actor=SYSTEM)
    assert session().scalar(select(func.count(Session.id)).where(Session.day == NEXT.day)) == 0


@pytest.mark.parametrize(
    "change",
    [
        "state = 'accepted'",
        "session_id = (SELECT min(id) FROM session)",
        "course_id = NULL",
        "people = 0",
        "state = 'refused'",
        "supplier_id = unit_id",
        "place_kind = 'base'",
        "place_kind = 'own_hall'",
    ],
)
def test_the_database_refuses_what_must_not_be(county: County, change: str) -> None:
    with transaction():
        order_id = town_order(county).id
    with pytest.raises(IntegrityError):
        session().execute(text(f"UPDATE unit_order SET {change} WHERE id = {order_id}"))
    session().rollback()


def test_what_was_done_is_kept(county: County) -> None:
    with transaction():
        town_order(county)
    for statement in ("UPDATE order_event SET note = 'x'", "DELETE FROM order_event"):
        with pytest.raises(IntegrityError):
            session().execute(text(statement))
        session().rollback()


def test_a_lesson_that_was_held_counts_as_held(county: County) -> None:
    with transaction():
        order = town_order(county, OrderState.ACCEPTED)
        row = placed(county, order)
        publishing.publish(row.training_class, actor=SYSTEM, note="送课")
        clock.start_at(datetime(2027, 6, 16, 9), since=clock.instant())
        holding.hold(row, attendance=28, actor=SYSTEM)
        assert stage_of(order) is Stage.HELD


@pytest.mark.parametrize("action", [OrderAction.ACCEPT, OrderAction.COUNTER])
def test_nothing_is_settled_for_a_day_that_is_over(county: County, action: OrderAction) -> None:
    past = Terms(day=clock.today(), half_day=HalfDay.MORNING)
    with transaction():
        order = town_order(county)
        with pytest.raises(RuleBroken, match="今天以后"):
            if action is OrderAction.ACCEPT:
                deciding.accept(order, past, actor=SYSTEM)
            else:
                deciding.counter(order, past, "那天可以", actor=SYSTEM)
        assert (order.state, order.session) == (OrderState.SUBMITTED, None)


def test_an_offer_whose_day_is_over_is_not_agreed_to(county: County) -> None:
    with transaction():
        order = town_order(county, OrderState.COUNTERED)
        clock.start_at(datetime(2027, 6, 16, 9), since=clock.instant())
        with pytest.raises(RuleBroken, match="今天以后"):
            deciding.agree(order, actor=SYSTEM)


def test_an_own_hall_that_is_registered_is_where_the_lesson_is_wanted(county: County) -> None:
    hall = {"place_kind": PlaceKind.OWN_HALL, "base_id": county.bases["东镇党校"]}
    with transaction():
        order = town_order(county, OrderState.ACCEPTED, **hall)
        assert (order.hall, order.session and order.session.wanted_base_id) == ("东镇党校", hall["base_id"])
    with pytest.raises(RuleBroken, match="不是西镇自己的会场"), transaction():
        town_order(county, town="西镇", **hall)


def test_facts_of_an_order_are_what_was_entered(county: County) -> None:
    facts = OrderFacts(
        people=33, course_id=county.courses["嘉祥党史"], wishes=(Slot(DAY, HalfDay.EVENING),), hall=""
    )
    with transaction():
        order = ordering.draw_up(county.unit("东镇"), facts, actor=SYSTEM)
        assert ordering.facts_of(order) == facts
