"""What one person reviews and has put forward: lists like any other, of nobody else's rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from accounts.access import Actor
from core.db import session, transaction
from core.tables import BoundTable
from instructor_pool import queries
from instructor_pool.enums import EngagementMode, NominationKind, PoolState, SourceCategory
from instructor_pool.models import Nomination, Reviewer
from instructor_pool.services import reviewing
from tests.factories.county import Browser, County, make_instructor
from tests.factories.statements import counted
from tests.instructor_pool.test_batches import GOOD, marks, opened

SignIn = Callable[[str], Browser]


def nominated(county: County, name: str, login: str = "contact", **fields: object) -> Nomination:
    person = make_instructor(county.unit("嘉祥县"), name, [], state=PoolState.NOMINATED, **fields)
    row = Nomination(
        instructor_id=person.id,
        kind=NominationKind.COLLEAGUE,
        nominator_name="闵",
        nominated_by_id=county.users[login],
        received_at=datetime(2027, 5, 4, 9),
        receipt_hash=name,
    )
    session().add(row)
    session().flush()
    return row


def names(found: BoundTable[Reviewer] | BoundTable[Nomination], **args: str) -> list[str]:
    return [str(row.cells[0].value) for row in found.page(MultiDict(args)).rows]


def test_reviews_still_to_be_done_stand_first_by_their_day(app: Flask, county: County) -> None:
    evaluator = county.actor("evaluator")
    with transaction():
        first, second, third = opened(county, "甲", "乙", "丙").panels
        second.due, third.due = date(2027, 5, 8), None
        reviewing.score_candidate(first, marks(GOOD), actor=evaluator)
        first.instructor.source_category = SourceCategory.RETIRED_CADRE
    with app.test_request_context():
        seats = queries.seats_table(evaluator)
        assert names(seats) == ["乙", "丙", "甲"]
        assert names(seats, state="late") == ["乙"]
        assert names(seats, state="waiting") == ["乙", "丙"]
        assert names(seats, state="sent") == ["甲"]
        assert names(seats, state="closed") == []
        assert names(seats, q="丙") == ["丙"]
        assert names(seats, source="retired_cadre") == ["甲"]
        assert names(queries.seats_table(county.actor("organiser"))) == []
        total = next(r for r in seats.page(MultiDict()).rows if r.cells[0].value == "甲").cells[-1]
        assert str(total.value) == "89.0"


def test_nominations_are_the_persons_own(app: Flask, county: County) -> None:
    with transaction():
        nominated(county, "甲")
        nominated(county, "乙").instructor.state = PoolState.REJECTED
        nominated(county, "丙", "organiser")
    with app.test_request_context():
        mine = queries.nominations_table(county.actor("contact"))
        assert sorted(names(mine)) == ["乙", "甲"]
        assert names(mine, state="rejected") == ["乙"]
        assert names(mine, kind="oneself") == []
        assert names(mine, q="甲") == ["甲"]


@pytest.mark.parametrize("table", [queries.seats_table, queries.nominations_table])
def test_the_lists_cost_the_same_for_many(
    app: Flask, county: County, table: Callable[[Actor], BoundTable[Reviewer]]
) -> None:
    def cost() -> int:
        session().expire_all()
        actor = county.actor("evaluator")
        with app.test_request_context(), counted() as sent:
            table(actor).page(MultiDict())
        return len(sent)

    def more(letter: str, people: int) -> None:
        with transaction():
            chosen = [f"{letter}{n}" for n in range(people)]
            for panel in opened(county, *chosen).panels:
                reviewing.score_candidate(panel, marks(GOOD), actor=county.actor("evaluator"))
            for name in chosen:
                nominated(county, f"推荐{name}", "evaluator")

    more("甲", 1)
    few = cost()
    more("乙", 5)
    assert cost() == few <= 3


def test_both_lists_are_exported_and_say_what_comes_next(sign_in: SignIn, county: County) -> None:
    reviewer = sign_in("evaluator")
    assert "组织员把您排进评审组以后" in reviewer.get("/instructors/reviews").text
    assert "您还没有推荐过人" in reviewer.get("/me/nominations").text
    with transaction():
        opened(county, "甲")
        nominated(county, "乙", "evaluator")
    assert "评下一位" in reviewer.get("/instructors/reviews").text
    for url in ("/instructors/reviews", "/me/nominations"):
        assert reviewer.get(f"{url}?export=xlsx").mimetype.endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(
    ("state", "lit"),
    [(PoolState.NOMINATED, "候选人"), (PoolState.REJECTED, "候选人"), (PoolState.EXITED, "讲师")],
)
def test_a_file_lights_the_list_it_stands_in(
    sign_in: SignIn, county: County, state: PoolState, lit: str
) -> None:
    with transaction():
        person = make_instructor(
            county.unit("嘉祥县"), "某人", [], state=state, engagement_mode=EngagementMode.APPOINTED
        )
        person_id = person.id
    for page in ("", "/edit"):
        shown = sign_in("organiser").get(f"/instructors/{person_id}{page}").text
        assert f'aria-current="page">{lit}</a>' in shown
