"""What a proposal says of gaps: proofs of shortage, what cannot go together, and runs over a unit, a tier or a period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest

from accounts.access import SYSTEM, Scope
from core.db import session, transaction
from core.errors import Conflict
from scheduling import jobs as match_jobs
from scheduling.engine import Reason, Requirement, Violation
from scheduling.enums import HalfDay, Lack, RunState, Tier
from scheduling.models import MatchRun, TrainingClass
from scheduling.proposals import News
from scheduling.queries import gaps, proposals
from scheduling.queries.runs import Range, list_matchable
from scheduling.services import matching
from scheduling.wording import CAPACITIES, REQUIREMENTS, requirement_text
from tests.factories.county import Browser, County, make_class, make_course, make_instructor, make_session
from tests.factories.scheduling import place

MONDAY = date(2027, 6, 7)


@pytest.fixture(scope="module", autouse=True)
def bench() -> Iterator[None]:
    """One process for all runs of this file."""
    yield
    match_jobs.BENCH.close()


def run_over(county: County, *numbers: str) -> MatchRun:
    with transaction():
        classes = [session().get_one(TrainingClass, county.classes[n]) for n in numbers]
        run_id = matching.request_run(county.unit("嘉祥县"), 2027, classes, seconds=30, actor=SYSTEM).id
    assert match_jobs.take_run()
    run = session().get_one(MatchRun, run_id)
    assert run.state is RunState.READY, run.failure
    return run


def three_at_once(county: County) -> list[str]:
    """Three classes that all want the same two people at the same hour."""
    unit = county.unit("嘉祥县")
    course = make_course(unit, "农村电商")
    for name in ("甲老师", "乙老师"):
        make_instructor(unit, name, [course])
    numbers = ["E1", "E2", "E3"]
    for number in numbers:
        klass = make_class(unit, number, [MONDAY], size=20)
        county.classes[number] = klass.id
        make_session(klass, 1, MONDAY, HalfDay.MORNING, course)
    return numbers


def test_a_shortage_names_the_sessions_and_everyone_who_could_teach_them(
    county: County, sign_in: Callable[[str], Browser]
) -> None:
    with transaction():
        numbers = three_at_once(county)
    run = run_over(county, *numbers)
    [shortage] = [x for x in gaps.shortages_of(run) if "讲师" in x.title]
    assert (shortage.need, shortage.room) == (3, 2)
    assert shortage.title == "3 个课次都要讲师，能授课的人合起来只能再上 2 课。"
    assert shortage.holds == "怎样排都排不下。"
    assert len(shortage.sessions) == 3 and all("农村电商" in name for name in shortage.sessions)
    assert [(r.who, r.what, r.room) for r in shortage.rooms] == [
        ("甲老师", "6月7日 周一 上午 只能上一课", 1),
        ("乙老师", "6月7日 周一 上午 只能上一课", 1),
    ]
    lines = [line for part in proposals.parts_of(run, gaps.shortages_of(run)) for line in part.lines]
    [open_line] = [line for line in lines if Lack.INSTRUCTOR in line.lacks]
    assert open_line.gap is not None and shortage in open_line.gap.shortages
    assert all(line.gap is None for line in lines if not line.lacks)
    browser = sign_in("organiser")
    page = browser.get(f"/scheduling/runs/{run.id}").get_data(as_text=True)
    assert "人手、地点或时间不够" in page and f'href="#shortage-{shortage.number}"' in page
    assert f'id="shortage-{shortage.number}"' in page and "计算过程" in page
    english = browser.get(f"/scheduling/runs/{run.id}", headers={"Accept-Language": "en"})
    assert english.status_code == 200


def test_what_cannot_go_together_is_told_with_what_would_help(county: County) -> None:
    """The only lecturer is fixed to another class then: giving up the pin would do."""
    with transaction():
        unit = county.unit("嘉祥县")
        course = make_course(unit, "乡村规划")
        person = make_instructor(unit, "丙老师", [course])
        county.instructors["丙老师"] = person.id
        for number in ("F1", "F2"):
            klass = make_class(unit, number, [MONDAY], size=20)
            county.classes[number] = klass.id
            row = make_session(klass, 1, MONDAY, HalfDay.MORNING, course)
            if number == "F1":
                place(row, datetime(2027, 6, 7, 8, 30), county, "丙老师", "东镇党校")
                row.pinned_start = row.pinned_instructor = True
    run = run_over(county, "F1", "F2")
    shortages = gaps.shortages_of(run)
    lines = [line for part in proposals.parts_of(run, shortages) for line in part.lines if line.lacks]
    [line] = lines
    assert line.gap is not None
    [shortage] = line.gap.shortages
    assert (shortage.need, shortage.room) == (1, 0)
    assert [(r.who, r.room, r.fixed) for r in shortage.rooms] == [("丙老师", 0, 1)]


def test_the_panel_of_a_session_says_what_would_make_it_possible(
    county: County, sign_in: Callable[[str], Browser]
) -> None:
    with transaction():
        unit = county.unit("嘉祥县")
        course = make_course(unit, "乡村规划")
        county.instructors["丙老师"] = make_instructor(unit, "丙老师", [course], max_per_week=1).id
        rows = []
        for number in ("F1", "F2"):
            klass = make_class(unit, number, [MONDAY], size=20)
            rows.append(make_session(klass, 1, MONDAY, HalfDay.ANY, course))
        place(rows[0], datetime(2027, 6, 7, 8, 30), county, "丙老师", "东镇党校")
        ids = [row.id for row in rows]
    browser = sign_in("organiser")
    panel = browser.get(f"/scheduling/sessions/{ids[1]}/candidates").get_data(as_text=True)
    assert "怎样才能排上" in panel
    assert f'hx-get="/scheduling/sessions/{ids[1]}/ways-out"' in panel
    page = browser.get(f"/scheduling/sessions/{ids[1]}/ways-out").get_data(as_text=True)
    assert "若再有一位能讲这门课、当时有空的讲师，可在 6月7日 周一" in page
    assert "若放宽“讲师本周课次已到上限”，丙老师 可在 6月7日 周一 14:00 授课。" in page
    assert "2 个课次都要讲师，能授课的人合起来只能再上 1 课。" in page
    assert "6月7日 周一 – 6月13日 周日 这一周最多 1 课" in page
    at_once = browser.get(f"/scheduling/sessions/{ids[1]}/ways-out", headers={"HX-Request": "true"}).text
    assert "丙老师 可在 6月7日 周一 14:00 授课。" in at_once and "只能再上 1 课" not in at_once
    later = browser.get(f"/scheduling/sessions/{ids[1]}/ways-out/proof?ways=2").text
    assert f"/scheduling/sessions/{ids[1]}/ways-out/proof" in at_once and "只能再上 1 课" in later
    assert "怎样才能排上" not in browser.get(f"/scheduling/sessions/{ids[0]}/candidates").get_data(
        as_text=True
    )


def test_moves_and_requirements_become_sentences(county: County) -> None:
    """What the engine keeps as JSON, in words."""
    people, rooms, lesson = county.instructors, county.venues, county.sessions[0]
    reasons = {
        "conflict": {
            "requirements": [
                {"reason": "needed", "session": f"s{lesson}"},
                {"reason": "max_per_week", "instructor": f"i{people['王芳']}"},
            ],
            "movable": [f"s{lesson}", "s99"],
        },
        "rearrangement": {
            "moves": [
                {
                    "session": f"s{lesson}",
                    "start": "2027-06-07T14:00",
                    "instructor": f"i{people['王芳']}",
                    "venue": f"v{rooms['东镇党校']}",
                },
                {"session": f"s{lesson}", "start": None, "instructor": None, "venue": None},
            ],
            "delta": 30,
        },
        "unlooked": ["shortage"],
    }
    from scheduling.queries import names

    known = names.of_problem(gaps.mentioned(reasons))
    found = gaps.gap_of(reasons, [], known)
    assert found is not None
    what = known[f"s{lesson}"]
    assert [r.text for r in found.conflict] == [f"{what} 须排齐", "王芳 一周的课次上限"]
    assert found.conflict[1].help
    assert (found.movable, found.delta, found.is_partial) == (2, 30, True)
    assert found.moves == [f"{what} 改为 6月7日 周一 14:00 · 王芳 · 东镇党校", f"让出 {what}"]
    assert gaps.gap_of({}, [], {}) is None


def test_every_requirement_and_capacity_has_words() -> None:
    from scheduling.engine.requirements import KINDS

    assert set(REQUIREMENTS) == set(KINDS)
    assert {Reason.MAX_TOTAL, Reason.VENUE_BUSY, Reason.CLASS_BUSY} <= set(CAPACITIES)
    assert requirement_text("needed", "第 1 课") == "第 1 课 须排齐"


def test_contradicting_pins_are_told_as_a_smallest_set(county: County) -> None:
    violations = (Violation(Reason.PINNED, f"s{county.sessions[0]}"),)
    requirements = tuple(Requirement(Reason.PINNED, f"s{s}") for s in county.sessions[:2])
    text = matching.contradiction_text(violations, requirements)
    assert "不能同时满足" in text and "第 2 课" in text


def test_a_run_can_be_ended_early_and_keeps_its_plan(
    county: County, sign_in: Callable[[str], Browser]
) -> None:
    with transaction():
        run_id = matching.request_run(county.unit("嘉祥县"), 2027, [], seconds=100, actor=SYSTEM).id
    browser = sign_in("organiser")
    assert browser.post(f"/scheduling/runs/{run_id}/finish").status_code == 409
    with transaction():
        claim = matching.claim_run()
        assert claim is not None
        assert matching.report(claim, News("read", None, None, 0.0))
    with pytest.raises(Conflict), transaction():
        matching.finish_run(session().get_one(MatchRun, run_id), actor=SYSTEM)
    with transaction():
        assert matching.report(claim, News("improve", 90, 60, 40.0))
    assert "就用目前的方案" in browser.get(f"/scheduling/runs/{run_id}/progress").get_data(as_text=True)
    assert browser.post(f"/scheduling/runs/{run_id}/finish").status_code == 302
    with transaction():
        assert not matching.report(claim, News("improve", 90, 60, 40.5))
        assert not matching.is_cancelled(claim)
    assert session().get_one(MatchRun, run_id).seconds == 40


def test_classes_are_chosen_by_unit_tier_and_period(county: County) -> None:
    with transaction():
        town = county.unit("西镇")
        early = make_class(county.unit("嘉祥县"), "G1", [date(2027, 5, 10)], town_id=town.id)
        late = make_class(
            county.unit("嘉祥县"), "G2", [date(2027, 9, 10)], tier=Tier.COMMITTEE_BASIC, host_id=town.id
        )
        ids = early.id, late.id, county.classes["B001"]
    everything = Scope(everything=True)

    def chosen(within: Range) -> set[int]:
        return {klass.id for klass in list_matchable(everything, within)} & set(ids)

    assert chosen(Range()) == set(ids)
    assert chosen(Range(unit=county.unit("西镇"))) == set(ids[:2])
    assert chosen(Range(unit=county.unit("嘉祥县"))) == set(ids)
    assert chosen(Range(tier=Tier.COMMITTEE_BASIC)) == {late.id}
    assert chosen(Range(first=date(2027, 6, 1), last=date(2027, 6, 30))) == {county.classes["B001"]}
    assert chosen(Range(last=date(2027, 5, 10))) == {early.id}
    assert Range(county.unit("西镇"), None, date(2027, 6, 1)).text == "西镇 · 6/1–"


def test_a_level_is_matched_from_its_page(county: County, sign_in: Callable[[str], Browser]) -> None:
    with transaction():
        town = county.unit("西镇")
        klass = make_class(county.unit("嘉祥县"), "G1", [MONDAY], town_id=town.id)
        other = make_class(town, "T1", [MONDAY])
        ids, town_id = [klass.id, other.id], town.id
    browser = sign_in("organiser")
    form = browser.get(f"/scheduling/runs/new?unit={town_id}&first=2027-06-01&last=bad").get_data(
        as_text=True
    )
    assert all(f'value="{i}" id="class-{i}" checked' in form for i in ids)
    assert f'id="class-{county.classes["B001"]}"' not in form
    # They are in two plans, the county's and the township's: each gets a run of its own.
    data = {"class_id": [str(i) for i in ids], "unit": str(town_id), "seconds": "5"}
    assert browser.post("/scheduling/runs", data=data).location == "/scheduling/runs"
    runs = session().query(MatchRun).order_by(MatchRun.id).all()
    assert [(run.class_ids, run.title) for run in runs] == [
        ([ids[0]], "西镇，2 个班次"),
        ([ids[1]], "西镇，2 个班次"),
    ]
    assert match_jobs.take_run() and match_jobs.take_run()
    assert {run.state for run in runs} == {RunState.READY}
    assert sign_in("outsider").get(f"/scheduling/runs/new?unit={town_id}").status_code == 404
