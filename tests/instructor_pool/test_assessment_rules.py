"""What a year comes to: the examples of the domain page, sources without data, vetoes, policies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from instructor_pool.enums import AssessmentGrade, AssessmentRemark, Consequence
from instructor_pool.rules.assessment import (
    Figures,
    Policy,
    assess,
    broken_by_policy,
    consequence_of,
)

G, R, C = AssessmentGrade, AssessmentRemark, Consequence
PAGE = Path(__file__).resolve().parents[2] / "docs" / "yearly-assessment.md"
WHOLE = Figures(days=365, period=365, feedback=Decimal(90), feedback_sessions=4, supervision=Decimal(90), hours=Decimal(12), sessions=4)  # fmt: skip


def examples() -> list[list[str]]:
    """The lines of the last table of the page."""
    lines = [
        line for line in PAGE.read_text("utf-8").split("| case |")[1].splitlines() if line.startswith("| ")
    ]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


def number(cell: str) -> Decimal | None:
    return Decimal(cell) if cell else None


def test_the_page_has_examples() -> None:
    assert len(examples()) >= 12 and {len(line) for line in examples()} == {12}


@pytest.mark.parametrize("cells", examples(), ids=lambda cells: cells[0])
def test_every_example_of_the_page_works_out(cells: list[str]) -> None:
    _case, days, feedback, supervision, hours, minor, serious, late, last, total, grade, proposes = cells
    share = [int(word) for word in days.split(" of ")]
    found = assess(
        Figures(
            days=share[0],
            period=share[1],
            feedback=number(feedback),
            supervision=number(supervision),
            hours=Decimal(hours),
            sessions=1 if hours != "0" else 0,
            minor=int(minor),
            serious=int(serious),
            late=int(late),
            last_grade=G.by_word(last) if last else None,
        ),
        Policy(),
    )
    assert (found.total, found.grade.word, found.consequence.word) == (number(total), grade, proposes)


@pytest.mark.parametrize(
    ("changed", "weights", "total", "remarks"),
    [
        ({}, (50, 20, 20, 10), "93.0", ()),
        ({"feedback": None}, (0, 70, 20, 10), "93.0", (R.NO_FEEDBACK,)),
        ({"supervision": None}, (70, 0, 20, 10), "93.0", (R.NO_SUPERVISION,)),
        ({"feedback": None, "supervision": None}, (50, 20, 20, 10), None, (R.NOT_SCORED,)),
        ({"feedback": None, "supervision": None, "sessions": 0, "hours": Decimal(0)}, (50, 20, 20, 10), None, (R.NOT_TAUGHT,)),
        ({"hours": Decimal(0)}, (50, 20, 20, 10), "73.0", ()),
        ({"hours": Decimal(99)}, (50, 20, 20, 10), "93.0", ()),
        ({"days": 182}, (50, 20, 20, 10), "93.0", (R.TOO_SHORT,)),
        ({"days": 0, "hours": Decimal(0)}, (50, 20, 20, 10), "73.0", (R.TOO_SHORT,)),
        ({"vetoes": 1}, (50, 20, 20, 10), "93.0", (R.VETO,)),
        ({"minor": 1}, (50, 20, 20, 10), "90.0", (R.NOT_EXCELLENT,)),
        ({"minor": 4}, (50, 20, 20, 10), "83.0", (R.INCIDENTS,)),
        ({"late": 20}, (50, 20, 20, 10), "83.0", ()),
    ],
)  # fmt: skip
def test_a_source_without_data_is_left_out_and_said(
    changed: dict[str, object], weights: tuple[int, ...], total: str | None, remarks: tuple[R, ...]
) -> None:
    found = assess(replace(WHOLE, **changed), Policy())  # type: ignore[arg-type]
    assert tuple(part.weight for part in found.parts) == weights
    assert (found.total, found.remarks) == (Decimal(total) if total else None, remarks)
    if total is not None:
        assert abs(sum(part.points for part in found.parts) - Decimal(total)) < Decimal("0.06")


@pytest.mark.parametrize("grade", list(G))
@pytest.mark.parametrize("last", [None, *G])
@pytest.mark.parametrize("used_up", [False, True])
def test_what_each_grade_proposes(grade: G, last: G | None, used_up: bool) -> None:
    # Written out from the domain page: exit for 不合格, for 基本合格 twice, for incidents; warning for 基本合格.
    if used_up or grade is G.FAILED or (grade, last) == (G.BASIC, G.BASIC):
        wanted = C.EXIT
    else:
        wanted = {
            G.EXCELLENT: C.RENEWAL,
            G.QUALIFIED: C.RENEWAL,
            G.BASIC: C.WARNING,
            G.NOT_GRADED: C.UNDECIDED,
        }[grade]
    assert consequence_of(grade, last, used_up=used_up) is wanted


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"feedback": 60}, ["weights"]),
        ({"excellent": 70}, ["marks"]),
        ({"basic": 0}, ["marks"]),
        ({"hours": 0}, ["hours"]),
    ],
)
def test_a_policy_must_make_sense(changed: dict[str, int], codes: list[str]) -> None:
    assert [v.code for v in broken_by_policy(replace(Policy(), **changed))] == codes


def test_a_policy_is_read_with_defaults_for_what_is_missing_and_without_what_is_unknown() -> None:
    assert Policy.read({"hours": 20, "nonsense": 1}) == replace(Policy(), hours=20)
