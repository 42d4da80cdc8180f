"""A pool's year from the figures to the pages: read in a bounded number of statements, run again without harm, decided by people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import session, transaction
from core.errors import Conflict, NotAllowed, RuleBroken
from evaluations.enums import CodeMode
from evaluations.jobs import take_assessment
from evaluations.models import SessionScore
from evaluations.queries.yearly import figures_of_year
from evaluations.services import feedback as rounds
from evaluations.services import score_session
from instructor_pool.enums import AssessmentGrade as G
from instructor_pool.enums import (
    AssessmentState,
    Consequence,
    EngagementMode,
    ExitReason,
    IncidentGrade,
    PoolState,
)
from instructor_pool.models import Assessment, AssessmentRun, Instructor, StateChange, TeachingIncident
from instructor_pool.rules.assessment import Policy
from instructor_pool.services import assessing, life
from notifications.models import OutboxMessage
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking
from tests.evaluations.test_scores import hold, marks, person
from tests.factories.county import Browser, County, make_instructor
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
FIRST, UNTIL = date(2027, 1, 1), date(2027, 5, 10)


def taught(county: County) -> None:
    """王芳 taught two sessions: one scored by a supervisor, one by five trainees; 李强 taught one that nobody scored."""
    first, second = hold(county, 0), hold(county, 1)
    hold(county, 2, "李强")
    score_session(first, marks(scholarship=0), "", actor=county.actor("evaluator"))
    found = rounds.open_round(second, CodeMode.OPEN, hours=24, actor=county.actor("organiser"))
    given = {"attitude": Decimal(16), "content": Decimal(24), "method": Decimal(16), "effect": Decimal(24)}
    for n in range(5):
        rounds.receive(found.token, given, "", device=f"phone-{n}")
    rounds.close_round(found, actor=county.actor("organiser"))


def worked_out(county: County, year: int = 2027) -> AssessmentRun:
    with transaction():
        run_id = assessing.request(county.unit("嘉祥县"), year, actor=county.actor("organiser")).id
    assert take_assessment()
    return session().get_one(AssessmentRun, run_id)


def row_of(county: County, name: str = "王芳") -> Assessment:
    stmt = select(Assessment).where(Assessment.instructor_id == county.instructors[name])
    return session().scalars(stmt.order_by(Assessment.id.desc())).first()  # type: ignore[return-value]


def published(county: County) -> AssessmentRun:
    run = worked_out(county)
    with transaction():
        assessing.publish(session().get_one(AssessmentRun, run.id), actor=county.actor("approver"))
    return session().get_one(AssessmentRun, run.id)


def test_figures_are_what_happened_in_the_period(county: County) -> None:
    with transaction():
        taught(county)
        me = county.instructors["王芳"]
        late = {
            "kind": ResourceKind.INSTRUCTOR,
            "resource_id": me,
            "seat": 0,
            "asked_at": datetime(2027, 4, 1),
        }
        for n, answered in enumerate((datetime(2027, 4, 18), datetime(2027, 4, 2))):
            session().add(
                Booking(session_id=county.sessions[0], day=date(2027, 4, 20), from_unit=n, to_unit=n + 1, state=BookingState.DECLINED, answered_at=answered, **late)
            )  # fmt: skip
        for day, revoked in (
            (date(2027, 4, 1), None),
            (date(2027, 4, 2), datetime(2027, 4, 3)),
            (date(2026, 4, 1), None),
        ):
            session().add(TeachingIncident(instructor_id=me, day=day, grade=IncidentGrade.MINOR, what="迟到", recorded_at=clock.now(), recorded_by="x", revoked_at=revoked, revoke_reason="误记" if revoked else ""))  # fmt: skip
    found = figures_of_year(county.unit("嘉祥县").id, FIRST, UNTIL)
    assert {session().get_one(Instructor, i).name for i in found} == {
        "王芳",
        "李强",
        "单雄",
        "赵书记",
        "钱局长",
    }
    wang, li = found[county.instructors["王芳"]], found[county.instructors["李强"]]
    assert (wang.days, wang.period, wang.sessions, wang.hours) == (130, 130, 2, Decimal("6.0"))
    assert (wang.feedback, wang.feedback_sessions, wang.feedback_answers) == (Decimal("80.0"), 1, 5)
    assert (wang.supervision, wang.supervision_sheets, wang.vetoes) == (Decimal("90.9"), 1, 0)
    assert (wang.minor, wang.serious, wang.late) == (1, 0, 1)
    assert (li.feedback, li.supervision, li.sessions, li.hours) == (None, None, 1, Decimal("3.0"))


def test_what_is_excluded_or_too_few_or_outside_does_not_count(county: County) -> None:
    with transaction():
        taught(county)
        session().scalars(select(SessionScore)).one().excluded_reason = "申诉成立"
        found = rounds.feedback.find_round(county.sessions[1])
        assert found is not None
        found.excluded_reason = "申诉成立"
    owner = county.unit("嘉祥县").id
    wang = figures_of_year(owner, FIRST, UNTIL)[county.instructors["王芳"]]
    assert (wang.feedback, wang.supervision, wang.sessions) == (None, None, 2)
    before = figures_of_year(owner, date(2026, 1, 1), date(2026, 12, 31))[county.instructors["王芳"]]
    assert (before.sessions, before.days, before.period) == (0, 306, 365)


def test_who_is_assessed_and_since_when(county: County) -> None:
    with transaction():
        owner = county.unit("嘉祥县")
        make_instructor(owner, "邀请的", [], engagement_mode=EngagementMode.INVITED)
        make_instructor(owner, "选派的", [], engagement_mode=EngagementMode.SECONDED)
        make_instructor(owner, "候选的", [], state=PoolState.NOMINATED)
        make_instructor(county.unit("邻县"), "邻县的", [])
        make_instructor(owner, "后来的", [], term_start=UNTIL + timedelta(days=1))
        paused = make_instructor(owner, "暂停的", [], state=PoolState.SUSPENDED, term_start=date(2027, 5, 1))
        renewed = make_instructor(owner, "续聘的", [], term_start=date(2027, 5, 1))
        session().add(
            StateChange(
                instructor_id=renewed.id, after=PoolState.APPOINTED, at=datetime(2025, 3, 1), by_name="x"
            )
        )
    found = figures_of_year(owner.id, FIRST, UNTIL)
    known = {session().get_one(Instructor, i).name: f for i, f in found.items()}
    assert set(known) == {"王芳", "李强", "单雄", "赵书记", "钱局长", "暂停的", "续聘的"}
    assert (known["暂停的"].days, known["续聘的"].days, paused.state) == (10, 130, PoolState.SUSPENDED)


def test_a_run_proposes_and_running_again_changes_nothing_but_what_moved(county: County) -> None:
    with transaction():
        taught(county)
    run = worked_out(county)
    wang, li, shan = row_of(county), row_of(county, "李强"), row_of(county, "单雄")
    # 80.0 × 50 % + 90.9 × 20 % + 100 × 20 % + 100 × 10 %, for 6 of the 4.3 hours expected of 130 days
    assert (wang.total, wang.grade, wang.consequence) == (Decimal("88.2"), G.QUALIFIED, Consequence.RENEWAL)
    assert (li.total, li.grade, li.remarks) == (None, G.NOT_GRADED, ["not_scored"])
    assert (shan.grade, shan.remarks, shan.consequence) == (
        G.NOT_GRADED,
        ["not_taught"],
        Consequence.UNDECIDED,
    )
    assert (run.state, run.until, run.rules) == (AssessmentState.READY, UNTIL, Policy())
    with transaction():
        assessing.adjust(row_of(county), G.EXCELLENT, "承担省级示范班", actor=county.actor("evaluator"))
    versions = dict(session().execute(select(Assessment.id, Assessment.version)).all())
    again = worked_out(county)
    assert again.id == run.id
    assert dict(session().execute(select(Assessment.id, Assessment.version)).all()) == versions
    assert (row_of(county).grade, row_of(county).adjust_reason) == (G.EXCELLENT, "承担省级示范班")
    with transaction():
        life.leave(
            person(county, "李强"), why=ExitReason.OWN_REQUEST, day=UNTIL, actor=county.actor("approver")
        )
    worked_out(county)
    assert session().scalar(select(func.count()).select_from(Assessment)) == 4


def test_asking_twice_is_one_run_and_what_makes_no_sense_is_refused(county: County) -> None:
    owner, organiser = county.unit("嘉祥县"), county.actor("organiser")
    with transaction():
        first = assessing.request(owner, 2027, actor=organiser)
        assert assessing.request(owner, 2027, actor=organiser) is first
        for year in (2028, 1999):
            with pytest.raises(RuleBroken, match="只能考核今年或以前"):
                assessing.request(owner, year, actor=organiser)
        with pytest.raises(RuleBroken, match="没有聘任的讲师"):
            assessing.request(county.unit("邻县"), 2027, actor=organiser)
    assert (take_assessment(), take_assessment()) == (True, False)


def test_a_run_whose_worker_has_gone_is_taken_over_and_the_late_one_writes_nothing(county: County) -> None:
    with transaction():
        assessing.request(county.unit("嘉祥县"), 2027, actor=county.actor("organiser"))
        lost = assessing.claim()
    assert lost is not None
    assert not take_assessment()
    with transaction():
        session().get_one(AssessmentRun, lost.run_id).lease_until = clock.instant() - timedelta(seconds=1)
    assert take_assessment()
    with pytest.raises(Conflict), transaction():
        assessing.store(lost, {})
    assert session().scalar(select(func.count()).select_from(Assessment)) == 5


def test_a_failure_says_so_and_keeps_what_was_there(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out(county)

    def broken(*_args: object) -> None:
        raise ValueError

    monkeypatch.setattr("evaluations.jobs.figures_of_year", broken)
    run = worked_out(county)
    assert (run.state, "没有改动" in run.failure) == (AssessmentState.FAILED, True)
    assert session().scalar(select(func.count()).select_from(Assessment)) == 5
    monkeypatch.undo()
    assert worked_out(county).state is AssessmentState.READY


def test_setting_a_grade_needs_a_reason_and_is_nobodys_own(county: County) -> None:
    worked_out(county)
    with transaction():
        row, evaluator = row_of(county), county.actor("evaluator")
        with pytest.raises(RuleBroken, match="请写明原因"):
            assessing.adjust(row, G.BASIC, " ", actor=evaluator)
        with pytest.raises(RuleBroken, match="没有变化"):
            assessing.adjust(row, G.NOT_GRADED, "理由", actor=evaluator)
        with pytest.raises(NotAllowed, match="不能给自己"):
            assessing.adjust(row, G.BASIC, "理由", actor=county.actor("instructor"))
        assessing.adjust(row, G.BASIC, "试讲情况一般", actor=evaluator)
        assert (row.consequence, row.adjusted_by) == (Consequence.WARNING, "evaluator")
        with pytest.raises(Conflict):
            assessing.adjust(row, G.FAILED, "理由", actor=evaluator, seen=row.version - 1)


def test_publishing_is_the_approvers_and_tells_everybody_with_an_account_once(county: County) -> None:
    run = worked_out(county)
    with transaction():
        with pytest.raises(NotAllowed):
            assessing.publish(session().get_one(AssessmentRun, run.id), actor=county.actor("organiser"))
        assert (
            assessing.publish(session().get_one(AssessmentRun, run.id), actor=county.actor("approver")) == 1
        )
        with pytest.raises(RuleBroken, match="已经公布"):
            assessing.publish(session().get_one(AssessmentRun, run.id), actor=county.actor("approver"))
        with pytest.raises(RuleBroken, match="不能重算"):
            assessing.request(county.unit("嘉祥县"), 2027, actor=county.actor("organiser"))
    told = session().scalars(select(OutboxMessage)).all()
    assert [(m.user_id, m.title, m.url) for m in told] == [
        (county.users["instructor"], "您的 2027 年度考核：不定等次", "/me/assessments")
    ]
    with transaction():
        assessing.adjust(row_of(county), G.QUALIFIED, "补计评分", actor=county.actor("evaluator"))
    titles = session().scalars(select(OutboxMessage.title).order_by(OutboxMessage.id)).all()
    assert titles[-1] == "您的 2027 年度考核更正为：合格"


def test_warning_and_keeping_follow_a_published_proposal_once(county: County) -> None:
    organiser, approver = county.actor("organiser"), county.actor("approver")
    worked_out(county)
    with transaction():
        assessing.adjust(row_of(county), G.BASIC, "一般", actor=county.actor("evaluator"))
        assessing.adjust(row_of(county, "李强"), G.FAILED, "差", actor=county.actor("evaluator"))
        with pytest.raises(RuleBroken, match="公布以后"):
            assessing.warn(row_of(county), "改进", actor=organiser)
    published(county)
    with transaction():
        wang, li = row_of(county), row_of(county, "李强")
        with pytest.raises(RuleBroken, match="没有建议退出"):
            assessing.keep(wang, "理由", actor=approver)
        assessing.warn(wang, "案例要更新", actor=organiser)
        with pytest.raises(RuleBroken, match="已经办理过：已警示"):
            assessing.warn(wang, "再来", actor=organiser)
        with pytest.raises(NotAllowed, match="审批人"):
            assessing.keep(li, "理由", actor=organiser)
        with pytest.raises(RuleBroken, match="请写明原因"):
            assessing.keep(li, "", actor=approver)
        assessing.keep(li, "病假归来", actor=approver)
    assert "特此警示" in session().scalars(select(OutboxMessage.title).order_by(OutboxMessage.id)).all()[-1]


def test_the_year_before_counts_as_it_was_published(county: County) -> None:
    worked_out(county, 2026)
    with transaction():
        assessing.adjust(row_of(county), G.BASIC, "一般", actor=county.actor("evaluator"))
    owner = county.unit("嘉祥县").id
    assert figures_of_year(owner, FIRST, UNTIL)[county.instructors["王芳"]].last_grade is None
    with transaction():
        run = session().scalars(select(AssessmentRun)).one()
        assessing.publish(run, actor=county.actor("approver"))
    assert figures_of_year(owner, FIRST, UNTIL)[county.instructors["王芳"]].last_grade is G.BASIC
    worked_out(county)
    with transaction():
        row = row_of(county)
        assert row.run.year == 2027
        assessing.adjust(row, G.BASIC, "还是一般", actor=county.actor("evaluator"))
        assert row.consequence is Consequence.EXIT


def test_statements_do_not_grow_with_the_pool(county: County) -> None:
    owner_id = county.unit("嘉祥县").id
    with counted() as few:
        figures_of_year(owner_id, FIRST, UNTIL)
    with transaction():
        for n in range(40):
            make_instructor(county.unit("嘉祥县"), f"第{n}位", [])
    with counted() as many:
        figures_of_year(owner_id, FIRST, UNTIL)
    assert len(few) == len(many) == 8
