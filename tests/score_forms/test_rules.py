"""Totals, vetoes, means, and sheets that stay as they are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.db import session, transaction
from core.errors import RuleBroken
from score_forms import rules, services
from score_forms.enums import Kind, Purpose
from score_forms.forms import read_sheet
from tests.factories.county import County

TRIAL = rules.DEFAULTS[Purpose.TRIAL_LECTURE].lines
SUPERVISION = rules.DEFAULTS[Purpose.SUPERVISION].lines
GOOD = {"direction": 1, "content": 27, "practice": 18, "design": 13.5, "delivery": 17, "courseware": 12}


def marks(**given: float) -> dict[str, Decimal]:
    return {key: Decimal(str(value)) for key, value in given.items()}


def test_the_default_forms_are_those_of_the_domain() -> None:
    def points(lines: tuple[rules.Line, ...]) -> dict[str, int]:
        return {line.key: line.most for line in lines if line.kind is Kind.POINTS}

    assert points(TRIAL) == {"content": 30, "practice": 20, "design": 15, "delivery": 20, "courseware": 15}
    assert points(SUPERVISION) == {
        "attitude": 20,
        "content": 30,
        "method": 20,
        "effect": 30,
        "scholarship": 10,
    }
    assert rules.DEFAULTS[Purpose.TRIAL_LECTURE].pass_mark == 80
    assert [line.key for line in (*TRIAL, *SUPERVISION) if line.kind is Kind.VETO] == [
        "direction",
        "political",
    ]


def test_a_total_is_brought_to_a_hundred_and_a_veto_makes_it_nothing() -> None:
    assert rules.total(TRIAL, marks(**GOOD)) == rules.Total(Decimal("87.5"), vetoed=False)
    full = marks(political=1, attitude=20, content=30, method=20, effect=30, scholarship=10)
    assert rules.total(SUPERVISION, full).points == Decimal("100.0")
    assert rules.total(SUPERVISION, full | marks(scholarship=5)).points == Decimal("95.5")
    assert rules.total(TRIAL, marks(**GOOD | {"direction": 0})) == rules.Total(Decimal("0.0"), vetoed=True)


def test_every_bad_mark_is_named() -> None:
    wrong = marks(content=31, practice=-1, design=3.3, delivery=20, direction=2)
    assert rules.faults(TRIAL, wrong) == {
        "direction": "range", "content": "range", "practice": "range", "design": "step", "courseware": "missing",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("totals", "mean"),
    [
        ([], None),
        ([80, 90, 85], "85.0"),
        ([10, 80, 82, 84, 100], "82.0"),
        ([0, 90, 90, 90, 90], "90.0"),
        ([80, 81, 83, 100], "86.0"),
    ],
)
def test_the_highest_and_lowest_are_dropped_from_five_on(totals: list[int], mean: str | None) -> None:
    assert rules.mean_of([Decimal(t) for t in totals]) == (Decimal(mean) if mean else None)


def test_one_veto_fails_whatever_the_mean() -> None:
    good = [rules.Total(Decimal(95), vetoed=False)] * 5
    assert rules.verdict(good, 80) == (Decimal("95.0"), True)
    assert rules.verdict([*good, rules.Total(Decimal(0), vetoed=True)], 80) == (Decimal("95.0"), False)


def test_unreadable_marks_are_missing_and_shown_again() -> None:
    sheet = read_sheet(
        TRIAL,
        {
            "mark-content": "twenty",
            "mark-design": "1e9",
            "mark-delivery": " 17.5 ",
            "mark-direction": "1",
            "comment": "好",
        },
    )
    assert (sheet.marks, sheet.typed["content"], sheet.comment) == (
        {"delivery": Decimal("17.5"), "direction": Decimal(1)},
        "twenty",
        "好",
    )


def test_a_sheet_is_refused_with_every_fault_and_kept_whole(county: County) -> None:
    actor = county.actor("evaluator")
    with transaction():
        form = services.current_form(Purpose.TRIAL_LECTURE)
        with pytest.raises(RuleBroken) as refused:
            services.fill_in(form, marks(content=40), actor=actor)
        assert {(v.subject, v.code) for v in refused.value.violations} >= {
            ("content", "range"),
            ("direction", "missing"),
        }
        sheet = services.fill_in(form, marks(**GOOD), "扎实", actor=actor)
        sheet_id = sheet.id
    assert (sheet.total, sheet.scorer_id, len(sheet.marks)) == (Decimal("87.5"), actor.user_id, 6)
    for statement in (
        f"UPDATE score_sheet SET total = 100 WHERE id = {sheet_id}",
        f"DELETE FROM mark WHERE sheet_id = {sheet_id}",
    ):
        with pytest.raises(DatabaseError):
            session().execute(text(statement))
        session().rollback()


def test_default_forms_are_made_once(county: County) -> None:
    with transaction():
        first = {p: f.id for p, f in services.ensure_default_forms().items()}
        assert {p: f.id for p, f in services.ensure_default_forms().items()} == first
    assert set(first) == set(Purpose)
