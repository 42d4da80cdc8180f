"""The life of a base through the services: who may what when, and what the database refuses by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from accounts.enums import P
from accounts.models import Grant, User
from bases.enums import AnnualConclusion, BaseAction, BaseState, DocumentKind, RectificationState
from bases.models import AnnualReview, BaseAlert, BaseDocument, BaseStateChange, TeachingBase
from bases.queries.filing import find_open_rectification, list_documents, list_scorers
from bases.queries.todos import todos
from bases.rules.life import FILED_ON_PAPER, TRANSITIONS, permission_for
from bases.services import annual, designations, documents, life, rectifying, site_reviews
from bases.services.annual import Decision
from bases.services.documents import Upload
from bases.services.site_reviews import Invitation
from core import clock, guards
from core.db import db, session, transaction
from core.errors import NotAllowed, RuleBroken
from core.files import StoredFile
from notifications.models import OutboxMessage
from tests.factories.bases import PDF, full_marks, make_base_in, review_on_site
from tests.factories.county import County

S, A, D = BaseState, BaseAction, DocumentKind
ROLES = ("organiser", "approver", "evaluator", "manager", "contact", "administrator")


def base_in(county: County, state: BaseState, name: str = "曾子馆", **fields: Any) -> int:
    with transaction():
        return make_base_in(county, state, name, **fields).id


def the(base_id: int) -> TeachingBase:
    return session().get_one(TeachingBase, base_id)


def titles(county: County, login: str) -> list[str]:
    return [m.title for m in session().query(OutboxMessage).filter_by(user_id=county.users[login])]


def test_every_state_every_action_every_role(county: County) -> None:
    """What does not follow is refused with both words; what follows but is another's is not allowed."""
    base_id = base_in(county, S.FILED)
    actors = {login: county.actor(login) for login in ROLES}
    base = the(base_id)
    cells = 0
    with session().no_autoflush:
        for state, action, login in product(S, A, ROLES):
            base.state, cells = state, cells + 1
            step = TRANSITIONS.get((state, action))
            actor = actors[login]
            if step is None:
                with pytest.raises(RuleBroken) as refused:
                    life.check_step(base, action, actor=actor, reason="x")
                assert state.label in refused.value.sentence and action.label in refused.value.sentence
            elif actor.can(permission_for(state, action)):
                assert life.check_step(base, action, actor=actor, reason="x") is step
            else:
                with pytest.raises(NotAllowed):
                    life.check_step(base, action, actor=actor, reason="x")
    session().rollback()
    assert cells == len(S) * len(A) * len(ROLES)
    assert {login for login in ROLES if actors[login].can(P.BASE_EDIT)} == {"organiser"}
    assert {login for login in ROLES if actors[login].can(P.BASE_APPROVE)} == {"approver"}


@pytest.mark.databases
def test_the_database_holds_the_same_table(county: County) -> None:
    """A state that does not follow is refused whoever asks."""
    with transaction():
        ids = {state: make_base_in(county, state, state.value, papers=False).id for state in S}
    allowed = {(before, step) for (before, _), step in TRANSITIONS.items()} | FILED_ON_PAPER
    with db.engine.connect().execution_options(writing=True) as connection:
        for before, step in product(S, S):
            sentence = f"UPDATE teaching_base SET state = '{step.value}' WHERE id = {ids[before]}"
            follows = before is step or (before, step) in allowed
            assert guards.refuses(connection, sentence) is not follows, (before, step)
        connection.rollback()


@pytest.mark.parametrize(
    ("state", "action", "lost"),
    [
        (S.SURVEYED, A.APPLY, D.APPLICATION),
        (S.REVIEWED, A.FILE, D.SAFETY_PLAN),
        (S.REVIEWED, A.FILE, D.FILING_FORM),
        (S.FILED, A.DESIGNATE, D.PLAQUE),
    ],
)
def test_a_step_rests_on_its_papers(
    county: County, state: BaseState, action: BaseAction, lost: DocumentKind
) -> None:
    base_id = base_in(county, state)
    with transaction():
        for row in list_documents(base_id):
            if row.kind is lost:
                session().delete(row)
    who = county.actor("approver" if action is A.DESIGNATE else "organiser")
    with pytest.raises(RuleBroken) as refused, transaction():
        life.take(the(base_id), action, actor=who)
    assert lost.label in refused.value.sentence
    with transaction():
        documents.add_document(the(base_id), lost, Upload("a.pdf", PDF), actor=county.actor("organiser"))
        life.take(the(base_id), action, actor=who)


