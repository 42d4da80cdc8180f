"""Posts that change hands, kinds of duty that change, and lessons reported from outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from accounts.access import EVERYTHING, SYSTEM, Scope
from core.db import session, transaction
from core.errors import Conflict, NotAllowed, RuleBroken
from instructor_pool.models import Instructor
from party_lessons.enums import (
    ClassKind,
    DutyEventKind,
    DutyState,
    EvidenceKind,
    ExemptionRule,
    PostKind,
    ReportState,
)
from party_lessons.models import DutyEvent, Obligation, Post, Scheme
from party_lessons.queries.facts import facts_of_scheme
from party_lessons.queries.schemes import try_scheme
from party_lessons.rules import SCHEME_C
from party_lessons.services import posts, reports, schemes
from party_lessons.services.obligations import ensure_schemes
from scheduling.jobs import take_recount
from tests.factories.county import County

AREA = PostKind.AREA_SECRETARY
TODAY = date(2027, 5, 10)
LESSON = reports.Said(day=date(2027, 4, 1), minutes=60, title="春季集中培训", class_kind=ClassKind.TRAINING)


@pytest.fixture
def post(county: County) -> Post:
    """赵书记 leads 东镇."""
    with transaction():
        holder = session().get_one(Instructor, county.instructors["赵书记"])
        return posts.take_up(
            holder, county.unit("东镇"), "镇党委书记", actor=SYSTEM, kind=AREA, starts=date(2023, 5, 1)
        )


def owed(post: Post, year: int = 2027) -> Obligation | None:
    return session().query(Obligation).filter_by(post_id=post.id, year=year).first()


def said(post: Post) -> list[tuple[int, DutyEventKind, str]]:
    """What is kept about a post: year, what happened, and why."""
    rows = session().query(DutyEvent).filter_by(post_id=post.id).order_by(DutyEvent.id)
    return [(row.year, row.kind, row.why) for row in rows]


def test_a_move_ends_the_old_post_and_begins_another(county: County, post: Post) -> None:
    with transaction():
        seat = posts.Seat(county.unit("西镇"), "镇党委书记", AREA)
        new = posts.move(post, seat, date(2027, 8, 1), "嘉委〔2027〕9号", actor=SYSTEM)
    old = owed(post)
    assert old is not None and (post.ends, old.deadline) == (date(2027, 7, 31), date(2027, 7, 31))
    assert owed(post, 2028) is None and owed(new) is not None and owed(new, 2028) is not None
    assert said(post)[-2:] == [
        (2027, DutyEventKind.CHANGED, "嘉委〔2027〕9号"),
        (2028, DutyEventKind.FALLEN, "嘉委〔2027〕9号"),
    ]
    assert said(new)[0] == (2027, DutyEventKind.ARISEN, "嘉委〔2027〕9号")


def test_what_cannot_be_is_refused(county: County, post: Post) -> None:
    seat = posts.Seat(county.unit("西镇"), "书记", AREA)
    with pytest.raises(RuleBroken, match="到任日期应晚于"), transaction():
        posts.move(post, seat, date(2023, 5, 1), "x", actor=SYSTEM)
    with pytest.raises(RuleBroken, match="不能早于"), transaction():
        posts.leave(session().get_one(Post, post.id), date(2022, 1, 1), "x", actor=SYSTEM)
    with pytest.raises(Conflict, match="已登记"), transaction():
        posts.take_up(
            session().get_one(Instructor, post.holder_id), county.unit("东镇"), "镇党委书记",
            actor=SYSTEM, kind=AREA, starts=date(2026, 1, 1),
        )  # fmt: skip


def test_retiring_early_exempts(post: Post) -> None:
    with transaction():
        posts.leave(post, date(2027, 3, 31), "退休", actor=SYSTEM)
    row = owed(post)
    assert row is not None and row.exemption_rule is ExemptionRule.LEFT_EARLY


def test_a_reported_lesson_counts_once_it_is_confirmed(county: County, post: Post) -> None:
    with transaction():
        row = reports.report(post.holder, county.unit("东镇"), LESSON, actor=county.actor("contact"))
    assert owed(post).credits == []  # type: ignore[union-attr]
    with pytest.raises(Conflict, match="已经报送"), transaction():
        reports.report(post.holder, county.unit("东镇"), LESSON, actor=SYSTEM)
    with transaction():
        assert reports.confirm(row, actor=county.actor("organiser")) == 1
    credit = owed(post).credits[0]  # type: ignore[union-attr]
    assert (credit.is_held, credit.report_id, credit.session_ref) == (True, row.id, None)
    with pytest.raises(Conflict, match="处理过"), transaction():
        reports.refuse(row, "重复", actor=SYSTEM)


def test_a_branch_meeting_is_confirmed_and_counts_for_no_area_secretary(county: County, post: Post) -> None:
    with transaction():
        meeting = replace(LESSON, class_kind=ClassKind.MEETING)
        row = reports.report(post.holder, county.unit("东镇"), meeting, actor=SYSTEM)
        assert reports.confirm(row, actor=SYSTEM) == 0
    assert row.state is ReportState.CONFIRMED and owed(post).credits == []  # type: ignore[union-attr]


def test_a_report_is_refused_with_a_reason_and_no_lesson_is_reported_ahead(
    county: County, post: Post
) -> None:
    with pytest.raises(RuleBroken, match="还没有上"), transaction():
        reports.report(post.holder, county.unit("东镇"), replace(LESSON, day=date(2027, 6, 1)), actor=SYSTEM)
    with transaction():
        row = reports.report(post.holder, county.unit("东镇"), LESSON, actor=SYSTEM)
    with pytest.raises(RuleBroken, match="理由"), transaction():
        reports.refuse(row, " ", actor=SYSTEM)
    with transaction():
        reports.refuse(row, "没有签到表", actor=SYSTEM)
    assert (row.state, row.decision) == (ReportState.REFUSED, "没有签到表")


def test_evidence_is_a_document_or_a_picture(county: County, post: Post) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    with transaction():
        row = reports.report(post.holder, county.unit("东镇"), LESSON, actor=SYSTEM)
        photo = reports.Upload("现场.png", picture)
        proof = reports.attach(row, EvidenceKind.PHOTO, photo, known=0, actor=SYSTEM)
    assert proof.file.name == "现场.png" and picture not in proof.file.body_sealed
    with pytest.raises(RuleBroken, match="不是 JPG"), transaction():
        reports.attach(row, EvidenceKind.PHOTO, reports.Upload("a.png", b"GIF89a"), known=0, actor=SYSTEM)


def test_a_scheme_is_tried_before_it_is_switched_on(county: County, post: Post) -> None:
    county_scope = county.actor("organiser").scope("duty_edit")  # type: ignore[arg-type]
    with transaction():
        ensure_schemes()
        shipped = session().query(Scheme).filter_by(is_on=False).one()
        assert facts_of_scheme(shipped) == replace(SCHEME_C, ref=shipped.id)
        with pytest.raises(NotAllowed, match="上级的方案"):
            schemes.switch(shipped, on=True, scope=county_scope, actor=SYSTEM)
        own = schemes.copy(shipped, county.unit("嘉祥县"), actor=SYSTEM)
        facts = replace(facts_of_scheme(own), levels=frozenset())
    trial = try_scheme(EVERYTHING, facts, 2026, TODAY, [])
    assert [(row.post.id, row.standing.state) for row in trial.rows] == [(post.id, DutyState.OVERDUE)]
    assert len(session().query(Obligation).filter_by(post_id=post.id, year=2027).all()) == 1
    with transaction():
        schemes.amend(
            own, schemes.Settings("本县授课", facts, ["病假"], []), scope=county_scope, actor=SYSTEM
        )
        schemes.switch(own, on=True, scope=county_scope, actor=SYSTEM)
    assert take_recount() and not take_recount()
    assert len(session().query(Obligation).filter_by(post_id=post.id, year=2027).all()) == 2
    with transaction():
        schemes.switch(own, on=False, scope=county_scope, actor=SYSTEM)
    assert take_recount()
    assert said(post)[-1][1] is DutyEventKind.FALLEN


def test_a_scheme_of_one_level_asks_nobody_else(county: County, post: Post) -> None:
    elsewhere = replace(SCHEME_C, owner_path=county.unit("邻县").path, levels=frozenset())
    assert try_scheme(EVERYTHING, elsewhere, 2027, TODAY, []).rows == []
    assert try_scheme(Scope(), replace(elsewhere, owner_path="/"), 2027, TODAY, []).rows == []
