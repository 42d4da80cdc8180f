"""New versions of forms: drafted, issued, superseded, and never changed from then on."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.db import session, transaction
from core.errors import Conflict, NotFound, RuleBroken
from score_forms import queries, rules
from score_forms.enums import Kind, Purpose, Scale
from score_forms.models import ScoreForm
from score_forms.rules import Line
from score_forms.services import current_form, ensure_default_forms, fill_in, writing
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
LECTURE = Purpose.TRAINEE_LECTURE


def begin(county: County, unit: str = "嘉祥县") -> ScoreForm:
    return writing.start_draft(county.unit(unit), LECTURE, actor=county.actor("organiser"))


def test_levels_of_a_scale_give_shares_of_the_points() -> None:
    five = Line("a", "态度", Kind.POINTS, 30, scale=Scale.FIVE)
    assert five.choices == tuple(Decimal(n) for n in (30, 24, 18, 12, 6))
    assert Line("a", "态度", Kind.POINTS, 15, scale=Scale.TEN).choices[-1] == Decimal("1.5")
    assert Line("a", "态度", Kind.POINTS, 15).choices == ()
    assert rules.faults([five], {"a": Decimal(25)}) == {"a": "range"}
    assert rules.faults([five], {"a": Decimal(24)}) == {}


def test_trainees_have_a_form_for_lectures_and_one_for_interactive_teaching() -> None:
    for purpose in (LECTURE, Purpose.TRAINEE_INTERACTIVE):
        lines = rules.DEFAULTS[purpose].lines
        assert [(line.key, line.most) for line in lines if line.kind is Kind.POINTS] == [
            ("attitude", 20), ("content", 30), ("method", 20), ("effect", 30),
        ]  # fmt: skip
    titles = [
        [line.title for line in rules.DEFAULTS[p].lines] for p in (LECTURE, Purpose.TRAINEE_INTERACTIVE)
    ]
    assert titles[0] != titles[1]


def test_a_class_is_closed_in_four_parts() -> None:
    lines = rules.DEFAULTS[Purpose.CLASS_CLOSING].lines
    full = {line.key: Decimal(line.most) for line in lines if line.kind is Kind.POINTS}
    half = full | {"ability": Decimal("7.5"), "work": Decimal(5)}
    assert rules.section_shares(lines, half) == {
        "培训设计": Decimal(100), "培训实施": Decimal(100), "培训管理": Decimal(100), "培训效果": Decimal(50),
    }  # fmt: skip


def test_a_new_version_supersedes_and_sheets_keep_theirs(county: County) -> None:
    with transaction():
        before = current_form(LECTURE, county.unit("嘉祥县").path)
        marks = {line.key: Decimal(line.most) for line in before.lines if line.kind is Kind.POINTS}
        sheet = fill_in(before, marks, actor=county.actor("evaluator"))
        draft = begin(county)
        assert begin(county).id == draft.id
        lines = (*draft.lines[:2], Line("item1", "时间", Kind.POINTS, 50, scale=Scale.TEN))
        writing.save_draft(draft, "县学员评课表", 70, lines, actor=county.actor("organiser"))
        assert current_form(LECTURE, county.unit("东镇").path).id == before.id
        writing.issue(draft, actor=county.actor("organiser"))
        assert current_form(LECTURE, county.unit("东镇").path).id == draft.id
        assert current_form(LECTURE, county.unit("邻县").path).id == before.id
        second = begin(county)
        assert (second.number, [line.key for line in second.lines]) == (2, ["attitude", "content", "item1"])
        writing.issue(second, actor=county.actor("organiser"))
        assert not draft.is_current and sheet.form_id == before.id and sheet.total == Decimal(100)
        nearest = writing.start_draft(county.unit("东镇"), LECTURE, actor=county.actor("organiser"))
        writing.issue(nearest, actor=county.actor("organiser"))
        assert current_form(LECTURE, county.unit("东镇").path).id == nearest.id
        assert current_form(LECTURE, county.unit("西镇").path).id == second.id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE indicator SET most = 99",
        "UPDATE score_form SET title = 'x'",
        "UPDATE score_form SET issued_at = NULL, is_current = FALSE",
        "DELETE FROM indicator",
        "INSERT INTO indicator (form_id, position, key, title, help, kind, most, scale, section) "
        "SELECT id, 99, 'x', 'x', '', 'points', 1, 'points', '' FROM score_form",
    ],
)
def test_the_database_keeps_an_issued_form_as_it_is(county: County, statement: str) -> None:
    with transaction():
        ensure_default_forms()
    with pytest.raises((Conflict, DatabaseError)), transaction():
        session().execute(text(statement))


def test_what_is_missing_is_named_before_a_form_is_issued(county: County) -> None:
    with transaction():
        draft = begin(county)
        bad = (
            Line("a", "", Kind.POINTS, 10),
            Line("b", "甲", Kind.POINTS, 0),
            Line("c", "甲", Kind.VETO),
            Line("d", "评语", Kind.COMMENT),
            Line("e", "意见", Kind.COMMENT),
        )
        writing.save_draft(draft, " ", 60, bad, actor=county.actor("organiser"))
        with pytest.raises(RuleBroken) as refused:
            writing.issue(draft, actor=county.actor("organiser"))
        assert [(v.code, v.subject) for v in refused.value.violations] == [
            ("no_title", ""), ("comments", ""), ("no_line_title", "a"), ("most", "b"), ("twice", "c"),
        ]  # fmt: skip
        with pytest.raises(RuleBroken):
            writing.save_draft(draft, "x", 60, bad * 7, actor=county.actor("organiser"))


def test_a_draft_is_nobodys_outside_its_level(county: County) -> None:
    with transaction():
        draft = begin(county, "邻县")
    with pytest.raises(NotFound):
        queries.get_draft(county.actor("organiser").scope("form_edit"), draft.id)  # type: ignore[arg-type]


def test_an_organiser_builds_a_form_on_the_page_without_scripts(sign_in: SignIn, county: County) -> None:
    browser = sign_in("organiser")
    started = browser.post("/score-forms/drafts", data={"purpose": "trainee_lecture"})
    url = started.headers["Location"]
    page = browser.get(url).get_data(as_text=True)
    fields = {
        name: value
        for name, value in re.findall(r'name="((?:title|most|help|section)-\w+)"[^>]*? value="([^"]*)"', page)
    }
    keys = re.findall(r'name="key" value="(\w+)"', page)
    assert keys == ["attitude", "content", "method", "effect", "comment"]
    body = fields | {f"kind-{k}": "points" for k in keys[:4]} | {f"scale-{k}": "five" for k in keys}
    body |= {"kind-comment": "comment", "form_title": "县评课表", "pass_mark": "75"}
    added = browser.post(url, data=body | {"key": keys, "do": "add"})
    assert added.headers["Location"].endswith("#line-comment")
    keys.insert(4, "item1")
    body |= {"kind-item1": "points", "title-item1": "", "most-item1": "10", "scale-item1": "ten"}
    refused = browser.post(url, data=body | {"key": keys, "do": "issue"})
    assert refused.status_code == 422 and "有一项指标没有名称。" in refused.get_data(as_text=True)
    moved = browser.post(url, data=body | {"key": keys, "title-item1": "时间", "do": "up-item1"})
    assert moved.status_code == 302
    page = browser.get(url).get_data(as_text=True)
    keys = re.findall(r'name="key" value="(\w+)"', page)
    assert keys == ["attitude", "content", "method", "item1", "effect", "comment"]
    issued = browser.post(url, data=body | {"key": keys, "title-item1": "时间", "do": "issue"})
    assert issued.status_code == 302
    listed = browser.get("/score-forms/").get_data(as_text=True)
    assert "「县评课表」第 1 版已启用。" in listed and "系统自带" in listed
    assert browser.get(url).status_code == 404
    assert browser.post("/score-forms/drafts", data={"purpose": "nonsense"}).status_code == 422
    assert (
        sign_in("evaluator").post("/score-forms/drafts", data={"purpose": "supervision"}).status_code == 403
    )
