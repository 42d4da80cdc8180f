"""Placing by hand: what a rule refuses and says, pins, stale edits, and the panel of candidates."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from accounts.access import SYSTEM
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses.models import Course
from instructor_pool.enums import AnswerSource, Grade
from instructor_pool.models import Instructor, Unavailability
from scheduling.enums import HalfDay, SessionState
from scheduling.models import Session
from scheduling.services import placing
from scheduling.services.placing import Choice
from scheduling.snapshots.candidates import panel_of
from tests.factories.county import Browser, County, make_class, make_session
from tests.factories.scheduling import place as put

MORNING = datetime(2027, 6, 7, 8, 30)


def the(session_id: int) -> Session:
    return session().get_one(Session, session_id)


def choice(county: County, start: datetime | None, who: str | None, where: str | None) -> Choice:
    return Choice(start, county.instructors[who] if who else None, county.venues[where] if where else None)


def placed(county: County, session_id: int, made: Choice, seen: int | None = None) -> None:
    with transaction():
        placing.place(the(session_id), made, actor=SYSTEM, seen=seen)


def refusal(county: County, session_id: int, made: Choice) -> dict[str, str]:
    with pytest.raises(RuleBroken) as refused:
        placed(county, session_id, made)
    assert the(session_id).start is None
    return {v.code: v.sentence for v in refused.value.violations}


def another(county: County, course: str, *days: date, **fields: object) -> list[int]:
    """Sessions of another class that 王芳 could teach, on the mornings of `days`."""
    with transaction():
        klass = make_class(county.unit("嘉祥县"), f"B9{len(days)}", list(days), size=30)
        wanted = session().get_one(Course, county.courses[course])
        return [
            make_session(klass, n, day, HalfDay.MORNING, wanted, **fields).id for n, day in enumerate(days, 1)
        ]


def test_a_choice_is_kept_and_pinned(county: County) -> None:
    first = county.sessions[0]
    placed(county, first, choice(county, MORNING, "王芳", "东镇党校"))
    row = the(first)
    assert (row.start, row.instructor_id, row.venue_id) == (
        MORNING,
        county.instructors["王芳"],
        county.venues["东镇党校"],
    )
    assert (row.pinned_start, row.pinned_instructor, row.pinned_venue) == (True, True, True)
    assert row.state is SessionState.PLANNED
    with transaction():
        placing.set_pins(the(first), ["instructor"], actor=SYSTEM)
    row = the(first)
    assert (row.pinned_start, row.pinned_instructor, row.pinned_venue) == (False, True, False)
    with transaction():
        placing.clear(the(first), ["venue"], actor=SYSTEM)
    row = the(first)
    assert (row.start, row.venue_id, row.pinned_instructor, row.pinned_venue) == (MORNING, None, True, False)
    with transaction():
        placing.clear(the(first), ["start"], actor=SYSTEM)
    row = the(first)
    assert (row.start, row.instructor_id, row.pinned_instructor) == (None, None, False)


def test_nobody_teaches_twice_at_once(county: County) -> None:
    [other] = another(county, "党的创新理论专题", date(2027, 6, 7))
    placed(county, other, choice(county, MORNING, "王芳", "西镇分教点"))
    told = refusal(county, county.sessions[0], choice(county, MORNING, "王芳", "东镇党校"))
    assert set(told) == {"instructor_busy", "travel"}
    assert told["instructor_busy"].startswith("王芳 这时已有课：第B91班 第 1 课“党的创新理论专题”")
    assert told["instructor_busy"].endswith("换个时间，或先把那一课改派他人。")


def test_no_room_is_taken_twice(county: County) -> None:
    [other] = another(county, "党的创新理论专题", date(2027, 6, 7))
    placed(county, other, choice(county, MORNING, "李强", "东镇党校"))
    told = refusal(county, county.sessions[0], choice(county, MORNING, "王芳", "东镇党校"))
    assert set(told) == {"venue_busy"}
    assert "东镇党校 同时最多接待 1 批" in told["venue_busy"]


def test_weekly_limit_counts_other_classes(county: County) -> None:
    with transaction():
        session().get_one(Instructor, county.instructors["王芳"]).max_per_week = 1
    [other] = another(county, "党的创新理论专题", date(2027, 6, 10))
    placed(county, other, choice(county, datetime(2027, 6, 10, 8, 30), "王芳", "东镇党校"))
    # The limit is broken by whichever comes second in time; either way this choice did it.
    told = refusal(county, county.sessions[0], choice(county, MORNING, "王芳", "东镇党校"))
    assert set(told) == {"max_per_week"}
    assert "王芳 一周最多 1 课" in told["max_per_week"]


@pytest.mark.parametrize(
    ("start", "who", "where", "codes"),
    [
        (MORNING, "单雄", "东镇党校", {"topic"}),
        (MORNING, "王芳", "红色纪念馆", {"features"}),
        (datetime(2027, 6, 7, 14), "王芳", "东镇党校", {"start"}),
        (None, "王芳", None, {"not_placed"}),
    ],
)
def test_what_the_session_asks_for_is_kept(
    county: County, start: datetime | None, who: str, where: str | None, codes: set[str]
) -> None:
    assert set(refusal(county, county.sessions[0], choice(county, start, who, where))) == codes


def test_absence_and_size_are_refused(county: County) -> None:
    with transaction():
        the(county.sessions[0]).training_class.size = 70
        session().add(
            Unavailability(
                instructor_id=county.instructors["王芳"],
                starts=datetime(2027, 6, 7),
                ends=datetime(2027, 6, 8),
                grade=Grade.CANNOT,
                source=AnswerSource.SELF,
            )
        )
    told = refusal(county, county.sessions[0], choice(county, MORNING, "王芳", "西镇分教点"))
    assert set(told) == {"instructor_away", "capacity"}
    assert "西镇分教点 只能容纳 60 人，这一课有 70 人。" in told["capacity"]


def test_an_old_quarrel_does_not_block_another_choice(county: County) -> None:
    ids = another(county, "党的创新理论专题", date(2027, 6, 14), date(2027, 6, 14))
    with transaction():
        for session_id in ids:
            put(the(session_id), datetime(2027, 6, 14, 8, 30), county, "李强", "东镇党校")
    placed(county, county.sessions[0], choice(county, MORNING, "王芳", "东镇党校"))
    assert the(county.sessions[0]).start == MORNING


def test_stale_edits_and_the_past_are_refused(county: County, sign_in: Callable[[str], Browser]) -> None:
    first = county.sessions[0]
    seen = the(first).version
    placed(county, first, choice(county, MORNING, "王芳", "东镇党校"), seen)
    with pytest.raises(Conflict):
        placed(county, first, choice(county, MORNING, "李强", "东镇党校"), seen)
    answer = sign_in("organiser").post(f"/scheduling/sessions/{first}/clear", data={"version": str(seen)})
    assert answer.status_code == 409
    [gone] = another(county, "党的创新理论专题", date(2027, 3, 1))
    with pytest.raises(RuleBroken, match="已经过去"):
        placed(county, gone, choice(county, datetime(2027, 3, 1, 8, 30), "王芳", "东镇党校"))


def test_candidates_are_ranked_with_reasons(county: County) -> None:
    with transaction():
        the(county.sessions[0]).leader_required = True
    panel = panel_of(the(county.sessions[0]))
    assert [(p.name, p.where, p.when, p.is_chosen) for p in panel.people] == [
        ("赵书记", "东镇党校", "6月7日 周一 上午 8:30–10:45", False)
    ]
    assert [(x.name, x.reasons) for x in panel.barred] == [
        ("王芳", ["须由领导干部授课"]),
        ("李强", ["须由领导干部授课"]),
        ("钱局长", ["没有这门课的授课资格"]),
        ("单雄", ["没有这门课的授课资格", "须由领导干部授课"]),
    ]
    assert [(b.text, b.count) for b in panel.blocks] == [("须由领导干部授课", 3), ("没有这门课的授课资格", 2)]
    assert [x.name for x in panel_of(the(county.sessions[0]), "县财政局").barred] == ["钱局长"]
    assert [(r.where, bool(r.reasons)) for r in panel.rooms] == [("东镇党校", False), ("西镇分教点", False)]


def test_a_higher_rating_moves_a_candidate_up(county: County) -> None:
    def names() -> list[str]:
        return [p.name for p in panel_of(the(county.sessions[0])).people]

    assert names() == ["王芳", "李强", "赵书记"]
    with transaction():
        session().get_one(Instructor, county.instructors["李强"]).rating = 95
    assert names() == ["李强", "王芳", "赵书记"]


def test_rooms_and_times_show_why_not(county: County) -> None:
    third = county.sessions[2]
    placed(county, third, choice(county, datetime(2027, 6, 8, 8, 30), "单雄", "东镇党校"))
    [other] = another(county, "党的创新理论专题", date(2027, 6, 8))
    with transaction():
        the(other).half_day = HalfDay.AFTERNOON
    placed(county, other, choice(county, datetime(2027, 6, 8, 14), "李强", "东镇党校"))
    panel = panel_of(the(third))
    assert [(t.start.hour, t.is_chosen, list(t.reasons), t.where) for t in panel.times] == [
        (8, True, [], "东镇党校"),
        (14, False, [], "西镇分教点"),
    ]
    assert [(r.where, r.is_chosen) for r in panel.rooms] == [("东镇党校", True), ("西镇分教点", False)]
    assert panel.rooms[1].delta > 0


def test_panel_and_buttons_work_in_place(county: County, sign_in: Callable[[str], Browser]) -> None:
    browser, first = sign_in("organiser"), county.sessions[0]
    fragment = {"HX-Request": "true"}
    panel = browser.get(f"/scheduling/sessions/{first}/candidates", headers=fragment).get_data(as_text=True)
    assert panel.lstrip().startswith('<div id="candidates"') and "王芳" in panel
    data = {
        "version": str(the(first).version),
        "start": "2027-06-07T08:30",
        "instructor_id": str(county.instructors["王芳"]),
        "venue_id": str(county.venues["东镇党校"]),
    }
    answer = browser.post(f"/scheduling/sessions/{first}/place", data=data, headers=fragment)
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, "session-placed")
    assert the(first).instructor_id == county.instructors["王芳"]
    refused = browser.post(
        f"/scheduling/sessions/{first}/place",
        data=data | {"version": str(the(first).version), "instructor_id": str(county.instructors["单雄"])},
    )
    assert refused.status_code == 422
    assert "单雄 没有这门课的授课资格" in refused.get_data(as_text=True)
    stranger = sign_in("outsider")
    assert stranger.get(f"/scheduling/sessions/{first}/candidates").status_code == 404
    assert stranger.post(f"/scheduling/sessions/{first}/place", data=data).status_code == 404


def test_the_panel_of_a_year_answers_at_once(county: County) -> None:
    """300 sessions planned: the panel is there within a moment even when nothing is kept in memory."""
    with transaction():
        theory = session().get_one(Course, county.courses["党的创新理论专题"])
        for n in range(100):
            day = date(2027, 7, 1) + timedelta(days=n)
            klass = make_class(county.unit("嘉祥县"), f"C{n:03}", [day])
            for k in range(3):
                row = make_session(klass, k, day, HalfDay.MORNING, theory)
                put(row, datetime(day.year, day.month, day.day, 8, 30), county, None, "西镇分教点")
    began = time.process_time()
    panel = panel_of(the(county.sessions[0]))
    assert time.process_time() - began < 1.0
    assert [p.name for p in panel.people] == ["王芳", "李强", "赵书记"]
