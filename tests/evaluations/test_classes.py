"""After a class: instructors score it and its bases, the organiser closes it with four parts, and few stay unknown."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from accounts.enums import P, Role
from bases.models import TeachingBase
from core import clock
from core.db import session, transaction
from core.errors import Conflict, NotFound, RuleBroken
from courses.enums import Method
from evaluations import rules
from evaluations.models import ClassClosing, InstructorScore
from evaluations.queries import closing as closing_queries
from evaluations.queries import instructors as queries
from evaluations.queries.bases import closings_of_base
from evaluations.queries.reports import report_of
from evaluations.services import closing, instructors
from instructor_pool.models import Instructor
from scheduling.enums import HalfDay, SessionState
from scheduling.models import Session, TrainingClass
from scheduling.rules import SessionFacts
from scheduling.services import intake, planning
from tests.evaluations.test_feedback import answer, opened
from tests.evaluations.test_scores import hold, person, text_of
from tests.factories.county import Browser, County, make_instructor, make_user
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
GAVE = {"discipline": "30.0", "participation": "30.0", "organisation": "20.0", "equipment": "4.0"}
BASE = {"facilities": "30.0", "guides": "30.0", "service": "20.0", "access": "20.0"}
FOUR = {
    "need": 10, "courses": 9, "teachers": 5, "content": 10, "method": 8, "order": 5, "discipline": 15,
    "logistics": 10, "ability": 12, "work": 10,
}  # fmt: skip


def typed(marks: dict[str, object], **extra: str) -> dict[str, str]:
    return {f"mark-{key}": str(value) for key, value in marks.items()} | extra


def numbers(marks: dict[str, object]) -> dict[str, Decimal]:
    return {key: Decimal(str(value)) for key, value in marks.items()}


def klass_of(county: County) -> TrainingClass:
    return session().get_one(TrainingClass, county.classes["B001"])


def hold_all(county: County) -> None:
    """Everything of the class reported: three held, the visit cancelled."""
    with transaction():
        for position in range(3):
            row = hold(county, position)
            row.venue_id = county.venues["东镇党校"]
        session().get_one(Session, county.sessions[3]).state = SessionState.CANCELLED


def give(
    county: County, who: Instructor, *, base: bool = False, signed: bool = False, comment: str = ""
) -> None:
    about = (klass_of(county), session().get_one(TeachingBase, county.bases["东镇党校"]) if base else None)
    marks = numbers(BASE if base else GAVE)  # type: ignore[arg-type]
    instructors.score(who, about, marks, comment, is_signed=signed, actor=county.actor("instructor"))


def colleagues(county: County, count: int) -> list[Instructor]:
    return [make_instructor(county.unit("嘉祥县"), f"同事{n}", []) for n in range(count)]


def test_a_class_is_not_closed_while_sessions_are_not_reported(county: County) -> None:
    marks = numbers(FOUR)  # type: ignore[arg-type]
    with pytest.raises(RuleBroken) as refused, transaction():
        closing.close_class(klass_of(county), marks, "", actor=county.actor("organiser"))
    assert refused.value.sentence == (
        "还有 4 个课次没有登记授课或取消，登记以后才能结班：6月7日 周一《党的创新理论专题》、6月7日 周一《嘉祥党史》、6月8日 周二《公文写作》等"
    )
    with transaction():
        for session_id in county.sessions:
            session().get_one(Session, session_id).state = SessionState.CANCELLED
    with pytest.raises(RuleBroken, match="没有讲过课"), transaction():
        closing.close_class(klass_of(county), marks, "", actor=county.actor("organiser"))


def test_closing_takes_four_parts_once_and_can_be_taken_back(county: County) -> None:
    hold_all(county)
    with pytest.raises(RuleBroken) as refused, transaction():
        closing.close_class(klass_of(county), {"need": Decimal(11)}, "", actor=county.actor("organiser"))
    assert len(refused.value.violations) == 10
    with transaction():
        row = closing.close_class(
            klass_of(county),
            numbers(FOUR),
            "办得扎实",
            actor=county.actor("organiser"),  # type: ignore[arg-type]
        )
        assert row.sheet.total == Decimal("94.0")
    report = report_of(klass_of(county))
    assert [(p.title, p.percent) for p in report.parts] == [
        ("培训设计", Decimal("96.0")), ("培训实施", Decimal("92.0")),
        ("培训管理", Decimal("100.0")), ("培训效果", Decimal("88.0")),
    ]  # fmt: skip
    assert (report.held, report.cancelled, report.attendance) == (3, 1, 38)
    with pytest.raises(RuleBroken, match="已经结班"), transaction():
        closing.close_class(klass_of(county), numbers(FOUR), "", actor=county.actor("organiser"))  # type: ignore[arg-type]
    sheet_id = report.closing.sheet_id if report.closing else 0
    with pytest.raises(Conflict), transaction():
        session().add(
            ClassClosing(class_id=klass_of(county).id, sheet_id=sheet_id + 1, closed_at=klass_of(county).sessions[0].held_at, closed_by="x")
        )  # fmt: skip
    with transaction():
        found = closing_queries.find_closing(county.classes["B001"])
        assert found is not None
        closing.take_back(found, reason="漏了一课", actor=county.actor("organiser"))
    assert closing_queries.why_not(klass_of(county)) == ""
    with transaction():
        closing.close_class(klass_of(county), numbers(FOUR), "", actor=county.actor("organiser"))  # type: ignore[arg-type]
    assert session().query(ClassClosing).count() == 2


def close(county: County) -> TrainingClass:
    """The class with everything reported, closed."""
    hold_all(county)
    with transaction():
        closing.close_class(klass_of(county), numbers(FOUR), "", actor=county.actor("organiser"))  # type: ignore[arg-type]
    return klass_of(county)


def test_a_base_shows_how_classes_taught_there_were_closed(county: County, sign_in: SignIn) -> None:
    closings = closings_of_base(county.bases["东镇党校"])
    assert (closings.count, closings.newest, closings.mean) == (0, (), None)
    close(county)
    closings = closings_of_base(county.bases["东镇党校"])
    assert [(row.lessons, row.total) for row in closings.newest] == [(3, Decimal("94.0"))]
    assert (closings.count, closings.mean) == (1, Decimal("94.0"))
    assert closings_of_base(county.bases["红色纪念馆"]).count == 0
    page = sign_in("organiser").get(f"/scores/bases/{county.bases['东镇党校']}").text
    assert "1 个班次平均" in page and f"/scores/classes/{county.classes['B001']}" in page


def one_more(county: County) -> SessionFacts:
    return SessionFacts(5, date(2027, 6, 8), HalfDay.EVENING, "补课", Method.LECTURE, Decimal(2))


def test_no_session_comes_to_a_closed_class(county: County, sign_in: SignIn) -> None:
    klass = close(county)
    said = "班次「第B001班」5月10日 周一已经结班，不能再添加课次。确需补课的，先在「评价和结班」撤销结班。"
    with pytest.raises(RuleBroken) as refused, transaction():
        planning.add_session(klass_of(county), one_more(county), actor=county.actor("organiser"))
    assert refused.value.sentence == said
    with pytest.raises(RuleBroken, match="已经结班"), transaction():
        intake.take_session(klass_of(county), 5, actor=county.actor("organiser"))
    browser = sign_in("organiser")
    page = browser.get(f"/scheduling/classes/{klass.id}/sessions/new")
    assert page.status_code == 422 and said in page.get_data(as_text=True)
    shown = browser.get(f"/scheduling/classes/{klass.id}").get_data(as_text=True)
    assert "5月10日 周一已经结班，不能再添加课次。" in shown and "添加课次</a>" not in shown
    with transaction():
        found = closing_queries.find_closing(klass.id)
        assert found is not None
        closing.take_back(found, reason="漏了一课", actor=county.actor("organiser"))
    with transaction():
        planning.add_session(klass_of(county), one_more(county), actor=county.actor("organiser"))
    assert len(klass_of(county).sessions) == 5


def test_the_database_keeps_closed_classes_closed(county: County) -> None:
    close(county)
    for state in (SessionState.PLANNED, SessionState.HELD):
        with pytest.raises(Conflict), transaction():
            facts = asdict(one_more(county))
            session().add(Session(class_id=county.classes["B001"], state=state, **facts))
    with pytest.raises(Conflict), transaction():
        session().get_one(Session, county.sessions[3]).state = SessionState.PLANNED
    with transaction():
        klass_of(county).closed_at = None
    with transaction():
        session().get_one(Session, county.sessions[3]).state = SessionState.PLANNED
    with pytest.raises(Conflict), transaction():
        klass_of(county).closed_at = clock.now()


def test_an_instructor_scores_what_was_taught_once_each(app: Flask, county: County) -> None:
    with pytest.raises(NotFound):
        queries.get_taught(person(county), county.classes["B001"])
    hold_all(county)
    with app.test_request_context():
        assert [t.count for t in queries.todos(county.actor("instructor"))] == [1]
    with transaction():
        queries.get_taught(person(county), county.classes["B001"], county.bases["东镇党校"])
        with pytest.raises(NotFound):
            queries.get_taught(person(county), county.classes["B001"], county.bases["西镇分教点"])
        give(county, person(county))
        give(county, person(county), base=True)
        with pytest.raises(RuleBroken, match="评过就不能改"):
            give(county, person(county))
    assert queries.todos(county.actor("instructor")) == []
    assert queries.list_taught(person(county))[0].is_done
    first = session().query(InstructorScore).filter_by(base_id=None).one()
    with pytest.raises(Conflict), transaction():
        session().add(
            InstructorScore(
                instructor_id=first.instructor_id, class_id=first.class_id, sheet_id=first.sheet_id + 9
            )
        )


def test_unsigned_answers_show_by_fives_and_signed_ones_by_name(county: County) -> None:
    """Four say nothing, five are shown together, a sixth changes nothing until there are ten."""
    hold_all(county)
    class_id = county.classes["B001"]
    with transaction():
        people = colleagues(county, 7)
        for n, who in enumerate(people[:4]):
            give(county, who, comment=f"话{n}")
        found = queries.results_of_class(class_id)
        assert (found.answers, found.unsigned, found.mean, found.comments) == (4, 0, None, ())
        give(county, people[6], signed=True, comment="请修话筒")
        found = queries.results_of_class(class_id)
        assert (found.mean, [s.instructor.name for s in found.signed]) == (None, ["同事6"])
        give(county, people[4], comment="话4")
        five = queries.results_of_class(class_id)
        assert (five.unsigned, five.mean, len(five.comments)) == (5, Decimal("84.0"), 5)
        assert dict(five.lines)["场地设备"] == Decimal("20.0")
        give(county, people[5], comment="第六句")
        six = queries.results_of_class(class_id)
        assert (six.unsigned, six.mean, six.comments) == (5, five.mean, five.comments)
    assert [rules.settled(n) for n in (0, 4, 5, 9, 10)] == [0, 0, 5, 5, 10]


def test_what_is_said_of_a_base_is_listed_in_pages(sign_in: SignIn, county: County) -> None:
    """Its page shows the first few; the list pages, with as many statements for thirty sheets as for seven."""
    hold_all(county)
    base_id = county.bases["东镇党校"]
    with transaction():
        people = colleagues(county, 44)
        for n, who in enumerate(people[:7]):
            give(county, who, base=True, signed=True, comment=f"署名{n}")
        for n, who in enumerate(people[30:42]):
            give(county, who, base=True, comment=f"匿名{99 - n}")
    few = queries.results_of_base(base_id)
    assert (few.answers, few.unsigned, few.signed_count, few.comment_count) == (19, 10, 7, 10)
    assert few.comments == tuple(f"匿名{n}" for n in range(90, 95)) and few.mean == Decimal("100.0")
    assert [score.sheet.comment for score in few.signed] == [f"署名{n}" for n in (6, 5, 4, 3, 2)]
    organiser, url = sign_in("organiser"), f"/scores/bases/{base_id}"
    panel = organiser.get(url, headers={"HX-Request": "true"}).text
    assert "署名2" in panel and "署名1" not in panel and "全部 7 份" in panel and "全部 10 条" in panel
    with counted() as before:
        assert "署名0" in organiser.get(url).text
    with transaction():
        for n, who in enumerate(people[7:30]):
            give(county, session().merge(who), base=True, signed=True, comment=f"署名{n + 7}")
    with counted() as after:
        page = organiser.get(url).text
    assert len(before) == len(after) and "共 30 条" in page and page.count('<details class="why">') == 25
    unsigned = organiser.get(f"{url}?said=unsigned").text
    told = [unsigned.index(f"匿名{n}") for n in range(90, 100)]
    assert told == sorted(told) and "匿名89" not in unsigned and "同事3" not in unsigned
    assert organiser.get(f"{url}?said=unsigned&export=xlsx").status_code == 200


def test_the_pages_of_the_instructor_and_who_reads_them(sign_in: SignIn, county: County) -> None:
    hold_all(county)
    class_id, base_id = county.classes["B001"], county.bases["东镇党校"]
    instructor = sign_in("instructor")
    assert f"/me/classes/{class_id}/score" in text_of(instructor.get("/me/classes"))
    url = f"/me/classes/{class_id}/score"
    assert "hx-get" not in text_of(instructor.get(url)).split("sheet-fields")[1].split(">")[0]
    wrong = instructor.post(url, data=typed({"discipline": "30.0"}))
    assert wrong.status_code == 422 and "请给「学习状态」打分。" in text_of(wrong)
    assert instructor.post(url, data=typed(GAVE, comment="音响不好", signed="1")).status_code == 302  # type: ignore[arg-type]
    assert "评过就不能改" in text_of(instructor.get(url))
    base = f"/me/classes/{class_id}/bases/{base_id}/score"
    assert instructor.post(base, data=typed(BASE, comment="停车方便")).status_code == 302  # type: ignore[arg-type]
    assert (
        instructor.get(f"/me/classes/{class_id}/bases/{county.bases['西镇分教点']}/score").status_code == 404
    )
    organiser = sign_in("organiser")
    page = text_of(organiser.get(f"/scores/classes/{class_id}"))
    assert "王芳" in page and "音响不好" in page
    shown = text_of(organiser.get(f"/scores/bases/{base_id}"))
    assert "停车方便" not in shown and "王芳" not in shown and "共收到 1 份" in shown
    with transaction():
        session().get_one(TeachingBase, base_id).manager_id = county.users["manager"]
    assert "共收到 1 份" in text_of(sign_in("manager").get(f"/my-base/{base_id}/scores"))
    assert sign_in("outsider").get(f"/scores/classes/{class_id}").status_code == 404


def test_closing_on_the_page_and_the_report_on_paper(sign_in: SignIn, county: County) -> None:
    found = opened(county)
    for n in range(4):
        answer(found, n)
    organiser, url = sign_in("organiser"), f"/scores/classes/{county.classes['B001']}"
    assert "还有 3 个课次没有登记" in text_of(organiser.get(url))
    assert organiser.post(f"{url}/close", data=typed(FOUR)).status_code == 422  # type: ignore[arg-type]
    hold_all(county)
    assert "1 个班次已经办完" in text_of(organiser.get("/"))
    assert "可以结班" in text_of(organiser.get("/scores/classes?state=due"))
    wrong = organiser.post(f"{url}/close", data=typed(FOUR | {"need": 11}))  # type: ignore[arg-type]
    assert wrong.status_code == 422 and "「符合需求」应在 0 到 10 分之间。" in text_of(wrong)
    done = organiser.post(f"{url}/close", data=typed(FOUR, comment="=办得好"), follow_redirects=True)  # type: ignore[arg-type]
    assert "已结班" in text_of(done) and "96.0%" in text_of(done)
    paper = text_of(organiser.get(f"{url}/report"))
    assert "培训设计" in paper and "94.0" in paper and "不足 5 份" in paper and "第0句" not in paper
    assert organiser.get(f"{url}/report?export=xlsx").mimetype.endswith("spreadsheetml.sheet")
    word = organiser.get(f"{url}/report?export=docx")
    inside = zipfile.ZipFile(io.BytesIO(word.get_data())).read("word/document.xml").decode()
    assert "<w:tbl>" in inside and "培训效果" in inside and "=办得好" in inside
    assert organiser.get("/scores/classes?export=xlsx").status_code == 200
    refused = organiser.post(f"{url}/open-again", data={"opinion": ""})
    assert refused.status_code == 422
    again = organiser.post(f"{url}/open-again", data={"opinion": "漏登记"}, follow_redirects=True)
    assert "结班已撤销" in text_of(again)
    assert sign_in("evaluator").post(f"{url}/close", data=typed(FOUR)).status_code == 403  # type: ignore[arg-type]


def test_lists_take_the_same_few_statements_however_long(app: Flask, county: County) -> None:
    hold_all(county)
    with transaction():
        make_user("another", Role.INSTRUCTOR, county.unit("嘉祥县"))
    scope = county.actor("organiser").scope(P.SCORE_VIEW)
    with app.test_request_context(), counted() as sent:
        page = closing_queries.classes_table(scope).page(MultiDict({"sort": "-total"}))
    assert (page.total, len(sent)) == (1, 2)
    with counted() as sent:
        queries.list_taught(person(county))
    assert len(sent) <= 5
