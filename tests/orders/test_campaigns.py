"""Campaigns, surveys, orders assigned from above, and plans of townships."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from accounts.access import EVERYTHING, SYSTEM
from core import clock
from core.db import session, transaction
from core.errors import RuleBroken
from notifications.models import OutboxMessage
from orders.enums import CampaignKind, OrderState, PlanState
from orders.models import Campaign, Order, YearPlan
from orders.queries import campaigns as campaign_queries
from orders.rules.wishes import OrderFacts, Slot
from orders.services import campaigns, ordering, plans
from scheduling.enums import HalfDay, OrderKind
from scheduling.services import publishing
from tests.factories.county import Browser, County
from tests.factories.orders import DAY, course_of, make_campaign, town_order
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]


def survey(county: County, kind: CampaignKind = CampaignKind.SURVEY) -> Campaign:
    towns = [county.unit("东镇"), county.unit("西镇")]
    courses = [course_of(county, "嘉祥党史"), course_of(county, "公文写作")]
    return make_campaign(county.unit("嘉祥县"), towns, courses, kind)


def answered(county: County, asked: Campaign, town: str, **needs: tuple[int, int]) -> None:
    invitation = next(one for one in asked.invitations if one.unit_id == county.units[town])
    by_id = {county.courses[name]: numbers for name, numbers in needs.items()}
    campaigns.answer_survey(invitation, by_id, "", actor=SYSTEM)


def test_a_survey_adds_up_what_units_need(county: County) -> None:
    with transaction():
        asked = survey(county)
        answered(county, asked, "东镇", 嘉祥党史=(30, 7))
        answered(county, asked, "西镇", 嘉祥党史=(50, 9), 公文写作=(10, 0))
        answered(county, asked, "东镇", 嘉祥党史=(40, 9))
        found = [(d.course.name, d.units, d.people, d.months) for d in campaign_queries.demand(asked)]
    assert found == [("嘉祥党史", 2, 90, "9月(2 家)"), ("公文写作", 1, 10, "")]


@pytest.mark.parametrize("numbers", [(0, 1), (5001, 1), (30, 13)])
def test_numbers_that_cannot_be_are_refused(county: County, numbers: tuple[int, int]) -> None:
    with transaction():
        asked = survey(county)
        with pytest.raises(RuleBroken):
            answered(county, asked, "东镇", 嘉祥党史=numbers)
        with pytest.raises(RuleBroken, match="不在调研范围内"):
            answered(county, asked, "东镇", 现场教学=(10, 1))


def test_only_who_is_silent_is_reminded_and_once_a_day(county: County) -> None:
    with transaction():
        asked = survey(county)
        answered(county, asked, "西镇", 嘉祥党史=(50, 9))
        assert campaigns.remind(asked, actor=SYSTEM) == 1
        assert campaigns.remind(asked, actor=SYSTEM) == 0
        titles = session().scalars(select(OutboxMessage.title).filter_by(user_id=county.users["contact"]))
        assert list(titles) == ["嘉祥县：需求调研", "请在5月31日 周一前答复「需求调研」"]


def test_after_the_deadline_nobody_answers(county: County) -> None:
    with transaction():
        asked = survey(county)
    clock.start_at(datetime(2027, 6, 1, 9), since=clock.instant())
    with transaction():
        asked = session().get_one(Campaign, asked.id)
        with pytest.raises(RuleBroken, match="已经截止"):
            answered(county, asked, "东镇", 嘉祥党史=(30, 7))


def test_an_intake_is_answered_with_orders(county: County) -> None:
    with transaction():
        asked = survey(county, CampaignKind.INTAKE)
        facts = OrderFacts(people=30, course_id=county.courses["嘉祥党史"], wishes=(Slot(DAY, HalfDay.ANY),))
        order = ordering.draw_up(county.unit("东镇"), facts, actor=SYSTEM, campaign=asked)
        assert (order.kind, order.state) == (OrderKind.ANNUAL_INTAKE, OrderState.DRAFT)
        invitation = asked.invitations[0]
        orders = campaign_queries.orders_for(asked.id, invitation.unit_id)
        assert campaigns.answer_intake(invitation, orders, "", actor=SYSTEM) == 1
        assert order.state is OrderState.SUBMITTED and invitation.answered_at is not None


def test_what_is_assigned_is_an_order_each_that_units_acknowledge(county: County) -> None:
    with transaction():
        facts = OrderFacts(people=30, course_id=county.courses["嘉祥党史"], wishes=(Slot(DAY, HalfDay.ANY),))
        towns = [county.unit("东镇"), county.unit("西镇")]
        made = campaigns.assign(county.unit("嘉祥县"), towns, facts, actor=SYSTEM)
        assert [(o.kind, o.state, o.unit.name) for o in made] == [
            (OrderKind.ASSIGNED_ORDER, OrderState.ASSIGNED, "东镇"),
            (OrderKind.ASSIGNED_ORDER, OrderState.ASSIGNED, "西镇"),
        ]
        ordering.acknowledge(made[0], 26, "村两委", actor=SYSTEM)
        assert (made[0].state, made[0].people) == (OrderState.SUBMITTED, 26)
        with pytest.raises(RuleBroken, match="只能派给"):
            campaigns.assign(county.unit("东镇"), [county.unit("西镇")], facts, actor=SYSTEM)


def test_a_plan_goes_up_comes_back_and_is_released(county: County) -> None:
    town = county.unit("东镇")
    with transaction(), pytest.raises(RuleBroken, match="没有可以上报的内容"):
        plans.submit(town, 2027, actor=SYSTEM)
    with transaction():
        town_order(county)
        plan = plans.submit(county.unit("东镇"), 2027, "请审", actor=SYSTEM)
        with pytest.raises(RuleBroken, match="不用再报"):
            plans.submit(county.unit("东镇"), 2027, actor=SYSTEM)
        with pytest.raises(RuleBroken, match="请写明原因"):
            plans.give_back(plan, " ", actor=SYSTEM)
        plans.give_back(plan, "课次太少", actor=SYSTEM)
        plans.submit(county.unit("东镇"), 2027, actor=SYSTEM)
        plans.release(plan, actor=SYSTEM)
        assert plan.state is PlanState.RELEASED


def test_nothing_of_a_township_is_published_before_its_plan_where_the_level_asks_it(county: County) -> None:
    with transaction():
        order = town_order(county, OrderState.ACCEPTED)
        row = order.session
        assert row is not None
        row.start = datetime(2027, 6, 15, 8, 30)
        row.instructor_id, row.venue_id = county.instructors["李强"], county.venues["东镇党校"]
        assert plans.why_shut(row.training_class) == ""
        plans.set_released_first(county.unit("嘉祥县"), True, actor=SYSTEM)
        with pytest.raises(RuleBroken, match="东镇的 2027 年计划编制中"):
            publishing.publish(row.training_class, actor=SYSTEM, note="送课")
        plans.release(plans.submit(county.unit("东镇"), 2027, actor=SYSTEM), actor=SYSTEM)
        publishing.publish(row.training_class, actor=SYSTEM, note="送课")


@pytest.mark.parametrize("change", ["state = 'returned'", "state = 'drafting'", "unit_id = supplier_id"])
def test_the_database_refuses_plans_that_cannot_be(county: County, change: str) -> None:
    with transaction():
        town_order(county)
        plans.submit(county.unit("东镇"), 2027, actor=SYSTEM)
    with pytest.raises(IntegrityError):
        session().execute(text(f"UPDATE year_plan SET {change}"))
    session().rollback()


def test_the_pages_of_a_campaign(sign_in: SignIn, county: County) -> None:
    organiser, contact = sign_in("organiser"), sign_in("contact")
    entered = {
        "kind": "survey",
        "title": "秋季需求",
        "year": "2027",
        "deadline": "2027-05-20",
        "units": [str(county.units["东镇"]), str(county.units["西镇"])],
        "courses": [str(county.courses["嘉祥党史"])],
    }
    assert organiser.post("/orders/campaigns/new", data={**entered, "units": []}).status_code == 422
    answer = organiser.post("/orders/campaigns/new", data=entered)
    assert answer.status_code == 302
    url = answer.location
    assert "还有 2 个单位没有答复" in organiser.get(url).text
    assert "1 次征集等本单位答复" in contact.get("/").text
    course = county.courses["嘉祥党史"]
    wrong = contact.post(f"{url}/answer", data={f"people-{course}": "很多"})
    assert wrong.status_code == 422 and "人数应在 1 到 5000 之间" in wrong.text
    assert (
        contact.post(f"{url}/answer", data={f"people-{course}": "35", f"month-{course}": "9"}).status_code
        == 302
    )
    assert "1 / 2" in organiser.get("/orders/campaigns").text
    mine = contact.get("/orders/campaigns").text  # how many others answered is none of a unit's business
    assert "已答复" in mine and "1 / 2" not in mine
    assert "35" in organiser.get(f"{url}/demand").text
    assert organiser.get(f"{url}/demand?export=xlsx").status_code == 200
    assert organiser.post(f"{url}/remind").status_code == 302
    assert sign_in("outsider").get(url).status_code == 404


def test_the_pages_of_a_plan(sign_in: SignIn, county: County) -> None:
    with transaction():
        town_order(county)
    url = f"/orders/plans/{county.units['东镇']}/2027"
    contact, organiser = sign_in("contact"), sign_in("organiser")
    assert "党的创新理论专题" in contact.get(url).text
    assert contact.post(f"{url}/submit", data={"note": "请审"}).status_code == 302
    assert "1 份乡镇年度计划等您审核" in organiser.get("/").text
    assert organiser.post(f"{url}/return", data={"reason": ""}).status_code == 422
    assert organiser.post(f"{url}/release").status_code == 302
    assert session().scalars(select(YearPlan.state)).one() is PlanState.RELEASED
    assert contact.post(f"{url}/release").status_code == 403


def test_the_lists_cost_the_same_for_many(sign_in: SignIn, county: County) -> None:
    browser, pages = sign_in("organiser"), ["/orders/campaigns", "/orders/plans"]
    with transaction():
        survey(county)
        town_order(county)
    costs = {}
    for page in pages:
        browser.get(page)
        with counted() as few:
            assert browser.get(page).status_code == 200
        costs[page] = len(few)
    with transaction():
        for _ in range(3):
            survey(county)
            town_order(county, town="西镇")
    for page in pages:
        with counted() as many:
            browser.get(page)
        assert len(many) == costs[page], page


def test_an_order_for_a_campaign_is_kept_with_it(county: County) -> None:
    with transaction():
        asked = survey(county, CampaignKind.INTAKE)
        asked.closed_at = datetime(2027, 5, 9)
        facts = OrderFacts(people=30, course_id=county.courses["嘉祥党史"])
        with pytest.raises(RuleBroken, match="已经截止"):
            ordering.draw_up(county.unit("东镇"), facts, actor=SYSTEM, campaign=asked)
    assert session().query(Order).count() == 0
    assert campaign_queries.get_campaign(EVERYTHING, asked.id).deadline == date(2027, 5, 31)
