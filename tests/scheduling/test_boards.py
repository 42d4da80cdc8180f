"""Boards of bases: what a day and a month show, and moving a session with every rule checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import insert, select

from accounts.access import EVERYTHING, SYSTEM
from bases.enums import BaseKind, BaseState
from bases.models import Closure, TeachingBase, Venue
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from notifications.models import OutboxMessage
from scheduling.enums import BookingState, HalfDay, ResourceKind
from scheduling.models import Booking, Session, TrainingClass
from scheduling.queries import boards, month_boards
from scheduling.queries.boards import Reader
from scheduling.services import publishing, shifting
from tests.factories import visits
from tests.factories.county import Browser, County, make_base
from tests.factories.packages import order_package, rows_of
from tests.factories.scheduling import place
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
NOW = datetime(2027, 5, 10, 9, 0)
MONDAY = date(2027, 6, 7)
AT = datetime(2027, 6, 7, 8, 30)


def the(session_id: int) -> Session:
    return session().get_one(Session, session_id)


def planned(county: County) -> int:
    """The first session in the party school on Monday morning, not told to anybody."""
    with transaction():
        place(the(county.sessions[0]), AT, county, "王芳", "东镇党校")
    return county.sessions[0]


def board_of(county: County, name: str, day: date = MONDAY) -> boards.DayBoard:
    base = session().get_one(TeachingBase, county.bases[name])
    return boards.day_board(base, day, Reader(plans=EVERYTHING, asks=EVERYTHING), NOW)


def test_a_day_shows_venues_by_time(county: County) -> None:
    planned(county)
    board = board_of(county, "东镇党校")
    assert list(board.hours) == list(range(8, 18))
    [lane] = board.lanes
    first, taken, *rest = lane.cells
    assert (first.start, first.span, first.entry, first.is_closed) == ("08:00", 2, None, False)
    assert taken.entry is not None and (taken.entry.first, taken.entry.after) == (34, 43)
    assert (taken.entry.title, taken.entry.note, taken.entry.may_move) == ("党的创新理论专题", "王芳", True)
    assert rest[0].start == "10:45" and rest[0].span == 1  # up to the next half hour
    assert sum(cell.span for cell in lane.cells) == 40
    assert board.percent == 0  # nothing is booked before it is published


def test_a_shared_venue_has_a_row_for_each_party(county: County) -> None:
    assert [lane.number for lane in board_of(county, "红色纪念馆").lanes] == [1, 2]


def test_what_people_were_told_stays_on_the_board_when_the_plan_moves(county: County) -> None:
    first = planned(county)
    with transaction():
        publishing.publish(
            session().get_one(TrainingClass, county.classes["B001"]), actor=SYSTEM, note="已报批"
        )
    assert [e.state for e in board_of(county, "东镇党校").entries] == ["已发布"]
    assert board_of(county, "东镇党校").percent == 22  # 9 of 40 quarter hours
    with transaction():
        shifting.move(the(first), datetime(2027, 6, 7, 10, 0), county.venues["东镇党校"], actor=SYSTEM)
    entries = board_of(county, "东镇党校").entries
    assert [(e.first, e.state, e.note, e.may_move) for e in entries] == [
        (34, "待答复", "已通知，计划有改动", False),
        (40, "有未发布改动", "王芳", True),
    ]


def test_a_visit_stands_beside_sessions_and_counts(county: County) -> None:
    visits.asked(county)
    [entry] = board_of(county, visits.MUSEUM, visits.TUESDAY.date()).entries
    assert (entry.title, entry.party, entry.people, entry.may_move) == ("重温入党誓词", "东镇", 40, True)
    assert f"{entry.start:%H:%M}" == "09:00"
    board = month_boards.month_board(EVERYTHING, date(2027, 5, 1), "纪念馆", 1)
    assert [(day.day, day.count) for day in board.rows[0].days if day.count] == [(visits.TUESDAY.date(), 1)]


def test_people_of_a_package_are_those_it_was_ordered_for(county: County) -> None:
    rows = rows_of(order_package(county, people=30, size=80))
    assert {row.people for row in rows} == {30}
    assert the(county.sessions[0]).people == 40


def test_a_closed_day_says_why(county: County) -> None:
    with transaction():
        shut = Closure(base_id=county.bases["东镇党校"], first_day=MONDAY, last_day=MONDAY, recorded_at=NOW)
        shut.reason = "检修"
        session().add(shut)
    board = board_of(county, "东镇党校")
    assert board.closed_because == "检修"
    assert all(cell.is_closed for lane in board.lanes for cell in lane.cells)
    assert board_of(county, "东镇党校", date(2027, 6, 12)).closed_because == "不开放"  # a Saturday
    with transaction():
        session().get_one(TeachingBase, county.bases["东镇党校"]).state = BaseState.RECTIFYING
    assert board_of(county, "东镇党校", date(2027, 6, 8)).closed_because == "整改中"


def verdicts(county: County, session_id: int, name: str, day: date = MONDAY) -> dict[str, tuple[str, str]]:
    base = session().get_one(TeachingBase, county.bases[name])
    return {
        f"{m.start:%H:%M}": (m.verdict.value, m.why) for m in shifting.moves_of(the(session_id), base, day)
    }


def test_every_place_says_whether_and_at_what_price(county: County) -> None:
    first = planned(county)
    with transaction():
        place(the(county.sessions[1]), datetime(2027, 6, 7, 14), county, "王芳", "东镇党校")
    found = verdicts(county, first, "东镇党校")
    assert found["08:30"] == ("yes", "")
    assert found["10:00"] == ("cost", "不在原来要求的时段")
    assert found["13:00"] == ("no", "讲师这时另有课、班次这时另有课")
    assert found["17:00"][0] == "no" and "地点这时不开放" in found["17:00"][1]
    assert verdicts(county, first, "红色纪念馆")["08:30"] == ("no", "地点类型不合要求")
    with transaction():
        session().get_one(Venue, county.venues["西镇分教点"]).is_closed = True
    assert verdicts(county, first, "西镇分教点")["08:30"] == ("no", "这个教学点现在不能预约。")
    with pytest.raises(RuleBroken, match="日期不在班次的起止日期内"):
        verdicts(county, first, "东镇党校", date(2027, 6, 9))


def test_what_the_board_promises_the_move_keeps(county: County) -> None:
    """Every verdict of a day against carrying it out: both ask the same rules."""
    first = planned(county)
    base = session().get_one(TeachingBase, county.bases["西镇分教点"])
    for found in shifting.moves_of(the(first), base, MONDAY):
        try:
            with transaction():
                shifting.move(the(first), found.start, found.venue_id, actor=SYSTEM)
                assert the(first).start == found.start
                raise InterruptedError  # taken back: the next one starts from the same plan
        except InterruptedError:
            is_moved = True
        except RuleBroken:
            is_moved = False
        assert is_moved == (found.verdict is not shifting.Verdict.NO), found


def test_moving_keeps_the_person_pins_the_hand_and_asks_for_the_new_time(county: County) -> None:
    first = planned(county)
    version = the(first).version
    with transaction():
        shifting.move(
            the(first), datetime(2027, 6, 7, 14, 30), county.venues["西镇分教点"], actor=SYSTEM, seen=version
        )
    row = the(first)
    assert (row.start, row.instructor_id, row.half_day) == (
        datetime(2027, 6, 7, 14, 30),
        county.instructors["王芳"],
        HalfDay.AFTERNOON,
    )
    assert (row.pinned_start, row.pinned_venue, row.pinned_instructor) == (True, True, False)
    with pytest.raises(Conflict, match="刚刚被别人改过"), transaction():
        shifting.move(the(first), AT, county.venues["东镇党校"], actor=SYSTEM, seen=version)
    assert the(first).start == datetime(2027, 6, 7, 14, 30)


def test_part_of_a_package_does_not_move_alone(county: County) -> None:
    row = rows_of(order_package(county))[0]
    base = session().get_one(TeachingBase, county.bases["东镇党校"])
    with pytest.raises(RuleBroken, match="各部分要一起安排"):
        shifting.moves_of(row, base, row.day)


def test_a_month_counts_bookings_and_their_share(county: County) -> None:
    planned(county)
    with transaction():
        publishing.publish(
            session().get_one(TrainingClass, county.classes["B001"]), actor=SYSTEM, note="已报批"
        )
    board = month_boards.month_board(EVERYTHING, date(2027, 6, 1), "", 1)
    [row] = [row for row in board.rows if row.name == "东镇党校"]
    day = row.days[6]
    assert (day.day, day.count, day.percent, day.level) == (MONDAY, 1, 22, "some")
    assert [row.days[n].level for n in (4, 7)] == ["closed", "free"]  # a Saturday, a Tuesday
    assert month_boards.month_board(EVERYTHING, date(2027, 6, 1), "红色", 1).total == 1


def test_boards_take_as_few_statements_for_many_bases_and_bookings(county: County) -> None:
    def statements() -> tuple[int, int]:
        with counted() as month:
            month_boards.month_board(EVERYTHING, date(2027, 6, 1), "", 1)
        base = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        with counted() as day:
            boards.day_board(base, MONDAY, Reader(plans=EVERYTHING), NOW)
        session().rollback()
        return len(month), len(day)

    few = statements()
    with transaction():
        owner, town = county.unit("嘉祥县"), county.unit("东镇")
        for n in range(70):
            make_base(owner, f"基地{n:02d}", BaseKind.PRACTICE_POINT, town)
        rows = [
            {
                "session_id": county.sessions[3],
                "kind": ResourceKind.VENUE,
                "resource_id": county.venues["红色纪念馆"],
                "day": MONDAY,
                "from_unit": 32 + n,
                "to_unit": 33 + n,
                "seat": n % 2,
                "state": BookingState.HELD,
                "asked_at": NOW,
                "answer_reason": "",
                "version": 1,
            }
            for n in range(30)
        ]
        session().execute(insert(Booking), rows)
    board = month_boards.month_board(EVERYTHING, date(2027, 6, 1), "", 2)
    assert (board.total, board.pages, len(board.rows)) == (73, 2, 23)
    assert statements() == few


def test_pages_of_boards(county: County, sign_in: SignIn) -> None:
    first = planned(county)
    browser, base = sign_in("organiser"), county.bases["东镇党校"]
    page = browser.get(f"/scheduling/bases/{base}/day?day=2027-06-07").get_data(as_text=True)
    assert "移动“党的创新理论专题”" in page and ':13:00"' in page
    month = browser.get("/scheduling/bases/month?month=2027-06").get_data(as_text=True)
    assert "东镇党校" in month and "不到 50%" in month
    assert browser.get("/scheduling/bases/month?month=2027-06&export=xlsx").mimetype.endswith("sheet")
    asked = browser.get(f"/scheduling/sessions/{first}/moves?base={base}&day=2027-06-07").get_json()
    assert {
        "place": f"{county.venues['东镇党校']}:10:00",
        "verdict": "cost",
        "why": "不在原来要求的时段",
        "values": {"venue_id": county.venues["东镇党校"], "start": "2027-06-07T10:00"},
    } in asked["moves"]
    there = f"/scheduling/sessions/{first}/move?base={base}&day=2027-06-07"
    data = {"venue_id": county.venues["东镇党校"], "start": "2027-06-07T10:00", "version": the(first).version}
    answer = browser.post(there, data=data)
    assert answer.location == f"/scheduling/bases/{base}/day?day=2027-06-07"
    page = browser.get(answer.location).get_data(as_text=True)
    assert "已移动" in page and "撤销" in page
    stale = browser.post(there, data=data)
    assert "刚刚被别人改过" in browser.get(stale.location).get_data(as_text=True)
    refused = browser.post(there, data=data | {"start": "2027-06-07T17:00", "version": the(first).version})
    assert "不开放" in browser.get(refused.location).get_data(as_text=True)
    assert the(first).start == datetime(2027, 6, 7, 10, 0)
    undo = f"{there}&start=2027-06-07T08:30&venue_id={county.venues['东镇党校']}&version={the(first).version}"
    browser.post(undo)
    assert the(first).start == AT
    assert session().scalars(select(Booking)).all() == []
    reader = sign_in("approver")
    seen = reader.get(f"/scheduling/bases/{base}/day?day=2027-06-07").get_data(as_text=True)
    assert "党的创新理论专题" in seen and "data-grip" not in seen


def visit_moves(browser: Browser, address: str, venue: int, day: date) -> dict[str, str]:
    """What the board would say of each time at a venue."""
    document = browser.get(f"{address}?day={day}").get_json()
    assert document["refused"] == ""
    places = ((*move["place"].split(":", 1), move["why"]) for move in document["moves"])
    return {start: why for at, start, why in places if at == f"{venue}"}


def test_a_visit_is_moved_by_who_asked_and_by_its_base(county: County, sign_in: SignIn) -> None:
    day = visits.TUESDAY.date()
    base_id, venue = county.bases[visits.MUSEUM], county.venues[visits.MUSEUM]
    with transaction():
        session().get_one(Venue, venue).groups = 1
    mine = visits.asked(county)
    visits.asked(county, start=datetime(2027, 5, 18, 14))
    contact, manager = sign_in("contact"), sign_in("manager")
    said = visit_moves(contact, f"/visits/{mine}/moves", venue, day)
    assert said["10:00"] == "" and "已经约满" in said["14:00"] and "这一天开放" in said["17:30"]
    form = {"venue_id": venue, "start": "2027-05-18T10:00", "version": visits.the(mine).version}
    assert contact.post(f"/visits/{mine}/move", data=form).status_code == 302
    assert visits.the(mine).start.hour == 10 and visits.the(mine).state.value == "held"
    # A base says for itself how long ahead it must be asked, and its own move is its yes.
    with transaction():
        session().get_one(TeachingBase, base_id).lead_time = 30
    assert "提前预约" in visit_moves(contact, f"/visits/{mine}/moves", venue, day)["11:00"]
    own = f"/base-bookings/visits/{mine}"
    assert visit_moves(manager, f"{own}/moves", venue, day)["11:00"] == ""
    page = manager.get(f"/base-bookings/bases/{base_id}/day?day={day}").text
    assert f'data-move="{own}/move' in page and "移动" in page
    form |= {"start": "2027-05-18T11:00", "version": visits.the(mine).version}
    told = manager.post(f"{own}/move", data=form, follow_redirects=True).text
    assert "已移到" in told and visits.the(mine).state.value == "confirmed"
    assert {b.state for b in visits.the(mine).bookings if b.from_unit == 44} == {BookingState.CONFIRMED}
    title = session().scalars(select(OutboxMessage.title).order_by(OutboxMessage.id.desc())).first()
    assert title is not None and title.startswith("参观改到")
    # What is refused leaves everything as it was.
    taken = {**form, "start": "2027-05-18T14:00", "version": visits.the(mine).version}
    page = manager.post(f"{own}/move", data=taken, follow_redirects=True).text
    assert "已经约满" in page, page[page.find("alert") :][:600]
    assert visits.the(mine).start.hour == 11


def test_a_manager_sees_what_was_told_and_only_the_own_base(county: County, sign_in: SignIn) -> None:
    planned(county)
    with transaction():
        session().get_one(TeachingBase, county.bases["东镇党校"]).manager_id = county.users["manager"]
    browser = sign_in("manager")
    page = browser.get(f"/base-bookings/bases/{county.bases['东镇党校']}/day?day={MONDAY}").text
    assert "这一天没有安排" in page and "党的创新理论专题" not in page
    other = next(base for name, base in county.bases.items() if name not in (visits.MUSEUM, "东镇党校"))
    assert browser.get(f"/base-bookings/bases/{other}/day").status_code == 404
