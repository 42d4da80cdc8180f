"""Visits without a class: the pages of the unit, the organiser and the base, and of whoever stands on site."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from flask import Flask

from bases.enums import BaseState
from bases.models import Closure, TeachingBase
from core import clock
from core.db import session, transaction
from notifications.models import OutboxMessage
from scheduling.enums import BookingState, ResourceKind, SessionState, VisitState
from scheduling.models import Booking, Session, Visit
from scheduling.queries.visit_figures import by_month, total
from scheduling.services import site_codes
from scheduling.services.moving import tell_planners
from tests.factories.county import Browser, County, visitor
from tests.factories.statements import counted
from tests.factories.visits import MUSEUM, TUESDAY, asked, the

SignIn = Callable[..., Browser]


def form(county: County, **fields: object) -> dict[str, object]:
    usual = {
        "unit_id": county.units["东镇"],
        "venue_id": county.venues[MUSEUM],
        "day": "2027-05-18",
        "at": "09:00",
        "minutes": 90,
        "people": 40,
        "groups": 1,
        "theme": "重温入党誓词",
        "contact_name": "李联络",
        "phone": "13800001234",
        "repeat": "",
    }
    return usual | fields


def test_a_unit_asks_and_the_base_answers(sign_in: SignIn, county: County) -> None:
    ours, base = sign_in("contact"), sign_in("manager")
    url = f"/visits/bases/{county.bases[MUSEUM]}"
    assert MUSEUM in ours.get("/visits/bases").text
    assert "重温" not in ours.get(url).text
    wrong = ours.post(url, data=form(county, theme="", phone=""))
    assert wrong.status_code == 422 and "请填写参观主题" in wrong.text and "请填写联系电话" in wrong.text
    assert ours.post(url, data=form(county, unit_id=county.units["西镇"])).status_code == 422
    late = ours.post(url, data=form(county, day="2027-05-23"))
    assert late.status_code == 422 and "这一天不开放" in late.text and "就选这个" in late.text
    page = ours.post(url, data=form(county)).headers["Location"]
    shown = ours.get(page).text
    assert "待基地确认" in shown and "138****1234" in shown and "13800001234" not in shown
    to_confirm = base.get("/base-bookings").text
    assert "等待确认" in to_confirm and "东镇" in to_confirm
    assert "1 个预约等您确认" in base.get("/").text
    visit_id = int(page.rsplit("/", 1)[1])
    own = f"/base-bookings/visits/{visit_id}"
    assert "13800001234" in base.get(own).text and "近一年没有到期的参观" in base.get(own).text
    assert base.post(own, data={"answer": "decline", "reason": ""}).status_code == 422
    assert base.post(own, data={"answer": "accept"}).status_code == 302
    assert "已确认" in ours.get("/visits/?state=confirmed").text
    assert sign_in("outsider").get(page).status_code == 404
    assert base.post(own, data={"answer": "decline", "reason": "检修"}).status_code == 302
    gone = ours.get(page).text
    assert "检修" in gone and "就选这个" in gone
    assert "1 次参观没有约成" in ours.get("/").text
    value = re.findall(r'name="take" value="([^"]+)"', gone)[0]
    assert ours.post(f"{page}/take", data={"take": value}).status_code == 302
    assert the(visit_id).state is VisitState.HELD
    assert ours.post(f"{page}/take", data={"take": "nonsense"}).status_code == 422
    assert ours.post(f"{page}/take").status_code == 422
    changed = form(county, day="2027-05-20", version=the(visit_id).version)
    assert ours.post(f"{page}/change", data=changed | {"people": 300}).status_code == 422
    assert ours.post(f"{page}/change", data=changed).status_code == 302
    assert the(visit_id).start == datetime(2027, 5, 20, 9, 0)
    assert ours.post(f"{page}/withdraw", data={"reason": "改期"}).status_code == 302
    assert the(visit_id).state is VisitState.WITHDRAWN
    assert ours.post(f"{page}/withdraw").status_code == 422


def test_a_full_time_offers_others_and_a_place_in_line(sign_in: SignIn, county: County) -> None:
    asked(county)
    asked(county)
    ours, url = sign_in("contact"), f"/visits/bases/{county.bases[MUSEUM]}"
    full = ours.post(url, data=form(county))
    assert full.status_code == 422 and "已经约满" in full.text and "排入候补" in full.text
    value = re.findall(r'name="take" value="([^"]+)"', full.text)[0]
    assert ours.post(url, data=form(county, take=value)).status_code == 302
    waiting = ours.post(url, data=form(county, wait="1")).headers["Location"]
    assert "候补第 1 位" in ours.get(waiting).text
    assert "9:00" not in re.sub(r"<input.*?>", "", ours.get(f"{url}/free?day=2027-05-18").text)
    # A venue that is out of reach is not found, whatever the form says.
    foreign = f"{2**31 - 2}~2027-05-18T09:00~90~40~1"
    assert ours.post(url, data=form(county, take=foreign)).status_code == 404


def test_an_organiser_records_the_answer_of_a_base(sign_in: SignIn, county: County) -> None:
    visit_id = asked(county)
    browser = sign_in("organiser")
    page = f"/visits/{visit_id}"
    shown = browser.get(page).text
    assert "登记答复" in shown and '<a href="/visits/" aria-current="page">' in shown
    assert browser.post(f"{page}/answer", data={}).status_code == 422
    assert browser.post(f"{page}/answer", data={"answer": "decline", "source": "phone"}).status_code == 422
    assert browser.post(f"{page}/answer", data={"answer": "accept", "source": "phone"}).status_code == 302
    row = the(visit_id)
    assert row.state is VisitState.CONFIRMED and row.answer_source is not None
    assert row.answer_source.value == "phone" and row.answered_by == "organiser"
    assert sign_in("contact").get(f"{page}/answer").status_code == 403


def test_whoever_stands_on_site_checks_in_once(sign_in: SignIn, county: County, app: Flask) -> None:
    visit_id = asked(county, start=datetime(2027, 5, 10, 10, 0))
    base, booking = sign_in("manager"), the(visit_id).bookings[0].id
    today = base.get("/base-bookings").text
    assert f"/base-bookings/{booking}/check-in" in today
    page = base.get(f"/base-bookings/{booking}/check-in")
    assert "<svg" in page.text and "直接登记" in page.text
    code = site_codes.make_code(booking)
    phone = visitor(app)
    assert "东镇" in phone.get(f"/check-in/{code}").text
    assert phone.get("/check-in/1-2-3").status_code == 404
    assert phone.post(f"/check-in/{code}", data={"people": "0", "groups": "1"}).status_code == 422
    assert phone.post(f"/check-in/{code}", data={"people": "37", "groups": "1"}).status_code == 303
    assert "实到 37 人" in phone.get(f"/check-in/{code}").text
    assert phone.post(f"/check-in/{code}", data={"people": "99", "groups": "1"}).status_code == 422
    row = the(visit_id)
    assert row.state is VisitState.ARRIVED and row.check_in is not None and row.check_in.people == 37
    assert "37" in base.get("/base-bookings/figures").text
    assert base.get("/base-bookings/figures?export=xlsx").status_code == 200
    office = sign_in("organiser")
    assert "37" in office.get("/visits/figures").text
    assert "37" in office.get(f"/visits/figures/{county.bases[MUSEUM]}").text
    assert office.get("/visits/figures?export=xlsx").status_code == 200
    assert base.post(f"/base-bookings/visits/{visit_id}/no-show").status_code == 422
    clock.set_offset(datetime(2027, 5, 10, 12) - datetime.now(clock.SHANGHAI).replace(tzinfo=None))
    assert base.post(f"/base-bookings/visits/{visit_id}/no-show").status_code == 302
    assert the(visit_id).state is VisitState.NO_SHOW


def test_wrong_codes_are_throttled(county: County, app: Flask) -> None:
    phone = visitor(app)
    answers = [phone.get("/check-in/1-2-3").status_code for _ in range(31)]
    assert answers == [404] * 30 + [429]


def test_a_recurring_visit_is_listed_and_made_up(sign_in: SignIn, county: County) -> None:
    day = date(2027, 5, 25)
    with transaction() as db_session:
        db_session.add(
            Closure(
                base_id=county.bases[MUSEUM],
                first_day=day,
                last_day=day,
                reason="布展",
                recorded_at=clock.now(),
            )
        )
    ours, url = sign_in("contact"), f"/visits/bases/{county.bases[MUSEUM]}"
    assert ours.post(url, data=form(county, repeat="weekly")).status_code == 422
    page = ours.post(url, data=form(county, repeat="weekly", until="2027-06-08")).headers["Location"]
    shown = ours.get(page).text
    assert "布展" in shown and "补一次" in shown
    offered = ours.get(f"{page}?make_up=2027-05-25").text
    value = re.findall(r'name="take" value="([^"]+)"', offered)[0]
    assert ours.post(f"{page}/make-up", data={"day": "2027-05-25", "take": value}).status_code == 302
    assert "补 5月25日" in ours.get(page).text and "每一次都约上了" in ours.get(page).text
    assert ours.post(f"{page}/withdraw", data={"reason": ""}).status_code == 302
    assert {v.state for v in session().query(Visit)} == {VisitState.WITHDRAWN}


def test_lists_cost_the_same_for_many(sign_in: SignIn, county: County) -> None:
    asked(county)
    office, base = sign_in("organiser"), sign_in("manager")
    pages = [
        (office, "/visits/"),
        (office, "/visits/figures"),
        (office, "/visits/bases"),
        (base, "/base-bookings"),
    ]
    before = []
    for browser, page in pages:
        with counted() as seen:
            assert browser.get(page).status_code == 200
        before.append(len(seen))
    for n in range(8):
        asked(county, start=TUESDAY + timedelta(days=7 * (n + 1)))
    for (browser, page), count in zip(pages, before, strict=True):
        with counted() as seen:
            assert browser.get(page).status_code == 200
        assert len(seen) <= count + 1, page


def test_a_base_that_stops_sends_its_visits_elsewhere(sign_in: SignIn, county: County) -> None:
    visit_id = asked(county)
    with transaction() as db_session:
        base = db_session.get_one(TeachingBase, county.bases[MUSEUM])
        base.state = BaseState.RECTIFYING
        tell_planners(base)
    ours = sign_in("contact")
    assert "1 次参观和闭馆、停用冲突" in ours.get("/").text
    assert "参观要改地方" in session().query(OutboxMessage).order_by(OutboxMessage.id.desc())[0].title
    for order in ("base", "-unit"):
        with counted() as seen:
            assert "东镇" in ours.get(f"/visits/?stopped=1&sort={order}").text
        [how_many] = [
            sql for sql in seen if sql.startswith("SELECT count(*)") and "coalesce(visit.unit_id" in sql
        ]
        assert "JOIN teaching_base ON" not in how_many.split("WHERE")[0]  # counted without what is only shown
    shown = ours.get(f"/visits/{visit_id}").text
    assert "整改中" in shown
    value = re.findall(r'name="take" value="([^"]+)"', shown)[0]
    assert ours.post(f"/visits/{visit_id}/take", data={"take": value}).status_code == 302
    assert the(visit_id).venue_id != county.venues[MUSEUM]


def test_sessions_and_visits_share_the_managers_page(sign_in: SignIn, county: County) -> None:
    visit_id = asked(county)
    assert session().query(Booking).filter_by(visit_id=visit_id).count() == 1
    page = sign_in("manager").get("/base-bookings")
    assert page.status_code == 200 and "参观 · 重温入党誓词" in page.text
    assert "没有预约" in sign_in("manager").get("/base-bookings?past=1").text


def test_a_class_checks_in_on_site_and_counts(sign_in: SignIn, county: County, app: Flask) -> None:
    start = datetime(2027, 5, 10, 9, 30)
    with transaction() as db_session:
        lesson = db_session.get_one(Session, county.sessions[3])
        lesson.start = lesson.told_start = start
        lesson.venue_id = lesson.told_venue_id = county.venues[MUSEUM]
        lesson.told_hours, lesson.told_course_name = lesson.class_hours, lesson.course_name
        lesson.state = SessionState.PUBLISHED
        held = {"kind": ResourceKind.VENUE, "resource_id": county.venues[MUSEUM], "day": start.date()}
        booking = Booking(
            session_id=lesson.id,
            from_unit=38,
            to_unit=44,
            state=BookingState.CONFIRMED,
            asked_at=start,
            **held,
        )
        db_session.add(booking)
        db_session.flush()
        booking_id, session_id = booking.id, lesson.id
    base, phone = sign_in("manager"), visitor(app)
    assert f"/base-bookings/{booking_id}/check-in" in base.get("/base-bookings").text
    code = site_codes.make_code(booking_id)
    assert "第B001班" in phone.get(f"/check-in/{code}").text
    assert phone.post(f"/check-in/{code}", data={"people": "31", "groups": "1"}).status_code == 303
    again = base.post(f"/base-bookings/{booking_id}/check-in", data={"people": "9", "groups": "1"})
    assert again.status_code == 422 and "实到 31 人" in again.text
    clock.set_offset(datetime(2027, 5, 10, 12) - datetime.now(clock.SHANGHAI).replace(tzinfo=None))
    office = sign_in("organiser")
    hold = f"/scheduling/classes/{county.classes['B001']}/hold"
    assert 'value="31"' in office.get(hold).text
    office.post(hold, data={"ids": [session_id], f"attendance-{session_id}": "31"})
    counted_people = total(by_month([county.bases[MUSEUM]], 2027))
    assert (counted_people.sessions, counted_people.trainees, counted_people.everybody) == (1, 31, 31)
