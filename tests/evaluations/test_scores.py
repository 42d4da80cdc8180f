"""Scoring held sessions: who may, what it does to the rating, and what people see."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import insert, select
from werkzeug.datastructures import MultiDict

from accounts.access import SYSTEM
from accounts.enums import P
from core.db import session, transaction
from core.errors import NotAllowed, RuleBroken
from evaluations import queries, rules, services
from evaluations.models import SessionScore
from evaluations.queries import ratings as rating_queries
from evaluations.services import ratings
from instructor_pool.models import Instructor
from scheduling.enums import SessionState
from scheduling.models import Session
from score_forms.models import ScoreSheet
from score_forms.services import ensure_default_forms
from tests.factories.county import Browser, County
from tests.factories.statements import counted

SignIn = Callable[[str], Browser]
FULL = {"political": 1, "attitude": 20, "content": 30, "method": 20, "effect": 30, "scholarship": 10}
POSTED = {f"mark-{key}": str(value) for key, value in FULL.items()} | {"comment": "例子贴近基层"}


def marks(**changed: float) -> dict[str, Decimal]:
    return {key: Decimal(str(value)) for key, value in (FULL | changed).items()}


def hold(county: County, position: int, name: str | None = "王芳") -> Session:
    """A session of the county's class, held in April."""
    row = session().get_one(Session, county.sessions[position])
    row.start = datetime(2027, 4, 5 + position, 8, 30)
    row.day = row.start.date()
    row.instructor_id = county.instructors[name] if name else None
    row.state, row.held_at, row.attendance = SessionState.HELD, row.start, 38
    session().flush()
    return row


def person(county: County, name: str = "王芳") -> Instructor:
    return session().get_one(Instructor, county.instructors[name])


def tally(mean: float, weight: float) -> rules.Tally:
    return rules.Tally(1, Decimal(str(weight)), Decimal(str(mean)))


@pytest.mark.parametrize(
    ("mean", "weight", "towards", "by", "rating"),
    [
        (100, 0, 80, 5, "80.0"),
        (100, 1, 80, 5, "83.3"),
        (100, 5, 80, 5, "90.0"),
        (100, 95, 80, 5, "99.0"),
        (60, 5, 80, 0, "60.0"),
        (60, 0, 80, 0, "80"),
    ],
)
def test_few_scores_move_a_rating_less_than_many(
    mean: int, weight: int, towards: int, by: int, rating: str
) -> None:
    assert rules.shrunk(tally(mean, weight), Decimal(towards), by) == Decimal(rating)


def test_a_score_weighs_half_after_its_half_life_and_never_fades_without_one() -> None:
    assert [rules.weight_of(age, 365) for age in (0, 365, 730)] == [1, Decimal("0.5"), Decimal("0.25")]
    assert rules.weight_of(10_000, 0) == rules.weight_of(-3, 365) == 1
    fresh_bad = rules.tally([(0, 1, Decimal(60)), (365, 1, Decimal(90))], 365)
    assert fresh_bad == rules.Tally(2, Decimal("1.50"), Decimal("70.0"))
    assert rules.tally([(0, 1, Decimal(60)), (365, 1, Decimal(90))], 0).mean == Decimal("75.0")
    assert rules.tally([], 365) == rules.NOTHING


def test_the_pools_own_mean_starts_at_eighty() -> None:
    p = rules.Parameters()
    assert rules.pool_mean(rules.NOTHING, p) == Decimal("80.0")
    assert rules.pool_mean(tally(100, 20), p) == Decimal("90.0")
    assert [rules.stored(Decimal(r)) for r in ("80.5", "80.4", "0")] == [81, 80, 0]


def test_a_score_moves_the_rating_in_the_same_transaction(county: County) -> None:
    with transaction():
        score = services.score_session(hold(county, 0), marks(), "好", actor=county.actor("evaluator"))
        assert (score.sheet.total, score.instructor_id) == (Decimal("100.0"), county.instructors["王芳"])
        # 35 days ago: weight 0.94; pool (94 + 20 × 80) ÷ 20.94 = 80.9; person (94 + 5 × 80.9) ÷ 5.94 = 83.9
        assert (person(county).rating, person(county).rating_count) == (84, 1)
        services.score_session(hold(county, 0), marks(), actor=county.actor("evaluator2"))
        assert (person(county).rating, person(county).rating_count) == (87, 2)
    assert person(county, "李强").rating_count == 0


