"""Boards of the plan: what they show, where a session may go, undo and redo, and what others do meanwhile."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from docx import Document
from sqlalchemy import select

from accounts.access import EVERYTHING
from bases.models import Closure, TeachingBase
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses.models import Course
from instructor_pool.enums import AnswerSource, Grade
from instructor_pool.models import Unavailability
from scheduling.enums import HalfDay
from scheduling.models import PlanStep, Session
from scheduling.queries import plan_boards, site_boards, staff_boards
from scheduling.queries.plan_boards import MOST_ROWS, PlanBoard, View
from scheduling.queries.steps import turns_of
from scheduling.services import shifting, undoing
from scheduling.services.placing import Choice
from scheduling.services.shifting import Verdict
from tests.factories.county import Browser, County, make_class, make_session
from tests.factories.scheduling import place
from tests.factories.statements import counted
from tests.factories.visits import MUSEUM, asked

SignIn = Callable[[str], Browser]
MONDAY, TUESDAY, FRIDAY = date(2027, 6, 7), date(2027, 6, 8), date(2027, 6, 11)
AT = datetime(2027, 6, 7, 8, 30)
WEEK = View(MONDAY, FRIDAY)


def the(session_id: int) -> Session:
    return session().get_one(Session, session_id)


def planned(county: County) -> int:
    with transaction():
        place(the(county.sessions[0]), AT, county, "王芳", "东镇党校")
    return county.sessions[0]


def classes(view: View = WEEK) -> PlanBoard:
    return plan_boards.class_board(EVERYTHING, EVERYTHING, view)


def people(view: View = WEEK) -> PlanBoard:
    return staff_boards.staff_board(EVERYTHING, EVERYTHING, EVERYTHING, view)


def bases(view: View = WEEK) -> PlanBoard:
    return site_boards.site_board(EVERYTHING, EVERYTHING, EVERYTHING, view)


def test_classes_by_half_days_with_what_waits_beside(county: County) -> None:
    first = planned(county)
    board = classes()
    assert [c.key for c in board.columns[:3]] == [
        "2027-06-07-morning",
        "2027-06-07-afternoon",
        "2027-06-08-morning",
    ]
    row = next(row for row in board.rows if row.id == county.classes["B001"])
    assert [e.row.id for e in row.cells["2027-06-07-morning"]] == [first]
    assert first not in [e.row.id for e in board.waiting]
    assert board.waiting_total == len(board.waiting) == 3
    assert classes(View(date(2027, 7, 1), date(2027, 7, 7))).rows == []
    assert classes(View(MONDAY, FRIDAY, words="没有这个班")).total == 0


def test_people_by_days_with_what_they_cannot(county: County) -> None:
    first = planned(county)
    with transaction():
        session().add(
            Unavailability(
                instructor_id=county.instructors["王芳"],
                starts=datetime(2027, 6, 8, 8),
                ends=datetime(2027, 6, 8, 12),
                grade=Grade.CANNOT,
                reason="体检",
                source=AnswerSource.SELF,
            )
        )
    board = people()
    [row] = board.rows
    assert (row.title, row.marks) == ("王芳", {"2027-06-08": "不能授课 8:00–12:00"})
    assert [e.row.id for e in row.cells["2027-06-07"]] == [first]
    everybody = people(View(MONDAY, FRIDAY, only="all"))
    assert everybody.total > 1


def test_bases_by_days_with_closed_ones_and_visits(county: County) -> None:
    first = planned(county)
    with transaction():
        base = session().get_one(TeachingBase, county.bases["东镇党校"])
        shut = {"first_day": TUESDAY, "last_day": TUESDAY, "recorded_at": AT}
        session().add(Closure(base_id=base.id, reason="检修", **shut))
    board = bases()
    [row] = board.rows
    assert row.marks["2027-06-08"] == "检修"
    assert [e.row.id for e in row.cells["2027-06-07"]] == [first]
    assert first not in [e.row.id for e in board.waiting] and board.waiting_total == 3
    asked(county, start=datetime(2027, 6, 9, 9))
    everywhere = {row.title: row for row in bases(View(MONDAY, FRIDAY, only="all")).rows}
    assert len(everywhere) > 1 and everywhere[MUSEUM].notes == {"2027-06-09": "参观 1 批"}
    assert bases(View(MONDAY, FRIDAY, words="没有这个基地")).total == 0


def verdicts(county: County, session_id: int) -> dict[str, tuple[Verdict, str]]:
    found = shifting.places_by_half_days(the(session_id), MONDAY, FRIDAY)
    return {p.key.partition(":")[2]: (p.verdict, p.why) for p in found}


def test_every_half_day_says_whether_and_at_what_price(county: County) -> None:
    first = planned(county)
    with transaction():
        place(the(county.sessions[1]), datetime(2027, 6, 7, 14), county, "单雄", "西镇分教点")
    found = verdicts(county, first)
    assert found["2027-06-07-morning"] == (Verdict.YES, "8:30")
    verdict, why = found["2027-06-07-afternoon"]
    assert (verdict, why) == (Verdict.NO, "班次这时另有课、学员来不及从上一处赶到")
    assert "地点空缺" in found["2027-06-07-evening"][1]  # no base is open then
    assert "2027-06-09-morning" not in found  # after the last day of the class


def test_what_the_boards_of_people_and_bases_promise_the_move_keeps(county: County) -> None:
    """Every verdict of a week against carrying it out: both ask the same rules."""
    first = planned(county)
    everybody = list(county.instructors.values())
    people_ = shifting.places_with_people(the(first), everybody, MONDAY, FRIDAY)
    everywhere = list(session().scalars(select(TeachingBase)))
    sites = shifting.places_at_bases(the(first), everywhere, MONDAY, FRIDAY)
    stands = f"{the(first).venue.base_id}:{MONDAY}"  # type: ignore[union-attr]
    assert next(p for p in sites if p.key == stands).why == "8:30"
    assert all({p.verdict for p in found} >= {Verdict.NO, Verdict.YES} for found in (people_, sites))
    for spot in (*people_, *sites):
        try:
            with transaction():
                choice = Choice(spot.start, spot.instructor_id, spot.venue_id)
                shifting.put(the(first), choice, actor=county.actor("organiser"))
                raise InterruptedError  # taken back: the next one starts from the same plan
        except InterruptedError:
            is_moved = True
        except RuleBroken:
            is_moved = False
        assert is_moved == (spot.verdict is not Verdict.NO), spot


def put(county: County, session_id: int, start: datetime | None, login: str = "organiser") -> None:
    with transaction():
        row = the(session_id)
        choice = Choice(start, row.instructor_id, row.venue_id)
        shifting.put(row, choice, actor=county.actor(login))


def turn(county: County, *, is_redo: bool = False) -> None:
    with transaction():
        actor = county.actor("organiser")
        turns = turns_of(actor.user_id)
        step = turns.redo if is_redo else turns.undo
        assert step is not None
        (undoing.redo if is_redo else undoing.undo)(step, the(step.session_id), actor=actor)


def test_steps_are_undone_in_turn_and_done_again(county: County) -> None:
    first = planned(county)
    put(county, first, datetime(2027, 6, 8, 8, 30))
    put(county, first, datetime(2027, 6, 8, 14))
    assert (the(first).day, the(first).half_day) == (TUESDAY, HalfDay.AFTERNOON)
    turn(county)
    assert the(first).start == datetime(2027, 6, 8, 8, 30)
    turn(county)
    row = the(first)
    assert (row.start, row.day, row.half_day, row.pinned_start) == (AT, MONDAY, HalfDay.MORNING, False)
    turn(county, is_redo=True)
    assert the(first).start == datetime(2027, 6, 8, 8, 30)
    put(county, first, None)
    assert (the(first).start, the(first).venue_id) == (None, None)
    turns = turns_of(county.users["organiser"])
    assert (
        turns.undo is not None and turns.redo is None
    )  # what was undone cannot come back after something new
    turn(county)
    assert (the(first).start, the(first).venue_id) == (datetime(2027, 6, 8, 8, 30), county.venues["东镇党校"])


def test_what_somebody_else_has_moved_since_is_not_undone(county: County) -> None:
    first = planned(county)
    put(county, first, datetime(2027, 6, 8, 8, 30))
    with transaction():
        the(first).start = datetime(2027, 6, 8, 14)
    with pytest.raises(undoing.Overtaken, match="已被别人改到别处"):
        turn(county)
    assert the(first).start == datetime(2027, 6, 8, 14)


def test_two_organisers_never_overwrite_one_another(county: County, sign_in: SignIn) -> None:
    first = planned(county)
    board = "board=classes&first=2027-06-07&last=2027-06-11"
    one, other = sign_in("organiser"), sign_in("organiser")
    page = one.get("/scheduling/boards/classes?first=2027-06-07&last=2027-06-11")
    etag = page.get_data(as_text=True).split('data-etag="')[1].split('" data')[0].replace("&#34;", '"')
    live = {"HX-Request": "true", "If-None-Match": etag}
    address = "/scheduling/boards/classes?first=2027-06-07&last=2027-06-11"
    assert one.get(address, headers=live).status_code == 304
    seen = the(first).version
    where = {
        "venue_id": county.venues["东镇党校"],
        "instructor_id": county.instructors["王芳"],
        "version": seen,
    }
    there = f"/scheduling/sessions/{first}/put?{board}"
    assert other.post(there, data=where | {"start": "2027-06-08T08:30"}).status_code == 302
    refused = one.post(there, data=where | {"start": "2027-06-07T14:00"})
    assert refused.status_code == 409 and "刚刚被别人改过" in refused.get_data(as_text=True)
    assert the(first).start == datetime(2027, 6, 8, 8, 30)
    fresh = one.get(address, headers=live)
    assert fresh.status_code == 200 and fresh.headers["ETag"] != etag
    undone = one.post(f"/scheduling/boards/undo?{board}", headers={"HX-Request": "true"})
    assert "回到原处" in undone.get_data(as_text=True) and the(first).start == AT
    redone = one.post(f"/scheduling/boards/redo?{board}")
    assert redone.status_code == 302 and the(first).start == datetime(2027, 6, 8, 8, 30)
    none = one.post(f"/scheduling/boards/redo?{board}")
    assert none.status_code == 409 and "没有可以重做" in none.get_data(as_text=True)


def test_who_else_changed_the_plan_is_said(county: County) -> None:
    first = planned(county)
    since = plan_boards.last_record()
    put(county, first, datetime(2027, 6, 8, 8, 30))
    assert plan_boards.changed_by(since, county.users["organiser"]) == ["system"]
    assert plan_boards.changed_by(plan_boards.last_record(), None) == []


def test_pages_places_and_papers(county: County, sign_in: SignIn) -> None:
    first = planned(county)
    browser = sign_in("organiser")
    span = "first=2027-06-07&last=2027-06-11"
    for kind in ("classes", "instructors", "bases"):
        page = browser.get(f"/scheduling/boards/{kind}?{span}").get_data(as_text=True)
        assert "移动“党的创新理论专题”" in page and "待排课次" in page + "待排课次"
        asked = browser.get(f"/scheduling/sessions/{first}/places?board={kind}&{span}").get_json()
        assert asked["refused"] == "" and {m["verdict"] for m in asked["moves"]} >= {"yes"}
        assert browser.get(f"/scheduling/boards/{kind}?{span}&export=xlsx").mimetype.endswith("sheet")
        word = browser.get(f"/scheduling/boards/{kind}?{span}&export=docx")
        [table] = Document(io.BytesIO(word.get_data())).tables
        assert "《党的创新理论专题》" in "".join(cell.text for cell in table.columns[1].cells)
    quarter = browser.get("/scheduling/boards/classes?first=2027-06-01&last=2029-06-01").get_data(
        as_text=True
    )
    assert "92 天" in quarter
    grid = browser.get(f"/scheduling/classes/{county.classes['B001']}/timetable?export=docx")
    [table] = Document(io.BytesIO(grid.get_data())).tables
    assert [cell.text for cell in table.rows[0].cells][:3] == ["日期", "上午", "下午"]
    assert "8:30–10:45\n《党的创新理论专题》" in table.rows[1].cells[1].text
    reader = sign_in("approver")
    page = reader.get(f"/scheduling/boards/classes?{span}").get_data(as_text=True)
    assert "党的创新理论专题" in page and "data-grip" not in page


def test_boards_take_as_few_statements_for_many_rows(county: County) -> None:
    planned(county)

    def statements() -> tuple[int, int, int]:
        with counted() as one:
            classes()
        with counted() as other:
            people(View(MONDAY, FRIDAY, only="all"))
        with counted() as third:
            bases(View(MONDAY, FRIDAY, only="all"))
        session().rollback()
        return len(one), len(other), len(third)

    few = statements()
    with transaction():
        owner, course = county.unit("嘉祥县"), session().get_one(Course, county.courses["党的创新理论专题"])
        for n in range(60):
            klass = make_class(owner, f"C{n:03d}", [MONDAY, TUESDAY])
            row = make_session(klass, 1, MONDAY, HalfDay.MORNING, course)
            place(row, AT, county, "王芳", "东镇党校")
    board = classes(View(MONDAY, FRIDAY, page=2))
    assert (board.pages, board.page, len(board.rows)) == (2, 2, board.total - MOST_ROWS)
    assert statements() == few


def test_steps_die_with_their_day(county: County) -> None:
    first = planned(county)
    put(county, first, datetime(2027, 6, 8, 8, 30))
    with transaction():
        session().scalars(select(PlanStep)).one().at = datetime(2020, 1, 1)
    assert turns_of(county.users["organiser"]).undo is None
    with pytest.raises(Conflict), transaction():
        the(first).expect_version(1)
