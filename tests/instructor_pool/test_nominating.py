"""Nominations without an account, their receipts, and what is handed in with them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from accounts.access import SYSTEM
from core import docx, files
from core.db import session, transaction
from core.errors import RuleBroken
from core.files import FileKind, StoredFile, recognise
from core.throttle import admit
from instructor_pool.enums import EngagementMode, NominationKind, PoolState
from instructor_pool.models import Attachment, Instructor, Nomination
from instructor_pool.rules.life import way
from instructor_pool.rules.nominations import link_problem
from instructor_pool.services import nominating
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


SLIDES = packed(
    **{"[Content_Types].xml": b"presentationml.presentation.main+xml", "ppt/presentation.xml": b"<p/>"}
)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, FileKind.PDF),
        (docx.write([docx.Paragraph("提纲")]), FileKind.DOCX),
        (SLIDES, FileKind.PPTX),
        (b"%PDF-1.4 and nothing more", None),
        (PDF + b"trailer<</Encrypt 5 0 R>>%%EOF", None),
        (b"<html><script>alert(1)</script>", None),
        (b"MZ\x90\x00", None),
        (b"PK\x03\x04 broken", None),
        (packed(**{"xl/workbook.xml": b"", "[Content_Types].xml": b"spreadsheetml"}), None),
        (
            packed(
                **{
                    "[Content_Types].xml": b"wordprocessingml.document.main+xml",
                    "word/document.xml": b"",
                    "word/vbaProject.bin": b"x",
                }
            ),
            None,
        ),
        (
            packed(
                **{
                    "[Content_Types].xml": b"presentationml.presentation.main+xml",
                    "ppt/presentation.xml": b"0" * 30_000_000,
                }
            ),
            None,
        ),
    ],
)
def test_files_are_known_by_their_content(data: bytes, kind: FileKind | None) -> None:
    assert recognise(data) is kind


def test_what_is_kept_is_sealed_named_by_its_content_and_never_too_large(app: Flask) -> None:
    with transaction():
        row = files.keep("../../课件\u202e<1>.exe", PDF)
        assert (row.name, row.size) == ("课件1.exe.pdf", len(PDF))
        assert PDF not in row.body_sealed
        assert files.body(row) == PDF
        for data in (b"", b"%PDF-" + bytes(files.MOST_BYTES)):
            with pytest.raises(RuleBroken):
                files.keep("a.pdf", data)


@pytest.mark.parametrize(
    ("url", "bad"),
    [
        ("https://v.example.cn/a?b=1", False),
        ("http://10.1.2.3/v", False),
        ("javascript:alert(1)", True),
        ("ftp://x/y", True),
        ("https://user@host/", True),
        ("https://a b", True),
        ("//host/x", True),
        ("https://[", True),
    ],
)
def test_addresses_of_videos(url: str, bad: bool) -> None:
    assert link_problem(url) is bad


def test_the_way_in_is_told_only_while_it_is_walked() -> None:
    appointed, invited = EngagementMode.APPOINTED, EngagementMode.INVITED
    assert [reached for _step, reached in way(PoolState.REVIEWED, appointed)] == [True] * 3 + [False] * 4
    assert [reached for _step, reached in way(PoolState.NOMINATED, invited)] == [True, False, False]
    assert all(reached for _step, reached in way(PoolState.SUSPENDED, appointed))
    assert way(PoolState.REJECTED, appointed) == []


def test_admit_counts_each_who_apart_and_forgets(app: Flask) -> None:
    with transaction():
        assert [admit("x", "a", most=2, window=timedelta(hours=1)) for _ in range(3)] == [True, True, False]
        assert admit("x", "b", most=2, window=timedelta(hours=1))
        assert admit("y", "a", most=1, window=timedelta(seconds=-1))
        assert admit("y", "a", most=1, window=timedelta(hours=1))


def said(county: County, **other: object) -> dict[str, object]:
    return {
        "kind": "oneself", "unit": county.units["嘉祥县"], "name": "端木赐", "phone": "13812345678", "work_unit": "县商务局",
        "source_category": "practitioner", "topics": "农村电商", "consent": "y", "statement": "十年经验",
    } | other  # fmt: skip


def receipt_of(page: str) -> str:
    found = re.search(r"(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}", page)
    assert found
    return found[0]


def test_a_stranger_nominates_and_follows_by_receipt(
    client: Browser, sign_in: SignIn, county: County
) -> None:
    assert "推荐讲师" in client.get("/nominate").get_data(as_text=True)
    upload = [(io.BytesIO(PDF), "课件.pdf"), (io.BytesIO(SLIDES), "课件.pptx")]
    made = client.post(
        "/nominate",
        data=said(county, files=upload, link="https://v.example.cn/1"),
        content_type="multipart/form-data",
    )
    page = made.get_data(as_text=True)
    assert made.status_code == 200
    code = receipt_of(page)
    person = session().scalars(select(Instructor).where(Instructor.name == "端木赐")).one()
    assert person.state is PoolState.NOMINATED
    assert session().scalar(select(func.count()).select_from(Attachment)) == 3
    assert code.replace("-", "") not in str(session().scalars(select(Nomination.receipt_hash)).all())
    seen = client.post("/nominate/receipt", data={"code": code.lower().replace("-", " ")})
    text = seen.get_data(as_text=True)
    assert seen.status_code == 200
    assert "已推荐" in text
    assert "端木赐" not in text.replace('value="', "")
    assert "13812345678" not in text
    assert client.post("/nominate/receipt", data={"code": "AAAA"}).status_code == 404
    assert "农村电商" in sign_in("evaluator").get(f"/instructors/{person.id}").get_data(as_text=True)


def test_a_second_nomination_joins_the_first_and_tells_nobody(client: Browser, county: County) -> None:
    first = client.post("/nominate", data=said(county))
    again = client.post(
        "/nominate", data=said(county, kind="colleague", nominator_name="冉有", name="端木赐")
    )
    assert receipt_of(first.get_data(as_text=True)) != receipt_of(again.get_data(as_text=True))
    assert session().scalar(select(func.count()).select_from(Instructor).filter_by(name="端木赐")) == 1
    kinds = session().scalars(select(Nomination.kind).order_by(Nomination.id)).all()
    assert kinds == [NominationKind.ONESELF, NominationKind.COLLEAGUE]


def test_the_same_courseware_handed_in_again_is_kept_once(client: Browser, county: County) -> None:
    for _ in range(2):
        sent = said(county, files=[(io.BytesIO(PDF), "课件.pdf")], link="https://video.example.cn/t/1")
        answer = client.post("/nominate", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 200
    assert session().scalar(select(func.count()).select_from(Attachment)) == 2


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"consent": ""}, "要候选人知情同意才能提交。"),
        ({"phone": "12"}, "这不像电话号码。"),
        ({"kind": "colleague"}, "推荐别人要写推荐人。"),
        ({"kind": "organisation", "nominator_name": "甲"}, "党组织推荐要写党组织名称。"),
        ({"link": "javascript:alert(1)"}, "请填写以 http:// 或 https:// 开头的完整网址。"),
        ({"topics": ""}, "请写至少一个拟授课题。"),
        ({"name": "名" * 41}, "41"),
    ],
)
def test_bad_nominations_name_the_fault_and_enter_nobody(
    client: Browser, county: County, other: dict[str, object], sentence: str
) -> None:
    before = session().scalar(select(func.count()).select_from(Instructor))
    answer = client.post("/nominate", data=said(county, **other))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True) or sentence == "41"
    assert session().scalar(select(func.count()).select_from(Instructor)) == before


def test_a_disguised_file_is_refused_and_nothing_is_kept(client: Browser, county: County) -> None:
    answer = client.post(
        "/nominate",
        data=said(county, files=[(io.BytesIO(b"<script>"), "课件.pdf")]),
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "不是 PDF、PPTX 或 DOCX" in answer.get_data(as_text=True)
    assert session().scalar(select(func.count()).select_from(Nomination)) == 0
    assert session().scalar(select(func.count()).select_from(StoredFile)) == 0


def test_an_address_that_floods_is_stopped(client: Browser, county: County) -> None:
    codes = [client.post("/nominate", data=said(county)).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
    tries = [client.post("/nominate/receipt", data={"code": "WRONG"}).status_code for _ in range(31)]
    assert tries == [404] * 30 + [429]


def test_attachments_are_downloads_within_the_scope_and_stay_once_scored(
    sign_in: SignIn, county: County
) -> None:
    organiser = sign_in("organiser")
    sign_in("contact").post(
        "/nominate", data=said(county, kind="organisation", nominator_name="闵", nominator_unit="党委")
    )
    person = session().scalars(select(Instructor).where(Instructor.name == "端木赐")).one()
    url = f"/instructors/{person.id}/attachments"
    assert organiser.post(url, data={}).status_code == 422
    added = organiser.post(
        url, data={"files": [(io.BytesIO(PDF), "大纲.pdf")]}, content_type="multipart/form-data"
    )
    assert added.status_code == 302
    row = session().scalars(select(Attachment)).one()
    file_url = f"/instructors/attachments/{row.id}"
    got = sign_in("evaluator").get(file_url)
    assert got.get_data() == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in("outsider").get(file_url).status_code == 404
    assert sign_in("contact").get(file_url).status_code == 403
    assert "端木赐" in sign_in("contact").get("/me/nominations").get_data(as_text=True)
    assert "端木赐" not in sign_in("instructor").get("/me/nominations").get_data(as_text=True)
    assert organiser.post(f"{file_url}/remove").status_code == 302
    assert session().scalar(select(func.count()).select_from(StoredFile)) == 0


def test_the_database_refuses_an_attachment_that_is_neither_file_nor_address(
    app: Flask, county: County
) -> None:
    with pytest.raises(IntegrityError):
        session().execute(
            Attachment.__table__.insert().values(  # type: ignore[attr-defined]
                instructor_id=county.instructors["王芳"], url="", added_at=nominating.clock.now()
            )
        )
    session().rollback()
    with transaction():
        person = session().get_one(Instructor, county.instructors["王芳"])
        with pytest.raises(RuleBroken):
            nominating.attach_link(person, "https://v.example.cn/", actor=SYSTEM)
