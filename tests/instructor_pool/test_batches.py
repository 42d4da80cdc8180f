"""Review batches: the draw, conflicts, blindness, agreement, pending decisions applied once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from accounts.enums import P, Role
from accounts.models import User
from core.db import session, transaction
from core.errors import Conflict, NotAllowed, RuleBroken
from instructor_pool import queries
from instructor_pool.enums import BatchDecision, EligibilityGap, EngagementMode, PoolState, SourceCategory
from instructor_pool.models import Instructor, ReviewBatch, ReviewConflict, ReviewPanel
from instructor_pool.rules.agreement import Filled, agreement
from instructor_pool.rules.eligibility import Standing, gaps
from instructor_pool.rules.panels import draw
from instructor_pool.rules.picture import picture
from instructor_pool.services import batches, entering, reviewing
from notifications.models import OutboxMessage
from score_forms.enums import Purpose
from score_forms.rules import DEFAULTS
from tests.factories.county import Browser, County, make_user
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
GOOD = {"direction": 1, "content": 27, "practice": 18, "design": 13, "delivery": 18, "courseware": 13}
WEAK = {"direction": 1, "content": 20, "practice": 12, "design": 9, "delivery": 12, "courseware": 9}


def marks(of: dict[str, int]) -> dict[str, Decimal]:
    return {key: Decimal(value) for key, value in of.items()}


def test_a_draw_is_even_and_serves_the_narrowest_first() -> None:
    seats = draw({1: [7, 8, 9, 10], 2: [7, 8, 9], 3: [7, 8, 9, 10]}, {7: 5}, 3)
    assert seats[2] == (8, 9, 7)
    assert 10 in seats[1]
    assert 10 in seats[3]
    assert draw({1: [7]}, {}, 3) == {1: (7,)}


def test_agreement_names_who_is_far_off_and_on_which_lines() -> None:
    lines = DEFAULTS[Purpose.TRIAL_LECTURE].lines
    sheets = [
        Filled("甲", Decimal(89), False, marks(GOOD)),
        Filled("乙", Decimal(88), False, marks(GOOD)),
        Filled("丙", Decimal(70), False, marks(GOOD | {"content": 15, "delivery": 11})),
    ]
    found = agreement(lines, sheets)
    assert found
    assert found.spread == 19
    assert [(f.name, f.off, [r.title for r in f.reasons]) for f in found.far] == [
        ("丙", Decimal("-18.0"), ["讲授内容", "语言表达"])
    ]
    vetoed = agreement(lines, [*sheets[:2], Filled("丁", Decimal(0), True, marks(GOOD | {"direction": 0}))])
    assert vetoed
    assert [r.title for r in vetoed.far[0].reasons] == ["政治方向"]
    assert agreement(lines, sheets[:1]) is None


def test_eligibility_asks_no_courseware_of_those_who_come_by_occasion() -> None:
    assert gaps(Standing(False, False, False, True, True)) == list(EligibilityGap)
    assert gaps(Standing(True, True, False, False, False)) == []


def test_the_picture_holds_every_candidate_within_its_frame() -> None:
    rows = [(1, "甲", True, Decimal(90), Decimal(2)), (2, "乙", False, Decimal(0), Decimal(95))]
    drawn = picture(rows, 80)
    assert drawn
    assert all(0 <= d.x <= drawn.width and 0 <= d.y <= drawn.height for d in drawn.dots)
    assert drawn.mark
    assert picture(rows[:1], 80) is None


def candidates(county: County, *names: str) -> list[Instructor]:
    made = []
    for name in names:
        person = entering.nominate(
            county.unit("嘉祥县"),
            {
                "name": name,
                "work_unit": "县档案馆",
                "source_category": SourceCategory.SCHOLAR,
                "engagement_mode": EngagementMode.APPOINTED,
            },
            actor=county.actor("organiser"),
        )
        person.state = PoolState.ELIGIBILITY_CHECKED
        made.append(person)
    session().flush()
    return made


def opened(county: County, *names: str, size: int = 3) -> ReviewBatch:
    return batches.open_batch(
        county.unit("嘉祥县"), "春季", candidates(county, *names), panel=batches.Panel(size),
        due=date(2027, 5, 20), actor=county.actor("organiser"),
    )  # fmt: skip


def login_of(county: County, user_id: int) -> str:
    return next(login for login, known in county.users.items() if known == user_id)


def score(county: County, panel: ReviewPanel, *sheets: dict[str, int]) -> None:
    for seat, sheet in zip(panel.reviewers, sheets, strict=False):
        reviewing.score_candidate(panel, marks(sheet), actor=county.actor(login_of(county, seat.user_id)))


def test_a_batch_needs_enough_reviewers_and_says_for_whom(county: County) -> None:
    with transaction(), pytest.raises(RuleBroken, match="甲、乙 可用的评审人不到 4 位"):
        opened(county, "甲", "乙", size=4)
    with transaction(), pytest.raises(RuleBroken, match="至少选一位"):
        opened(county)


def test_who_declares_a_conflict_is_replaced_and_never_drawn_again(county: County) -> None:
    with transaction():
        county.users["evaluator4"] = make_user("evaluator4", Role.EVALUATOR, county.unit("嘉祥县")).id
        batch = opened(county, "甲")
        panel = batch.panels[0]
        seat = panel.reviewers[0]
        left = seat.user_id
        actor = county.actor(login_of(county, left))
        with pytest.raises(RuleBroken, match="请写明回避的原因"):
            batches.recuse(seat, " ", actor=actor)
        with pytest.raises(NotAllowed):
            batches.recuse(seat, "亲属", actor=county.actor("organiser"))
        taken = batches.recuse(seat, "亲属", actor=actor)
        assert taken
        assert taken.id not in (left, None)
        assert {r.user_id for r in panel.reviewers} == set(
            county.users[u] for u in ("evaluator", "evaluator2", "evaluator3", "evaluator4")
        ) - {left}
        user = session().get_one(User, left)
        assert queries.barred_reviewers(panel.instructor, [user]) == [user]
        assert (
            batches.recuse(
                panel.reviewers[0], "师生", actor=county.actor(login_of(county, panel.reviewers[0].user_id))
            )
            is None
        )
        told = session().scalars(select(OutboxMessage.title).where(OutboxMessage.title.contains("缺人")))
        assert len(told.all()) == 1
    with pytest.raises(Conflict), transaction():
        row = session().scalars(select(ReviewConflict)).first()
        assert row
        session().add(
            ReviewConflict(
                user_id=row.user_id, instructor_id=row.instructor_id, reason="x", declared_at=row.declared_at
            )
        )
        session().flush()


def test_decisions_wait_and_are_carried_out_together_once(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        batch = opened(county, "甲", "乙", "丙")
        first, second, third = batch.panels
        score(county, first, GOOD, GOOD, GOOD)
        score(county, second, WEAK, WEAK, WEAK)
        score(county, third, GOOD, GOOD)
        with pytest.raises(RuleBroken, match="丙 还没评完"):
            batches.decide(batch, third.id, BatchDecision.ADVANCE, actor=organiser)
        with pytest.raises(RuleBroken, match="乙 没达到合格线"):
            batches.decide(batch, second.id, BatchDecision.ADVANCE, actor=organiser)
        with pytest.raises(RuleBroken, match="请写明原因"):
            batches.decide(batch, second.id, BatchDecision.RESERVE, actor=organiser)
        assert batches.suggest(batch, actor=organiser) == 2
        batches.decide(batch, second.id, BatchDecision.RESERVE, "明年再讲", actor=organiser)
        with pytest.raises(RuleBroken, match="丙 还没有决定"):
            batches.apply(batch, actor=organiser)
        assert {p.instructor.state for p in batch.panels} == {PoolState.ELIGIBILITY_CHECKED}
        reviewing.score_candidate(
            third, marks(GOOD), actor=county.actor(login_of(county, third.reviewers[2].user_id))
        )
        batches.suggest(batch, actor=organiser)
        counts = batches.apply(batch, actor=organiser)
        assert counts == {BatchDecision.ADVANCE: 2, BatchDecision.RESERVE: 1, BatchDecision.REJECT: 0}
        states = [p.instructor.state for p in (first, second, third)]
        assert states == [PoolState.PUBLICISED, PoolState.RESERVE, PoolState.PUBLICISED]
        for again in (
            lambda: batches.apply(batch, actor=organiser),
            lambda: batches.suggest(batch, actor=organiser),
            lambda: batches.decide(batch, first.id, None, actor=organiser),
        ):
            with pytest.raises(RuleBroken, match="已经执行"):
                again()


def test_scores_hide_until_all_are_in_and_from_whoever_owes_a_sheet(county: County) -> None:
    organiser, reviewer = county.actor("organiser"), county.actor("evaluator")
    with transaction():
        batch = opened(county, "甲", "乙")
        first, second = batch.panels
        score(county, first, GOOD, GOOD, GOOD)
        score(county, second, GOOD, GOOD)
        seen = {s.person.name: s.mean for s in queries.standings(batch, organiser)}
        assert seen == {"甲": Decimal("89.0"), "乙": None}
        assert all(s.mean is None for s in queries.standings(batch, reviewer))


def test_the_batch_page_costs_the_same_for_many(county: County) -> None:
    def cost(batch: ReviewBatch) -> int:
        batch_id = batch.id
        session().expire_all()
        with counted() as found:
            row = queries.get_batch(county.actor("organiser").scope(P.POOL_VIEW), batch_id)
            queries.standings_table(queries.standings(row, county.actor("organiser"))).matching(MultiDict())
        return len(found)

    with transaction():
        small, large = opened(county, "甲"), opened(county, *"乙丙丁戊己庚")
        for batch in (small, large):
            for panel in batch.panels:
                score(county, panel, GOOD, GOOD, GOOD)
        assert cost(large) <= cost(small)


def test_a_batch_on_the_pages_from_the_check_to_the_end(sign_in: SignIn, county: County) -> None:
    organiser = sign_in("organiser")
    with transaction():
        ready, bare = candidates(county, "甲", "乙")
        bare.state = PoolState.NOMINATED
        ready_id, bare_id = ready.id, bare.id
    checked = organiser.post(
        "/instructors/candidates/check", data={"ids": [str(bare_id)]}, follow_redirects=True
    ).get_data(as_text=True)
    assert "乙：没有联系电话、没有拟授课题，也没有可授课程、没有课件或视频" in checked
    page = organiser.get("/instructors/batches/new").get_data(as_text=True)
    assert "甲 · 县档案馆" in page
    assert "乙 · 县档案馆" not in page
    made = organiser.post(
        "/instructors/batches/new",
        data={"title": "五月评审", "people": [str(ready_id)], "size": "3", "due": "2027-05-20"},
    )
    assert made.status_code == 302
    url = made.location
    assert "五月评审" in organiser.get("/instructors/batches").get_data(as_text=True)
    panel_id = session().scalars(select(ReviewPanel.id)).one()
    form = {f"mark-{key}": str(value) for key, value in GOOD.items()}
    for login in ("evaluator", "evaluator2"):
        answer = sign_in(login).post(f"/instructors/reviews/{panel_id}", data=form | {"then": "next"})
        assert answer.location == "/instructors/reviews"
    assert "89.0" not in organiser.get(url).get_data(as_text=True)
    assert organiser.post(f"{url}/remind").status_code == 302
    assert organiser.post(f"{url}/remind").status_code == 422
    assert sign_in("evaluator3").get(f"/instructors/reviews/{panel_id}/recuse").status_code == 200
    sign_in("evaluator3").post(f"/instructors/reviews/{panel_id}", data=form)
    assert "89.0" in organiser.get(url).get_data(as_text=True)
    assert organiser.get(f"{url}?export=xlsx").status_code == 200
    decide = f"{url}/panels/{panel_id}"
    assert organiser.post(decide, data={"decision": "reject", "reason": ""}).status_code == 422
    assert organiser.post(decide, data={"decision": "advance", "reason": ""}).status_code == 302
    assert sign_in("approver").post(f"{url}/apply").status_code == 403
    assert sign_in("outsider").get(url).status_code == 404
    assert organiser.post(f"{url}/apply").status_code == 302
    assert session().get_one(Instructor, ready_id).state is PoolState.PUBLICISED


def test_save_and_next_goes_to_the_least_reviewed(sign_in: SignIn, county: County) -> None:
    with transaction():
        batch = opened(county, "甲", "乙", "丙")
        ids = [p.id for p in batch.panels]
        for panel in batch.panels[1:2]:
            for seat in panel.reviewers:
                if seat.user_id != county.users["evaluator"]:
                    reviewing.score_candidate(
                        panel, marks(GOOD), actor=county.actor(login_of(county, seat.user_id))
                    )
    form = {f"mark-{key}": str(value) for key, value in GOOD.items()} | {"then": "next"}
    answer = sign_in("evaluator").post(f"/instructors/reviews/{ids[0]}", data=form)
    assert answer.location == f"/instructors/reviews/{ids[2]}"
