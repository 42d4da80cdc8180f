"""Pages of scheduling as people use them: plan, publish, answer, hold, on paper and on a phone."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from accounts.enums import Level
from core import clock
from core.db import session, transaction
from scheduling.enums import HalfDay, ResourceKind, SessionState
from scheduling.models import Booking, ScheduleVersion, Session, TrainingClass
from scheduling.services import publishing
from tests.factories.county import Browser, County
from tests.scheduling.test_chain import booked, klass_of, plan_all

SignIn = Callable[[str], Browser]
CLASS_FORM = {
    "number": "B900",
    "name": "夏训班",
    "starts_on": "2027-07-05",
    "ends_on": "2027-07-06",
    "size": "40",
    "tier": "county_general",
    "order_kind": "annual_intake",
    "audience": "village",
    "host_name": "县妇联",
    "contact_name": "周敏",
    "contact_phone": "0537-0000009",
}


@pytest.fixture
def planned(county: County) -> list[int]:
    with transaction():
        plan_all(county)
    return county.sessions


@pytest.fixture
def published(county: County, planned: list[int]) -> list[int]:
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    return planned


def lesson(county: County, n: int) -> Session:
    return session().get_one(Session, county.sessions[n - 1])


def test_the_list_says_what_is_missing_and_exports_it(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    page = browser.get("/scheduling/classes").text
    assert "第B001班" in page and "未排" in page and "未定时间 4 · 缺讲师 3 · 缺地点 4" in page
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/scheduling/classes?export=xlsx").data))
    assert [row[0] for row in book.worksheets[0].iter_rows(values_only=True)][-1] == "第B001班 B001"


def test_the_grid_shows_days_halves_people_places_and_gaps(
    sign_in: SignIn, county: County, planned: list[int]
) -> None:
    with transaction():
        lesson(county, 3).instructor_id = None
    page = sign_in("organiser").get(f"/scheduling/classes/{county.classes['B001']}").text
    for words in (
        "6月7日 周一",
        "8:30–10:45",
        "赵书记",
        "红色纪念馆",
        "还没有讲师",
        "缺讲师",
        "有未发布改动",
        "应不少于 70%",
    ):
        assert words in page
    assert "不符合排课规则" not in page


def test_the_grid_names_broken_rules(sign_in: SignIn, county: County, planned: list[int]) -> None:
    with transaction():
        lesson(county, 2).instructor_id = county.instructors["李强"]
    page = sign_in("organiser").get(f"/scheduling/classes/{county.classes['B001']}").text
    assert "1 处不符合排课规则" in page and "李强 没有这门课的授课资格" in page


def test_publishing_by_hand_shows_first_and_does_it_then(
    sign_in: SignIn, county: County, planned: list[int]
) -> None:
    browser, url = sign_in("organiser"), f"/scheduling/classes/{county.classes['B001']}/publish"
    assert "将要发布和通知" in browser.get(url).text
    answer = browser.post(url, data={"note": ""}, follow_redirects=True)
    assert "已发布第 1 版：4 个课次，通知 2 人次。" in answer.text
    version = session().scalars(select(ScheduleVersion)).one()
    assert version.published_by == county.actor("organiser").name
    again = browser.post(url, data={"note": ""})
    assert again.status_code == 422 and "没有改动" in again.text


def test_a_missed_ratio_asks_for_its_reason_at_the_field(
    sign_in: SignIn, county: County, planned: list[int]
) -> None:
    with transaction():
        klass_of(county).is_main = True
        row = lesson(county, 1)
        row.instructor_id = county.instructors["王芳"]
    browser, url = sign_in("organiser"), f"/scheduling/classes/{county.classes['B001']}/publish"
    refused = browser.post(url, data={"note": ""})
    assert refused.status_code == 422
    assert "领导干部授课占 0%，应不少于 20%。" in refused.text
    assert browser.post(url, data={"note": "部务会同意"}).status_code == 302


def test_several_classes_at_once_each_with_its_result(
    sign_in: SignIn, county: County, planned: list[int]
) -> None:
    browser = sign_in("organiser")
    assert "第B001班" in browser.get("/scheduling/publish").text
    answer = browser.post("/scheduling/publish", data={"ids": [str(county.classes["B001"]), "999999", "x"]})
    assert "已发布第 1 版" in answer.text
    assert klass_of(county).published_version == 1
    assert "没有等待发布的班次" in browser.get("/scheduling/publish").text


def test_the_timetable_has_the_staffs_columns(sign_in: SignIn, county: County, planned: list[int]) -> None:
    browser, url = sign_in("organiser"), f"/scheduling/classes/{county.classes['B001']}/timetable"
    heads = [
        "日期",
        "上午/下午/晚上",
        "时间",
        "课程",
        "教学形式",
        "学时",
        "授课教师",
        "单位及职务",
        "地点",
        "主持人",
    ]
    page = browser.get(url).text
    assert all(f">{head}</th>" in page for head in heads)
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(f"{url}?export=xlsx").data)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[2]) == heads
    assert rows[3] == (
        "6月7日 周一",
        "上午",
        "8:30–10:45",
        "党的创新理论专题",
        "讲授",
        "3",
        "赵书记",
        "东镇党委 党委书记",
        "东镇党校",
        None,
    )
    assert rows[6][6:9] == ("基地讲解员", None, "红色纪念馆")


def test_a_class_is_made_and_changed(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    made = browser.post("/scheduling/classes/new", data=CLASS_FORM)
    klass = session().scalars(select(TrainingClass).where(TrainingClass.number == "B900")).one()
    assert made.status_code == 302
    assert (klass.owner_id, klass.host_name, klass.year, "xxb" in klass.search_text) == (
        county.units["嘉祥县"],
        "县妇联",
        2027,
        True,
    )
    twice = browser.post("/scheduling/classes/new", data=CLASS_FORM)
    assert twice.status_code == 422 and "2027年已有编号为 B900 的班次" in twice.text
    edited = browser.post(
        f"/scheduling/classes/{klass.id}/edit",
        data=CLASS_FORM | {"ends_on": "2027-07-01", "version": klass.version},
    )
    assert edited.status_code == 422 and "结束日期不能早于开始日期" in edited.text
    assert (
        browser.post(
            f"/scheduling/classes/{klass.id}/edit",
            data=CLASS_FORM | {"name": "夏季轮训班", "version": klass.version},
        ).status_code
        == 302
    )
    assert (
        browser.post(f"/scheduling/classes/{klass.id}/edit", data=CLASS_FORM | {"version": 1}).status_code
        == 409
    )
    assert session().get_one(TrainingClass, klass.id).name == "夏季轮训班"


def test_a_session_is_added_changed_and_cancelled(sign_in: SignIn, county: County) -> None:
    browser, class_id = sign_in("organiser"), county.classes["B001"]
    form = {
        "day": "2027-06-07",
        "half_day": "evening",
        "course_id": county.courses["嘉祥党史"],
        "method": "seminar",
        "class_hours": "2",
        "wanted_instructor_id": county.instructors["王芳"],
    }
    assert browser.post(f"/scheduling/classes/{class_id}/sessions/new", data=form).status_code == 302
    row = session().scalars(select(Session).where(Session.position == 5)).one()
    assert (row.course_name, row.half_day, row.wanted_instructor_id) == (
        "嘉祥党史",
        HalfDay.EVENING,
        county.instructors["王芳"],
    )
    wrong = browser.post(
        f"/scheduling/classes/{class_id}/sessions/new",
        data=form | {"day": "2027-06-20", "class_hours": "2.3"},
    )
    assert wrong.status_code == 422
    assert "日期不在班次的起止日期内" in wrong.text and "以半学时计" in wrong.text
    visit = browser.post(f"/scheduling/classes/{class_id}/sessions/new", data=form | {"method": "on_site"})
    assert visit.status_code == 422 and "不能指定讲师" in visit.text
    changed = browser.post(
        f"/scheduling/sessions/{row.id}/edit", data=form | {"half_day": "morning", "version": row.version}
    )
    assert changed.status_code == 302
    assert browser.post(f"/scheduling/sessions/{row.id}/cancel", data={"reason": ""}).status_code == 422
    assert browser.post(f"/scheduling/sessions/{row.id}/cancel", data={"reason": "重复"}).status_code == 302
    assert session().get_one(Session, row.id).state is SessionState.CANCELLED


def test_an_organiser_records_an_answer_with_its_source(
    sign_in: SignIn, county: County, published: list[int]
) -> None:
    browser = sign_in("organiser")
    asked = booked(lesson(county, 1), ResourceKind.INSTRUCTOR)
    seen = asked.version
    page = browser.get("/scheduling/answers").text
    assert (
        "赵书记老师：您好，请您于6月7日 周一 上午 8:30–10:45为第B001班讲授《党的创新理论专题》，地点：东镇党校。请回复能否授课。联系人：张联络 0537-0000001"
        in page
    )
    url = f"/scheduling/bookings/{asked.id}/answer"
    assert browser.post(url, data={"answer": "accept"}).status_code == 422
    assert browser.post(url, data={"answer": "accept", "source": "phone", "version": seen}).status_code == 302
    told = session().get_one(Booking, asked.id)
    assert (
        told.state.value,
        told.answer_source.value if told.answer_source else "",
        told.recorded_by_id,
    ) == ("confirmed", "phone", county.users["organiser"])
    assert browser.post(url, data={"answer": "accept", "source": "phone", "version": seen}).status_code == 409


def test_past_sessions_are_marked_held_together(
    sign_in: SignIn, county: County, published: list[int]
) -> None:
    clock.set_offset(clock._offset + (datetime(2027, 6, 8, 20, 0) - clock.now()))
    browser, url = sign_in("organiser"), f"/scheduling/classes/{county.classes['B001']}/hold"
    assert "等待登记的课次" in browser.get("/scheduling/unmarked").text
    wrong = {
        "ids": [str(i) for i in published],
        **{f"attendance-{i}": "38" for i in published},
        f"attendance-{published[0]}": "很多",
    }
    refused = browser.post(url, data=wrong)
    assert refused.status_code == 422 and "到课人数" in refused.text
    assert lesson(county, 1).state is SessionState.PUBLISHED
    assert browser.post(url, data=wrong | {f"attendance-{published[0]}": "41"}).status_code == 302
    assert [(row.state.value, row.attendance) for row in (lesson(county, n) for n in (1, 2, 3, 4))] == [
        ("held", 41),
        ("held", 38),
        ("held", 38),
        ("held", 38),
    ]
    assert "到课 38 人" in sign_in("instructor").get("/teaching?past=1").text


def test_withdrawing_frees_and_tells(sign_in: SignIn, county: County, published: list[int]) -> None:
    browser = sign_in("organiser")
    assert (
        browser.post(f"/scheduling/sessions/{published[1]}/withdraw", data={"reason": "改期"}).status_code
        == 302
    )
    row = lesson(county, 2)
    assert (row.state, row.instructor_id, row.told_start) == (
        SessionState.PLANNED,
        county.instructors["王芳"],
        None,
    )
    assert "近期没有安排您授课" in sign_in("instructor").get("/teaching").text


def test_who_sees_a_class_and_who_may_change_it(sign_in: SignIn, county: County) -> None:
    class_id = county.classes["B001"]
    for url in (
        f"/scheduling/classes/{class_id}",
        f"/scheduling/classes/{class_id}/edit",
        f"/scheduling/sessions/{county.sessions[0]}",
    ):
        assert sign_in("outsider").get(url).status_code == 404
    assert sign_in("contact").get(f"/scheduling/classes/{class_id}").status_code == 404
    with transaction():
        klass_of(county).host_id = county.units["东镇"]
    shown = sign_in("contact").get(f"/scheduling/classes/{class_id}")
    assert shown.status_code == 200 and "修改班次" not in shown.text
    assert sign_in("contact").get(f"/scheduling/classes/{class_id}/edit").status_code == 403


def test_a_township_organiser_sees_a_hosted_class_and_cannot_change_it(
    sign_in: SignIn, county: County
) -> None:
    from accounts.enums import Role
    from tests.factories.county import make_user

    with transaction():
        klass_of(county).host_id = county.units["东镇"]
        make_user("town", Role.ORGANISER, county.unit("东镇"))
    browser, class_id = sign_in("town"), county.classes["B001"]
    assert county.unit("东镇").level is Level.TOWNSHIP
    shown = browser.get(f"/scheduling/classes/{class_id}")
    assert shown.status_code == 200 and "修改班次" not in shown.text
    assert browser.get(f"/scheduling/classes/{class_id}/edit").status_code == 404
    assert browser.post(f"/scheduling/classes/{class_id}/publish", data={"note": ""}).status_code == 404


def test_fragments_for_the_pool_and_the_bases(sign_in: SignIn, county: County, published: list[int]) -> None:
    browser = sign_in("organiser")
    assert "嘉祥党史" in browser.get(f"/scheduling/instructors/{county.instructors['王芳']}/load").text
    assert "第B001班" in browser.get(f"/scheduling/bases/{county.bases['红色纪念馆']}/bookings").text
    assert (
        sign_in("outsider").get(f"/scheduling/instructors/{county.instructors['王芳']}/load").status_code
        == 404
    )
    assert (
        sign_in("outsider").get(f"/scheduling/bases/{county.bases['红色纪念馆']}/bookings").status_code == 404
    )


def test_the_picker_finds_people_in_scope(sign_in: SignIn, county: County) -> None:
    found = sign_in("organiser").get("/scheduling/people?q=王").get_json()
    assert [(p["text"], p["note"]) for p in found] == [("王芳", "县委党校 教师")]
    assert sign_in("outsider").get("/scheduling/people?q=王").get_json() == []
