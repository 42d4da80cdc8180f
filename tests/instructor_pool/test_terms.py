"""The end of a term: people are told once, renewals go together and come back together, nothing is booked after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from core import clock
from core.alerts import alerts_due
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from instructor_pool import jobs, queries
from instructor_pool.enums import AssessmentGrade as G
from instructor_pool.enums import AssessmentState, Consequence, EngagementMode, Outcome, PoolState
from instructor_pool.models import Assessment, AssessmentRun, Instructor, RenewalBatch, TermAlert
from instructor_pool.rules.assessment import Policy
from instructor_pool.rules.terms import ALERT_DAYS, next_term
from instructor_pool.services import assessing, renewing
from notifications.models import OutboxMessage
from tests.factories.county import Browser, County, make_instructor
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
TODAY = date(2027, 5, 10)


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def ending(county: County, name: str, days: int, **fields: object) -> Instructor:
    return make_instructor(county.unit("嘉祥县"), name, [], term_end=TODAY + timedelta(days=days), **fields)


def assessed(county: County, person: Instructor, grade: G, consequence: Consequence) -> Assessment:
    owner_id = county.units["嘉祥县"]
    run = queries.find_assessment_run(owner_id, 2026)
    if run is None:
        run = AssessmentRun(owner_id=owner_id, year=2026, state=AssessmentState.PUBLISHED, asked_at=clock.now(), published_at=clock.now(), policy={})  # fmt: skip
    row = Assessment(run=run, instructor_id=person.id, days=365, period=365, hours=0, proposed=grade, grade=grade, consequence=consequence)  # fmt: skip
    session().add(row)
    session().flush()
    return row


@pytest.mark.parametrize(
    ("left", "sent", "due"),
    [
        (91, [], []),
        (90, [], [90]),
        (89, [90], []),
        (31, [90], []),
        (30, [90], [30]),
        (30, [], [90, 30]),
        (1, [90, 30], []),
        (0, [90, 30], [0]),
        (-400, [], [90, 30, 0]),
        (-1, [90, 30, 0], []),
        (30, [0], [90, 30]),
    ],
)
def test_which_distances_are_due(left: int, sent: list[int], due: list[int]) -> None:
    assert alerts_due(left, sent, ALERT_DAYS) == due


def test_each_distance_is_told_once_to_the_person_and_the_organisers(county: County) -> None:
    with transaction():
        person = ending(county, "将满", 90, user_id=county.users["evaluator2"])
        ending(county, "也将满", 20)
        ending(county, "还早", 91)
        ending(county, "已退", 10, state=PoolState.EXITED)
        ending(county, "邀请", 10, engagement_mode=EngagementMode.INVITED)
    told: list[list[tuple[int, str]]] = []
    for days in (0, 0, 59, 60, 61, 90, 91):
        clock.start_at(
            datetime.combine(TODAY + timedelta(days=days), datetime.min.time()), since=clock.instant()
        )
        last = max(session().scalars(select(OutboxMessage.id)), default=0)
        with transaction():
            jobs.look_at_terms()
        stmt = select(OutboxMessage.user_id, OutboxMessage.title).where(OutboxMessage.id > last)
        told.append([tuple(row) for row in session().execute(stmt.order_by(OutboxMessage.id))])
    me, organiser = county.users["evaluator2"], county.users["organiser"]
    assert told == [
        [
            (me, "您的聘期到 2027年8月8日 周日 届满，还有 90 天"),
            (organiser, "1 位讲师聘期在 30 天内届满"),
            (organiser, "1 位讲师聘期在 90 天内届满"),
        ],
        [],
        [(organiser, "1 位讲师聘期届满"), (organiser, "1 位讲师聘期在 90 天内届满")],
        [(me, "您的聘期到 2027年8月8日 周日 届满，还有 30 天"), (organiser, "1 位讲师聘期在 30 天内届满")],
        [(organiser, "1 位讲师聘期在 30 天内届满")],
        [(me, "您的聘期今天届满"), (organiser, "1 位讲师聘期届满")],
        [(organiser, "1 位讲师聘期届满")],
    ]
    assert person.id in {a.instructor_id for a in session().scalars(select(TermAlert))}


def test_a_new_term_is_told_of_again(county: County) -> None:
    with transaction():
        person = ending(county, "将满", 5, user_id=county.users["evaluator2"])
        jobs.look_at_terms()
        renewing.renew_all([person], {person.id: person.version}, actor=county.actor("organiser"))
        person.term_end = TODAY + timedelta(days=60)
        renewing.alert(TODAY, actor=SYSTEM)
    titles = session().scalars(
        select(OutboxMessage.title).where(OutboxMessage.user_id == county.users["evaluator2"])
    )
    assert [re.search(r"\d+ 天", title)[0] for title in titles] == ["5 天", "60 天"]  # type: ignore[index]


def test_telling_takes_a_bounded_number_of_statements(county: County) -> None:
    with transaction():
        for n in range(30):
            ending(county, f"第{n}位", 40)
        with counted() as statements:
            assert renewing.alert(TODAY, actor=SYSTEM) == 30
    assert len(statements) <= 4


def test_the_next_term_has_no_gap_and_its_levels_length() -> None:
    assert next_term(date(2027, 6, 30), TODAY) == (date(2027, 7, 1), date(2029, 6, 30))
    assert next_term(date(2027, 5, 9), TODAY, 3) == (TODAY, date(2030, 5, 9))
    assert next_term(date(2026, 1, 1), TODAY, 1) == (TODAY, date(2028, 5, 9))


def test_renewing_together_is_all_or_nothing_and_comes_back_together(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        soon, over = ending(county, "将满", 50, state=PoolState.RENEWAL_DUE), ending(county, "已满", -3)
        assessing.set_policy(county.unit("嘉祥县"), Policy(term_years=3), actor=organiser)
        seen = {p.id: p.version for p in (soon, over)}
        batch = renewing.renew_all([soon, over], seen, reason="工作需要", actor=organiser)
        ends = [(p.state, p.term_start, p.term_end) for p in (soon, over)]
        assert ends == [
            (PoolState.APPOINTED, date(2026, 3, 1), date(2030, 6, 29)),
            (PoolState.APPOINTED, TODAY, date(2030, 5, 9)),
        ]
        assert "工作需要" in queries.list_history(soon.id)[0].reason
    with pytest.raises(Conflict), transaction():
        renewing.renew_all([soon, over], seen, actor=organiser)
    with transaction():
        kept = session().get_one(RenewalBatch, batch.id)
        assert renewing.take_back(kept, actor=organiser) == 2
        with pytest.raises(Conflict, match="已经撤销过"):
            renewing.take_back(kept, actor=organiser)
    assert [(p.state, p.term_start, p.term_end) for p in (soon, over)] == [
        (PoolState.RENEWAL_DUE, date(2026, 3, 1), TODAY + timedelta(days=50)),
        (PoolState.APPOINTED, date(2026, 3, 1), TODAY - timedelta(days=3)),
    ]
    assert queries.list_history(soon.id)[0].reason.startswith("撤销续聘")


def test_what_changed_after_a_renewal_is_not_taken_back(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = ending(county, "将满", 5)
        batch = renewing.renew_all([person], {person.id: person.version}, actor=organiser)
        person.state = PoolState.SUSPENDED
        with pytest.raises(Conflict, match="续聘后 将满 的聘期或状态又有变动"):
            renewing.take_back(batch, actor=organiser)


def test_whose_year_proposes_exit_is_renewed_with_a_reason_only(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        poor, other = ending(county, "不合格的", 5), ending(county, "邻县的", 5)
        row = assessed(county, poor, G.FAILED, Consequence.EXIT)
        seen = {poor.id: poor.version}
        with pytest.raises(RuleBroken, match="不合格的 的考核建议退出") as refused:
            renewing.renew_all([poor], seen, actor=organiser)
        assert [v.subject for v in refused.value.violations] == ["reason"]
        row.outcome, row.outcome_reason = Outcome.KEPT, "病假归来"
        session().flush()
        renewing.renew_all([poor], seen, actor=organiser)
        other.owner_id = county.units["邻县"]
        session().flush()
        with pytest.raises(RuleBroken, match="同一师资库"):
            renewing.renew_all([other, poor], seen, actor=organiser)


@pytest.mark.parametrize(
    "state", [s for s in PoolState if s not in (PoolState.APPOINTED, PoolState.RENEWAL_DUE)]
)
def test_nobody_is_renewed_from_another_state(county: County, state: PoolState) -> None:
    with transaction():
        into = county.instructors["王芳"] if state is PoolState.MERGED else None
        person = ending(county, "某人", 5, state=state, merged_into_id=into)
        with pytest.raises(RuleBroken, match="不能「续聘」"):
            renewing.renew_all([person], {person.id: person.version}, actor=county.actor("organiser"))


def test_the_pages_select_preview_apply_once_and_undo(sign_in: SignIn, county: County) -> None:
    with transaction():
        good, poor = ending(county, "该续的", 20), ending(county, "该退的", 20)
        assessed(county, good, G.QUALIFIED, Consequence.RENEWAL)
        assessed(county, poor, G.FAILED, Consequence.EXIT)
        good_id, poor_id = good.id, poor.id
    organiser = sign_in("organiser")
    assert "2 位讲师聘期在 30 天内到期" in body(organiser.get("/"))
    listed = body(organiser.get("/instructors/renewals?proposal=renewal"))
    assert re.findall(r'class="row-link" href="[^"]*">([^<]+)</a>', listed) == ["该续的"]
    with counted() as statements:
        organiser.get("/instructors/renewals")
    assert len(statements) <= 12
    preview = body(organiser.post("/instructors/renewals/preview", data={"ids": [good_id, poor_id]}))
    assert "2029-05-30" in preview and "要续聘请勾选并写明原因" in preview
    ticked = {
        int(i): "checked" in rest for i, rest in re.findall(r'name="ids" value="(\d+)"([^>]*)>', preview)
    }
    assert ticked == {good_id: True, poor_id: False}
    versions = dict(re.findall(r'name="(version-\d+)" value="(\d+)"', preview))
    refused = organiser.post("/instructors/renewals", data=versions | {"ids": [good_id, poor_id]})
    assert refused.status_code == 422 and "请写明原因" in body(refused)
    done = organiser.post("/instructors/renewals", data=versions | {"ids": [good_id]}, follow_redirects=True)
    assert "1 人已续聘" in body(done)
    undo = re.search(r"/instructors/renewals/\d+/take-back", body(done))
    assert undo is not None
    again = organiser.post("/instructors/renewals", data=versions | {"ids": [good_id]})
    assert again.status_code == 422 and session().get_one(Instructor, good_id).term_end == date(2029, 5, 30)
    assert organiser.post(undo[0]).status_code == 302
    assert session().get_one(Instructor, good_id).term_end == TODAY + timedelta(days=20)
    assert sign_in("approver").post("/instructors/renewals", data={"ids": good_id}).status_code == 403
    assert organiser.get("/instructors/renewals?export=xlsx").status_code == 200