def test_two_scores_are_drawn_as_a_trend(sign_in: SignIn, county: County) -> None:
    with transaction():
        services.score_session(hold(county, 0), marks(), actor=county.actor("evaluator"))
        services.score_session(hold(county, 1), marks(content=10.0), actor=county.actor("evaluator"))
    page = text_of(sign_in("organiser").get(f"/scores/instructors/{county.instructors['王芳']}"))
    assert "spark-line" in page and "100.0" in page


def test_a_rollback_takes_the_rating_back_too(county: County) -> None:
    with pytest.raises(RuleBroken), transaction():
        row = hold(county, 0)
        services.score_session(row, marks(), actor=county.actor("evaluator"))
        services.score_session(row, marks(), actor=county.actor("evaluator"))
    assert person(county).rating_count == 0
    assert session().scalars(select(ScoreSheet)).all() == []


def test_who_may_not_score_is_told_why(county: County) -> None:
    evaluator = county.actor("evaluator")
    with transaction():
        planned = session().get_one(Session, county.sessions[2])
        with pytest.raises(RuleBroken, match="还没有讲"):
            services.score_session(planned, marks(), actor=evaluator)
        with pytest.raises(RuleBroken, match="不是库里的讲师"):
            services.score_session(hold(county, 3, None), marks(), actor=evaluator)
        with pytest.raises(NotAllowed, match="自己的课"):
            services.score_session(hold(county, 0), marks(), actor=county.actor("instructor"))
        with pytest.raises(NotAllowed, match="由人来评"):
            services.score_session(hold(county, 0), marks(), actor=SYSTEM)
        with pytest.raises(RuleBroken) as refused:
            services.score_session(hold(county, 0), {"attitude": Decimal(21)}, actor=evaluator)
        assert {v.subject: v.code for v in refused.value.violations} == {
            "political": "missing", "attitude": "range", "content": "missing", "method": "missing", "effect": "missing", "scholarship": "missing",
        }  # fmt: skip


def test_an_excluded_score_does_not_count(county: County) -> None:
    with transaction():
        score = services.score_session(hold(county, 0), marks(political=0), actor=county.actor("evaluator"))
        assert (score.sheet.total, person(county).rating) == (Decimal("0.0"), 64)
        score.excluded_reason = "复核后撤销"
        session().flush()
        ratings.update_rating(person(county))
        assert (person(county).rating, person(county).rating_count) == (80, 0)


def test_the_nightly_refresh_brings_ratings_to_the_pools_new_mean(county: County) -> None:
    with transaction():
        services.score_session(hold(county, 0), marks(), actor=county.actor("evaluator"))
        services.score_session(
            hold(county, 1, "李强"), marks(attitude=0, content=0, method=0), actor=county.actor("evaluator")
        )
        before = person(county).rating
        assert ratings.refresh_ratings() == 1
        assert ratings.refresh_ratings() == 0
    assert (before, person(county).rating) == (84, 82)
    assert rating_queries.parts_of(person(county)).is_current


def test_an_evaluator_scores_on_the_page_and_the_parts_open(sign_in: SignIn, county: County) -> None:
    with transaction():
        row_id = hold(county, 0).id
        hold(county, 1, "李强")
    browser, url = sign_in("evaluator"), f"/scores/sessions/{row_id}"
    assert text_of(browser.get("/scores/?mine=no")).count('class="row-link"') == 2
    page = text_of(browser.get(url))
    assert "督导听课评分表" in page and "王芳 · 4月5日 周一 上午 8:30–10:45" in page
    form_total = re.search(r'hx-get="(/score-forms/\d+/total)"', page)
    assert form_total
    running = text_of(
        browser.get(
            form_total.group(1),
            query_string={"mark-political": "1", "mark-attitude": "10", "mark-content": "99"},
        )
    )
    assert ">9.1</b>" in running and "还有 3 项没打" in running
    wrong = browser.post(url, data=POSTED | {"mark-content": "31", "mark-political": ""})
    assert wrong.status_code == 422
    assert (
        "「教学内容」应在 0 到 30 分之间。" in text_of(wrong)
        and "请选通过或不通过。" in text_of(wrong)
        and "例子贴近基层" in text_of(wrong)
    )
    assert browser.post(url, data=POSTED).status_code == 302
    done = text_of(browser.get(url))
    assert "评分已交，王芳 现在 84 分。" in done and "例子贴近基层" in done and "交评分表" not in done
    again = browser.post(url, data=POSTED)
    assert again.status_code == 422 and "您已经评过这次课" in text_of(again)
    assert text_of(browser.get("/scores/?mine=no")).count('class="row-link"') == 1
    other = text_of(sign_in("evaluator2").get(url))
    assert "例子贴近基层" not in other and "交评分表" in other
    parts = text_of(sign_in("organiser").get(f"/scores/instructors/{county.instructors['王芳']}"))
    assert "(0.94 × 100.0 + 5 × 80.9) ÷ (0.94 + 5) = 83.9" in parts
    own = text_of(sign_in("instructor").get("/me/rating"))
    assert "例子贴近基层" in own and "= 83.9" in own and "evaluator" not in own
    assert "84" in text_of(sign_in("instructor").get("/me/profile"))


