"""Appeals: filed by the instructor, answered by somebody else, excluding a score with a reason, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert
from werkzeug.datastructures import MultiDict

from accounts.enums import P
from core import clock
from core.audit import AuditRecord
from core.db import session, transaction
from core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from evaluations import services
from evaluations.enums import AppealState
from evaluations.models import FeedbackRound, RatingAppeal, SessionScore
from evaluations.queries import appeals as queries
from evaluations.services import appeals
from evaluations.services import feedback as rounds
from notifications.models import OutboxMessage
from scheduling.enums import SessionState
from scheduling.models import Session
from tests.evaluations.test_feedback import answer, opened
from tests.evaluations.test_scores import hold, marks, person, text_of
from tests.factories.county import Browser, County
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]


def scored(county: County) -> int:
    """A harsh score of 王芳's lesson; her rating falls to 75."""
    with transaction():
        row = hold(county, 0)
        score = services.score_session(row, marks(content=0, effect=0), actor=county.actor("evaluator"))
        return score.id


def filed(county: County, score_id: int) -> int:
    with transaction():
        against = session().get_one(SessionScore, score_id)
        return appeals.file_appeal(
            person(county), against, "当天临时换教室", actor=county.actor("instructor")
        ).id


def decide(county: County, appeal_id: int, *, upheld: bool, login: str = "approver", **extra: object) -> None:
    with transaction():
        found = session().get_one(RatingAppeal, appeal_id)
        appeals.decide(found, upheld=upheld, opinion="情况属实", actor=county.actor(login), **extra)  # type: ignore[arg-type]


def test_an_upheld_appeal_excludes_the_score_and_can_be_taken_back(county: County) -> None:
    score_id = scored(county)
    before = person(county).rating
    assert person(county).rating_count == 1 and before < 80
    appeal_id = filed(county, score_id)
    assert person(county).rating == before, "it counts until it is answered"
    decide(county, appeal_id, upheld=True)
    assert (person(county).rating, person(county).rating_count) == (80, 0)
    assert session().get_one(SessionScore, score_id).excluded_reason == "情况属实"
    with transaction():
        found = session().get_one(RatingAppeal, appeal_id)
        appeals.reopen(found, reason="另有说明", actor=county.actor("approver"))
    assert (person(county).rating, person(county).rating_count) == (before, 1)
    assert session().get_one(SessionScore, score_id).excluded_reason == ""
    decide(county, appeal_id, upheld=False)
    assert person(county).rating == before
    told = session().query(OutboxMessage).filter_by(user_id=county.users["instructor"]).all()
    assert [m.title.split("：")[1] for m in told] == ["已采纳，不计入", "待处理", "维持原分"]
    said = [r.subject for r in session().query(AuditRecord).order_by(AuditRecord.id) if "申诉" in r.subject]
    assert said == [
        "王芳 对评分提出申诉",
        *(f"王芳 的评分申诉：{s}" for s in ("已采纳，不计入", "待处理", "维持原分")),
    ]


def test_what_may_not_be_is_refused_with_its_reason(county: County) -> None:
    score_id = scored(county)
    appeal_id = filed(county, score_id)
    with pytest.raises(RuleBroken, match="已经申诉过：待处理"):
        filed(county, score_id)
    with pytest.raises(NotAllowed, match="自己的申诉"):
        decide(county, appeal_id, upheld=True, login="instructor")
    with pytest.raises(NotAllowed, match="由别人处理"):
        decide(county, appeal_id, upheld=True, login="evaluator")
    with pytest.raises(Conflict, match="别人改过"):
        decide(county, appeal_id, upheld=True, seen=99)
    with pytest.raises(RuleBroken, match="还没有处理"), transaction():
        found = session().get_one(RatingAppeal, appeal_id)
        appeals.reopen(found, reason="x", actor=county.actor("approver"))
    with transaction():
        appeals.withdraw(session().get_one(RatingAppeal, appeal_id), actor=county.actor("instructor"))
    with pytest.raises(RuleBroken, match="已撤回，不能再处理"):
        decide(county, appeal_id, upheld=True)
    assert filed(county, score_id) == appeal_id, "what was withdrawn may be filed again"
    decide(county, appeal_id, upheld=True)
    with pytest.raises(RuleBroken, match="不能再撤回"), transaction():
        appeals.withdraw(session().get_one(RatingAppeal, appeal_id), actor=county.actor("instructor"))
    with transaction():
        other = services.score_session(hold(county, 1), marks(), actor=county.actor("evaluator2")).id
    other = filed(county, other)
    with pytest.raises(RuleBroken, match="处理意见") as refused, transaction():
        found = session().get_one(RatingAppeal, other)
        appeals.decide(found, upheld=True, opinion=" ", actor=county.actor("approver"))
    assert [v.subject for v in refused.value.violations] == ["opinion"]


