"""The menu of packages and the pages from ordering one to its plan and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from accounts.enums import P
from bases.enums import Theme
from bases.models import TeachingBase
from core.db import session, transaction
from courses.enums import Method
from courses.models import Course
from scheduling.enums import PackageStage
from scheduling.models import Package, PackageOrder
from scheduling.queries import packages as package_queries
from scheduling.rules import DayTimes
from scheduling.rules.packages import (
    PackageFacts,
    PartFacts,
    broken_by_package,
    is_in_season,
    package_starts,
)
from tests.factories.county import Browser, County
from tests.factories.packages import DAY, make_package, order_package, rows_of, the
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]


def test_rules_of_the_menu() -> None:
    lesson = PartFacts("课", Method.LECTURE, Decimal(2), course_id=1)
    visit = PartFacts("馆", Method.ON_SITE, Decimal(2), base_id=1)
    assert broken_by_package(PackageFacts("好", [lesson, visit], 50)) == []
    themed = PartFacts("题", Method.ON_SITE, Decimal(2), theme=Theme.CLEAN_GOVERNMENT)
    assert broken_by_package(PackageFacts("好", [lesson, themed], 50)) == []
    wrong = {
        "parts": [lesson],
        "mix": [lesson, lesson],
        "visit": [lesson, PartFacts("无", Method.ON_SITE, Decimal(2))],
        "lesson": [PartFacts("无", Method.LECTURE, Decimal(2)), visit],
        "hours": [lesson, PartFacts("长", Method.ON_SITE, Decimal(9), base_id=1)],
    }
    for code, parts in wrong.items():
        assert [v.code for v in broken_by_package(PackageFacts("坏", parts, 50))] == [code]
    assert [is_in_season(m, 11, 3) for m in (10, 11, 1, 3, 4)] == [False, True, True, True, False]
    starts = package_starts(DAY, DAY, 90, DayTimes())
    assert [f"{s:%H:%M}" for s in starts] == [
        *("08:30", "09:00", "09:30", "10:00", "10:30"),
        *("14:00", "14:30", "15:00", "15:30", "16:00", "16:30"),
    ]
    assert [f"{s:%H:%M}" for s in package_starts(DAY, DAY, 300, DayTimes())] == ["08:30", "14:00"]


def test_the_menu_filters_for_whoever_may_see_it(county: County) -> None:
    order_package(county)
    scope = county.actor("organiser").scope(P.SCHEDULE_VIEW)
    contact = county.actor("contact").scope(P.SCHEDULE_VIEW)
    outside = county.actor("outsider").scope(P.SCHEDULE_VIEW)
    asked = {
        ("theme", "revolutionary_tradition"): 1,
        ("theme", "other"): 0,
        ("month", "6"): 1,
        ("people", "200"): 0,
    }
    for query, count in asked.items():
        assert package_queries.packages_table(scope).page(MultiDict([query])).total == count
    assert package_queries.packages_table(contact).page(MultiDict()).total == 1
    assert package_queries.packages_table(outside).page(MultiDict()).total == 0


def test_a_long_menu_takes_as_few_statements_as_a_short_one(county: County, sign_in: SignIn) -> None:
    browser = sign_in("organiser")

    def statements() -> int:
        with counted() as seen:
            assert browser.get("/scheduling/packages").status_code == 200
        return len(seen)

    with transaction():
        owner = county.unit("嘉祥县")
        course = session().get_one(Course, county.courses["嘉祥党史"])
        base = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        make_package(owner, course, base, "套餐0")
    one = statements()
    with transaction():
        owner = county.unit("嘉祥县")
        course, base = session().get_one(Course, course.id), session().get_one(TeachingBase, base.id)
        for n in range(1, 9):
            make_package(owner, course, base, f"套餐{n}")
    assert statements() == one


def test_pages_from_the_menu_to_a_plan_and_back(county: County, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    lesson, base = county.courses["嘉祥党史"], county.bases["红色纪念馆"]
    fields = {
        "name": "红色研学",
        "most_people": "100",
        "first_month": "4",
        "last_month": "10",
        "meals_price": "30",
        "transport_price": "25.50",
        "is_offered": "y",
        "parts-0-method": "seminar",
        "parts-0-course_id": str(lesson),
    }
    answer = browser.post("/scheduling/packages/new", data=fields)
    assert answer.status_code == 422 and "套餐应有 2 到 6 个部分" in answer.get_data(as_text=True)
    fields |= {"parts-1-method": "on_site", "parts-1-course_id": "0"}
    fields["parts-1-title"] = "参观"
    answer = browser.post("/scheduling/packages/new", data=fields)
    assert answer.status_code == 422 and "请选择一个基地或一个主题" in answer.get_data(as_text=True)
    fields["parts-1-spot"] = f"base-{base}"
    answer = browser.post("/scheduling/packages/new", data=fields)
    package_id = session().scalars(select(Package.id)).one()
    assert answer.location == f"/scheduling/packages/{package_id}"
    page = browser.get(answer.location).get_data(as_text=True)
    assert "4 月至 10 月" in page and "55.50 元" in page and "路上时间等地点排定后计算" in page
    kept = browser.get(f"/scheduling/packages/{package_id}/edit").get_data(as_text=True)
    assert f'<option selected value="base-{base}">' in kept
    assert browser.get("/scheduling/packages?export=xlsx").mimetype.endswith("sheet")

    form = {"package_id": str(package_id), "class_id": str(county.classes["B001"]), "first_day": "2027-06-08"}
    answer = browser.post("/scheduling/package-orders/new", data=form | {"people": "900"})
    assert answer.status_code == 422 and "一次接待 1 到 100 人" in answer.get_data(as_text=True)
    answer = browser.post("/scheduling/package-orders/new", data=form | {"people": "40"})
    assert answer.status_code == 302
    order_id = session().scalars(select(PackageOrder.id)).one()
    page = browser.get(answer.location).get_data(as_text=True)
    assert "建议的安排" in page and "路上约 28 分钟" in page
    shown = dict(re.findall(r'name="((?:start|instructor|venue)-\d+)" value="([^"]*)"', page))
    assert len(shown) == 6
    version = str(the(order_id).version)
    answer = browser.post(f"/scheduling/package-orders/{order_id}/place", data=shown | {"version": version})
    assert answer.status_code == 302 and the(order_id).stage is PackageStage.PLACED
    stale = browser.post(f"/scheduling/package-orders/{order_id}/unplace", data={"version": version})
    assert stale.status_code == 409
    page = browser.get(f"/scheduling/classes/{county.classes['B001']}").get_data(as_text=True)
    assert "套餐第 2 节" in page
    first = rows_of(order_id)[0].id
    assert "会一起取消" in browser.get(f"/scheduling/sessions/{first}/cancel").get_data(as_text=True)
    assert browser.post(f"/scheduling/package-orders/{order_id}/unplace").status_code == 302
    moved = {"first_day": "2027-06-07", "last_day": ""}
    assert browser.post(f"/scheduling/package-orders/{order_id}/move", data=moved).status_code == 302
    assert browser.post(f"/scheduling/package-orders/{order_id}/take-back").status_code == 302
    assert rows_of(order_id) == []
