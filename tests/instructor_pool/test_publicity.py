"""Publicity: its days, objections and answers, what bars approval; the reserve list; a level's settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from accounts.enums import P
from core.db import session, transaction
from core.errors import RuleBroken
from core.workdays import Calendar
from instructor_pool import queries
from instructor_pool.enums import ObjectionOutcome, PoolAction, PoolState, PublicityProblem
from instructor_pool.models import Instructor, Objection
from instructor_pool.rules.entry import EntrySettings
from instructor_pool.rules.publicity import hindrance, last_day
from instructor_pool.services import life, publicity
from instructor_pool.services.publicity import Raised
from tests.factories.county import Browser, County, make_instructor, visitor
from tests.factories.days import let_days_pass
from tests.factories.statements import counted
from tests.instructor_pool.test_life import nominated, reviewed

SignIn = Callable[[str], Browser]
D, U = ObjectionOutcome.DISMISSED, ObjectionOutcome.UPHELD
END = date(2027, 5, 17)


def shown(county: County, name: str = "周候选") -> Instructor:
    person = nominated(county, name)
    reviewed(county, person)
    publicity.publicise(person, actor=county.actor("organiser"))
    return person


@pytest.mark.parametrize(
    ("ends_on", "outcomes", "today", "problem"),
    [
        (None, [], END, PublicityProblem.NOT_STARTED),
        (END, [], END, PublicityProblem.RUNNING),
        (END, [], date(2027, 5, 18), None),
        (END, [D], date(2027, 5, 18), None),
        (END, [D, None], date(2027, 5, 18), PublicityProblem.UNANSWERED),
        (END, [None, U], END, PublicityProblem.UPHELD),
    ],
)
def test_what_bars_approval(
    ends_on: date | None,
    outcomes: list[ObjectionOutcome | None],
    today: date,
    problem: PublicityProblem | None,
) -> None:
    assert hindrance(ends_on, outcomes, today) is problem


def test_publicity_counts_workdays_after_the_first_day() -> None:
    assert last_day(date(2027, 5, 10), 5, Calendar()) == END
    assert last_day(date(2027, 5, 14), 1, Calendar()) == END


def test_approval_waits_for_the_end_and_for_every_answer(county: County) -> None:
    organiser, approver = county.actor("organiser"), county.actor("approver")

    def approve() -> None:
        life.take_step(person, PoolAction.APPROVE, actor=approver)

    with transaction():
        person = shown(county)
        row = queries.find_publicity(person.id)
        assert row and (row.starts_on, row.ends_on) == (date(2027, 5, 10), END)
        with pytest.raises(RuleBroken, match="公示还没有结束"):
            approve()
        found = publicity.take_objection(row, Raised("某群众", "课时有虚报"), actor=organiser)
        let_days_pass(8)
        with pytest.raises(RuleBroken, match="要在公示期内"):
            publicity.take_objection(row, Raised("某群众", "晚到的信"), actor=organiser)
        with pytest.raises(RuleBroken, match="还有异议没有答复"):
            approve()
        with pytest.raises(RuleBroken, match="怎样处理"):
            publicity.answer_objection(found, D, " ", actor=organiser)
        publicity.answer_objection(found, D, "查课时记录，与实际一致", actor=organiser)
        with pytest.raises(RuleBroken, match="已经答复"):
            publicity.answer_objection(found, U, "再想想", actor=organiser)
        approve()
    assert person.state is PoolState.APPROVED
    with transaction(), pytest.raises(RuleBroken, match="不在公示中"):
        publicity.take_objection(row, Raised("某群众", "又来"), received_on=END, actor=organiser)


def test_an_upheld_objection_leaves_only_the_way_out(county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = shown(county)
        row = queries.find_publicity(person.id)
        assert row
        found = publicity.take_objection(row, Raised("匿名", "受过处分"), actor=organiser)
        publicity.answer_objection(found, U, "属实", actor=organiser)
        let_days_pass(30)
        with pytest.raises(RuleBroken, match="只能不予通过或转为后备"):
            life.take_step(person, PoolAction.APPROVE, actor=county.actor("approver"))
        life.take_step(person, PoolAction.REJECT, actor=organiser, reason="异议成立")
    assert person.state is PoolState.REJECTED


@pytest.mark.databases
def test_the_database_keeps_no_answer_without_words(county: County) -> None:
    with transaction():
        person = shown(county)
        row = queries.find_publicity(person.id)
        assert row
        found = publicity.take_objection(row, Raised("匿名", "内容"), actor=county.actor("organiser"))
        found.outcome = D
        with pytest.raises(IntegrityError):
            session().flush()
        session().rollback()


def test_a_level_sets_how_long_and_those_below_follow(county: County) -> None:
    with transaction():
        assert queries.entry_settings(county.unit("嘉祥县")) == EntrySettings()
        publicity.set_entry_settings(county.unit("济宁市"), EntrySettings(7), actor=county.actor("organiser"))
        assert queries.entry_settings(county.unit("嘉祥县")) == EntrySettings(7)
        publicity.set_entry_settings(county.unit("嘉祥县"), EntrySettings(3), actor=county.actor("organiser"))
        row = queries.find_publicity(shown(county).id)
    assert row and row.ends_on == date(2027, 5, 13)


def test_everybody_reads_the_notice_and_may_object_once_too_often(
    app: Flask, sign_in: SignIn, county: County
) -> None:
    anybody = visitor(app)
    with transaction():
        person = shown(county)
        person.phone, person.id_number = "13805370001", "370829198001010018"
        row = queries.find_publicity(person.id)
        assert row
        url = f"/publicity/{row.id}/object"
    page = anybody.get("/publicity").get_data(as_text=True)
    assert "周候选" in page and "县农业农村局" in page and "2027年5月17日" not in page
    assert "5370001" not in page and "19800101" not in page
    empty = anybody.post(url, data={"name": "", "statement": ""})
    assert empty.status_code == 422 and "请写明异议的内容。" in empty.get_data(as_text=True)
    told = {"name": "李某某", "contact": "13900000000", "statement": "去年的课没有讲完"}
    answers = [anybody.post(url, data=told).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]
    kept = session().scalars(select(Objection)).all()
    assert [o.raised_by for o in kept] == ["李某某"] * 10
    assert "李某某" not in "".join(o.raised_by_sealed or "" for o in kept)
    file = f"/instructors/{person.id}"
    assert "李某某" in sign_in("organiser").get(file).get_data(as_text=True)
    looked = sign_in("evaluator").get(file).get_data(as_text=True)
    assert "去年的课没有讲完" in looked and "李某某" not in looked
    let_days_pass(8)
    assert anybody.get(url).status_code == 404
    assert "周候选" not in anybody.get("/publicity").get_data(as_text=True)


def test_an_objection_is_answered_on_its_page(sign_in: SignIn, county: County) -> None:
    with transaction():
        person = shown(county)
    browser = sign_in("organiser")
    url = f"/instructors/{person.id}/objections/new"
    told = {"name": "来访群众", "contact": "", "statement": "材料里的职称不对", "received_on": "2027-05-11"}
    late = browser.post(url, data=told)
    assert late.status_code == 422 and "不晚于今天" in late.get_data(as_text=True)
    assert browser.post(url, data=told | {"received_on": "2027-05-10"}).status_code == 302
    row = session().scalars(select(Objection)).one()
    page = f"/instructors/objections/{row.id}"
    assert "来访群众" in browser.get(page).get_data(as_text=True)
    missing = browser.post(page, data={"outcome": "", "answer": "", "version": "1"})
    assert missing.status_code == 422 and "请选结论。" in missing.get_data(as_text=True)
    stale = browser.post(page, data={"outcome": "dismissed", "answer": "已核", "version": "9"})
    assert stale.status_code == 409
    answer = browser.post(page, data={"outcome": "dismissed", "answer": "已核实职称证书", "version": "1"})
    assert answer.status_code == 302
    assert "已核实职称证书" in browser.get(f"/instructors/{person.id}").get_data(as_text=True)
    assert sign_in("evaluator").get(page).status_code == 403


def test_the_reserve_list_gives_people_back(sign_in: SignIn, county: County) -> None:
    organiser = county.actor("organiser")
    with transaction():
        person = nominated(county)
        reviewed(county, person)
        life.take_step(person, PoolAction.RESERVE, actor=organiser, reason="本年名额已满")
    browser = sign_in("organiser")
    page = browser.get("/instructors/reserve").get_data(as_text=True)
    assert "周候选" in page and "本年名额已满" in page and "87.0" in page
    assert browser.get("/instructors/reserve?export=xlsx").status_code == 200
    browser.post("/instructors/reserve/take-up", data={"ids": str(person.id)})
    assert session().get_one(Instructor, person.id).state is PoolState.NOMINATED
    assert "从后备名单重新推荐" in browser.get(f"/instructors/{person.id}").get_data(as_text=True)
    again = browser.post("/instructors/reserve/take-up", data={"ids": str(person.id)})
    assert again.status_code == 422


def test_the_lists_cost_the_same_for_many(app: Flask, county: County) -> None:
    scope = county.actor("organiser").scope(P.POOL_VIEW)

    def statements() -> tuple[int, int]:
        session().expire_all()
        with app.test_request_context(), counted() as listed:
            queries.publicity_table(scope).page(MultiDict())
        with app.test_request_context(), counted() as kept:
            queries.reserve_table(scope).page(MultiDict())
        return len(listed), len(kept)

    with transaction():
        shown(county, "甲")
        make_instructor(county.unit("嘉祥县"), "后备", [], state=PoolState.RESERVE)
    few = statements()
    with transaction():
        for n in range(4):
            shown(county, f"乙{n}")
            make_instructor(county.unit("嘉祥县"), f"后备{n}", [], state=PoolState.RESERVE)
    assert statements() == few
