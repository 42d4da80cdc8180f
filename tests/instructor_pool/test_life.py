"""Every state × every action × role, entry review, terms and exit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from accounts.access import SYSTEM
from accounts.enums import P, Role
from accounts.models import User
from core.db import session, transaction
from core.errors import NotAllowed, RuleBroken
from instructor_pool import jobs, queries
from instructor_pool.enums import (
    EngagementMode,
    ExitReason,
    PoolAction,
    PoolState,
    SourceCategory,
    TermProblem,
)
from instructor_pool.models import Instructor, ReviewPanel, StateChange
from instructor_pool.rules import life as table
from instructor_pool.rules import term_problem
from instructor_pool.rules.panels import Workplace, has_conflict
from instructor_pool.rules.terms import alert, term_ending
from instructor_pool.services import appointing, entering, life, publicity, reviewing
from notifications.models import OutboxMessage
from tests.factories.county import County, make_instructor, make_user
from tests.factories.days import let_days_pass

A, S = PoolAction, PoolState
MARKS = {"direction": 1, "content": 27, "practice": 18, "design": 13, "delivery": 17, "courseware": 12}
DECISIONS = {A.APPROVE, A.ADMIT, A.EXIT}
# Written out by hand from the domain page, not read from the table it checks.
ALLOWED = {
    S.NOMINATED: {A.CHECK_ELIGIBILITY: S.ELIGIBILITY_CHECKED, A.REJECT: S.REJECTED, A.RESERVE: S.RESERVE},
    S.ELIGIBILITY_CHECKED: {
        A.REVIEW: S.REVIEWED,
        A.ADMIT: S.APPOINTED,
        A.REJECT: S.REJECTED,
        A.RESERVE: S.RESERVE,
    },
    S.REVIEWED: {A.PUBLICISE: S.PUBLICISED, A.REJECT: S.REJECTED, A.RESERVE: S.RESERVE},
    S.PUBLICISED: {A.APPROVE: S.APPROVED, A.REJECT: S.REJECTED, A.RESERVE: S.RESERVE},
    S.APPROVED: {A.SIGN_LETTER: S.LETTER_SIGNED, A.EXIT: S.EXITED},
    S.LETTER_SIGNED: {A.APPOINT: S.APPOINTED, A.EXIT: S.EXITED},
    S.APPOINTED: {A.SUSPEND: S.SUSPENDED, A.FALL_DUE: S.RENEWAL_DUE, A.RENEW: S.APPOINTED, A.EXIT: S.EXITED},
    S.SUSPENDED: {A.RESUME: S.APPOINTED, A.EXIT: S.EXITED},
    S.RENEWAL_DUE: {A.SUSPEND: S.SUSPENDED, A.RENEW: S.APPOINTED, A.EXIT: S.EXITED},
    S.EXITED: {},
    S.REJECTED: {},
    S.RESERVE: {A.RECONSIDER: S.NOMINATED},
    S.MERGED: {},
}


def marks(**changed: int) -> dict[str, Decimal]:
    return {key: Decimal(value) for key, value in (MARKS | changed).items()}


def nominated(county: County, name: str = "周候选", **fields: object) -> Instructor:
    given = {
        "name": name,
        "work_unit": "县农业农村局",
        "source_category": SourceCategory.PRACTITIONER,
        "engagement_mode": EngagementMode.APPOINTED,
    }
    return entering.nominate(county.unit("嘉祥县"), given | fields, actor=county.actor("organiser"))  # type: ignore[arg-type]


def users(county: County, *logins: str) -> list[User]:
    return [session().get_one(User, county.users[login]) for login in logins]


def reviewed(county: County, person: Instructor, **changed: int) -> ReviewPanel:
    organiser = county.actor("organiser")
    life.take_step(person, A.CHECK_ELIGIBILITY, actor=organiser)
    panel = reviewing.open_panel(
        person, users(county, "evaluator", "evaluator2", "evaluator3"), actor=organiser
    )
    for login in ("evaluator", "evaluator2", "evaluator3"):
        reviewing.score_candidate(panel, marks(**changed), actor=county.actor(login))
    return reviewing.close_review(panel, actor=organiser)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("action", list(A))
def test_every_state_and_action_leads_where_the_domain_says(state: S, action: A) -> None:
    assert table.after(state, action) == ALLOWED[state].get(action)


@pytest.mark.parametrize("login", ["organiser", "approver"])
def test_every_state_action_and_role_is_done_or_refused_with_a_sentence(county: County, login: str) -> None:
    actor = county.actor(login)
    with transaction():
        person = make_instructor(county.unit("嘉祥县"), "试探", [])
        for mode in EngagementMode:
            person.engagement_mode = mode
            for state in S:
                person.state = state
                person.merged_into_id = person.id if state is S.MERGED else None
                session().flush()
                for action in A:
                    wanted = ALLOWED[state].get(action)
                    if (action is A.ADMIT and mode is EngagementMode.APPOINTED) or (
                        action in (A.SIGN_LETTER, A.APPOINT, A.RENEW) and mode is not EngagementMode.APPOINTED
                    ):
                        wanted = None
                    where = (state, action, mode)
                    if wanted is None:
                        with pytest.raises(RuleBroken) as refused:
                            life.check_step(person, action, actor=actor, reason="理由")
                        assert "不能" in refused.value.sentence and person.name in refused.value.sentence, (
                            where
                        )
                    elif action in DECISIONS and login == "organiser":
                        with pytest.raises(NotAllowed, match="审批人"):
                            life.check_step(person, action, actor=actor, reason="理由")
                    else:
                        assert life.check_step(person, action, actor=actor, reason="理由") is wanted, where


@pytest.mark.parametrize("action", [A.REJECT, A.RESERVE, A.SUSPEND])
def test_steps_that_hurt_need_a_reason(county: County, action: A) -> None:
    with transaction():
        person = make_instructor(
            county.unit("嘉祥县"), "某人", [], state=S.APPOINTED if action is A.SUSPEND else S.REVIEWED
        )
        with pytest.raises(RuleBroken, match="原因"):
            life.take_step(person, action, actor=county.actor("organiser"), reason=" ")
        life.take_step(person, action, actor=county.actor("organiser"), reason="材料不全")
        assert queries.list_history(person.id)[0].reason == "材料不全"


def test_a_candidate_goes_all_the_way_to_a_certificate_and_every_step_is_kept(county: County) -> None:
    organiser, approver = county.actor("organiser"), county.actor("approver")
    with transaction():
        person = nominated(county)
        panel = reviewed(county, person)
        assert (panel.mean, panel.passed) == (Decimal("87.0"), True)
        publicity.publicise(person, actor=organiser)
        let_days_pass(10)
        life.take_step(person, A.APPROVE, actor=approver)
        with pytest.raises(RuleBroken, match="现在是「已批准」"):
            appointing.appoint(person, actor=organiser)
        term = {"start": date(2027, 6, 1), "end": date(2029, 5, 31)}
        appointing.sign_letter(person, signed_on=date(2027, 5, 20), **term, actor=organiser)
        appointing.appoint(person, number="嘉党讲聘〔2027〕054号", actor=organiser)
    steps = [(c.after, c.by_id) for c in reversed(queries.list_history(person.id))]
    o, a = organiser.user_id, approver.user_id
    assert steps == [
        (S.NOMINATED, o), (S.ELIGIBILITY_CHECKED, o), (S.REVIEWED, o), (S.PUBLICISED, o), (S.APPROVED, a), (S.LETTER_SIGNED, o), (S.APPOINTED, o),
    ]  # fmt: skip
    assert (person.certificate_number, person.term_end) == ("嘉党讲聘〔2027〕054号", date(2029, 5, 31))


def test_the_steps_of_a_life_cannot_be_rewritten(county: County) -> None:
    with transaction():
        nominated(county)
    for statement in ("UPDATE pool_state_change SET reason = 'x'", "DELETE FROM pool_state_change"):
        with pytest.raises(DatabaseError):
            session().execute(text(statement))
        session().rollback()


def test_a_failed_review_can_only_be_turned_down_or_kept_in_reserve(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = nominated(county)
        panel = reviewed(county, person, content=10)
        assert (panel.mean, panel.passed) == (Decimal("70.0"), False)
        with pytest.raises(RuleBroken, match=r"评审没有通过\(平均 70.0 分\)"):
            publicity.publicise(person, actor=organiser)
        life.take_step(person, A.RESERVE, actor=organiser, reason="明年再来")
        life.take_step(person, A.RECONSIDER, actor=organiser)
        assert person.state is S.NOMINATED


def test_one_veto_fails_a_candidate(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = nominated(county)
        life.take_step(person, A.CHECK_ELIGIBILITY, actor=organiser)
        panel = reviewing.open_panel(
            person, users(county, "evaluator", "evaluator2", "evaluator3"), actor=organiser
        )
        for login, direction in (("evaluator", 1), ("evaluator2", 1), ("evaluator3", 0)):
            reviewing.score_candidate(panel, marks(direction=direction), actor=county.actor(login))
        assert reviewing.close_review(panel, actor=organiser).passed is False


def test_a_panel_has_three_members_none_from_the_candidates_unit(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = nominated(county)
        three = users(county, "evaluator", "evaluator2", "evaluator3")
        with pytest.raises(RuleBroken, match="不能"):
            reviewing.open_panel(person, three, actor=organiser)
        life.take_step(person, A.CHECK_ELIGIBILITY, actor=organiser)
        with pytest.raises(RuleBroken, match="至少 3 人"):
            reviewing.open_panel(person, [three[0], three[0], three[1]], actor=organiser)
        make_instructor(county.unit("嘉祥县"), "同事", [], work_unit="县农业农村局", user_id=three[2].id)
        with pytest.raises(RuleBroken, match="evaluator3 与候选人同一单位") as refused:
            reviewing.open_panel(person, three, actor=organiser)
        assert [v.code for v in refused.value.violations] == ["conflict"]
        assert {u.login for u, _n in queries.list_evaluators(person)} == {"evaluator", "evaluator2"}


def test_the_same_unit_is_told_by_name_or_by_place_in_the_tree() -> None:
    town = Workplace("/1/2/3/4/", "东镇党委")
    assert has_conflict([town], [Workplace("/1/2/3/4/9/", "东镇财政所")])
    assert has_conflict([Workplace("", "县委党校")], [Workplace("", "县委党校")])
    assert not has_conflict([town], [Workplace("/1/2/3/5/", "西镇党委")])
    assert not has_conflict([Workplace("", "")], [Workplace("", "")])


def test_evaluators_of_a_township_are_not_offered_for_the_county(county: County) -> None:
    with transaction():
        make_user("town_evaluator", Role.EVALUATOR, county.unit("西镇"))
        make_user("city_evaluator", Role.EVALUATOR, county.unit("济宁市"))
        person = nominated(county)
        offered = {u.login for u, _n in queries.list_evaluators(person)}
    assert offered == {"evaluator", "evaluator2", "evaluator3", "city_evaluator"}


def test_a_sheet_is_handed_in_once_by_members_only_and_closing_needs_three(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = nominated(county)
        life.take_step(person, A.CHECK_ELIGIBILITY, actor=organiser)
        panel = reviewing.open_panel(
            person, users(county, "evaluator", "evaluator2", "evaluator3"), actor=organiser
        )
        told = session().execute(select(OutboxMessage.user_id, OutboxMessage.title, OutboxMessage.url))
        wanted = [
            (u.id, "请评审候选人 周候选", f"/instructors/reviews/{panel.id}")
            for u in users(county, "evaluator", "evaluator2", "evaluator3")
        ]
        assert [tuple(row) for row in told] == wanted
        with pytest.raises(RuleBroken, match="已有评审组"):
            reviewing.open_panel(
                person, users(county, "evaluator", "evaluator2", "evaluator3"), actor=organiser
            )
        with pytest.raises(NotAllowed):
            reviewing.score_candidate(panel, marks(), actor=organiser)
        reviewing.score_candidate(panel, marks(), actor=county.actor("evaluator"))
        with pytest.raises(RuleBroken, match="交了就不能改"):
            reviewing.score_candidate(panel, marks(), actor=county.actor("evaluator"))
        with pytest.raises(RuleBroken, match="现在只有 1 份"):
            reviewing.close_review(panel, actor=organiser)
        with pytest.raises(NotAllowed):
            reviewing.close_review(panel, actor=county.actor("evaluator"))


def test_whoever_reviewed_does_not_approve(county: County) -> None:
    with transaction():
        person = nominated(county)
        reviewed(county, person)
        publicity.publicise(person, actor=county.actor("organiser"))
        let_days_pass(10)
        session().get_one(User, county.users["evaluator"])
        both = county.actor("evaluator")
        both = type(both)(both.user_id, both.name, (*both.grants, *county.actor("approver").grants))
        with pytest.raises(NotAllowed, match="评审过"):
            life.take_step(person, A.APPROVE, actor=both)


def test_exit_keeps_reason_approver_and_date_and_closes_the_account(county: County) -> None:
    approver = county.actor("approver")
    with transaction():
        person = session().get_one(Instructor, county.instructors["王芳"])
        with pytest.raises(NotAllowed):
            life.leave(
                person, why=ExitReason.OWN_REQUEST, day=date(2027, 5, 10), actor=county.actor("organiser")
            )
        with pytest.raises(RuleBroken, match="不能晚于今天"):
            life.leave(person, why=ExitReason.OWN_REQUEST, day=date(2027, 5, 11), actor=approver)
        life.leave(person, why=ExitReason.OWN_REQUEST, day=date(2027, 5, 10), note="退休", actor=approver)
    assert (person.state, person.exit_reason, person.exit_date, person.exit_approver_id) == (
        S.EXITED, ExitReason.OWN_REQUEST, date(2027, 5, 10), approver.user_id,
    )  # fmt: skip
    assert person.user is not None and (person.user.disabled, person.user.grants) == (True, [])
    assert term_problem(person, date(2027, 6, 1)) is TermProblem.NOT_IN_POOL
    assert person.id not in {p.id for p in queries.list_bookable(SYSTEM.scope(P.POOL_VIEW), 2027)}


def test_exit_leaves_other_roles_alone(county: County) -> None:
    from accounts import services as accounts

    with transaction():
        person = session().get_one(Instructor, county.instructors["王芳"])
        assert person.user is not None
        accounts.grant(person.user, Role.EVALUATOR, county.unit("嘉祥县"))
        life.leave(person, why=ExitReason.LONG_IDLE, day=date(2027, 5, 9), actor=county.actor("approver"))
    assert (person.user.disabled, [g.role for g in person.user.grants]) == (False, [Role.EVALUATOR])


@pytest.mark.parametrize(
    ("state", "day", "problem"),
    [
        (S.APPOINTED, date(2027, 3, 1), None),
        (S.APPOINTED, date(2027, 2, 28), TermProblem.BEFORE_TERM),
        (S.RENEWAL_DUE, date(2028, 2, 29), None),
        (S.APPOINTED, date(2028, 3, 1), TermProblem.AFTER_TERM),
        (S.SUSPENDED, date(2027, 6, 1), TermProblem.SUSPENDED),
        (S.NOMINATED, date(2027, 6, 1), TermProblem.NOT_IN_POOL),
        (S.EXITED, date(2027, 6, 1), TermProblem.NOT_IN_POOL),
    ],
)
def test_nothing_new_is_booked_outside_state_and_term(
    state: S, day: date, problem: TermProblem | None
) -> None:
    person = Instructor(state=state, term_start=date(2027, 3, 1), term_end=date(2028, 2, 29))
    assert term_problem(person, day) is problem
    invited = Instructor(state=S.APPOINTED, term_start=None, term_end=None)
    assert term_problem(invited, day) is None


def test_terms_end_on_the_day_before_and_alerts_tighten() -> None:
    assert term_ending(date(2026, 3, 1)) == date(2028, 2, 29)
    assert term_ending(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert [alert(n) for n in (None, 91, 90, 31, 30, 0, -1)] == [None, None, 90, 90, 30, 30, 0]


def test_the_daily_job_marks_terms_that_end_and_renewal_starts_a_new_one(county: County) -> None:
    today = date(2027, 5, 10)
    with transaction():
        soon = make_instructor(county.unit("嘉祥县"), "将满", [], term_end=today + timedelta(days=90))
        later = make_instructor(county.unit("嘉祥县"), "还早", [], term_end=today + timedelta(days=91))
        invited = make_instructor(
            county.unit("嘉祥县"), "邀请", [], engagement_mode=EngagementMode.INVITED, term_end=today
        )
        jobs.look_at_terms()
        jobs.look_at_terms()
    assert [p.state for p in (soon, later, invited)] == [S.RENEWAL_DUE, S.APPOINTED, S.APPOINTED]
    assert len(session().scalars(select(StateChange).where(StateChange.instructor_id == soon.id)).all()) == 1
    with transaction():
        with pytest.raises(RuleBroken, match="要比原聘期"):
            life.renew(soon, start=today, end=today, actor=county.actor("organiser"))
        life.renew(soon, start=soon.term_end or today, end=date(2029, 8, 7), actor=county.actor("organiser"))
    assert (soon.state, soon.term_start, soon.term_end) == (S.APPOINTED, date(2026, 3, 1), date(2029, 8, 7))
