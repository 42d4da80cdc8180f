"""The pages of a pool's year: from asking to the instructor's own page, the ranked table, the policy, the exit."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import func, select

from core.audit import AuditRecord
from core.db import session, transaction
from evaluations.jobs import take_assessment
from instructor_pool.enums import AssessmentGrade as G
from instructor_pool.queries import policy_of
from instructor_pool.rules.assessment import Policy
from instructor_pool.services import assessing
from tests.evaluations.test_yearly import published, row_of, taught, worked_out
from tests.factories.county import Browser, County
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def test_the_pages_lead_from_asking_to_the_instructors_own_year(sign_in: SignIn, county: County) -> None:
    with transaction():
        taught(county)
    organiser = sign_in("organiser")
    assert "还没有做过年度考核" in body(organiser.get("/instructors/assessments"))
    asked = organiser.post("/instructors/assessments", data={"unit": county.units["嘉祥县"], "year": 2027})
    page = f"{asked.location}"
    assert "正在测算" in body(organiser.get(page)) and take_assessment()
    shown = body(organiser.get(page))
    assert re.findall(r'class="row-link" href="[^"]*">([^<]+)</a>', shown)[0] == "王芳" and "88.2" in shown
    with counted() as statements:
        organiser.get(page)
    assert len(statements) <= 14
    row_id = row_of(county).id
    one = f"/instructors/assessments/people/{row_id}"
    opened = body(sign_in("evaluator").get(one))
    assert all(
        text in opened for text in ("1 次课、5 份评价的平均", "40.00", "18.18", "20.00", "10.00", "88.2")
    )
    refused = sign_in("evaluator").post(f"{one}/grade", data={"grade": "basic", "reason": ""})
    assert refused.status_code == 422 and "请写明原因" in body(refused)
    done = sign_in("evaluator").post(
        f"{one}/grade", data={"grade": "basic", "reason": "听课记录一般", "version": row_of(county).version}
    )
    assert done.status_code == 302 and row_of(county).grade is G.BASIC
    assert organiser.post(f"{page}/publish").status_code == 403
    approver = sign_in("approver")
    assert approver.post(f"{page}/publish").status_code == 302
    own = body(sign_in("instructor").get("/me/assessments"))
    assert "听课记录一般" in own and "88.2" in own
    assert "考核建议警示" in body(organiser.get("/"))
    assert 'id="warn-reason-error"' in body(organiser.post(f"{one}/warn", data={"reason": " "}))
    assert organiser.post(f"{one}/warn", data={"reason": "案例要更新"}).status_code == 302
    assert "考核建议警示" not in body(organiser.get("/"))
    assert "案例要更新" in body(sign_in("instructor").get("/me/assessments"))
    assert "2027 年度" in body(organiser.get(f"/instructors/{county.instructors['王芳']}"))
    assert (
        session().scalar(
            select(func.count()).where(AuditRecord.action == "instructor_pool.publish_assessment")
        )
        == 1
    )


def test_the_table_sorts_filters_and_exports(sign_in: SignIn, county: County) -> None:
    with transaction():
        taught(county)
    run = worked_out(county)
    organiser, page = sign_in("organiser"), f"/instructors/assessments/{run.id}"
    for query, names in (
        ("grade=qualified", ["王芳"]),
        ("consequence=undecided&sort=name", ["李强", "钱局长", "单雄", "赵书记"]),
        ("adjusted=yes", []),
        ("follow=waiting", []),
        ("q=王", ["王芳"]),
    ):
        assert (
            re.findall(r'class="row-link" href="[^"]*">([^<]+)</a>', body(organiser.get(f"{page}?{query}")))
            == names
        )
    for column in ("feedback", "supervision", "hours", "incidents", "late", "grade", "consequence"):
        assert organiser.get(f"{page}?sort=-{column}").status_code == 200
    book = organiser.get(f"{page}?export=xlsx")
    assert book.status_code == 200 and book.mimetype.endswith("spreadsheetml.sheet")


def test_a_level_may_change_its_policy_and_those_below_follow(sign_in: SignIn, county: County) -> None:
    organiser, url = sign_in("organiser"), f"/instructors/assessments/policy/{county.units['嘉祥县']}"
    assert organiser.get(url).status_code == 200
    fields = {name: getattr(Policy(), name) for name in Policy.__dataclass_fields__}
    wrong = organiser.post(url, data=fields | {"feedback": 60})
    assert wrong.status_code == 422 and "合计应为 100" in body(wrong)
    assert organiser.post(url, data=fields | {"feedback": 40, "supervision": 30}).status_code == 302
    assert policy_of(county.unit("东镇")).supervision == 30
    assert policy_of(county.unit("济宁市")) == Policy()


def test_the_exit_form_comes_with_the_reason_the_year_gives(sign_in: SignIn, county: County) -> None:
    worked_out(county)
    with transaction():
        assessing.adjust(row_of(county), G.FAILED, "差", actor=county.actor("evaluator"))
    published(county)
    approver = sign_in("approver")
    assert "考核建议退出" in body(approver.get("/"))
    page = body(approver.get(f"/instructors/assessments/people/{row_of(county).id}"))
    link = re.search(r'href="(/instructors/\d+/decisions/exit[^"]*)"', page)
    assert link is not None
    form = body(approver.get(link[1].replace("&amp;", "&")))
    assert re.search(r'<option selected value="failed_assessment">', form)