def text_of(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def test_only_evaluators_score_and_only_held_sessions_in_scope_are_there(
    sign_in: SignIn, county: County
) -> None:
    with transaction():
        row_id = hold(county, 0).id
    organiser = sign_in("organiser")
    page = text_of(organiser.get(f"/scores/sessions/{row_id}"))
    assert "这次课还没有人评分。" in page and "交评分表" not in page
    assert organiser.post(f"/scores/sessions/{row_id}", data=POSTED).status_code == 403
    assert organiser.get(f"/scores/sessions/{county.sessions[2]}").status_code == 404
    assert sign_in("outsider").get(f"/scores/sessions/{row_id}").status_code == 404
    assert sign_in("outsider").get(f"/scores/instructors/{county.instructors['王芳']}").status_code == 404
    assert sign_in("instructor").get("/scores/").status_code == 403


def test_an_evaluator_is_told_how_many_sessions_wait(app: Flask, county: County) -> None:
    with transaction():
        first = hold(county, 0)
        hold(county, 1)
    with app.test_request_context():
        assert [(t.count, t.url) for t in queries.todos(county.actor("evaluator"))] == [
            (2, "/scores/?mine=no")
        ]
        with transaction():
            services.score_session(first, marks(), actor=county.actor("evaluator2"))
        assert [t.count for t in queries.todos(county.actor("evaluator"))] == [1]
        assert queries.todos(county.actor("organiser")) == []


def test_lists_over_two_thousand_scored_sessions_take_a_handful_of_statements(
    app: Flask, county: County
) -> None:
    with transaction():
        form = next(iter(ensure_default_forms().values()))
        first = hold(county, 0)
        rows = [
            {
                "class_id": first.class_id, "position": n, "day": first.day, "half_day": first.half_day, "course_name": "课", "method": first.method,
                "class_hours": 3, "state": SessionState.HELD, "start": datetime(2027, 1, 1, 8) + timedelta(hours=n), "instructor_id": first.instructor_id, "version": 1,
            }
            for n in range(100, 2100)
        ]  # fmt: skip
        session().execute(insert(Session), rows)
        ids = session().scalars(select(Session.id).where(Session.position >= 100)).all()
        sheets = [
            {
                "form_id": form.id,
                "scorer_id": county.users["evaluator"],
                "filled_at": first.start,
                "total": 90,
                "vetoed": False,
                "comment": "",
            }
            for _ in ids
        ]
        session().execute(insert(ScoreSheet), sheets)
        sheet_ids = session().scalars(select(ScoreSheet.id)).all()
        session().execute(
            insert(SessionScore),
            [
                {
                    "session_id": s,
                    "instructor_id": first.instructor_id,
                    "scorer_id": county.users["evaluator"],
                    "sheet_id": k,
                    "scored_at": first.start,
                    "excluded_reason": "",
                }
                for s, k in zip(ids, sheet_ids, strict=True)
            ],
        )
        with counted() as sent:
            assert ratings.refresh_ratings() == 1
        # owners (two), parameters, the pool's mean, its sums, its people
        assert len(sent) <= 6
    evaluator = county.actor("evaluator")
    with app.test_request_context(), counted() as sent:
        page = queries.held_table(evaluator.scope(P.SCORE_VIEW), evaluator).page(MultiDict({"mine": "yes"}))
    # count, rows, and the choices of the two pickers
    assert (page.total, len(page.rows), len(sent)) == (2000, 50, 4)
    with counted() as sent:
        parts = rating_queries.parts_of(person(county))
        assert (parts.own.scores, len(parts.scores), parts.scores[0].score.session.training_class.number) == (
            2000,
            200,
            "B001",
        )
    # the person, the parameters, the sums, the pool's mean, the scores, the marks of their sheets, the form, the rounds
    assert len(sent) <= 9
