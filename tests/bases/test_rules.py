"""The life of a base without a database."""

from __future__ import annotations

from datetime import date, time

import pytest

from bases.enums import BaseState, Need
from bases.forms import read_spans
from bases.rules import BOOKABLE, TRANSITIONS, FileFacts, bad_spans, days_to_expiry, lacking
from bases.services.register import hours_text

S = BaseState
TODAY = date(2027, 5, 10)
WHOLE = FileFacts(True, True, True, True, True, date(2028, 5, 10))
EMPTY = FileFacts(False, False, False, False, False)


def test_every_state_leads_somewhere_known() -> None:
    assert set(TRANSITIONS) == set(BaseState)
    assert all(steps and state not in steps for state, steps in TRANSITIONS.items())


def test_nothing_is_bookable_before_it_was_filed() -> None:
    """Only by way of FILED does a new base become bookable [3 §五(一)]."""
    reached, stack = {S.SURVEYED}, [S.SURVEYED]
    while stack:
        for step in TRANSITIONS[stack.pop()]:
            if step is not S.FILED and step not in reached:
                reached.add(step)
                stack.append(step)
    assert reached == {S.SURVEYED, S.APPLIED, S.REVIEWED}
    assert not reached & BOOKABLE


def test_a_revoked_base_starts_anew() -> None:
    assert TRANSITIONS[S.REVOKED] == (S.SURVEYED,)


@pytest.mark.parametrize("step", list(BaseState))
def test_a_whole_file_lacks_nothing(step: BaseState) -> None:
    assert lacking(WHOLE, step, TODAY) == []


def test_what_an_empty_file_lacks() -> None:
    assert lacking(EMPTY, S.FILED, TODAY) == [Need.PLACE, Need.CONTACT, Need.VENUE, Need.HOURS]
    assert lacking(EMPTY, S.DESIGNATED, TODAY) == [Need.DESIGNATION]
    assert lacking(EMPTY, S.RENEWED, TODAY) == [Need.DESIGNATION, Need.EXPIRY]
    assert lacking(EMPTY, S.REVOKED, TODAY) == []


@pytest.mark.parametrize(
    ("ends", "needs"), [(date(2027, 5, 9), [Need.EXPIRY]), (TODAY, []), (None, [Need.EXPIRY])]
)
def test_renewing_needs_an_end_still_to_come(ends: date | None, needs: list[Need]) -> None:
    assert lacking(FileFacts(True, True, True, True, True, ends), S.RENEWED, TODAY) == needs


@pytest.mark.parametrize(
    ("ends", "days"), [(None, None), (TODAY, 0), (date(2027, 5, 9), -1), (date(2027, 8, 8), 90)]
)
def test_days_to_expiry(ends: date | None, days: int | None) -> None:
    assert days_to_expiry(ends, TODAY) == days


def test_bad_spans() -> None:
    morning, noon, evening = time(8), time(12), time(18)
    assert bad_spans([(0, morning, noon), (0, noon, evening), (1, morning, evening)]) == set()
    assert bad_spans([(0, noon, morning), (2, noon, noon)]) == {0, 2}
    assert bad_spans([(4, morning, evening), (4, noon, time(13))]) == {4}
    assert bad_spans([(4, morning, evening), (4, time(9), noon), (4, time(17), time(19))]) == {4}


def test_reading_hours() -> None:
    spans, wrong = read_spans(
        {"opens-0-0": "8:30", "closes-0-0": "1200", "opens-0-1": "14：00", "closes-0-1": "17:30"}
    )
    assert (spans, wrong) == ([(0, time(8, 30), time(12)), (0, time(14), time(17, 30))], {})
    for opens, closes in (("8:30", ""), ("", "9:00"), ("25:00", "26:00"), ("早上", "晚上"), ("9:00", "8:00")):
        assert set(read_spans({"opens-3-0": opens, "closes-3-0": closes})[1]) == {3}


def test_hours_as_staff_write_them() -> None:
    week = [(d, time(8), time(18)) for d in range(5)]
    assert hours_text(week) == "周一至周五 8:00-18:00"
    assert hours_text([*week, (6, time(9), time(12))]) == "周一至周五 8:00-18:00,周日 9:00-12:00"
    assert (
        hours_text([(2, time(8, 30), time(11, 30)), (2, time(14), time(17))])
        == "周三 8:30-11:30、14:00-17:00"
    )
    assert hours_text([]) == ""