def test_papers_a_state_rests_on_stay(county: County) -> None:
    base_id = base_in(county, S.FILED)
    plan = next(row for row in list_documents(base_id) if row.kind is D.SAFETY_PLAN)
    organiser = county.actor("organiser")
    with pytest.raises(RuleBroken, match="至少要留一份"), transaction():
        documents.remove_document(the(base_id), session().merge(plan), actor=organiser)
    with transaction():
        documents.add_document(the(base_id), D.SAFETY_PLAN, Upload("新.pdf", PDF), actor=organiser)
        row = session().query(BaseDocument).filter_by(base_id=base_id, kind=D.SAFETY_PLAN).first()
        assert row is not None
        documents.remove_document(the(base_id), row, actor=organiser)
    assert session().query(StoredFile).count() == session().query(BaseDocument).count()
    with pytest.raises(RuleBroken, match="不是 PDF"), transaction():
        documents.add_document(the(base_id), D.OTHER, Upload("a.exe", b"MZ"), actor=organiser)


def test_a_site_review_asks_several_offices_and_shows_mean_and_spread(county: County) -> None:
    base_id = base_in(county, S.APPLIED)
    organiser = county.actor("organiser")
    people = {user.login: user for user, _office in list_scorers(the(base_id).owner)}
    assert {"evaluator", "evaluator2", "organiser", "approver"} <= set(people)
    today = clock.today()
    for asked, due, word in (
        ([Invitation(people["evaluator"], "文旅局")], today, "至少请 2 个单位"),
        ([Invitation(people[n], "文旅局") for n in ("evaluator", "evaluator2")], today, "一个单位只请"),
        ([Invitation(people[n], " ") for n in ("evaluator", "evaluator2")], today, "代表的单位"),
        (
            [Invitation(people[n], n) for n in ("evaluator", "evaluator2")],
            today - timedelta(days=1),
            "不能早于今天",
        ),
    ):
        with pytest.raises(RuleBroken) as refused, transaction():
            site_reviews.invite(the(base_id), asked, due, actor=organiser)
        assert any(word in v.sentence for v in refused.value.violations), word
    with transaction():
        asked = [Invitation(session().merge(people[n]), n) for n in ("evaluator", "evaluator2", "evaluator3")]
        review = site_reviews.invite(the(base_id), asked, today, actor=organiser)
        site_reviews.score(review.seats[0], full_marks(review.form, "0.9"), actor=county.actor("evaluator"))
        with pytest.raises(RuleBroken, match="交了就不能改"):
            site_reviews.score(review.seats[0], full_marks(review.form), actor=county.actor("evaluator"))
        with pytest.raises(RuleBroken, match="至少要有 2 个单位"):
            site_reviews.close(review, actor=organiser)
        site_reviews.score(review.seats[1], full_marks(review.form, "0.6"), actor=county.actor("evaluator2"))
        site_reviews.close(review, actor=organiser)
        assert review.passed and review.mean and abs(review.mean - 75) < 2
        assert review.spread and abs(review.spread - 30) < 2
        assert the(base_id).state is S.REVIEWED
        with pytest.raises(RuleBroken, match="已经结束"):
            site_reviews.score(review.seats[2], full_marks(review.form), actor=county.actor("evaluator3"))
    assert titles(county, "evaluator") == ["请对 曾子馆 作实地评审"]


def test_a_base_that_did_not_pass_is_not_reviewed(county: County) -> None:
    base_id = base_in(county, S.APPLIED)
    with transaction():
        review_on_site(county, the(base_id), {"evaluator": "0.5", "evaluator2": "0.5"})
    assert the(base_id).state is S.APPLIED
    with pytest.raises(RuleBroken, match="随评审"), transaction():
        life.take_by_hand(the(base_id), A.REVIEW, actor=county.actor("organiser"))
    with transaction():
        review_on_site(county, the(base_id), {"evaluator": "0.5", "evaluator2": "1"})
    assert the(base_id).state is S.REVIEWED


def _under_review(county: County) -> int:
    base_id = base_in(county, S.IN_USE)
    with transaction():
        review = annual.begin(the(base_id), actor=county.actor("organiser"))
        annual.score(review, full_marks(review.form, "0.8"), actor=county.actor("organiser"))
    return base_id


def _year(base_id: int) -> AnnualReview:
    return session().query(AnnualReview).filter_by(base_id=base_id).one()


def test_a_year_is_concluded_by_somebody_else(county: County) -> None:
    base_id = _under_review(county)
    renew = Decision(AnnualConclusion.RENEW, "", date(2029, 4, 30))
    with transaction():
        organiser = session().get_one(User, county.users["organiser"])
        organiser.grants.append(Grant(role="approver", unit_id=county.units["嘉祥县"]))
    with pytest.raises(NotAllowed, match="打分的人不能作结论"), transaction():
        annual.conclude(_year(base_id), renew, actor=county.actor("organiser"))
    for bad in (
        Decision(AnnualConclusion.RENEW, "", clock.today()),
        Decision(AnnualConclusion.RECTIFY, "消防", None),
        Decision(AnnualConclusion.REVOKE, " "),
    ):
        with pytest.raises(RuleBroken), transaction():
            annual.conclude(_year(base_id), bad, actor=county.actor("approver"))
    with transaction():
        annual.conclude(_year(base_id), renew, actor=county.actor("approver"))
    assert (the(base_id).state, the(base_id).expires_on) == (S.RENEWED, date(2029, 4, 30))
    with pytest.raises(RuleBroken, match="已经年检过"), transaction():
        annual.begin(the(base_id), actor=county.actor("organiser"))
    with pytest.raises(IntegrityError):
        session().execute(
            text("UPDATE annual_review SET decided_by_id = reviewed_by_id WHERE base_id = :n"), {"n": base_id}
        )
    session().rollback()


