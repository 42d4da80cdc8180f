"""Letters and their templates, appointment, certificates anybody can check, and coming without an appointment."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from docx import Document
from flask import Flask

from core import docx, paper
from core.db import session, transaction
from core.docx import Paragraph
from core.errors import NotAllowed, RuleBroken
from instructor_pool import queries
from instructor_pool.enums import CertificateStatus, EngagementMode, ExitReason, PoolAction, PoolState
from instructor_pool.models import AppointmentCertificate, Instructor
from instructor_pool.rules.certificates import plain_code, status
from instructor_pool.rules.letters import default_template
from instructor_pool.services import appointing, certificates, entering, life, publicity
from instructor_pool.services.appointing import Engagement
from instructor_pool.services.nominating import Upload
from tests.factories.county import Browser, County, make_instructor, visitor
from tests.factories.days import let_days_pass
from tests.instructor_pool.test_life import nominated, reviewed

SignIn = Callable[[str], Browser]
START, END = date(2027, 6, 1), date(2029, 5, 31)
PDF = b"%PDF-1.4\n%%EOF"


def approved(county: County) -> Instructor:
    organiser = county.actor("organiser")
    person = nominated(county)
    reviewed(county, person)
    publicity.publicise(person, actor=organiser)
    let_days_pass(8)
    life.take_step(person, PoolAction.APPROVE, actor=county.actor("approver"))
    return person


def appointed(county: County) -> Instructor:
    organiser = county.actor("organiser")
    person = approved(county)
    appointing.sign_letter(person, signed_on=date(2027, 5, 18), start=START, end=END, actor=organiser)
    return appointing.appoint(person, actor=organiser)


def template(*lines: str) -> bytes:
    return docx.write([Paragraph(line) for line in lines])


def words_of(data: bytes) -> str:
    return "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)


def test_the_letter_says_who_and_for_how_long(county: County) -> None:
    with transaction():
        person = approved(county)
        person.name = "周<候>选&"
        data = appointing.letter(person, START, END)
    text = words_of(data)
    assert "周<候>选&（县农业农村局" in text and "自 2027年6月1日 至 2029年5月31日" in text
    assert "{" not in text
    page = paper.html_of(data)
    assert "周&lt;候&gt;选&amp;" in page and "text-align: center" in page and "font-weight: bold" in page
    assert "text-indent: 2em" in page


@pytest.mark.browser
def test_the_letter_becomes_a_pdf(county: County) -> None:
    with transaction():
        drawn = paper.pdf_of(appointing.letter(approved(county), START, END))
    assert drawn.startswith(b"%PDF-") and len(drawn) > 5_000


def test_a_server_without_pango_says_so_and_still_gives_the_letter_for_word(
    county: County, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        person_id = approved(county).id
    organiser = sign_in("organiser")

    def import_module(name: str) -> object:
        raise OSError(f"cannot load what {name} draws with")

    monkeypatch.setattr(paper, "importlib", SimpleNamespace(import_module=import_module))
    refused = organiser.get(f"/instructors/{person_id}/letter.pdf")
    assert (refused.status_code, "请先用 Word 版" in refused.text) == (422, True)
    assert organiser.get(f"/instructors/{person_id}/letter.docx").data.startswith(b"PK")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 nothing", "这不是 Word 文档"),
        (PDF, "这不是 Word 文档"),
        (template("{{ 姓名 }} {{ 聘期起 }}"), "缺少「聘期止」"),
        (template("{{ 姓名 }} {{ 手机号 }} {{ 聘期起 }} {{ 聘期止 }}"), "「手机号」不认识"),
        (template("{{ ''.__class__ }} {{ 聘期起 }} {{ 聘期止 }}"), "不认识"),
        (template("{% for x in 姓名 %}{% endfor %}"), "不能用别的写法"),
        (template("{{ 姓名 {{ 聘期起 }} {{ 聘期止 }}"), "不认识"),
        (template("{{ 姓名 }} {{ 聘期起 }} {{ 聘期止 }} }}"), "没配对"),
    ],
)
def test_a_template_is_refused_with_a_sentence(county: County, data: bytes, sentence: str) -> None:
    with transaction(), pytest.raises(RuleBroken, match=sentence) as refused:
        appointing.set_letter_template(
            county.unit("嘉祥县"), Upload("责任书.docx", data), actor=county.actor("organiser")
        )
    assert [v.subject for v in refused.value.violations] == ["file"]


def test_a_pool_uses_its_own_template_else_that_of_the_level_above(county: County) -> None:
    organiser = county.actor("organiser")
    city = template("市里的责任书", "{{ 姓名 }}{{ 聘期起 }}{{ 聘期止 }}")
    own = template("县里的责任书", "{{ 姓名 }}{{ 聘期起 }}{{ 聘期止 }}")
    with transaction():
        person = approved(county)
        appointing.set_letter_template(county.unit("济宁市"), Upload("市.docx", city), actor=organiser)
        assert "市里的责任书" in words_of(appointing.letter(person, START, END))
        appointing.set_letter_template(county.unit("嘉祥县"), Upload("县.docx", own), actor=organiser)
        assert "县里的责任书" in words_of(appointing.letter(person, START, END))
        appointing.set_letter_template(county.unit("嘉祥县"), None, actor=organiser)
        assert "聘期责任书" in words_of(appointing.letter(person, START, END))
    assert default_template()[0].text == "聘期责任书"


def test_only_a_signed_letter_lets_somebody_be_appointed_for_its_term(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = approved(county)
        with pytest.raises(RuleBroken, match="不能「办理聘任」"):
            appointing.appoint(person, actor=organiser)
        with pytest.raises(RuleBroken, match="不能晚于今天"):
            appointing.sign_letter(person, signed_on=START, start=START, end=END, actor=organiser)
        scan = Upload("签字.pdf", PDF)
        appointing.sign_letter(
            person, signed_on=date(2027, 5, 18), start=START, end=END, scan=scan, actor=organiser
        )
        appointing.appoint(person, actor=organiser)
        row = queries.find_certificate(person.id)
        assert row
    assert (person.state, person.term_start, person.term_end) == (PoolState.APPOINTED, START, END)
    assert (row.number, row.valid_from, row.valid_until) == ("嘉祥县师聘〔2027〕001号", START, END)
    assert person.certificate_number == row.number
    with transaction(), pytest.raises(RuleBroken, match="已有证书"):
        certificates.issue(person, actor=organiser)


def test_numbers_are_used_once_and_people_from_before_get_a_certificate(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        known = make_instructor(
            county.unit("嘉祥县"), "老讲师", [], certificate_number="嘉祥县师聘〔2027〕001号"
        )
        second = make_instructor(county.unit("嘉祥县"), "新讲师", [])
        assert certificates.issue(second, actor=organiser).number == "嘉祥县师聘〔2027〕002号"
        assert certificates.issue(known, actor=organiser).number == "嘉祥县师聘〔2027〕001号"
        third = make_instructor(county.unit("嘉祥县"), "又一人", [])
        with pytest.raises(RuleBroken, match="已经用过"):
            certificates.issue(third, "嘉祥县师聘〔2027〕002号", actor=organiser)


@pytest.mark.parametrize(
    ("withdrawn", "suspended", "today", "found"),
    [
        (None, False, date(2027, 5, 31), CertificateStatus.NOT_YET),
        (None, False, START, CertificateStatus.VALID),
        (None, True, END, CertificateStatus.SUSPENDED),
        (None, False, date(2029, 6, 1), CertificateStatus.EXPIRED),
        (date(2028, 1, 1), False, date(2028, 1, 2), CertificateStatus.WITHDRAWN),
    ],
)
def test_what_holds_of_a_certificate(
    withdrawn: date | None, suspended: bool, today: date, found: CertificateStatus
) -> None:
    assert status(START, END, withdrawn, suspended=suspended, today=today) is found


def test_anybody_checks_a_certificate_and_learns_nothing_of_the_person(app: Flask, county: County) -> None:
    with transaction():
        person = appointed(county)
        person.phone = "13805370001"
        row = queries.find_certificate(person.id)
        assert row
        code, number = row.code, row.number
    anybody = visitor(app)
    let_days_pass(30)
    url = f"/certificates/{code}"
    page = anybody.get(url).get_data(as_text=True)
    assert "这张证书有效。" in page and number in page and "县委组织部" in page
    for secret in ("周候选", "县农业农村局", "13805370001", "5370001"):
        assert secret not in page
    assert anybody.get(f"/certificates/{code[:4].lower()}-{code[4:]}").status_code == 200
    assert "与登记的姓名一致。" in anybody.post(url, data={"name": "周候选"}).get_data(as_text=True)
    assert "不一致" in anybody.post(url, data={"name": "周某"}).get_data(as_text=True)
    assert plain_code("abcd-efgh 2") == "ABCDEFGH2"
    with transaction():
        life.leave(
            session().get_one(Instructor, person.id),
            why=ExitReason.OWN_REQUEST,
            day=date(2027, 6, 10),
            actor=county.actor("approver"),
        )
    assert "已经收回" in anybody.get(url).get_data(as_text=True)


def test_guessing_codes_ends_after_a_few(app: Flask, county: County) -> None:
    with transaction():
        row = queries.find_certificate(appointed(county).id)
        assert row
        code = row.code
    anybody = visitor(app)
    answers = [anybody.get(f"/certificates/ABCD{n:04d}").status_code for n in range(22)]
    assert answers == [404] * 20 + [429] * 2
    assert anybody.get(f"/certificates/{code}").status_code == 429


def test_a_renewal_prolongs_the_certificate(county: County) -> None:
    with transaction():
        person = appointed(county)
        life.renew(person, start=END, end=date(2031, 5, 31), actor=county.actor("organiser"))
        row = queries.find_certificate(person.id)
    assert row and row.valid_until == date(2031, 5, 31)


def test_the_certificate_page_prints_name_number_and_code(sign_in: SignIn, county: County) -> None:
    with transaction():
        person = appointed(county)
    page = sign_in("organiser").get(f"/instructors/{person.id}/certificate").get_data(as_text=True)
    row = session().query(AppointmentCertificate).one()
    assert "周候选 同志" in page and row.number in page and "<svg" in page
    assert "-".join(re.findall("....", row.code)) in page and 'style="' not in page


def test_invited_and_seconded_people_come_by_their_own_way(county: County) -> None:
    organiser, approver = county.actor("organiser"), county.actor("approver")
    with transaction():
        guest = nominated(county, "邀请人", engagement_mode=EngagementMode.INVITED)
        sent = nominated(county, "选派人", engagement_mode=EngagementMode.SECONDED)
        for person in (guest, sent):
            life.take_step(person, PoolAction.CHECK_ELIGIBILITY, actor=organiser)
        with pytest.raises(NotAllowed, match="审批人"):
            appointing.admit(guest, Engagement("", "开班第一课"), actor=organiser)
        with pytest.raises(RuleBroken, match="邀请事由"):
            appointing.admit(guest, Engagement("县委组织部", " "), actor=approver)
        with pytest.raises(RuleBroken, match="没有聘期"):
            appointing.admit(guest, Engagement("", "第一课", END), actor=approver)
        appointing.admit(guest, Engagement("", "开班第一课"), actor=approver)
        with pytest.raises(RuleBroken, match="选派单位"):
            appointing.admit(sent, Engagement("", "宣讲"), actor=approver)
        appointing.admit(sent, Engagement("市委组织部", "驻县宣讲", date(2027, 12, 31)), actor=approver)
        with pytest.raises(RuleBroken, match="只有在库的聘任讲师"):
            certificates.issue(guest, actor=organiser)
    assert (guest.engaged_by, guest.engaged_for, guest.term_end) == ("县委组织部", "开班第一课", None)
    assert (sent.state, sent.term_end) == (PoolState.APPOINTED, date(2027, 12, 31))


def test_nobody_becomes_appointed_by_changing_a_field(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        guest = make_instructor(
            county.unit("嘉祥县"), "邀请人", [], engagement_mode=EngagementMode.INVITED, term_end=None
        )
        with pytest.raises(RuleBroken, match="聘任方式不能再改"):
            entering.update_instructor(
                guest, {"name": "邀请人", "engagement_mode": EngagementMode.APPOINTED}, actor=organiser
            )


def test_the_template_page_replaces_and_resets(sign_in: SignIn, county: County) -> None:
    browser, url = sign_in("organiser"), "/instructors/letter-template"
    assert "现在用自带模板。" in browser.get(url).get_data(as_text=True)
    bad = browser.post(url, data={"file": (io.BytesIO(template("{{ 银行卡 }}")), "x.docx")})
    assert bad.status_code == 422 and "「银行卡」不认识" in bad.get_data(as_text=True)
    good = template("{{ 姓名 }}{{ 聘期起 }}{{ 聘期止 }}")
    assert browser.post(url, data={"file": (io.BytesIO(good), "县里的.docx")}).status_code == 302
    assert "县里的.docx" in browser.get(url).get_data(as_text=True)
    assert "{{ 姓名 }}" in words_of(browser.get(f"{url}.docx").data)
    browser.post(f"{url}/reset")
    assert "现在用自带模板。" in browser.get(url).get_data(as_text=True)


def test_volunteers_teach_without_a_fee(sign_in: SignIn, county: County) -> None:
    person_id = county.instructors["王芳"]
    browser = sign_in("organiser")
    page = browser.get(f"/instructors/{person_id}/edit").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version
    data = {
        "name": "王芳", "work_unit": "县委党校", "source_category": "scholar", "engagement_mode": "appointed",
        "is_volunteer": "y", "gender": "", "town": "", "max_per_day": "2", "fee_per_hour": "300", "version": version[1],
    }  # fmt: skip
    refused = browser.post(f"/instructors/{person_id}/edit", data=data)
    assert refused.status_code == 422 and "志愿者不取酬，课酬应为 0。" in refused.get_data(as_text=True)
    assert (
        browser.post(f"/instructors/{person_id}/edit", data=data | {"fee_per_hour": "0"}).status_code == 302
    )
