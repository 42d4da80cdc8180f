"""The pages of an import, as an organiser walks them."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from core.db import session
from exchange import jobs
from exchange.models import ImportRun
from instructor_pool.models import Instructor
from notifications.models import OutboxMessage
from tests.exchange.books import changed, shipped


def sent(browser, data: bytes, name: str = "计划.xlsx"):
    return browser.post(
        "/imports/", data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )


def text(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def organiser(sign_in):
    return sign_in("organiser")


def pool_size() -> int:
    return session().scalar(select(func.count()).select_from(Instructor)) or 0


def test_the_whole_way(organiser):
    before = pool_size()
    assert "数据导入" in text(organiser.get("/imports/"))
    answer = sent(organiser, shipped())
    assert answer.status_code == 302
    page = answer.headers["Location"]
    waiting = text(organiser.get(page))
    assert "等待读取" in waiting
    assert "every 2s" in waiting
    assert jobs.take()
    done = organiser.get(f"{page}/progress")
    assert done.headers["HX-Refresh"] == "true"
    preview = text(organiser.get(page))
    assert "确认导入" in preview
    assert "各表将怎样写入" in preview
    for tab in (
        "instructors",
        "bases",
        "courses",
        "classes",
        "sessions",
        "leaders",
        "units",
        "problems",
        "hints",
        "overview",
    ):
        assert organiser.get(f"{page}?tab={tab}&page=2").status_code == 200
    assert "每月下旬出差" in text(organiser.get(f"{page}?tab=hints"))
    assert "备案状态为「申报中」" in text(organiser.get(f"{page}?tab=problems&severity=warning&kind=bases"))
    assert pool_size() == before
    assert organiser.post(f"{page}/confirm").status_code == 302
    assert jobs.take()
    assert "写入了" in text(organiser.get(page))
    told = session().scalars(select(OutboxMessage).where(OutboxMessage.kind == "import")).one()
    assert (told.url, told.title.startswith("「计划.xlsx」已导入")) == (page, True)
    assert pool_size() == before + 124
    assert organiser.get(f"{page}/problems.xlsx").data[:2] == b"PK"
    assert "计划.xlsx" in text(organiser.get("/imports/"))


def test_errors_are_named_and_block(organiser):
    def spoil(book):
        book["师资信息表"]["P3"] = "379900198209135052"

    page = sent(organiser, changed(spoil)).headers["Location"]
    assert jobs.take()
    shown = text(organiser.get(page))
    assert "有 1 处错误，不能导入。" in shown
    assert "P3" in shown
    assert "确认导入" not in shown
    assert organiser.post(f"{page}/confirm").status_code == 422


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"<html></html>", b"PK\x03\x04broken"])
def test_wrong_files_get_a_sentence(organiser, data):
    answer = sent(organiser, data)
    assert answer.status_code == 422
    assert "field-error" in text(answer)
    assert session().scalar(select(func.count()).select_from(ImportRun)) == 0


def test_a_name_is_never_a_path(organiser):
    sent(organiser, shipped(), "../../etc/<b>计划</b>.xlsx")
    assert session().scalars(select(ImportRun.file_name)).all() == ["b>.xlsx"]


def test_an_import_can_be_given_up(organiser):
    page = sent(organiser, shipped()).headers["Location"]
    assert organiser.post(f"{page}/cancel").status_code == 302
    assert "已取消" in text(organiser.get(page))
    assert organiser.post(f"{page}/confirm").status_code == 409
    assert not jobs.take()


def test_other_counties_and_roles_see_nothing(organiser, sign_in):
    page = sent(organiser, shipped()).headers["Location"]
    outsider = sign_in("outsider")
    assert [outsider.get(page).status_code, outsider.post(f"{page}/confirm").status_code] == [404, 404]
    assert (
        outsider.get(f"{page}/progress").status_code
        == outsider.get(f"{page}/problems.xlsx").status_code
        == 404
    )
    assert outsider.get("/imports/staff.xlsx").data[:2] == b"PK"
    assert sign_in("instructor").get("/imports/").status_code == 403
