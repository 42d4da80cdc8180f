"""Waves, deadlines, reminders and freezes as rules, without a database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scheduling.rules.answers import AnswerPolicy, answer_by, is_frozen, reminder_due
from scheduling.rules.waves import Move, Ranked, in_order, next_move, next_wave

NOW = datetime(2027, 5, 10, 9)
POLICY = AnswerPolicy()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_the_cheapest_first_and_among_equals_who_was_asked_longest_ago() -> None:
    found = [
        Ranked(1, 12, NOW),
        Ranked(2, 15, NOW - DAY),
        Ranked(3, 40),
        Ranked(4, 18),
        Ranked(5, 3, NOW),
    ]
    assert [x.instructor_id for x in in_order(found)] == [5, 4, 2, 1, 3]


def test_waves_ask_everybody_once() -> None:
    found = [Ranked(n, n * 10) for n in range(5)]
    asked: set[int] = set()
    waves = []
    while wave := [x.instructor_id for x in next_wave(found, asked, 2)]:
        waves.append(wave)
        asked |= set(wave)
    assert waves == [[0, 1], [2, 3], [4]]


def test_somebody_who_becomes_free_later_is_asked_before_the_rest() -> None:
    assert [x.instructor_id for x in next_wave([Ranked(9, 0), Ranked(3, 30)], {1, 2}, 1)] == [9]


@pytest.mark.parametrize(
    ("open_asks", "left", "is_due", "move"),
    [
        (2, 5, False, Move.WAIT),
        (2, 5, True, Move.ASK),
        (0, 5, False, Move.ASK),
        (2, 0, True, Move.WAIT),
        (0, 0, False, Move.END),
        (0, 0, True, Move.END),
    ],
)
def test_what_becomes_of_a_call(open_asks: int, left: int, is_due: bool, move: Move) -> None:
    assert next_move(open_asks=open_asks, left=left, is_due=is_due) is move


def test_the_deadline_is_some_days_but_before_the_lesson_and_never_at_once() -> None:
    assert answer_by(NOW, NOW + 30 * DAY, POLICY) == NOW + 3 * DAY
    assert answer_by(NOW, NOW + 2 * DAY, POLICY) == NOW + 2 * DAY - 12 * HOUR
    assert answer_by(NOW, NOW + 3 * HOUR, POLICY) == NOW + HOUR


def test_two_reminders_and_none_after_the_deadline() -> None:
    by = answer_by(NOW, NOW + 30 * DAY, POLICY)
    due = [reminder_due(NOW, by, 0, NOW + n * HOUR, POLICY) for n in (1, 23, 24, 59, 60, 71, 72)]
    assert due == [0, 0, 1, 1, 2, 2, 0]
    after_first = [reminder_due(NOW, by, 1, NOW + n * HOUR, POLICY) for n in (24, 59, 60)]
    assert after_first == [0, 0, 2]
    assert reminder_due(NOW, by, 2, NOW + 70 * HOUR, POLICY) == 0


def test_a_freeze_counts_whole_days() -> None:
    start = NOW + 2 * DAY
    assert [is_frozen(start, NOW, days) for days in (0, 2, 3)] == [False, False, True]
    assert is_frozen(NOW + HOUR, NOW, 1)
    assert not is_frozen(NOW - HOUR, NOW, 3)
    assert not is_frozen(None, NOW, 3)
