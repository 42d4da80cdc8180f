"""Trainees' feedback: open and single-use codes, each counted once, hidden under five, and nobody's."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from core import clock
from core.audit import AuditRecord
from core.db import db, session, transaction
from core.errors import RuleBroken
from evaluations import rules
from evaluations.enums import CodeMode
from evaluations.models import FeedbackRound, FeedbackTicket
from evaluations.queries import feedback as queries
from evaluations.queries.ratings import parts_of
from evaluations.services import feedback as services
from tests.evaluations.test_scores import hold, person
from tests.factories.county import Browser, County, visitor

SignIn = Callable[[str], Browser]
ROOT = Path(__file__).parents[2]
BEST = {"mark-attitude": "20.0", "mark-content": "30.0", "mark-method": "20.0", "mark-effect": "30.0"}
MARKS = {key.removeprefix("mark-"): Decimal(value) for key, value in BEST.items()}


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def opened(county: County, mode: CodeMode = CodeMode.OPEN, codes: int = 0) -> FeedbackRound:
    with transaction():
        row = hold(county, 0)
        found = services.open_round(row, mode, hours=24, codes=codes, actor=county.actor("organiser"))
    return found


def answer(found: FeedbackRound, n: int, code: str = "", **marks: float) -> bool:
    with transaction():
        given = MARKS | {key: Decimal(str(value)) for key, value in marks.items()}
        return services.receive(code or found.token, given, f"第{n}句", device=f"phone-{n}")


def test_one_phone_counts_once_on_an_open_code(county: County) -> None:
    found = opened(county)
    assert [answer(found, n) for n in (1, 2, 1, 1)] == [True, True, False, False]
    assert queries.count_answers(found.id) == 2


def test_a_single_use_code_counts_once_whatever_the_phone(county: County) -> None:
    found = opened(county, CodeMode.SINGLE_USE, 6)
    codes = services.codes_of(found)
    assert len(set(codes)) == 6 and all(len(code) == 22 for code in codes)
    assert [answer(found, n, codes[0]) for n in (1, 2)] == [True, False]
    with pytest.raises(RuleBroken, match="没有这个评课码"):
        answer(found, 3, found.token)
    kept = session().scalars(select(FeedbackTicket.digest)).all()
    assert not set(codes) & set(kept)


def test_results_wait_for_the_end_and_for_five(county: County) -> None:
    found = opened(county)
    for n in range(4):
        answer(found, n)
    with transaction():
        services.close_round(session().get_one(FeedbackRound, found.id), actor=county.actor("organiser"))
    assert queries.find_results(session().get_one(FeedbackRound, found.id)) is None
    assert not rules.is_shown(50, is_closed=False) and rules.is_shown(5, is_closed=True)
    with pytest.raises(RuleBroken, match="已经结束"):
        answer(found, 9)


def test_results_are_means_levels_and_bands(county: County) -> None:
    found = opened(county)
    for n in range(4):
        answer(found, n)
    answer(found, 5, content=6, effect=6)
    assert queries.find_results(found) is None
    clock.start_at(found.closes_at + timedelta(minutes=1), since=clock.instant())
    results = queries.find_results(found)
    assert results is not None
    assert (results.answers, results.mean) == (5, Decimal("90.4"))
    content = results.lines[1]
    assert (content.mean, content.percent, content.levels[0], content.levels[4]) == (
        Decimal("25.2"), Decimal("84.0"), (0, 4), (4, 1),
    )  # fmt: skip
    assert dict(results.spread) == {"90–100": 4, "80–89": 0, "70–79": 0, "60–69": 0, "0–59": 1}
    assert set(results.comments) == {f"第{n}句" for n in (0, 1, 2, 3, 5)}


def test_a_round_takes_no_more_than_its_people_and_nothing_before_class(county: County) -> None:
    found = opened(county)
    with transaction():
        session().get_one(FeedbackRound, found.id).most = 2
    answer(found, 1)
    answer(found, 2)
    with pytest.raises(RuleBroken, match="收满"):
        answer(found, 3)
    with pytest.raises(RuleBroken) as refused:
        answer(found, 4, content=25)
    assert refused.value.sentence.endswith("收满。")
    clock.start_at(found.opens_at - timedelta(minutes=1), since=clock.instant())
    with pytest.raises(RuleBroken, match="还没有开始"):
        answer(found, 5)


def test_an_answer_that_is_incomplete_is_named_and_not_counted(county: County) -> None:
    found = opened(county)
    with pytest.raises(RuleBroken) as refused, transaction():
        services.receive(found.token, {"attitude": Decimal(7)}, "", device="x")
    assert {(v.code, v.subject) for v in refused.value.violations} == {
        ("range", "attitude"), ("missing", "content"), ("missing", "method"), ("missing", "effect"),
    }  # fmt: skip
    assert queries.count_answers(found.id) == 0 and not services.has_answered(found, None, "x")


def test_nothing_of_who_where_or_when_is_kept(
    app: Flask,
    county: County,
    client: Browser,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither columns for it, nor the address or the agent anywhere in the database or a log after an answer."""
    caplog.set_level("DEBUG")
    columns = {
        c["name"] for t in ("trainee_answer", "feedback_ticket") for c in inspect(db.engine).get_columns(t)
    }
    assert columns == {"key", "round_id", "total", "marks", "comment", "digest", "is_used"}
    found = opened(county)
    records = session().scalar(select(AuditRecord.id).order_by(AuditRecord.id.desc()))
    agent, address = "CanaryPhone/9.9", "203.0.113.77"
    surroundings = {"environ_base": {"REMOTE_ADDR": address}, "headers": {"User-Agent": agent}}
    url = f"/s/{found.token}"
    client.get(url, **surroundings)
    sent = client.post(url, data=BEST | {"comment": "很好"}, **surroundings)
    assert sent.status_code == 303 and queries.count_answers(found.id) == 1
    assert "谢谢" in body(client.get(url, **surroundings))
    session().rollback()
    assert session().scalar(select(AuditRecord.id).order_by(AuditRecord.id.desc())) == records
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                assert agent not in repr(row) and address not in repr(row), table.name
    said = caplog.text + "".join(capfd.readouterr())
    assert agent not in said and address not in said
    # The server's own log of requests would name both.
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py")).get("accesslog") is None
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection, pytest.raises(Exception, match="rowid"):
            connection.execute(text("SELECT rowid FROM trainee_answer"))