def test_trainees_round_can_be_excluded_once_it_may_be_seen(county: County) -> None:
    found = opened(county)
    for n in range(4):
        answer(found, n, content=6)
    round_id = found.id
    with pytest.raises(NotFound):
        queries.get_own_round(person(county), round_id)
    answer(found, 5, content=6)
    with transaction():
        rounds.close_round(session().get_one(FeedbackRound, round_id), actor=county.actor("organiser"))
    assert person(county).rating_count == 1
    with transaction():
        against = queries.get_own_round(person(county), round_id)
        appeal = appeals.file_appeal(person(county), against, "停电", actor=county.actor("instructor"))
        assert queries.total_of(appeal) == 76
        appeals.decide(appeal, upheld=True, opinion="停电属实", actor=county.actor("approver"))
    assert person(county).rating_count == 0
    assert session().get_one(FeedbackRound, round_id).excluded_reason == "停电属实"


def test_the_database_refuses_an_appeal_about_nothing_or_decided_by_nobody(county: County) -> None:
    score_id = scored(county)
    row = {
        "instructor_id": person(county).id, "session_id": county.sessions[0], "reason": "x", "filed_at": clock.now(),
        "state": AppealState.OPEN, "opinion": "", "decided_by": "", "version": 1,
    }  # fmt: skip
    for wrong in ({}, {"score_id": score_id, "state": AppealState.UPHELD, "opinion": "y"}):
        with pytest.raises(Conflict), transaction():
            session().execute(insert(RatingAppeal), [row | wrong])


def test_the_pages_from_filing_to_taking_back(sign_in: SignIn, county: County) -> None:
    score_id = scored(county)
    instructor, form = sign_in("instructor"), f"/me/rating/scores/{score_id}/appeal"
    assert form in text_of(instructor.get("/me/rating"))
    empty = instructor.post(form, data={"reason": ""})
    assert empty.status_code == 422 and "请写明申诉理由。" in text_of(empty)
    done = instructor.post(form, data={"reason": "当天<临时>换教室"}, follow_redirects=True)
    assert "申诉已提交" in text_of(done) and "待处理" in text_of(done)
    appeal_id = session().query(RatingAppeal).one().id
    page = f"/scores/appeals/{appeal_id}"
    approver = sign_in("approver")
    assert "1 份评分申诉待处理" in text_of(approver.get("/"))
    listed = text_of(approver.get("/scores/appeals?state=open"))
    assert page in listed and "当天&lt;临时&gt;换教室" in listed
    assert approver.get("/scores/appeals?export=xlsx").mimetype.endswith("spreadsheetml.sheet")
    assert approver.post(f"{page}/uphold", data={"opinion": ""}).status_code == 422
    upheld = approver.post(f"{page}/uphold", data={"opinion": "属实"}, follow_redirects=True)
    assert "申诉已采纳，不计入，王芳 现在 80 分。" in text_of(upheld) and "撤销处理结果" in text_of(upheld)
    assert "不计入" in text_of(instructor.get("/me/rating"))
    again = approver.post(f"{page}/reopen", data={"opinion": "再看"}, follow_redirects=True)
    assert "申诉待处理" in text_of(again)
    assert instructor.post(f"/me/rating/appeals/{appeal_id}/withdraw").status_code == 302
    organiser = sign_in("organiser")
    assert organiser.get(page).status_code == 200 and "处理意见" in text_of(organiser.get(page))
    assert organiser.post(f"{page}/uphold", data={"opinion": "x"}).status_code == 403
    assert sign_in("outsider").get(page).status_code == 404


def test_a_long_list_takes_two_statements_a_page(app: Flask, county: County) -> None:
    with transaction():
        first = hold(county, 0)
        base = {"class_id": first.class_id, "day": first.day, "half_day": first.half_day, "course_name": "课", "method": first.method, "class_hours": 3, "state": SessionState.HELD, "instructor_id": first.instructor_id, "version": 1, "told_course_name": "", "cancel_reason": ""}  # fmt: skip
        session().execute(insert(Session), [base | {"position": n} for n in range(100, 220)])
        for row in session().query(Session).filter(Session.position >= 100).all():
            score = services.score_session(row, marks(), actor=county.actor("evaluator2"))
            appeals.file_appeal(person(county), score, "理由", actor=county.actor("instructor"))
    scope = county.actor("approver").scope(P.SCORE_VIEW)
    with app.test_request_context(), counted() as sent:
        page = queries.appeals_table(scope).page(MultiDict({"sort": "total"}))
    assert (page.total, len(page.rows), len(sent)) == (120, 50, 2)