def test_a_rectification_is_reported_and_accepted_by_different_people(county: County) -> None:
    base_id = _under_review(county)
    asked = Decision(AnnualConclusion.RECTIFY, "消防通道被占", date(2027, 5, 31))
    manager, organiser = county.actor("manager"), county.actor("organiser")
    with transaction():
        annual.conclude(_year(base_id), asked, actor=county.actor("approver"))
    assert the(base_id).state is S.RECTIFYING
    assert "曾子馆 要整改" in titles(county, "manager")
    clock.start_at(datetime(2027, 6, 20, 9, 0), since=clock.instant())
    assert {t.kind for t in todos(organiser) if t.count} >= {"base_rectification_late"}
    with pytest.raises(RuleBroken, match="还没有收到"), transaction():
        rectifying.answer(the(base_id), True, "", actor=organiser)
    with transaction():
        rectifying.report(the(base_id), "已清理", Upload("照片.pdf", PDF), actor=manager)
        with pytest.raises(RuleBroken, match="正在等待验收"):
            rectifying.report(the(base_id), "再交", actor=manager)
        with pytest.raises(NotAllowed):
            rectifying.answer(the(base_id), True, "", actor=manager)
        with pytest.raises(RuleBroken):
            rectifying.answer(the(base_id), False, " ", actor=organiser)
        rectifying.answer(the(base_id), False, "标志没有补", date(2027, 7, 31), actor=organiser)
    with transaction():
        rectifying.report(the(base_id), "标志已补", actor=manager)
        rectifying.answer(the(base_id), True, "", actor=organiser)
    assert the(base_id).state is S.ANNUAL_REVIEW and find_open_rectification(base_id) is None
    with transaction():
        revoke = Decision(AnnualConclusion.REVOKE, "长期不开放")
        annual.conclude(_year(base_id), revoke, actor=county.actor("approver"))
    last = session().query(BaseStateChange).order_by(BaseStateChange.id.desc()).first()
    assert last is not None and (last.after, last.by_name, last.reason) == (
        S.REVOKED,
        "approver",
        "长期不开放",
    )


def test_an_organiser_stops_a_base_and_it_comes_back_into_use(county: County) -> None:
    base_id = base_in(county, S.DESIGNATED)
    with pytest.raises(RuleBroken, match="不能早于今天"), transaction():
        rectifying.order(the(base_id), "护栏松动", date(2027, 5, 9), actor=county.actor("organiser"))
    with transaction():
        rectifying.order(the(base_id), "护栏松动", date(2027, 5, 20), actor=county.actor("organiser"))
        rectifying.report(the(base_id), "已加固", actor=county.actor("manager"))
        rectifying.answer(the(base_id), True, "", actor=county.actor("organiser"))
    assert the(base_id).state is S.IN_USE


def test_revoking_ends_what_was_to_be_put_right(county: County) -> None:
    base_id = base_in(county, S.FILED)
    with transaction():
        row = rectifying.order(the(base_id), "护栏松动", date(2027, 5, 20), actor=county.actor("organiser"))
        with pytest.raises(RuleBroken, match="请写明理由"):
            life.take(the(base_id), A.REVOKE, actor=county.actor("approver"))
        life.take(the(base_id), A.REVOKE, actor=county.actor("approver"), reason="拒不整改")
        assert row.state is RectificationState.ENDED


def test_the_end_of_a_designation_is_told_at_each_distance_once(county: County) -> None:
    base_in(county, S.IN_USE, expires_on=date(2027, 8, 8))
    base_in(county, S.REVOKED, "停用馆", expires_on=date(2027, 8, 8))
    first = clock.today()
    told = []
    for days in (0, 1, 60, 90, 91):
        with transaction():
            told.append(designations.alert(first + timedelta(days=days)))
    assert told == [1, 0, 1, 1, 0]
    assert [a.days for a in session().query(BaseAlert).order_by(BaseAlert.id)] == [90, 30, 0]
    assert len(titles(county, "organiser")) == len(titles(county, "manager")) == 3
    assert titles(county, "manager")[0].startswith("曾子馆 的挂牌")


def test_marks_make_the_total(county: County) -> None:
    base_id = _under_review(county)
    sheet = _year(base_id).sheet
    assert sheet is not None and sheet.total == Decimal("80.0")
