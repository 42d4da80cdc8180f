"""The catalogue: what is in it, who may change it, and what the list costs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import insert, select
from werkzeug.datastructures import MultiDict

from accounts.access import SYSTEM
from accounts.enums import P
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses import queries, services
from courses.enums import Audience, Category, Method, Ratio
from courses.models import Course
from courses.services import CourseDetails
from tests.factories.county import Browser, County
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]


def details(name: str, **fields: object) -> CourseDetails:
    given: dict[str, object] = {
        "category": Category.PURPOSE,
        "method": Method.CASE,
        "class_hours": Decimal("2.5"),
        "is_party_lesson": True,
        "audiences": (Audience.OFFICE, Audience.VILLAGE),
    }
    return CourseDetails(name=name, **(given | fields))  # type: ignore[arg-type]


def test_a_course_is_found_by_name_pinyin_and_initials(county: County) -> None:
    with transaction():
        course = services.register_course(county.unit("嘉祥县"), details("群众工作方法"), actor=SYSTEM)
    assert course.audiences == ["village", "office"]
    assert (course.ratio, course.search_text) == (
        Ratio.PARTY_SPIRIT,
        "群众工作方法 qunzhonggongzuofangfa qzgzff",
    )


def test_a_name_is_taken_once_in_a_catalogue_but_free_in_another(county: County) -> None:
    with transaction():
        with pytest.raises(RuleBroken) as refused:
            services.register_course(county.unit("嘉祥县"), details("嘉祥党史"), actor=SYSTEM)
        assert [(v.code, v.subject) for v in refused.value.violations] == [("taken", "name")]
        services.register_course(county.unit("邻县"), details("嘉祥党史"), actor=SYSTEM)


def test_a_stale_edit_is_refused(county: County) -> None:
    with transaction():
        course = services.register_course(county.unit("嘉祥县"), details("信访化解模拟"), actor=SYSTEM)
    seen = course.version
    with transaction():
        services.update_course(course, details("信访化解演练"), actor=SYSTEM, seen=seen)
    assert course.search_text.endswith("xfhjyl")
    with pytest.raises(Conflict), transaction():
        services.update_course(course, details("信访"), actor=SYSTEM, seen=seen)


def test_the_list_filters_by_category_method_party_lesson_and_audience(
    sign_in: SignIn, county: County
) -> None:
    browser = sign_in("organiser")
    with transaction():
        services.register_course(
            county.unit("嘉祥县"), details("为民服务案例", audiences=(Audience.COMMUNITY,)), actor=SYSTEM
        )
    for query, shown in (
        ("category=purpose", {"为民服务案例"}),
        ("method=on_site", {"现场教学"}),
        ("party=no", {"公文写作", "现场教学"}),
        ("audience=community", {"为民服务案例"}),
        ("q=jxds", set()),
        ("q=wmfw", {"为民服务案例"}),
        ("q=%25", set()),
    ):
        page = browser.get(f"/courses/?{query}").get_data(as_text=True)
        names = {"为民服务案例", "现场教学", "公文写作", "党的创新理论专题", "嘉祥党史"}
        assert {n for n in names if f">{n}</a>" in page} == shown, query


def test_the_export_holds_what_the_list_shows(sign_in: SignIn, county: County) -> None:
    answer = sign_in("organiser").get("/courses/?party=no&export=xlsx")
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_an_organiser_registers_changes_retires_and_restores(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    form = {
        "name": "党章学习",
        "category": "party_rules",
        "method": "lecture",
        "class_hours": "3",
        "audiences": ["office", "village"],
        "counts_as": "",
    }
    made = browser.post("/courses/new", data=form)
    assert made.status_code == 302
    page = browser.get(made.location).get_data(as_text=True)
    assert "课程「党章学习」已登记。" in page and "农村、机关" in page
    taken = browser.post("/courses/new", data=form)
    assert taken.status_code == 422 and "课程「党章学习」已经在目录里。" in taken.get_data(as_text=True)
    course = session().scalars(select(Course).where(Course.name == "党章学习")).one()
    stale = browser.post(f"/courses/{course.id}/edit", data={**form, "version": "0"})
    assert stale.status_code == 409
    wrong = browser.post(f"/courses/{course.id}/edit", data={**form, "class_hours": "99"})
    assert wrong.status_code == 422 and "学时在 0.5 到 16 之间。" in wrong.get_data(as_text=True)
    browser.post(f"/courses/{course.id}/retire")
    assert "已停开" in browser.get(f"/courses/{course.id}").get_data(as_text=True)
    browser.post(f"/courses/{course.id}/restore")
    assert "在目录" in browser.get(f"/courses/{course.id}").get_data(as_text=True)


def test_readers_see_the_catalogue_but_cannot_change_it(sign_in: SignIn, county: County) -> None:
    browser = sign_in("instructor")
    page = browser.get(f"/courses/{county.courses['嘉祥党史']}").get_data(as_text=True)
    assert "嘉祥党史" in page and "修改课程" not in page and "谁能讲这门课" not in page
    assert browser.post("/courses/new", data={}).status_code == 403
    outside = sign_in("outsider")
    assert outside.get(f"/courses/{county.courses['嘉祥党史']}/edit").status_code == 404


def test_a_page_of_two_thousand_courses_takes_two_statements(app: Flask, county: County) -> None:
    rows = [
        {
            "owner_id": county.units["嘉祥县"], "name": f"课程{n}", "category": Category.PURPOSE, "method": Method.LECTURE,
            "class_hours": Decimal(3), "is_party_lesson": False, "audiences": ["office"], "retired": False,
            "search_text": f"课程{n}", "version": 1,
        }
        for n in range(2000)
    ]  # fmt: skip
    with transaction():
        session().execute(insert(Course), rows)
    table = queries.courses_table(county.actor("organiser").scope(P.COURSE_VIEW))
    with app.test_request_context(), counted() as sent:
        page = table.page(MultiDict({"category": "purpose"}))
    assert (page.total, len(page.rows), len(sent)) == (2000, 50, 2)
