"""A session afterwards: materials, what was agreed, a holding taken back; one moved to another time; leaders' share."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.access import EVERYTHING, SYSTEM
from core.db import session, transaction
from core.errors import RuleBroken
from scheduling.enums import BookingState, ResourceKind, SessionState
from scheduling.models import Booking, Session
from scheduling.queries.after_class import count_late, list_follow_ups, list_materials
from scheduling.queries.leader_share import periods_of, shares_of
from scheduling.services import postponing, publishing
from tests.factories.county import Browser, County
from tests.factories.scheduling import place
from tests.factories.trainees import MORNING, at, taught

SignIn = Callable[..., Browser]
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40 + b"\xff\xd9"


def test_what_stays_of_a_session(sign_in: SignIn, county: County) -> None:
    with transaction():
        row = taught(county)
    at(MORNING + timedelta(hours=5))
    ours, session_id = sign_in("organiser"), row.id
    url = f"/scheduling/sessions/{session_id}"
    assert "还没有材料" in ours.get(f"{url}/record").text
    sent = {"file": (io.BytesIO(JPEG), "现场.jpg"), "file_title": "合影"}
    assert ours.post(f"{url}/materials", data=sent, content_type="multipart/form-data").status_code == 302
    wrong = {"file": (io.BytesIO(b"MZ"), "a.exe")}
    refused = ours.post(f"{url}/materials", data=wrong, content_type="multipart/form-data")
    assert refused.status_code == 422 and "不是 JPG、PNG、PDF、PPTX 或 DOCX" in refused.text
    assert ours.post(f"{url}/links", data={"url": "javascript:alert(1)"}).status_code == 422
    assert ours.post(f"{url}/links", data={"url": "https://a.example/b"}).status_code == 302
    photo, link = list_materials(session_id)
    assert ours.get(f"/scheduling/materials/{photo.id}").data == JPEG
    assert sign_in("contact").get(f"/scheduling/materials/{photo.id}").status_code == 404
    assert "合影" in ours.get(f"{url}/record").text and link.title == "a.example"
    ours.post(f"/scheduling/materials/{photo.id}/remove")
    assert [m.id for m in list_materials(session_id)] == [link.id]
    assert ours.post(f"{url}/follow-ups", data={"what": "发资料", "who": ""}).status_code == 422
    due = (MORNING - timedelta(days=1)).date().isoformat()
    assert (
        ours.post(f"{url}/follow-ups", data={"what": "发资料", "who": "张三", "due_on": due}).status_code
        == 302
    )
    [item] = list_follow_ups(session_id)
    assert count_late(EVERYTHING) == 1 and "1 件课后事项过期" in ours.get("/").text
    state = f"/scheduling/follow-ups/{item.id}/state"
    assert ours.post(state, data={"state": "done", "version": "9"}).status_code == 409
    ours.post(state, data={"state": "done", "version": str(item.version), "result": "已发"})
    assert "已发" in ours.get("/scheduling/follow-ups?state=done").text and count_late(EVERYTHING) == 0
    ours.post(state, data={"state": "drop"})
    assert list_follow_ups(session_id) == []


def test_a_holding_is_taken_back_with_its_reason(sign_in: SignIn, county: County) -> None:
    with transaction():
        session_id = taught(county).id
    at(MORNING + timedelta(hours=5))
    ours = sign_in("organiser")
    ours.post(f"/scheduling/sessions/{session_id}/hold", data={"attendance": "9"})
    assert session().get_one(Session, session_id).state is SessionState.HELD
    page = f"/scheduling/sessions/{session_id}/take-back"
    assert ours.get(page).status_code == 200 and ours.post(page, data={"reason": ""}).status_code == 422
    assert ours.post(page, data={"reason": "登记错了"}).status_code == 302
    row = session().get_one(Session, session_id)
    assert (row.state, row.attendance) == (SessionState.PUBLISHED, None)
    assert ours.post(page, data={"reason": "再来"}).status_code == 422


def test_a_published_session_moves_and_people_are_asked_anew(sign_in: SignIn, county: County) -> None:
    actor = county.actor("organiser")
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        place(row, datetime(2027, 6, 7, 8, 30), county, "王芳", "东镇党校")
    with transaction():
        publishing.publish(row.training_class, actor=actor, note="比例不足，已报批")
    ours, url = sign_in("organiser"), f"/scheduling/sessions/{row.id}/postpone"
    assert "课次改期" in ours.get(url).text
    fields = {"day": "2027-06-08", "at": "14:00", "reason": ""}
    assert ours.post(url, data=fields).status_code == 422
    outside = ours.post(url, data=fields | {"day": "2027-06-20", "reason": "讲师出差"})
    assert outside.status_code == 422 and '<a href="#day">日期：班次的日期是' in outside.text
    assert ours.post(url, data=fields | {"reason": "讲师出差"}).status_code == 302
    row = session().get_one(Session, county.sessions[0])
    assert row.told_start == datetime(2027, 6, 8, 14, 0) and row.is_told
    live = [b for b in session().query(Booking).filter_by(session_id=row.id) if b.state is BookingState.HELD]
    assert {b.day for b in live if b.kind is ResourceKind.INSTRUCTOR} == {date(2027, 6, 8)}
    assert row.training_class.published_version == 2
    with pytest.raises(RuleBroken), transaction():
        postponing.postpone(row, datetime(2027, 6, 8, 14, 0), reason="同一时间", actor=SYSTEM)


def test_leaders_share_over_class_semester_and_year(sign_in: SignIn, county: County) -> None:
    with transaction():
        row = taught(county)
        row.training_class.is_main = True
        row.instructor_id = county.instructors["赵书记"]
        other = taught(county, "T002", datetime(2027, 10, 11, 8, 30))
        other.training_class.is_main = True
    spring, autumn, year = shares_of(EVERYTHING, 2027, main_only=True)
    assert (spring.hours, spring.led, spring.is_met) == (3.0, 3.0, True)
    assert (autumn.hours, autumn.led, autumn.is_met) == (3.0, 0.0, False)
    assert (year.hours, year.percent, year.held) == (6.0, 50.0, 0.0)
    assert Decimal(str(shares_of(EVERYTHING, 2027, main_only=False)[2].hours)) > 6
    assert [p.first for p in periods_of(2027)] == [date(2027, 2, 1), date(2027, 8, 1), date(2027, 1, 1)]
    page = sign_in("organiser").get("/scheduling/leader-share?main=yes").text
    assert "第T001班" in page and "100%" in page and "不足" in page
    short = sign_in("organiser").get("/scheduling/leader-share?standing=short").text
    assert "第T002班" in short and "第T001班" not in short
