"""What matters how much in matching: sliders, names they are kept under, how a run went, proposals side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from accounts.access import EVERYTHING, SYSTEM
from core.db import session, transaction
from core.errors import RuleBroken
from scheduling.enums import RunState
from scheduling.models import MatchRun, ProposalItem
from scheduling.queries import comparing
from scheduling.queries.match_policies import list_policies
from scheduling.queries.run_pictures import picture_of
from scheduling.rules import courses
from scheduling.rules.match_policies import WISHES, in_words, levels_of, usual_levels, weights_of
from scheduling.services import match_policies as policies
from scheduling.snapshots import build_problem, weighted
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
AT = datetime(2027, 6, 7, 8, 30)


@dataclass
class Seen:
    cost: int | None
    bound: int | None
    elapsed: float


def test_levels_become_weights_and_words() -> None:
    assert weights_of({}) == weights_of(usual_levels())
    assert weights_of({"trips": 3})["travel"] == 4 * weights_of({})["travel"]
    assert weights_of({"fairness": 0})["over_target"] == 0
    assert levels_of(
        {"wish-trips": "2", "wish-duty": "0", "wish-calm": "9", "wish-rooms": "x"}
    ) == usual_levels() | {"trips": 2}
    assert in_words(usual_levels()) == "" and in_words({"trips": 3}) == "少跑路：很看重"
    assert {name for wish in WISHES for name in wish.weights} == set(weights_of({}))


def test_the_problem_carries_what_was_wished(county: County) -> None:
    plain = build_problem(county.units["嘉祥县"], 2027)
    wished = weighted(plain, {"trips": 3, "steady": 0})
    assert (wished.problem.weights.travel, wished.problem.weights.change) == (4, 0)
    assert weighted(plain, {}).fingerprint == plain.fingerprint != wished.fingerprint


def test_the_course_of_a_run_stays_small_and_tells_its_end() -> None:
    points: list[courses.Point] = []
    for n in range(500):
        points = courses.grown(points, Seen(1000 - n, n, float(n)))
    assert len(points) <= courses.MOST_POINTS + 1 and list(points[-1]) == [499.0, 501, 499]
    for n in range(500, 510):
        points = courses.grown(points, Seen(501, 499, float(n)))
    assert [p[0] for p in points[-2:]] == [499.0, 509.0]
    picture = picture_of(points)
    assert picture is not None and picture.rows[-1] == (509.0, 501, 499)
    assert picture.cost.count(",") > 10 and picture_of(points[:1]) is None


def run_of(county: County, instructor: str, cost: int, levels: dict[str, int]) -> int:
    run = MatchRun(
        owner_id=county.units["嘉祥县"], year=2027, class_ids=[], title=f"试排 {instructor}", asked_at=AT,
        state=RunState.READY, cost=cost, bound=cost, cost_parts={"travel": cost}, before_cost=9000, levels=levels,
        log={
            "counts": {"sessions": 4, "before": 0, "after": 1}, "duties": [], "solved_in": 1, "is_early": False,
            "course": [[0.5, 900, None], [1.0, cost, cost]],
            "loads": {"before": [5], "after": [4, 1], "people": [[county.instructors[instructor], 0, 1]]},
        },
    )  # fmt: skip
    session().add(run)
    session().flush()
    session().add(
        ProposalItem(
            run_id=run.id, session_id=county.sessions[0], start=AT, instructor_id=county.instructors[instructor],
            venue_id=county.venues["东镇党校"], reasons={},
        )
    )  # fmt: skip
    return run.id


def test_proposals_stand_side_by_side(county: County, sign_in: SignIn) -> None:
    with transaction():
        ids = [run_of(county, "王芳", 100, {}), run_of(county, "李强", 120, {"trips": 3})]
    found = comparing.compare(EVERYTHING, ids)
    assert [(x.placed, x.wishes, x.changed) for x in found.figures] == [
        ("1/4", "都按一般", 1),
        ("1/4", "少跑路：很看重", 1),
    ]
    assert [line.ways for line in found.sessions] == [
        ["6月7日 周一 上午 8:30–10:45 · 王芳 · 东镇党校", "6月7日 周一 上午 8:30–10:45 · 李强 · 东镇党校"]
    ]
    assert {who.name: list(who.after) for who in found.people} == {"王芳": [1, 0], "李强": [0, 1]}
    with pytest.raises(RuleBroken, match="2 到 4 份"):
        comparing.compare(EVERYTHING, ids[:1])
    browser = sign_in("organiser")
    page = browser.get(f"/scheduling/runs/compare?run={ids[0]}&run={ids[1]}").get_data(as_text=True)
    assert "对谁不一样" in page and "少跑路：很看重" in page
    proposal = browser.get(f"/scheduling/runs/{ids[0]}").get_data(as_text=True)
    assert "并排比较" in proposal and "run-cost" in proposal


def test_policies_are_kept_under_a_name(county: County, sign_in: SignIn) -> None:
    browser = sign_in("organiser")
    kept = browser.post("/scheduling/policies", data={"policy_name": "少跑路", "wish-trips": "3"})
    page = browser.get(kept.location).get_data(as_text=True)
    assert "“少跑路”已保存" in page and 'name="wish-trips" min="0" max="3" step="1" value="3"' in page
    [policy] = list_policies(EVERYTHING)
    browser.post("/scheduling/policies", data={"policy_name": "少跑路", "wish-trips": "2"})
    assert [p.levels["trips"] for p in list_policies(EVERYTHING)] == [2]
    address = f"/scheduling/policies/{policy.id}/rename"
    renamed = browser.post(address, data={"policy_name": "就近", "wish-trips": "3", "class_id": ["7", "8"]})
    assert renamed.status_code == 302 and "class_id=7&class_id=8" in renamed.location
    browser.post("/scheduling/policies", data={"policy_name": "少跑路", "wish-trips": "1"})
    assert {p.name: p.levels["trips"] for p in list_policies(EVERYTHING)} == {"就近": 3, "少跑路": 1}
    taken = browser.post(address, data={"policy_name": "少跑路", "wish-trips": "0"})
    assert taken.status_code == 422 and "已有一组设置叫“少跑路”" in taken.text
    nameless = browser.post("/scheduling/policies", data={"policy_name": " "})
    assert nameless.status_code == 422 and "起个名字" in nameless.get_data(as_text=True)
    started = browser.post(
        "/scheduling/runs",
        data={"class_id": county.classes["B001"], "policy_name": "少跑路", "wish-trips": "2"},
    )
    run = session().get_one(MatchRun, int(started.location.rpartition("/")[2]))
    assert (run.levels["trips"], run.policy) == (2, "少跑路")
    assert "少跑路：看重" in browser.get(started.location).get_data(as_text=True)
    browser.post(f"/scheduling/policies/{policy.id}/drop")
    assert [p.name for p in list_policies(EVERYTHING)] == ["少跑路"]
    with pytest.raises(RuleBroken, match="最多保存"), transaction():
        for n in range(policies.MOST + 1):
            policies.keep(county.unit("嘉祥县"), f"第 {n} 组", {}, actor=SYSTEM)
