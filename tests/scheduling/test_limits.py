"""How many lessons one person may teach, on paper."""

from __future__ import annotations

from datetime import date

import numpy as np

from party_lessons.rules import Cap
from scheduling.queries.holders import Lent, Limits
from scheduling.queries.limits import Lesson, caps, has_room

DAYS = [date(2027, 6, d) for d in (6, 7, 8, 13, 14)] + [date(2027, 7, 1)]
ORDINALS = np.array([day.toordinal() for day in DAYS], np.int64)
NONE = Limits(None, None, None, None)
MORNING, AFTERNOON = 510, 840


def lessons(*starts: tuple[int, ...], loan: Lent | None = None) -> list[Lesson]:
    return [Lesson(ref, times, 135, loan) for ref, times in enumerate(starts)]


def found(limits: Limits, *taught: date) -> list[bool]:
    return [bool(x) for x in has_room(limits, [day.toordinal() for day in taught], ORDINALS)]


def test_without_limits_there_is_room_on_every_day() -> None:
    assert all(found(NONE, *DAYS))


def test_a_week_runs_from_monday_to_sunday() -> None:
    """7 June 2027 is a Monday, 13 June the Sunday after."""
    one_a_week = Limits(None, 1, None, None)
    assert found(one_a_week, date(2027, 6, 9)) == [True, False, False, False, True, True]


def test_a_full_day_month_and_year() -> None:
    assert found(Limits(1, None, None, None), date(2027, 6, 7)) == [True, False, True, True, True, True]
    assert found(Limits(None, None, 2, None), *DAYS[:2]) == [False] * 5 + [True]
    assert found(Limits(None, None, None, 2), *DAYS[:2]) == [False] * 6
    assert found(Limits(None, None, None, 0)) == [False] * 6


def test_what_is_left_of_each_limit() -> None:
    days = ORDINALS[1:3]
    got = set(caps(Limits(None, 3, 8, None), [DAYS[3].toordinal()], lessons((MORNING,), (MORNING,)), days))
    assert got == {Cap(frozenset({0, 1}), 2), Cap(frozenset({0, 1}), 7)}


def test_two_at_the_same_time_and_three_in_two_halves() -> None:
    same = ORDINALS[[1, 1]]
    assert list(caps(NONE, [], lessons((MORNING,), (MORNING,)), same)) == [Cap(frozenset({0, 1}), 1)]
    assert list(caps(NONE, [], lessons((MORNING,), (AFTERNOON,)), same)) == []
    either = (MORNING, AFTERNOON)
    got = list(caps(NONE, [], lessons(either, either, (MORNING,)), ORDINALS[[1, 1, 1]]))
    assert got == [Cap(frozenset({0, 1, 2}), 2)]


def test_no_more_than_a_loan_grants() -> None:
    loan = Lent(5, None, 1, 9**6, 1)
    assert list(caps(NONE, [], lessons((MORNING,), (MORNING,), loan=loan), ORDINALS[1:3])) == [
        Cap(frozenset({0, 1}), 1)
    ]