def test_answers_cannot_be_changed(county: County) -> None:
    found = opened(county)
    answer(found, 1)
    with pytest.raises(Exception, match=r"冲突|append-only"), transaction():
        session().execute(text("UPDATE trainee_answer SET total = 0"))


def test_the_phone_page_is_small_and_thanks_once_counted(county: County, client: Browser) -> None:
    found = opened(county)
    url = f"/s/{found.token}"
    page = client.get(url)
    assert page.status_code == 200 and len(page.get_data()) < 9_000
    assert body(page).count("<link") == 2 and "<script" not in body(page)
    wrong = client.post(url, data={"mark-attitude": "20.0"})
    assert wrong.status_code == 422 and "还有 3 项没有选。" in body(wrong)
    assert 'value="20.0" required checked' in body(wrong)
    assert [client.post(url, data=BEST).status_code for _ in range(2)] == [303, 303]
    assert "谢谢，已经收到。" in body(client.get(url)) and queries.count_answers(found.id) == 1


def test_unknown_codes_are_not_found_and_tried_in_vain(app: Flask, county: County) -> None:
    browser = visitor(app)
    answers = [browser.get(f"/s/{'x' * 21}{n % 10}").status_code for n in range(32)]
    assert set(answers[:30]) == {404} and set(answers[30:]) == {429}


def test_the_organiser_opens_shows_prints_and_closes(sign_in: SignIn, county: County) -> None:
    with transaction():
        row_id = hold(county, 0).id
    organiser, url = sign_in("organiser"), f"/scores/sessions/{row_id}/feedback"
    assert "开评课码" in body(organiser.get(url))
    assert organiser.post(url, data={"mode": "open", "hours": "0"}).status_code == 422
    assert organiser.post(url, data={"mode": "open", "hours": "24"}).status_code == 302
    assert organiser.post(url, data={"mode": "open", "hours": "24"}).status_code == 422
    shown = body(organiser.get(url))
    assert "<svg" in shown and "style=" not in shown.split("code-picture")[1].split("</svg>")[0]
    assert "请扫码评课" in body(organiser.get(f"{url}/slide")) and "slip" in body(
        organiser.get(f"{url}/print")
    )
    found = queries.find_round(row_id)
    assert found is not None
    for n in range(5):
        answer(found, n)
    assert re.search(r"<b class=\"num\">5</b> 份已收", body(organiser.get(f"{url}/count")))
    assert "平均分" not in body(organiser.get(url))
    assert organiser.post(f"{url}/extend").status_code == 302
    assert organiser.post(f"{url}/close").status_code == 302
    done = body(organiser.get(url))
    assert "平均分" in done and "100.0" in done and "各项得分率" in done
    export = organiser.get(f"{url}?export=xlsx")
    assert export.status_code == 200 and export.mimetype.endswith("spreadsheetml.sheet")
    assert '<td class="num" data-label="已填份数">5</td>' in body(organiser.get("/score-forms/"))
    assert sign_in("evaluator").post(f"{url}/close").status_code == 403
    assert sign_in("outsider").get(url).status_code == 404


def test_the_code_is_in_no_column_and_no_log(app: Flask, county: County) -> None:
    """Sealed at rest: the row that opens it is the only one, and it opens with the key outside."""
    found = opened(county)
    code = found.code
    assert len(code) == 22 and queries.find_by_code(code) is not None
    assert queries.find_by_code(code[:-1] + ("a" if code[-1] != "a" else "b")) is None
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')):
                assert code not in repr(row), table.name


def test_a_round_counts_as_one_score_once_it_is_over(county: County) -> None:
    found = opened(county)
    for n in range(5):
        answer(found, n)
    assert person(county).rating_count == 0
    with transaction():
        services.close_round(session().get_one(FeedbackRound, found.id), actor=county.actor("organiser"))
    # 35 days ago: weight 0.94; pool (94 + 20 × 80) ÷ 20.94 = 80.9; person (94 + 5 × 80.9) ÷ 5.94 = 83.9
    assert (person(county).rating, person(county).rating_count) == (84, 1)
    parts = parts_of(person(county))
    assert parts.is_current and [(line.answers, line.mean) for line in parts.rounds] == [
        (5, Decimal("100.0"))
    ]
