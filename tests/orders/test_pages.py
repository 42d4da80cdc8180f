"""Pages of orders as the unit and the level above use them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bases.models import TeachingBase
from core.db import session, transaction
from courses.models import Course
from orders.enums import OrderState
from orders.models import Order
from tests.factories.county import Browser, County
from tests.factories.orders import town_order
from tests.factories.packages import make_package
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
WISH = {"day_1": "2027-06-15", "half_1": "morning", "half_2": "any", "half_3": "any"}


def entered(county: County, **more: str) -> dict[str, str]:
    return {
        "unit_id": str(county.units["东镇"]),
        "course_id": str(county.courses["嘉祥党史"]),
        "instructor_id": "0",
        "people": "35",
        "place_kind": "any",
        "base_id": "0",
        **WISH,
        **more,
    }


def test_a_contact_orders_from_the_menu_and_the_county_accepts(sign_in: SignIn, county: County) -> None:
    contact = sign_in("contact")
    menu = contact.get("/orders/menu").text
    assert "嘉祥党史" in menu and f"course={county.courses['嘉祥党史']}" in menu
    url = f"/orders/new?course={county.courses['嘉祥党史']}"
    missing = contact.post(url, data=entered(county, day_1="", submit="1"))
    assert missing.status_code == 422 and "请写至少一个希望的时间再提交。" in missing.text
    assert contact.post(url, data=entered(county, submit="1")).status_code == 302
    [order] = session().query(Order).all()
    assert (order.state, order.unit_id) == (OrderState.SUBMITTED, county.units["东镇"])
    organiser = sign_in("organiser")
    assert "1 份订单等您核定" in organiser.get("/").text
    page = organiser.get(f"/orders/{order.id}/accept").text
    assert 'value="2027-06-15"' in page
    terms = {
        "day": "2027-06-15",
        "half_day": "morning",
        "course_id": str(order.course_id),
        "instructor_id": "0",
        "base_id": "0",
        "class_id": "0",
    }
    assert organiser.post(f"/orders/{order.id}/accept", data=terms).status_code == 302
    shown = contact.get(f"/orders/{order.id}").text
    assert "排课中" in shown and re.search(r'aria-current="step">排课', shown)
    assert "送课下基层" in organiser.get("/scheduling/classes").text


def test_a_package_is_ordered_and_accepted_with_what_the_forms_show(sign_in: SignIn, county: County) -> None:
    with transaction():
        course = session().get_one(Course, county.courses["嘉祥党史"])
        base = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        package_id = make_package(county.unit("嘉祥县"), course, base, "红色研学").id
    wanted = {
        "unit_id": str(county.units["东镇"]),
        "people": "35",
        "place_kind": "any",
        "submit": "1",
        **WISH,
    }
    assert sign_in("contact").post(f"/orders/new?package={package_id}", data=wanted).status_code == 302
    order_id = session().scalars(select(Order.id)).one()
    organiser = sign_in("organiser")
    assert 'name="half_day"' not in organiser.get(f"/orders/{order_id}/accept").text
    terms = {"day": "2027-06-15", "class_id": "0"}
    assert organiser.post(f"/orders/{order_id}/accept", data=terms).status_code == 302
    assert session().get_one(Order, order_id).package_order is not None


def test_the_offer_is_answered_by_the_unit_only_with_a_reason_for_no(sign_in: SignIn, county: County) -> None:
    with transaction():
        order_id = town_order(county, OrderState.COUNTERED).id
    contact = sign_in("contact")
    assert "1 份订单有另提的建议" in contact.get("/").text
    refused = contact.post(f"/orders/{order_id}/own/decline", data={"reason": " "})
    assert refused.status_code == 422 and "请写明原因。" in refused.text
    assert contact.post(f"/orders/{order_id}/own/decline", data={"reason": "那天有会"}).status_code == 302
    assert session().get_one(Order, order_id).state is OrderState.SUBMITTED


@pytest.mark.parametrize("word", ["accept", "counter", "decide/refuse"])
def test_a_unit_does_not_decide_on_its_own_order(sign_in: SignIn, county: County, word: str) -> None:
    with transaction():
        order_id = town_order(county).id
    assert sign_in("contact").post(f"/orders/{order_id}/{word}").status_code == 403
    assert sign_in("outsider").post(f"/orders/{order_id}/{word}").status_code == 404


def test_two_orders_are_merged_on_the_page(sign_in: SignIn, county: County) -> None:
    with transaction():
        ids = [town_order(county, town=town).id for town in ("东镇", "西镇")]
    organiser = sign_in("organiser")
    assert "2 家，共 60 人" in organiser.get("/orders/merging").text
    preview = organiser.get("/orders/merging/preview", query_string={"ids": ids}).text
    assert "2027-06-15 morning" in preview
    answer = organiser.post("/orders/merging", data={"ids": ids, "slot": "2027-06-15 morning"})
    assert answer.status_code == 302
    orders = [session().get_one(Order, n) for n in ids]
    assert len({order.session_id for order in orders}) == 1
    assert "合班：还有 西镇" in organiser.get(f"/orders/{ids[0]}").text


def test_the_menu_names_nobody_who_cannot_come_and_nothing_private(sign_in: SignIn, county: County) -> None:
    page = sign_in("contact").get("/orders/menu/lecturers").text
    assert "王芳" in page and "孙退" not in page
    assert sign_in("contact").get("/instructors/").status_code == 403


def test_lists_cost_the_same_for_many(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    pages = ("/orders/", "/orders/menu", "/orders/menu/lecturers", "/orders/menu/packages", "/orders/merging")
    with transaction():
        for town in ("东镇", "西镇"):
            town_order(county, town=town)
            town_order(county, OrderState.ACCEPTED, town=town)
    costs = {}
    for page in pages:
        browser.get(page)
        with counted() as few:
            assert browser.get(page).status_code == 200
        costs[page] = len(few)
    with transaction():
        for _ in range(4):
            for town in ("东镇", "西镇"):
                town_order(county, town=town)
                town_order(county, OrderState.ACCEPTED, town=town)
    for page in pages:
        with counted() as many:
            browser.get(page)
        assert len(many) == costs[page], page


def test_the_list_is_exported(sign_in: SignIn, county: County) -> None:
    with transaction():
        town_order(county)
    answer = sign_in("contact").get("/orders/?export=xlsx")
    assert answer.status_code == 200 and answer.mimetype.endswith("sheet")
