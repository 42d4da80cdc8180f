"""讲党课情况统计表 and 上讲台统计 come back in: what the system knows already is not reported again."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from accounts.access import SYSTEM
from core.db import session, transaction
from instructor_pool.models import Instructor
from party_lessons.enums import PostKind, ReportState
from party_lessons.models import Credit, ReportedLesson
from party_lessons.services import posts
from scheduling.enums import HalfDay, SessionState
from scheduling.models import Session
from tests.factories.county import Browser, County, make_class, make_session


@pytest.fixture
def browser(county: County, sign_in: Callable[[str], Browser]) -> Browser:
    """赵书记, who leads 东镇, has taught in the county's class, which counts for nothing: it is no party lesson."""
    with transaction():
        leader = session().get_one(Instructor, county.instructors["赵书记"])
        posts.take_up(
            leader, county.unit("东镇"), "镇党委书记", actor=SYSTEM, kind=PostKind.AREA_SECRETARY, starts=date(2023, 5, 1)
        )  # fmt: skip
        klass = make_class(county.unit("嘉祥县"), "B002", [date(2027, 3, 3)], name="春训班")
        skills = session().get_one(Session, county.sessions[2]).course
        assert skills is not None
        make_session(
            klass, 1, date(2027, 3, 3), HalfDay.MORNING, skills, state=SessionState.HELD, held_at=datetime(2027, 3, 3, 12),
            told_start=datetime(2027, 3, 3, 8, 30), told_instructor_id=leader.id, instructor_id=leader.id,
        )  # fmt: skip
    return sign_in("organiser")


def sent(browser: Browser, sheet: bytes) -> str:
    data = {"file": (io.BytesIO(sheet), "表.xlsx")}
    return browser.post(
        "/imports/lessons", data=data, content_type="multipart/form-data", follow_redirects=True
    ).text


def test_what_was_exported_brings_nothing_new(browser: Browser) -> None:
    sheet = browser.get("/duties/?export=rostrum").data
    assert load_workbook(io.BytesIO(sheet)).active["B3"].value == "赵书记"
    assert "新报送 0 条，已有 1 条。" in sent(browser, sheet)
    assert session().query(ReportedLesson).count() == session().query(Credit).count() == 0


def test_a_line_that_was_filled_in_becomes_a_report_and_a_bad_one_stops_all(browser: Browser) -> None:
    book = load_workbook(io.BytesIO(browser.get("/duties/?export=statistic").data))
    sheet = book.active
    for column, value in zip(
        "EFGHIJ", (date(2027, 4, 2), "会议室", "党章", "全体党员", 30, "讲授"), strict=True
    ):
        sheet[f"{column}3"] = value
    whole = io.BytesIO()
    book.save(whole)
    assert "新报送 1 条，已有 0 条。" in sent(browser, whole.getvalue())
    row = session().query(ReportedLesson).one()
    assert (row.holder.name, row.day, row.title, row.heads) == ("赵书记", date(2027, 4, 2), "党章", 30)
    assert row.state is ReportState.REPORTED, "it counts once it has been confirmed"
    assert "新报送 0 条，已有 1 条。" in sent(browser, whole.getvalue())
    sheet["E3"], sheet["G3"] = "不是日期", "另一课"
    bad = io.BytesIO()
    book.save(bad)
    assert "「不是日期」不是日期" in sent(browser, bad.getvalue())
    assert session().query(ReportedLesson).count() == 1
