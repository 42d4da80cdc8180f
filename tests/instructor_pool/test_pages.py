"""What organisers, approvers, evaluators and instructors see and do on the pool's pages."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from accounts.access import SYSTEM
from accounts.services import activate
from core.audit import AuditRecord
from core.db import session, transaction
from instructor_pool.enums import PoolState
from instructor_pool.models import Instructor, ReviewPanel, Unavailability
from instructor_pool.services import availability
from tests.factories.county import PASSWORD, Browser, County
from tests.factories.days import let_days_pass

SignIn = Callable[[str], Browser]
PHONE, ID_NUMBER = "13812345678", "11010519491231002X"
PERSON = {
    "name": "郑新人", "gender": "female", "birth_month": "1982-09", "work_unit": "县农业农村局", "post_title": "农艺师",
    "source_category": "practitioner", "engagement_mode": "appointed", "max_per_day": "2", "max_per_week": "3", "max_per_month": "",
    "fee_per_hour": "300", "town": "", "phone": PHONE, "id_number": ID_NUMBER,
}  # fmt: skip
MARKS = {
    "mark-direction": "1", "mark-content": "27", "mark-practice": "18", "mark-design": "13", "mark-delivery": "17",
    "mark-courseware": "12", "comment": "贴近基层",
}  # fmt: skip


def text_of(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def names_on(page: str) -> list[str]:
    return re.findall(r'class="row-link" href="[^"]*">([^<]+)</a>', page)


def test_the_list_searches_by_pinyin_filters_and_leaves_others_out(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    with transaction():
        from core.pinyin import search_text

        for row in session().scalars(select(Instructor)):
            row.search_text = search_text(row.name, row.work_unit)
    course = county.courses["嘉祥党史"]
    for query, names in (
        ("q=wf", ["王芳"]),
        ("q=shanxiong", ["单雄"]),
        ("q=赵 东镇", ["赵书记"]),
        ("source=leader", ["钱局长", "赵书记"]),
        (f"course={course}&sort=-rating", ["王芳", "单雄", "钱局长"]),
        ("state=exited", ["孙退"]),
        ("rating=90", []),
        ("rating=unrated&state=bookable", ["李强", "钱局长", "单雄", "王芳", "赵书记"]),
        ("term=over", []),
        ("term=none", []),
        ("account=active", ["孙退", "王芳"]),
        ("q=%27%3B--", []),
    ):
        assert names_on(text_of(browser.get(f"/instructors/?{query}"))) == names, query
    assert names_on(text_of(sign_in("outsider").get("/instructors/"))) == []
    assert sign_in("instructor").get("/instructors/").status_code == 403


def test_a_file_shows_masked_data_and_is_hidden_outside_the_scope(sign_in: SignIn, county: County) -> None:
    person_id = county.instructors["王芳"]
    with transaction():
        person = session().get_one(Instructor, person_id)
        person.phone, person.id_number = PHONE, ID_NUMBER
    for login in ("organiser", "approver", "evaluator"):
        page = text_of(sign_in(login).get(f"/instructors/{person_id}"))
        assert "138****5678" in page and "110***********002X" in page
        assert PHONE not in page and ID_NUMBER not in page
        assert ("查看完整电话" in page, "修改资料" in page) == (
            (True, True) if login == "organiser" else (False, False)
        )
    exported = sign_in("organiser").get("/instructors/?export=xlsx").get_data()
    assert PHONE.encode() not in exported
    assert sign_in("outsider").get(f"/instructors/{person_id}").status_code == 404
    assert sign_in("outsider").get("/instructors/999999").status_code == 404


def test_plain_data_needs_ones_own_password_and_a_reason(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), f"/instructors/{county.instructors['王芳']}/reveal"
    with transaction():
        session().get_one(Instructor, county.instructors["王芳"]).phone = PHONE
    wrong = browser.post(url, data={"password": "not my password", "reason": "核对课酬"})
    assert wrong.status_code == 422 and "密码不对。" in text_of(wrong) and PHONE not in text_of(wrong)
    short = browser.post(url, data={"password": PASSWORD, "reason": "看"})
    assert short.status_code == 422 and PHONE not in text_of(short)
    right = browser.post(url, data={"password": PASSWORD, "reason": "核对课酬发放"})
    assert right.status_code == 200 and PHONE in text_of(right)
    assert any("核对课酬发放" in r.subject for r in session().scalars(select(AuditRecord)))
    assert (
        sign_in("approver").post(url, data={"password": PASSWORD, "reason": "核对课酬发放"}).status_code
        == 403
    )
    for _ in range(5):
        browser.post(url, data={"password": "guess", "reason": "核对课酬"})
    assert "试得太多了" in text_of(browser.post(url, data={"password": PASSWORD, "reason": "核对课酬发放"}))


def test_a_nomination_names_every_bad_field_and_keeps_what_was_typed(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    answer = browser.post(
        "/instructors/nominate",
        data=PERSON | {"id_number": "110105194912310021", "phone": "123", "source_category": ""},
    )
    page = text_of(answer)
    assert answer.status_code == 422
    for sentence in (
        "身份证号应为 18 位，且校验位要对。",
        "这不像电话号码。",
        "有 3 处需要改正",
        'value="郑新人"',
    ):
        assert sentence in page


def test_from_nomination_to_certificate_on_the_pages(sign_in: SignIn, county: County) -> None:
    organiser, approver = sign_in("organiser"), sign_in("approver")
    made = organiser.post("/instructors/nominate", data=PERSON)
    assert made.status_code == 302
    url = made.location
    person_id = int(url.rsplit("/", 1)[1])
    assert "郑新人" in text_of(organiser.get("/instructors/candidates"))
    assert organiser.get(f"{url}/steps/appoint").status_code == 422
    assert organiser.post(f"{url}/steps/check_eligibility", data={"reason": ""}).status_code == 302
    offered = text_of(organiser.get(f"{url}/panel"))
    ids = [str(county.users[u]) for u in ("evaluator", "evaluator2", "evaluator3")]
    assert "evaluator2(待评 0 项)" in offered
    few = organiser.post(f"{url}/panel", data={"reviewers": ids[:2]})
    assert few.status_code == 422 and "评审组至少 3 人。" in text_of(few)
    assert organiser.post(f"{url}/panel", data={"reviewers": ids, "due": "2027-05-20"}).status_code == 302
    panel_id = session().scalars(select(ReviewPanel.id)).one()
    review = f"/instructors/reviews/{panel_id}"
    first, second = sign_in("evaluator"), sign_in("evaluator2")
    assert "郑新人" in text_of(first.get("/instructors/reviews"))
    bad = first.post(review, data=MARKS | {"mark-content": "31", "mark-design": ""})
    assert bad.status_code == 422
    assert (
        "「讲授内容」应在 0 到 30 分之间。" in text_of(bad)
        and "请给「教学设计」打分。" in text_of(bad)
        and 'value="18"' in text_of(bad)
    )
    assert first.post(review, data=MARKS).status_code == 302
    blind = text_of(second.get(review))
    assert "贴近基层" not in blind and "87" not in re.sub(r'value="[^"]*"', "", blind.split("<main", 1)[1])
    assert "贴近基层" not in text_of(organiser.get(url))
    assert "没交" in text_of(first.get(review))
    assert second.post(review, data=MARKS | {"mark-content": "30"}).status_code == 302
    assert sign_in("organiser").get(review).status_code == 403
    assert "至少要 3 份评分表，现在 2 份" in text_of(organiser.get(url))
    sign_in("evaluator3").post(review, data=MARKS)
    organiser.post(f"{url}/panel/close")
    assert "平均 88.0 分，80 分合格" in text_of(organiser.get(url))
    short = organiser.post(f"{url}/steps/publicise", data={"ends_on": "2027-05-14"})
    assert short.status_code == 422 and "公示至少到 2027年5月17日 周一" in text_of(short)
    assert organiser.post(f"{url}/steps/publicise", data={"ends_on": "2027-05-17"}).status_code == 302
    assert organiser.post(f"{url}/decisions/approve", data={"reason": ""}).status_code == 403
    assert organiser.post(f"{url}/steps/approve", data={"reason": ""}).status_code == 404
    early = approver.post(f"{url}/decisions/approve", data={"reason": "同意"})
    assert early.status_code == 422 and "公示还没有结束，不能批准。" in text_of(early)
    let_days_pass(8)
    assert approver.post(f"{url}/decisions/approve", data={"reason": "同意"}).status_code == 302
    letter = {"signed_on": "2027-05-18", "start": "2027-06-01", "end": "2027-05-31"}
    backwards = organiser.post(f"{url}/steps/sign_letter", data=letter)
    assert backwards.status_code == 422 and "聘期结束不能早于开始。" in text_of(backwards)
    assert organiser.post(f"{url}/steps/sign_letter", data=letter | {"end": "2029-05-31"}).status_code == 302
    assert "嘉祥县师聘〔2027〕001号" in text_of(organiser.get(f"{url}/steps/appoint"))
    organiser.post(f"{url}/steps/appoint", data={"certificate": "嘉党讲聘〔2027〕054号"})
    page = text_of(organiser.get(url))
    assert "没有审核通过、在有效期内的课件，排课选不到这位讲师。" in page
    assert "嘉党讲聘〔2027〕054号" in page and "聘期 2027-06-01 至 2029-05-31" in page
    assert session().get_one(Instructor, person_id).state is PoolState.APPOINTED
    again = organiser.post(f"{url}/steps/appoint", data={"certificate": "x"})
    assert again.status_code == 422 and "现在是「在库」(聘任)，不能「办理聘任」。" in text_of(again)


def test_only_an_approver_makes_somebody_leave_and_the_page_says_so(sign_in: SignIn, county: County) -> None:
    url = f"/instructors/{county.instructors['李强']}"
    organiser, approver = sign_in("organiser"), sign_in("approver")
    assert "退出 由审批人办理" in text_of(organiser.get(url))
    blank = text_of(approver.post(f"{url}/decisions/exit", data={"day": "2027-05-10"}))
    assert "请选退出原因。" in blank
    leaving = {"why": "failed_assessment", "day": "2027-05-10", "reason": "连续两年基本合格"}
    assert organiser.post(f"{url}/decisions/exit", data=leaving).status_code == 403
    late = approver.post(f"{url}/decisions/exit", data=leaving | {"day": "2027-12-01"})
    assert late.status_code == 422 and "退出日期不能晚于今天。" in text_of(late)
    assert approver.post(f"{url}/decisions/exit", data=leaving).status_code == 302
    page = text_of(organiser.get(url))
    assert "2027年5月10日 周一 退出：考核不合格。批准人：approver。" in page and "连续两年基本合格" in page


def test_the_organiser_records_an_absence_with_its_source_and_takes_it_back(
    sign_in: SignIn, county: County
) -> None:
    browser, url = sign_in("organiser"), f"/instructors/{county.instructors['王芳']}/availability"
    away = {
        "first": "2027-07-01",
        "last": "2027-07-31",
        "part": "all_day",
        "grade": "cannot",
        "reason": "休假",
        "source": "phone",
    }
    backwards = browser.post(url, data=away | {"last": "2027-06-01"})
    assert backwards.status_code == 422 and "结束日期不能早于开始日期。" in text_of(backwards)
    assert browser.post(url, data=away).status_code == 302
    page = text_of(browser.get(url))
    assert "2027年7月1日 周四 – 7月31日 周六" in page and "登记方式：电话" in page
    row = session().scalars(select(Unavailability)).one()
    assert (
        browser.post(f"/instructors/{county.instructors['李强']}/availability/{row.id}/remove").status_code
        == 404
    )
    browser.post(f"{url}/{row.id}/remove")
    assert "今后没有登记不能授课的时间。" in text_of(browser.get(url))


def test_remarks_are_settled_by_wording(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    with transaction():
        for name in ("王芳", "李强"):
            availability.add_hint(
                session().get_one(Instructor, county.instructors[name]), "7月休假", actor=SYSTEM
            )
    page = text_of(browser.get("/instructors/hints"))
    assert "建议登记：2027年7月1日 周四 – 7月31日 周六" in page and "2 人" in page
    ids = re.findall(r'name="ids" value="(\d+)"', page)
    assert browser.post("/instructors/hints", data={"verdict": "accept"}).status_code == 422
    assert browser.post("/instructors/hints", data={"verdict": "?", "ids": ids}).status_code == 404
    assert (
        sign_in("outsider").post("/instructors/hints", data={"verdict": "accept", "ids": ids}).status_code
        == 404
    )
    browser.post("/instructors/hints", data={"verdict": "accept", "grade": "rather_not", "ids": ids[:1]})
    browser.post("/instructors/hints", data={"verdict": "dismiss", "ids": ids[1:]})
    assert "没有待确认的备注。" in text_of(browser.get("/instructors/hints"))
    assert [r.grade.value for r in session().scalars(select(Unavailability))] == ["rather_not"]


def test_codes_are_shown_once_and_open_an_account(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    listed = text_of(browser.get("/instructors/activation"))
    waiting, active = (
        text_of(browser.get(f"/instructors/{county.instructors[n]}")) for n in ("李强", "王芳")
    )
    assert ("生成激活码" in waiting, "生成激活码" in active) == (True, False)
    assert "全部生成(4 人)" in listed and "李强" in listed and "孙退" not in listed
    assert browser.post("/instructors/activation", data={}).status_code == 422
    active = browser.post("/instructors/activation", data={"ids": [str(county.instructors["王芳"])]})
    assert active.status_code == 422 and "选中的人都已激活账号" in text_of(active)
    page = text_of(browser.post("/instructors/activation", data={"ids": [str(county.instructors["李强"])]}))
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert found and "liqiang" in page and "李强您好" in page and "/activate" in page
    assert found.group(0) not in text_of(browser.get("/instructors/activation"))
    with transaction():
        user = activate(found.group(0), "a long enough one 8")
    assert user.login == "liqiang"
    assert "李强" not in text_of(browser.get("/instructors/activation"))


def test_an_instructor_sees_the_own_file_and_keeps_the_own_time(sign_in: SignIn, county: County) -> None:
    browser = sign_in("instructor")
    page = text_of(browser.get("/me/profile"))
    assert "王芳" in page and "党的创新理论专题" in page and "还没有评分" in page
    away = {
        "first": "2027-06-02",
        "last": "2027-06-03",
        "part": "afternoon",
        "grade": "rather_not",
        "reason": "教研",
    }
    assert browser.post("/me/availability", data=away).status_code == 302
    page = text_of(browser.get("/me/availability"))
    assert "2027年6月2日 周三 下午" in page and "2027年6月3日 周四 下午" in page and "登记方式：本人" in page
    again = browser.post("/me/availability", data=away)
    assert again.status_code == 422 and "这段时间已经登记过了。" in text_of(again)
    rows = session().scalars(select(Unavailability).order_by(Unavailability.id)).all()
    browser.post(f"/me/availability/{rows[0].id}/remove")
    with transaction():
        other = Unavailability(
            instructor_id=county.instructors["李强"],
            starts=rows[1].starts,
            ends=rows[1].ends,
            grade=rows[1].grade,
            source=rows[1].source,
        )
        session().add(other)
    assert browser.post(f"/me/availability/{other.id}/remove").status_code == 404
    assert sign_in("organiser").get("/me/profile").status_code == 403


def test_teachers_of_a_course_and_the_picker(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    page = text_of(browser.get(f"/instructors/teachers/{county.courses['嘉祥党史']}"))
    assert re.findall(r'href="/instructors/\d+">([^<]+)', page) == ["王芳", "钱局长", "单雄"]
    assert browser.get("/instructors/picker?q=李").json == [
        {"value": str(county.instructors["李强"]), "text": "李强", "note": "县委党校"}
    ]
