"""What posts owe: written cases of appointments, moves, leaving, cut-offs and leap days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from party_lessons.enums import ExemptionRule, PostKind
from party_lessons.rules import SCHEME_A, SCHEME_B, Due, PostFacts, due_in

AREA, UNIT = PostKind.AREA_SECRETARY, PostKind.UNIT_SECRETARY
LATE, EARLY = ExemptionRule.APPOINTED_LATE, ExemptionRule.LEFT_EARLY
END = date(2027, 12, 31)


def due(starts: str, ends: str | None = None, year: int = 2027, **settings: object) -> Due | None:
    """What a township secretary in post between two days owes."""
    post = PostFacts(1, "/1/2/", AREA, date.fromisoformat(starts), date.fromisoformat(ends) if ends else None)
    return due_in(post, year, replace(SCHEME_A, **settings))  # type: ignore[arg-type]


CASES = {
    "in post for years": (due("2023-05-01"), Due(2027, 1, END)),
    "appointed on the first day of the year": (due("2027-01-01"), Due(2027, 1, END)),
    "moved here in March": (due("2027-03-15"), Due(2027, 1, END)),
    "moved away in March after ten weeks": (
        due("2023-05-01", "2027-03-14"),
        Due(2027, 1, date(2027, 3, 14), EARLY),
    ),
    "left at the end of August": (due("2023-05-01", "2027-08-31"), Due(2027, 1, date(2027, 8, 31))),
    "left after exactly six months": (due("2023-05-01", "2027-06-30"), Due(2027, 1, date(2027, 6, 30))),
    "left a day before six months": (due("2023-05-01", "2027-06-29"), Due(2027, 1, date(2027, 6, 29), EARLY)),
    "came in March, left in August": (
        due("2027-03-01", "2027-08-30"),
        Due(2027, 1, date(2027, 8, 30), EARLY),
    ),
    "came in March, left after six months": (
        due("2027-03-01", "2027-08-31"),
        Due(2027, 1, date(2027, 8, 31)),
    ),
    "came on 31 March, six months end with September": (
        due("2027-03-31", "2027-09-29"),
        Due(2027, 1, date(2027, 9, 29)),
    ),
    "came on 31 August, February would be shorter": (
        due("2026-08-31", "2027-02-27"),
        Due(2027, 1, date(2027, 2, 27), EARLY),
    ),
    "appointed on the cut-off itself": (due("2027-10-01"), Due(2027, 1, END)),
    "appointed the day after the cut-off": (due("2027-10-02"), Due(2027, 1, END, LATE)),
    "appointed in October": (due("2027-10-20"), Due(2027, 1, END, LATE)),
    "appointed in October, the year after": (due("2027-10-20", year=2028), Due(2028, 1, date(2028, 12, 31))),
    "appointed late and left in December": (
        due("2027-10-20", "2027-12-15"),
        Due(2027, 1, date(2027, 12, 15), LATE),
    ),
    "appointed on the last day": (due("2027-12-31"), Due(2027, 1, END, LATE)),
    "left on the last day of the year": (due("2023-05-01", "2027-12-31"), Due(2027, 1, END)),
    "left the day before the last": (due("2023-05-01", "2027-12-30"), Due(2027, 1, date(2027, 12, 30))),
    "left on the first day": (due("2023-05-01", "2027-01-01"), Due(2027, 1, date(2027, 1, 1), EARLY)),
    "left the year before": (due("2023-05-01", "2026-12-31"), None),
    "retired long ago": (due("2020-01-01", "2024-06-30"), None),
    "appointed the year after": (due("2028-01-01"), None),
    "appointed next year, seen from there": (due("2028-01-01", year=2028), Due(2028, 1, date(2028, 12, 31))),
    "leaves next year, owes all of this one": (due("2023-05-01", "2028-02-29"), Due(2027, 1, END)),
    "leaves on the leap day": (
        due("2023-05-01", "2028-02-29", year=2028),
        Due(2028, 1, date(2028, 2, 29), EARLY),
    ),
    "a later cut-off": (due("2027-10-20", cutoff_month=11), Due(2027, 1, END)),
    "a cut-off on 31 in a shorter month": (
        due("2027-12-01", cutoff_month=11, cutoff_day=31),
        Due(2027, 1, END, LATE),
    ),
    "a cut-off on 29 February of a plain year": (
        due("2027-03-01", cutoff_month=2, cutoff_day=29),
        Due(2027, 1, END, LATE),
    ),
    "a cut-off on 29 February of a leap year": (
        due("2028-02-29", year=2028, cutoff_month=2, cutoff_day=29),
        Due(2028, 1, date(2028, 12, 31)),
    ),
    "three months suffice when so set": (
        due("2023-05-01", "2027-03-31", least_months_when_leaving=3),
        Due(2027, 1, date(2027, 3, 31)),
    ),
    "two lessons a year when so set": (due("2023-05-01", need=2), Due(2027, 2, END)),
    "the scheme is off": (due("2023-05-01", is_on=False), None),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_post_owes(case: str) -> None:
    got, expected = CASES[case]
    assert got == expected


def test_two_posts_are_two_obligations() -> None:
    """Secretary of a township and of an office: each owes by its own scheme."""
    township = PostFacts(1, "/1/2/", AREA, date(2023, 5, 1))
    office = PostFacts(1, "/1/9/", UNIT, date(2027, 11, 1))
    assert due_in(township, 2027, SCHEME_A) == Due(2027, 1, END)
    assert due_in(office, 2027, SCHEME_B) == Due(2027, 1, END, LATE)
