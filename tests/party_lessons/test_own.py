"""A leader's own page: what is owed, lessons to ask for, and lessons held elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

from accounts.access import SYSTEM
from core.db import session, transaction
from instructor_pool.models import Instructor
from notifications.models import OutboxMessage
from party_lessons.enums import PostKind, ReportState
from party_lessons.models import Evidence, Obligation, ReportedLesson
from party_lessons.services import posts, reports
from scheduling.models import Session
from tests.factories.county import Browser, County

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LESSON = {"day": "2027-04-02", "minutes": "60", "title": "春季党课", "class_kind": "meeting", "heads": "30"}


@pytest.fixture
def leader(county: County, sign_in: Callable[[str], Browser]) -> Browser:
    """The instructor's account is 赵书记's, who leads 东镇; B001's first lesson in June would serve."""
    with transaction():
        session().get_one(Instructor, county.instructors["王芳"]).user_id = None
        holder = session().get_one(Instructor, county.instructors["赵书记"])
        holder.user_id = county.users["instructor"]
        posts.take_up(
            holder, county.unit("东镇"), "镇党委书记", actor=SYSTEM, kind=PostKind.AREA_SECRETARY, starts=date(2023, 5, 1)
        )  # fmt: skip
    return sign_in("instructor")


def address(county: County, act: str, n: int = 0) -> str:
    owed = session().query(Obligation.id).filter_by(year=2027).one()[0]
    return f"/duties/mine/{owed}/lessons/{county.sessions[n]}/{act}"


def test_the_page_says_state_reason_deadline_and_what_could_be_done(leader: Browser) -> None:
    page = leader.get("/duties/mine").text
    assert "有风险" in page and "符合条件的课次只剩 1 个，不能再错过。" in page
    assert "12月31日" in page and "还有 235 天" in page
    assert "我来讲" in page and "党的创新理论专题" in page and "报送在别处讲的课" in page


def test_a_lesson_is_taken_told_and_given_back(leader: Browser, county: County) -> None:
    row = session().get_one(Session, county.sessions[0])
    assert leader.post(address(county, "take")).status_code == 302
    assert row.wanted_instructor_id == county.instructors["赵书记"]
    assert "等组织员安排" in leader.get("/duties/mine").text
    assert leader.post(address(county, "take")).status_code == 409, "it was taken already"
    told = session().query(OutboxMessage).filter_by(user_id=county.users["organiser"]).one()
    assert told.title == "赵书记要讲这一课，请安排" and told.url.endswith(f"#session-{row.id}")
    assert leader.post(address(county, "give-back")).status_code == 302
    assert row.wanted_instructor_id is None
    assert leader.post(address(county, "give-back")).status_code == 409


def test_what_does_not_serve_is_refused_and_others_duties_do_not_exist(
    leader: Browser, county: County, sign_in: Callable[[str], Browser]
) -> None:
    assert leader.post(address(county, "take", 2)).status_code == 409, "公文写作 is no party lesson"
    assert leader.post(f"/duties/mine/999/lessons/{county.sessions[0]}/take").status_code == 404
    with transaction():
        session().get_one(Instructor, county.instructors["赵书记"]).user_id = None
    assert leader.post(address(county, "take")).status_code == 404
    assert session().get_one(Session, county.sessions[0]).wanted_instructor_id is None


def test_a_lesson_held_elsewhere_is_reported_with_evidence(leader: Browser, county: County) -> None:
    data = LESSON | {"unit": str(county.units["东镇"])}
    assert "还没有上" in leader.post("/duties/mine/report", data=data | {"day": "2027-06-01"}).text
    assert (
        leader.post("/duties/mine/report", data=data | {"unit": str(county.units["西镇"])}).status_code == 422
    )
    assert leader.post("/duties/mine/report", data=data).status_code == 302
    assert leader.post("/duties/mine/report", data=data).status_code == 409
    row = session().query(ReportedLesson).one()
    assert (row.holder.name, row.minutes, row.state) == ("赵书记", 60, ReportState.REPORTED)
    where = f"/duties/mine/reports/{row.id}/evidence"
    bad = {"kind": "outline", "file": (io.BytesIO(b"GIF89a"), "a.gif")}
    refused = leader.post(where, data=bad, content_type="multipart/form-data")
    assert refused.status_code == 422 and "春季党课" in refused.text
    good = {"kind": "outline", "file": (io.BytesIO(PDF), "讲稿.pdf")}
    assert leader.post(where, data=good, content_type="multipart/form-data").status_code == 302
    proof = session().query(Evidence).one()
    assert leader.get(f"{where}/{proof.id}").data == PDF
    assert "讲稿.pdf" in leader.get("/duties/mine").text
    with transaction():
        reports.confirm(row, actor=SYSTEM)
    told = session().query(OutboxMessage).filter_by(user_id=county.users["instructor"]).one()
    assert told.url == "/duties/mine", "the organiser's page of it is not a leader's"
    with transaction():
        session().get_one(Instructor, county.instructors["赵书记"]).user_id = None
    assert leader.get(f"{where}/{proof.id}").status_code == 404
