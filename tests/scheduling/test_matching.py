"""Runs through the queue and the process pool; proposals adopted, refused when stale, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from core import clock, jobs
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from courses.models import Course
from notifications.models import OutboxMessage
from party_lessons.enums import PostKind
from party_lessons.models import Post
from party_lessons.services import obligations
from scheduling import jobs as match_jobs
from scheduling.enums import HalfDay, Lack, RunState
from scheduling.models import MatchRun, Session, TrainingClass
from scheduling.proposals import News
from scheduling.queries import proposals
from scheduling.services import adopting, matching
from tests.factories.county import Browser, County, make_class, make_course, make_session
from tests.factories.scheduling import place


@pytest.fixture(scope="module", autouse=True)
def bench() -> Iterator[None]:
    """One process for all runs of this file."""
    yield
    match_jobs.BENCH.close()


def ask(county: County, *numbers: str, seconds: int = 5) -> int:
    with transaction():
        classes = [session().get_one(TrainingClass, county.classes[n]) for n in numbers]
        return matching.request_run(county.unit("嘉祥县"), 2027, classes, seconds=seconds, actor=SYSTEM).id


def the(run_id: int) -> MatchRun:
    return session().get_one(MatchRun, run_id)


def solved(county: County, *numbers: str, seconds: int = 5) -> int:
    run_id = ask(county, *numbers, seconds=seconds)
    assert match_jobs.take_run()
    assert the(run_id).state is RunState.READY, the(run_id).failure
    return run_id


def working_plan(county: County) -> list[tuple[datetime | None, int | None, int | None]]:
    rows = [session().get_one(Session, i) for i in county.sessions]
    return [(r.start, r.instructor_id, r.venue_id) for r in rows]


def test_a_run_goes_from_question_to_working_plan_and_back(county: County) -> None:
    with transaction():
        obligations.ensure_schemes()
        holder = Post(
            holder_id=county.instructors["赵书记"],
            unit_id=county.units["东镇"],
            title="书记",
            kind=PostKind.AREA_SECRETARY,
            starts=date(2024, 1, 1),
        )
        session().add(holder)
        session().flush()
        obligations.recompute(2027, actor=SYSTEM)
    # It ends with the proof, so that the time allowed is only waited for where the machine is busy.
    run_id = solved(county, seconds=200)
    run = the(run_id)
    # The leader rates 80 and the best lecturer 90, yet the duty comes first.
    people, rooms = county.instructors, county.venues
    monday, tuesday = datetime(2027, 6, 7), datetime(2027, 6, 8)
    expected = [
        (monday.replace(hour=8, minute=30), people["赵书记"], rooms["东镇党校"]),
        (monday.replace(hour=14), people["王芳"], rooms["东镇党校"]),
        (tuesday.replace(hour=8, minute=30), people["单雄"], rooms["东镇党校"]),
        (tuesday.replace(hour=14), None, rooms["红色纪念馆"]),
    ]
    proposed = {i.session_id: (i.start, i.instructor_id, i.venue_id) for i in run.items}
    assert [proposed[i] for i in county.sessions] == expected
    assert (run.cost, run.bound, run.percent) == (run.bound, run.cost, 100)
    assert run.log["counts"] == {"sessions": 4, "before": 0, "after": 4}
    assert working_plan(county) == [(None, None, None)] * 4

    [part] = proposals.parts_of(run)
    first = part.lines[0]
    assert [(c.label, c.before, c.after) for c in first.changes] == [
        ("时间", "", "6月7日 周一 上午 8:30–10:45"),
        ("讲师", "", "赵书记"),
        ("地点", "", "东镇党校"),
    ]
    assert first.serves == ["赵书记"]
    assert {a.who for a in first.alternatives} == {"王芳", "李强"}
    # Anyone else would leave the duty open: 2 000, less what they rate better.
    assert next(a.label for a in first.alternatives[0].parts) == "党课任务未完成"
    [duty] = proposals.duties_of(run)
    assert (duty.who, duty.post, duty.before, duty.after, duty.is_met) == ("赵书记", "东镇 书记", 0, 1, True)

    with transaction():
        assert adopting.adopt(the(run_id), None, actor=SYSTEM) == 4
    assert working_plan(county) == expected
    assert the(run_id).state is RunState.APPLIED
    with transaction():
        assert adopting.give_back(the(run_id), actor=SYSTEM) == 4
    assert working_plan(county) == [(None, None, None)] * 4
    assert the(run_id).state is RunState.READY


def test_what_stays_open_says_which_rules_stand_in_the_way(county: County) -> None:
    with transaction():
        lonely = make_course(county.unit("嘉祥县"), "无人能讲")
        klass = make_class(county.unit("嘉祥县"), "B002", [date(2027, 6, 7)], size=70)
        county.classes["B002"] = klass.id
        make_session(klass, 1, date(2027, 6, 7), HalfDay.MORNING, lonely)
        led = make_session(klass, 2, date(2027, 6, 7), HalfDay.AFTERNOON, lonely, leader_required=True)
        led.course_id, led.course_name = county.courses["公文写作"], "公文写作"
    [part] = proposals.parts_of(the(solved(county, "B002")))
    untaught, unled = part.lines
    assert untaught.lacks == [Lack.INSTRUCTOR]
    assert [(b.text, b.count) for b in untaught.people_blocked] == [("没有这门课的授课资格", 5)]
    assert unled.lacks == [Lack.INSTRUCTOR]
    way, one_more = unled.frees
    assert "若再有一位" in one_more.text
    assert "若不坚持“须领导干部授课”" in way.text and "单雄" in way.text


def test_part_of_a_proposal_can_be_adopted_when_it_breaks_no_rule(county: County) -> None:
    run_id = solved(county)
    chosen = county.sessions[:2]
    with transaction():
        assert adopting.adopt(the(run_id), chosen, actor=SYSTEM) == 2
    assert [row[0] is not None for row in working_plan(county)] == [True, True, False, False]
    assert the(run_id).state is RunState.READY
    with transaction():
        assert adopting.adopt(the(run_id), county.sessions[2:], actor=SYSTEM) == 2
    assert the(run_id).state is RunState.APPLIED
    with pytest.raises(Conflict), transaction():
        adopting.adopt(the(run_id), None, actor=SYSTEM)
    with transaction():
        assert adopting.give_back(the(run_id), actor=SYSTEM) == 4
    assert working_plan(county) == [(None, None, None)] * 4


def test_one_class_after_another_is_adopted(county: County, sign_in: Callable[[str], Browser]) -> None:
    with transaction():
        theory = session().get_one(Course, county.courses["党的创新理论专题"])
        klass = make_class(county.unit("嘉祥县"), "B002", [date(2027, 6, 9)])
        county.classes["B002"] = klass.id
        other = make_session(klass, 1, date(2027, 6, 9), HalfDay.MORNING, theory).id
    run_id = solved(county, "B001", "B002")
    browser, address = sign_in("organiser"), f"/scheduling/runs/{run_id}"
    assert f'value="class-{county.classes["B002"]}"' in browser.get(address).get_data(as_text=True)
    browser.post(f"{address}/adopt", data={"part": f"class-{county.classes['B002']}"})
    assert session().get_one(Session, other).start == datetime(2027, 6, 9, 8, 30)
    assert working_plan(county) == [(None, None, None)] * 4
    page = browser.get(address).get_data(as_text=True)
    assert "采用全部 4 处改动" in page and "撤销采用" in page
    browser.post(f"{address}/adopt", data={"part": f"class-{county.classes['B001']}"})
    assert all(start is not None for start, _who, _where in working_plan(county))
    assert the(run_id).state is RunState.APPLIED
    # A class that the proposal says nothing about leaves nothing to adopt.
    again = solved(county, "B001", "B002")
    refused = browser.post(f"/scheduling/runs/{again}/adopt", data={"part": "class-0"})
    assert refused.status_code == 422 and the(again).state is RunState.READY


def test_half_of_a_swap_is_refused(county: County) -> None:
    """Two classes at the same hour: taking over one's room needs the other's move."""
    with transaction():
        klass = make_class(county.unit("嘉祥县"), "B002", [date(2027, 6, 7)], size=90)
        county.classes["B002"] = klass.id
        big = make_session(
            klass, 1, date(2027, 6, 7), HalfDay.MORNING, make_course(county.unit("嘉祥县"), "新课")
        )
        big.course_id = county.courses["党的创新理论专题"]
        small = session().get_one(Session, county.sessions[0])
        place(small, datetime(2027, 6, 7, 8, 30), county, "王芳", "东镇党校")
        big_id = big.id
    run_id = solved(county)
    proposed = {i.session_id: i.venue_id for i in the(run_id).items}
    assert proposed[big_id] == county.venues["东镇党校"]
    with pytest.raises(RuleBroken) as refused, transaction():
        adopting.adopt(the(run_id), [big_id], actor=SYSTEM)
    assert [v.code for v in refused.value.violations] == ["venue_busy"] * len(refused.value.violations) != []


def test_stale_proposal_is_refused_and_says_what_changed(
    county: County, sign_in: Callable[[str], Browser]
) -> None:
    run_id = solved(county)
    browser = sign_in("organiser")
    with transaction():
        session().get_one(Session, county.sessions[0]).leader_required = True
    answer = browser.post(f"/scheduling/runs/{run_id}/adopt")
    assert answer.status_code == 409
    assert "第 1 课“党的创新理论专题”" in answer.get_data(as_text=True)
    assert the(run_id).state is RunState.STALE
    assert working_plan(county) == [(None, None, None)] * 4


def test_adoption_cannot_be_undone_over_later_changes(county: County) -> None:
    run_id = solved(county)
    with transaction():
        adopting.adopt(the(run_id), None, actor=SYSTEM)
    with transaction():
        session().get_one(Session, county.sessions[0]).pinned_start = True
    with pytest.raises(Conflict), transaction():
        adopting.give_back(the(run_id), actor=SYSTEM)


def test_cancelled_run_changes_nothing(county: County) -> None:
    queued = ask(county)
    with transaction():
        matching.cancel_run(the(queued), actor=SYSTEM)
    assert the(queued).state is RunState.CANCELLED
    assert not match_jobs.take_run()

    running = ask(county)
    with transaction():
        claim = matching.claim_run()
    assert claim is not None
    with transaction():
        matching.cancel_run(the(running), actor=SYSTEM)
        # Its worker is gone: the next one takes it over and finds that it was cancelled.
        the(running).lease_until = clock.instant() - timedelta(seconds=1)
    assert match_jobs.take_run()
    assert the(running).state is RunState.CANCELLED
    assert list(the(running).items) == []


def test_a_run_is_claimed_once_and_again_only_when_its_worker_is_gone(county: County) -> None:
    run_id = ask(county)
    with transaction():
        first = matching.claim_run()
    with transaction():
        assert matching.claim_run() is None
    assert first is not None
    with transaction():
        assert matching.report(first, News("improve", 90, 60, 2.5))
    run = the(run_id)
    assert (run.state, run.phase, run.cost, run.bound, run.percent) == (
        RunState.RUNNING,
        "improve",
        90,
        60,
        50,
    )
    with transaction():
        the(run_id).lease_until = clock.instant() - timedelta(seconds=1)
    with transaction():
        second = matching.claim_run()
    assert second is not None and second.run_id == run_id
    # The first worker wakes up: it has lost the run and may write nothing.
    with transaction():
        assert not matching.report(first, None)
        matching.fail_run(first, "zu spät")
    assert the(run_id).state is RunState.RUNNING


def test_a_worker_that_ends_gives_its_run_back(county: County) -> None:
    run_id = ask(county)
    jobs.stopping.set()
    try:
        assert match_jobs.take_run()
    finally:
        jobs.stopping.clear()
    assert the(run_id).state is RunState.QUEUED
    assert match_jobs.take_run()
    assert the(run_id).state is RunState.READY


def test_contradictory_pins_are_named(county: County) -> None:
    with transaction():
        klass = make_class(county.unit("嘉祥县"), "B002", [date(2027, 6, 7)])
        county.classes["B002"] = klass.id
        # Somebody whose courseware is not cleared would lose the pin.
        course = session().get_one(Session, county.sessions[0]).course
        assert course is not None
        other = make_session(klass, 1, date(2027, 6, 7), HalfDay.MORNING, course)
        for row in (other, session().get_one(Session, county.sessions[0])):
            place(row, datetime(2027, 6, 7, 8, 30), county, "王芳", "东镇党校")
            row.pinned_start = row.pinned_instructor = True
    run_id = ask(county)
    assert match_jobs.take_run()
    run = the(run_id)
    assert run.state is RunState.FAILED
    assert "固定的安排彼此矛盾" in run.failure and "王芳" in run.failure


def test_one_run_at_a_time_over_the_same_classes(county: County) -> None:
    ask(county)
    with pytest.raises(Conflict):
        ask(county, "B001")


def test_pages_walk_from_form_to_adoption(county: County, sign_in: Callable[[str], Browser]) -> None:
    browser = sign_in("organiser")
    form = browser.get(f"/scheduling/runs/new?class_id={county.classes['B001']}").get_data(as_text=True)
    assert f'value="{county.classes["B001"]}"' in form and "checked" in form
    asked = browser.post("/scheduling/runs", data={"class_id": str(county.classes["B001"]), "seconds": "5"})
    address = str(asked.location)
    assert "停止" in browser.get(address).get_data(as_text=True)
    assert "HX-Refresh" not in browser.get(f"{address}/progress").headers
    assert match_jobs.take_run()
    assert browser.get(f"{address}/progress").headers["HX-Refresh"] == "true"
    [told] = session().scalars(select(OutboxMessage).where(OutboxMessage.kind == "match"))
    assert (told.user_id, told.url, told.body) == (
        county.users["organiser"],
        address,
        "4/4 个课次可排齐，请查看方案后采用。",
    )
    page = browser.get(address).get_data(as_text=True)
    assert "已证明是最好的安排" in page and "6月7日 周一 上午 8:30–10:45" in page
    assert browser.post(f"{address}/adopt").status_code == 302
    assert "撤销采用" in browser.get(address).get_data(as_text=True)
    assert browser.post(f"{address}/give-back").status_code == 302
    assert working_plan(county) == [(None, None, None)] * 4
    listing = browser.get("/scheduling/runs").get_data(as_text=True)
    assert "第B001班" in listing and "4/4" in listing


def test_runs_of_another_county_do_not_exist(county: County, sign_in: Callable[[str], Browser]) -> None:
    run_id = ask(county)
    stranger = sign_in("outsider")
    address = f"/scheduling/runs/{run_id}"
    seen = [stranger.get(address), stranger.get(f"{address}/progress")]
    seen += [stranger.post(f"{address}/{verb}") for verb in ("cancel", "adopt", "give-back", "again")]
    assert [answer.status_code for answer in seen] == [404] * 6
    class_id = str(county.classes["B001"])
    assert stranger.post("/scheduling/runs", data={"class_id": class_id}).status_code == 404
    whole = f"{county.units['嘉祥县']}-2027"
    assert stranger.post("/scheduling/runs", data={"whole": whole}).status_code == 404
