"""Ratings: the documented example holds, a level sets its own parameters, and matching reads the same numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from core.audit import AuditRecord
from core.db import session, transaction
from evaluations import rules, services
from evaluations.queries import ratings as queries
from scheduling.snapshots import build_problem
from scheduling.snapshots.keys import Key, key
from tests.evaluations.test_scores import hold, marks, person, text_of
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
PAGE = (Path(__file__).parents[2] / "docs" / "ratings.md").read_text("utf-8")
TYPED = {"prior_weight": "5", "half_life": "365", "default_mean": "80", "pool_weight": "20"}


def test_the_example_in_the_docs_is_what_the_rules_give() -> None:
    """Its tables and sentences are read here: change a number on either side and this fails."""
    said = PAGE.split("## An example")[1].replace("\n", " ")
    rows = re.findall(r"\| (20\d\d-\d\d-\d\d) \| (\d+) \| (\d+) \| ([\d.]+) \|", said)
    today, p = date(2027, 5, 10), rules.Parameters()
    assert [f"| {n} |" in PAGE for n in (5, 80, 20)] == [True] * 3 and "| 365 days |" in PAGE
    days = []
    for day, score, age, weight in rows:
        assert (today - date.fromisoformat(day)).days == int(age)
        assert rules.rounded(rules.weight_of(int(age), p.half_life), rules.HUNDREDTH) == Decimal(weight)
        days.append((int(age), 1, Decimal(score)))
    assert len(days) == 3
    pool = re.search(r"scores weigh ([\d.]+) together and their weighted mean is ([\d.]+)\.", said)
    assert pool
    mean = rules.pool_mean(rules.Tally(120, Decimal(pool[1]), Decimal(pool[2])), p)
    assert f"({pool[1]} × {pool[2]} + 20 × 80) ÷ ({pool[1]} + 20) = {mean}." in said
    for found, kept in ((days, ", kept as 86."), (days[:2], ".")):
        own = rules.tally(found, p.half_life)
        rating = rules.rating(own, mean, p)
        assert f"({own.weight} × {own.mean} + 5 × {mean}) ÷ ({own.weight} + 5) = {rating}{kept}" in said
    assert rules.stored(rules.rating(rules.tally(days, p.half_life), mean, p)) == 86


def test_a_level_sets_its_parameters_and_everything_is_reckoned_anew(sign_in: SignIn, county: County) -> None:
    with transaction():
        services.score_session(hold(county, 0), marks(), actor=county.actor("evaluator"))
    organiser = sign_in("organiser")
    page = text_of(organiser.get("/settings/ratings"))
    assert 'value="365"' in page and "嘉祥县" in page
    wrong = organiser.post("/settings/ratings", data=TYPED | {"half_life": "5000", "pool_weight": "x"})
    assert wrong.status_code == 422 and "应在 0 到 3650 之间。" in text_of(wrong)
    assert queries.parameters_of(county.units["嘉祥县"]) == rules.Parameters()
    # Only the own scores: 100 whatever the pool.
    saved = organiser.post("/settings/ratings", data=TYPED | {"prior_weight": "0"}, follow_redirects=True)
    assert "1 人的评分随之变动" in text_of(saved)
    assert (person(county).rating, person(county).rating_count) == (100, 1)
    assert queries.parameters_of(county.units["邻县"]) == rules.Parameters()
    last = session().query(AuditRecord).order_by(AuditRecord.id.desc()).first()
    assert last is not None and "修改评分参数" in last.subject
    assert sign_in("evaluator").get("/settings/ratings").status_code == 403


def test_matching_reads_the_rating_that_the_rules_give(county: County) -> None:
    with transaction():
        services.score_session(hold(county, 0), marks(), actor=county.actor("evaluator"))
    problem = build_problem(county.units["嘉祥县"], 2027, [county.classes["B001"]]).problem
    own = next(i for i in problem.instructors if i.id == key(Key.INSTRUCTOR, county.instructors["王芳"]))
    assert set(own.topics.values()) == {rules.stored(queries.parts_of(person(county)).rating)} == {84}
