"""Courseware by version: handed in, reviewed by another, cleared for a time; without it nothing is scheduled."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.access import EVERYTHING
from core.db import session, transaction
from core.errors import Conflict, NotAllowed, RuleBroken
from courses.models import Course
from instructor_pool import queries
from instructor_pool.enums import ClearanceProblem, CoursewareState, IncidentGrade
from instructor_pool.models import Courseware, Instructor, Qualification, TeachingIncident
from instructor_pool.rules.clearance import clearance_problem
from instructor_pool.services import courseware, entering
from instructor_pool.services.courseware import Draft
from scheduling.models import Session
from scheduling.queries.clashes import list_clashes
from scheduling.services.placing import Choice, place
from scheduling.snapshots import build_problem
from tests.factories.county import Browser, County, make_session

SignIn = Callable[[str], Browser]
UNTIL = date(2028, 5, 1)


def person_of(county: County, name: str) -> Instructor:
    return session().get_one(Instructor, county.instructors[name])


def course_of(county: County, name: str) -> Course:
    return session().get_one(Course, county.courses[name])


def hand_in(county: County, name: str, course: str, by: str = "organiser") -> int:
    with transaction():
        item = courseware.submit(
            person_of(county, name),
            course_of(county, course),
            Draft("讲稿", "https://example.org/a"),
            actor=county.actor(by),
        )
        return item.id


def decide(county: County, item_id: int, until: date | None = UNTIL, by: str = "evaluator") -> None:
    with transaction():
        item = session().get_one(Courseware, item_id)
        if until is None:
            courseware.send_back(item, "补充案例", actor=county.actor(by))
        else:
            courseware.clear(item, until=until, actor=county.actor(by))


def held(county: County, name: str, course: str) -> Qualification | None:
    return queries.find_qualification(county.instructors[name], county.courses[course])


@pytest.mark.parametrize(
    ("cleared_on", "until", "problem"),
    [
        (None, None, ClearanceProblem.NOT_CLEARED),
        (date(2027, 1, 1), None, None),
        (date(2027, 1, 1), date(2027, 6, 7), None),
        (date(2027, 1, 1), date(2027, 6, 6), ClearanceProblem.EXPIRED),
    ],
)
def test_a_clearance_holds_through_its_last_day(
    cleared_on: date | None, until: date | None, problem: ClearanceProblem | None
) -> None:
    item = Qualification(cleared_on=cleared_on, cleared_until=until)
    assert clearance_problem(item, date(2027, 6, 7)) is problem
    assert clearance_problem(None, date(2027, 6, 7)) is ClearanceProblem.NOT_LISTED


def test_who_may_teach_follows_from_the_versions(county: County) -> None:
    first = hand_in(county, "李强", "嘉祥党史")
    assert held(county, "李强", "嘉祥党史") is None
    with pytest.raises(RuleBroken, match="已有一版课件待审核"):
        hand_in(county, "李强", "嘉祥党史")
    decide(county, first, None)
    second = hand_in(county, "李强", "嘉祥党史")
    decide(county, second)
    now = held(county, "李强", "嘉祥党史")
    assert now is not None and (now.cleared_until, now.courseware_id) == (UNTIL, second)
    third = hand_in(county, "李强", "嘉祥党史")
    waiting = held(county, "李强", "嘉祥党史")
    assert waiting is not None and waiting.courseware_id == second
    decide(county, third, date(2028, 9, 1))
    states = [
        (v.number, v.state)
        for v in queries.list_versions(county.instructors["李强"], county.courses["嘉祥党史"])
    ]
    assert states == [
        (3, CoursewareState.CLEARED),
        (2, CoursewareState.SUPERSEDED),
        (1, CoursewareState.RETURNED),
    ]
    with transaction():
        courseware.withdraw(session().get_one(Courseware, third), "内容过时", actor=county.actor("evaluator"))
    gone = held(county, "李强", "嘉祥党史")
    assert gone is not None and (gone.cleared_on, gone.courseware_id) == (None, None)


def test_nobody_reviews_what_is_their_own(county: County) -> None:
    own = hand_in(county, "王芳", "公文写作", by="instructor")
    with pytest.raises(NotAllowed):
        decide(county, own, by="instructor")
    for_others = hand_in(county, "李强", "公文写作", by="approver")
    with pytest.raises(NotAllowed):
        decide(county, for_others, by="approver")
    with pytest.raises(IntegrityError), session().begin_nested():
        row = session().get_one(Courseware, for_others)
        row.reviewer_id, row.reviewed_at = row.submitted_by_id, datetime(2027, 5, 10)
        session().flush()
    session().rollback()


@pytest.mark.parametrize("until", [date(2027, 5, 10), date(2020, 1, 1), date(2040, 1, 1)])
def test_a_clearance_ends_in_the_future_and_within_five_years(county: County, until: date) -> None:
    item = hand_in(county, "李强", "公文写作")
    with pytest.raises(RuleBroken) as refused:
        decide(county, item, until)
    assert [v.code for v in refused.value.violations] == ["until"]


def test_an_edit_clears_nothing_and_the_register_does(county: County) -> None:
    with transaction():
        person = person_of(county, "李强")
        known = [course_of(county, "党的创新理论专题"), course_of(county, "公文写作")]
        entering.update_instructor(
            person, {"name": "李强", "courses": known}, actor=county.actor("organiser")
        )
    old, new = held(county, "李强", "党的创新理论专题"), held(county, "李强", "公文写作")
    assert old is not None and new is not None
    assert (old.cleared_on is None, new.cleared_on is None) == (False, True)


def set_clearance(
    county: County, name: str, course: str, until: date | None, *, cleared: bool = True
) -> None:
    with transaction():
        row = held(county, name, course)
        assert row is not None
        row.cleared_on, row.cleared_until = (date(2026, 1, 1), until) if cleared else (None, None)


def teachers(county: County, row: int) -> list[str]:
    """Who may teach a session as the engine is told."""
    problem = build_problem(county.units["嘉祥县"], 2027).problem
    lesson = next(s for s in problem.sessions if s.id.endswith(str(row)) and s.topic)
    names = {f"{i}": n for n, i in county.instructors.items()}
    return sorted(names[re.sub(r"\D", "", x.id)] for x in problem.instructors if lesson.topic in x.topics)


def test_matching_knows_the_day_a_clearance_ends(county: County) -> None:
    theory, history = county.sessions[0], county.sessions[1]
    assert teachers(county, theory) == ["李强", "王芳", "赵书记"]
    set_clearance(county, "王芳", "党的创新理论专题", date(2027, 6, 6))
    set_clearance(county, "李强", "党的创新理论专题", date(2027, 6, 7))
    set_clearance(county, "钱局长", "嘉祥党史", None, cleared=False)
    with transaction():
        klass = session().get_one(Session, theory).training_class
        late = make_session(
            klass,
            9,
            date(2027, 6, 8),
            session().get_one(Session, theory).half_day,
            course_of(county, "党的创新理论专题"),
        ).id
    assert teachers(county, theory) == ["李强", "赵书记"]
    assert teachers(county, late) == ["赵书记"]
    assert teachers(county, history) == ["单雄", "王芳"]
    set_clearance(county, "李强", "党的创新理论专题", date(2026, 12, 31))
    assert teachers(county, theory) == ["赵书记"]


def choice_of(county: County, name: str) -> Choice:
    return Choice(datetime(2027, 6, 7, 8, 30), county.instructors[name], county.venues["东镇党校"])


def test_an_uncleared_course_is_refused_by_hand_even_when_wanted(county: County) -> None:
    set_clearance(county, "王芳", "党的创新理论专题", date(2027, 6, 6))
    for wanted in (None, county.instructors["王芳"]):
        with transaction():
            session().get_one(Session, county.sessions[0]).wanted_instructor_id = wanted
        with pytest.raises(RuleBroken) as refused, transaction():
            place(
                session().get_one(Session, county.sessions[0]),
                choice_of(county, "王芳"),
                actor=county.actor("organiser"),
            )
        assert refused.value.violations[0].sentence.startswith("王芳 的《党的创新理论专题》课件审核已到期。")
    set_clearance(county, "王芳", "党的创新理论专题", date(2027, 6, 7))
    with transaction():
        place(
            session().get_one(Session, county.sessions[0]),
            choice_of(county, "王芳"),
            actor=county.actor("organiser"),
        )
    assert session().get_one(Session, county.sessions[0]).instructor_id == county.instructors["王芳"]


def test_a_pin_does_not_outlive_the_clearance_and_publishing_refuses(sign_in: SignIn, county: County) -> None:
    with transaction():
        place(
            session().get_one(Session, county.sessions[0]),
            choice_of(county, "王芳"),
            actor=county.actor("organiser"),
        )
    set_clearance(county, "王芳", "党的创新理论专题", None, cleared=False)
    answer = sign_in("organiser").post(
        f"/scheduling/classes/{county.classes['B001']}/publish", data={"note": "比例不足已报告"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "王芳 没有这门课的授课资格" in page


def test_what_was_told_shows_as_a_clash(sign_in: SignIn, county: County) -> None:
    with transaction():
        place(
            session().get_one(Session, county.sessions[0]),
            choice_of(county, "王芳"),
            actor=county.actor("organiser"),
        )
    done = sign_in("organiser").post(
        f"/scheduling/classes/{county.classes['B001']}/publish", data={"note": "比例不足已报告"}
    )
    assert done.status_code == 302
    assert list_clashes(EVERYTHING) == []
    set_clearance(county, "王芳", "党的创新理论专题", None, cleared=False)
    assert [(c.name, c.reason) for c in list_clashes(EVERYTHING)] == [("王芳", "课件还没有审核通过")]


def test_the_pages_take_a_version_through_review(sign_in: SignIn, county: County) -> None:
    lecturer = sign_in("instructor")
    bad = lecturer.post(
        "/me/courseware",
        data={"course": county.courses["公文写作"], "title": "公文", "link": "javascript:alert(1)"},
    )
    assert bad.status_code == 422 and "地址要以 http:// 或 https:// 开头。" in bad.get_data(as_text=True)
    good = lecturer.post(
        "/me/courseware",
        data={"course": county.courses["公文写作"], "title": "公文一", "link": "https://example.org/x"},
    )
    assert good.status_code == 302
    item = session().scalars(select(Courseware)).one()
    browser = sign_in("evaluator")
    assert "1 份课件等待审核" in browser.get("/").get_data(as_text=True)
    assert "公文一" in browser.get("/instructors/courseware?state=submitted").get_data(as_text=True)
    url = f"/instructors/courseware/{item.id}"
    assert "审核通过" in browser.get(url).get_data(as_text=True)
    empty = browser.post(f"{url}/return", data={"version": "1"})
    assert empty.status_code == 422 and "请写明要改什么。" in empty.get_data(as_text=True)
    assert browser.post(f"{url}/clear", data={"version": "1", "until": "2028-05-01"}).status_code == 302
    stale = browser.post(f"{url}/withdraw", data={"version": "1", "opinion": "过时"})
    assert stale.status_code == 409
    assert "审核至 2028-05-01" in lecturer.get("/me/courseware").get_data(as_text=True)
    assert "审核至 2028-05-01" in sign_in("organiser").get(
        f"/instructors/{county.instructors['王芳']}"
    ).get_data(as_text=True)
    assert sign_in("outsider").get(url).status_code == 404
    assert lecturer.post(f"{url}/clear", data={}).status_code == 403


def test_a_file_is_taken_by_its_content_and_served_as_a_download(sign_in: SignIn, county: County) -> None:
    lecturer = sign_in("instructor")
    fields = {"course": str(county.courses["公文写作"]), "title": "公文"}
    wrong = lecturer.post(
        "/me/courseware",
        data=fields | {"file": (io.BytesIO(b"MZ not a document"), "讲稿.pdf")},
        content_type="multipart/form-data",
    )
    assert wrong.status_code == 422 and "按内容判断" in wrong.get_data(as_text=True)
    body = b"%PDF-1.4\nkejian\n%%EOF"
    right = lecturer.post(
        "/me/courseware",
        data=fields | {"file": (io.BytesIO(body), "讲稿.pdf")},
        content_type="multipart/form-data",
    )
    assert right.status_code == 302
    item = session().scalars(select(Courseware)).one().id
    for login, url in (
        ("instructor", f"/me/courseware/{item}/file"),
        ("evaluator", f"/instructors/courseware/{item}/file"),
    ):
        answer = sign_in(login).get(url)
        assert answer.get_data() == body and answer.headers["Content-Disposition"].startswith("attachment")
    assert sign_in("outsider").get(f"/instructors/courseware/{item}/file").status_code == 404


def test_incidents_are_kept_and_revoked_with_a_reason(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), f"/instructors/{county.instructors['王芳']}/incidents"
    late = browser.post(url, data={"day": "2027-05-11", "grade": "minor", "what": "迟到"})
    assert late.status_code == 422 and "日期不能晚于今天。" in late.get_data(as_text=True)
    assert (
        browser.post(url, data={"day": "2027-05-08", "grade": "serious", "what": "无故缺课"}).status_code
        == 302
    )
    row = session().scalars(select(TeachingIncident)).one()
    assert (row.grade, row.recorded_by) == (IncidentGrade.SERIOUS, "organiser")
    assert "无故缺课" in browser.get(f"/instructors/{county.instructors['王芳']}").get_data(as_text=True)
    assert browser.post(f"/instructors/incidents/{row.id}/revoke", data={"reason": ""}).status_code == 422
    assert (
        browser.post(f"/instructors/incidents/{row.id}/revoke", data={"reason": "查无此事"}).status_code
        == 302
    )
    assert "无故缺课" not in browser.get(f"/instructors/{county.instructors['王芳']}").get_data(as_text=True)


def test_two_at_once_hand_in_one_version(county: County) -> None:
    hand_in(county, "李强", "公文写作")
    with pytest.raises(Conflict), transaction():
        session().add(
            Courseware(
                instructor_id=county.instructors["李强"],
                course_id=county.courses["公文写作"],
                number=2,
                title="x",
                state=CoursewareState.SUBMITTED,
                submitted_at=datetime(2027, 5, 10),
                submitted_by="x",
            )
        )
