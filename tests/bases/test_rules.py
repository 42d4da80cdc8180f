"""The life of a base without a database."""

from __future__ import annotations

from datetime import date, time

import pytest

from accounts.enums import P
from bases.enums import BaseAction, BaseState, DocumentKind, Need
from bases.forms import read_spans
from bases.rules import BOOKABLE, TRANSITIONS, FileFacts, bad_spans, days_to_expiry, lacking
from bases.rules.life import permission_for, way
from bases.services.register import hours_text

S, A = BaseState, BaseAction
TODAY = date(2027, 5, 10)
WHOLE = FileFacts(True, True, True, True, True, date(2028, 5, 10), frozenset(DocumentKind))
EMPTY = FileFacts(False, False, False, False, False)


def reached_without(avoided: BaseState | None) -> set[BaseState]:
    """States a new base can come to without ever being in one of them."""
    reached, stack = {S.SURVEYED}, [S.SURVEYED]
    while stack:
        state = stack.pop()
        for (before, _action), step in TRANSITIONS.items():
            if before is state and step is not avoided and step not in reached:
                reached.add(step)
                stack.append(step)
    return reached


def test_nothing_is_bookable_before_it_was_filed() -> None:
    """Only by way of FILED does a new base become bookable [3 §五(一)]."""
    assert reached_without(S.FILED) == {S.SURVEYED, S.APPLIED, S.REVIEWED}
    assert not reached_without(S.FILED) & BOOKABLE


def test_every_state_is_reached_and_left() -> None:
    assert reached_without(None) == set(BaseState)
    assert {before for before, _action in TRANSITIONS} == set(BaseState)


def test_whatever_gives_or_takes_a_plaque_is_the_approvers() -> None:
    found = {
        (before, action) for before, action in TRANSITIONS if permission_for(before, action) is P.BASE_APPROVE
    }
    assert found == {
        (before, action)
        for before, action in TRANSITIONS
        if TRANSITIONS[before, action] in (S.DESIGNATED, S.RENEWED, S.REVOKED)
    } | {(S.ANNUAL_REVIEW, A.RECTIFY)}


@pytest.mark.parametrize("action", list(BaseAction))
def test_a_whole_file_lacks_nothing(action: BaseAction) -> None:
    assert lacking(WHOLE, action, TODAY) == []


def test_what_an_empty_file_lacks() -> None:
    assert lacking(EMPTY, A.APPLY, TODAY) == [Need.PLACE, Need.CONTACT, Need.APPLICATION]
    assert lacking(EMPTY, A.FILE, TODAY) == [
        Need.PLACE,
        Need.CONTACT,
        Need.VENUE,
        Need.HOURS,
        Need.SAFETY_PLAN,
        Need.FILING_FORM,
    ]
    assert lacking(EMPTY, A.DESIGNATE, TODAY) == [Need.DESIGNATION, Need.PLAQUE]
    assert lacking(EMPTY, A.RENEW, TODAY) == [Need.DESIGNATION, Need.EXPIRY]
    assert lacking(EMPTY, A.REVOKE, TODAY) == []


@pytest.mark.parametrize(
    ("ends", "needs"), [(date(2027, 5, 9), [Need.EXPIRY]), (TODAY, []), (None, [Need.EXPIRY])]
)
def test_renewing_needs_an_end_still_to_come(ends: date | None, needs: list[Need]) -> None:
    assert lacking(FileFacts(True, True, True, True, True, ends), A.RENEW, TODAY) == needs


def test_the_way_of_a_new_base() -> None:
    assert [done for _step, done in way(S.REVIEWED)] == [True, True, True, False, False, False]
    assert all(done for _step, done in way(S.RENEWED)) and way(S.REVOKED) == []


@pytest.mark.parametrize(
    ("ends", "days"), [(None, None), (TODAY, 0), (date(2027, 5, 9), -1), (date(2027, 8, 8), 90)]
)
def test_days_to_expiry(ends: date | None, days: int | None) -> None:
    assert days_to_expiry(S.IN_USE, ends, TODAY) == days
    assert days_to_expiry(S.REVOKED, ends, TODAY) is None


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
    assert hours_text([*week, (6, time(9), time(12))]) == "周一至周五 8:00-18:00，周日 9:00-12:00"
    assert (
        hours_text([(2, time(8, 30), time(11, 30)), (2, time(14), time(17))])
        == "周三 8:30-11:30、14:00-17:00"
    )
    assert hours_text([]) == ""
