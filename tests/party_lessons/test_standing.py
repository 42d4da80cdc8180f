"""The state of an obligation on a day, with its ground."""

from __future__ import annotations

from datetime import date

import pytest

from party_lessons.enums import DutyState, ExemptionRule, Ground, PostKind
from party_lessons.rules import SCHEME_A, DueFacts, Outlook, PostFacts, standing

POST = PostFacts(1, "/1/2/", PostKind.AREA_SECRETARY, date(2027, 10, 20))
SCHEME = SCHEME_A
END = date(2027, 12, 31)
MAY = date(2027, 5, 10)
NONE, ONE, TWO, MANY = Outlook(0, True), Outlook(1, False), Outlook(2, False), Outlook(5, False)
LATE = ExemptionRule.APPOINTED_LATE

CASES = [
    ("exempt by rule", DueFacts(1, END, exemption=LATE), MAY, MANY, DutyState.EXEMPT, Ground.APPOINTED_LATE),
    (
        "left early",
        DueFacts(1, MAY, exemption=ExemptionRule.LEFT_EARLY),
        MAY,
        NONE,
        DutyState.EXEMPT,
        Ground.LEFT_EARLY,
    ),
    (
        "exempt by a person",
        DueFacts(1, END, exemption_text="病假"),
        MAY,
        NONE,
        DutyState.EXEMPT,
        Ground.BY_PERSON,
    ),
    (
        "exempt stays exempt after the deadline",
        DueFacts(1, END, exemption=LATE),
        date(2028, 1, 1),
        NONE,
        DutyState.EXEMPT,
        Ground.APPOINTED_LATE,
    ),
    ("held", DueFacts(1, END, held=1), MAY, NONE, DutyState.HELD, Ground.DONE),
    ("held more than needed", DueFacts(1, END, held=3), MAY, MANY, DutyState.HELD, Ground.DONE),
    (
        "held stays held after the deadline",
        DueFacts(1, END, held=1),
        date(2028, 3, 1),
        NONE,
        DutyState.HELD,
        Ground.DONE,
    ),
    ("planned", DueFacts(1, END, planned=1), MAY, NONE, DutyState.PLANNED, Ground.ARRANGED),
    (
        "planned, no other session left",
        DueFacts(1, END, planned=1),
        END,
        NONE,
        DutyState.PLANNED,
        Ground.ARRANGED,
    ),
    (
        "planned but never reported",
        DueFacts(1, END, planned=1),
        date(2028, 1, 1),
        NONE,
        DutyState.OVERDUE,
        Ground.NOT_REPORTED,
    ),
    ("cancelled after it was credited", DueFacts(1, END), MAY, MANY, DutyState.OPEN, Ground.ROOM),
    ("room enough", DueFacts(1, END), MAY, TWO, DutyState.OPEN, Ground.ROOM),
    ("the last one", DueFacts(1, END), MAY, ONE, DutyState.AT_RISK, Ground.LAST_ONES),
    (
        "several, but all wanted by others",
        DueFacts(1, END),
        MAY,
        Outlook(3, True),
        DutyState.AT_RISK,
        Ground.CROWDED,
    ),
    ("none left", DueFacts(1, END), MAY, NONE, DutyState.IMPOSSIBLE, Ground.NONE_LEFT),
    (
        "some near, none to teach",
        DueFacts(1, END),
        MAY,
        Outlook(0, True, 3),
        DutyState.IMPOSSIBLE,
        Ground.NONE_TAUGHT,
    ),
    ("year end, still the day", DueFacts(1, END), END, ONE, DutyState.AT_RISK, Ground.LAST_ONES),
    ("year end is past", DueFacts(1, END), date(2028, 1, 1), MANY, DutyState.OVERDUE, Ground.DEADLINE_PASSED),
    (
        "left in August, seen in September",
        DueFacts(1, date(2027, 8, 31)),
        date(2027, 9, 1),
        MANY,
        DutyState.OVERDUE,
        Ground.DEADLINE_PASSED,
    ),
    (
        "left in August, seen on the last day",
        DueFacts(1, date(2027, 8, 31)),
        date(2027, 8, 31),
        TWO,
        DutyState.OPEN,
        Ground.ROOM,
    ),
    (
        "two needed, one held, one planned",
        DueFacts(2, END, held=1, planned=1),
        MAY,
        NONE,
        DutyState.PLANNED,
        Ground.ARRANGED,
    ),
    (
        "two needed, one held, one left",
        DueFacts(2, END, held=1),
        MAY,
        ONE,
        DutyState.AT_RISK,
        Ground.LAST_ONES,
    ),
    (
        "two needed, two left in a week of one",
        DueFacts(2, END),
        MAY,
        Outlook(2, True, most=1),
        DutyState.IMPOSSIBLE,
        Ground.NO_ROOM,
    ),
    ("two needed, one left", DueFacts(2, END), MAY, ONE, DutyState.IMPOSSIBLE, Ground.TOO_FEW),
    ("two needed, two left", DueFacts(2, END), MAY, TWO, DutyState.AT_RISK, Ground.LAST_ONES),
    (
        "leap day deadline",
        DueFacts(1, date(2028, 2, 29)),
        date(2028, 2, 29),
        ONE,
        DutyState.AT_RISK,
        Ground.LAST_ONES,
    ),
]


@pytest.mark.parametrize(
    ("name", "due", "today", "outlook", "state", "ground"), CASES, ids=[case[0] for case in CASES]
)
def test_standing(
    name: str, due: DueFacts, today: date, outlook: Outlook, state: DutyState, ground: Ground
) -> None:
    found = standing(due, today, outlook, POST, SCHEME)
    assert (found.state, found.ground) == (state, ground)


@pytest.mark.parametrize(
    ("name", "due", "today", "outlook", "state", "ground"), CASES, ids=[case[0] for case in CASES]
)
def test_every_sentence_is_complete(
    name: str, due: DueFacts, today: date, outlook: Outlook, state: DutyState, ground: Ground
) -> None:
    found = standing(due, today, outlook, POST, SCHEME)
    assert "%(" not in found.ground.word % found.blanks


def test_the_late_appointment_names_both_days() -> None:
    found = standing(DueFacts(1, END, exemption=LATE), MAY, NONE, POST, SCHEME)
    assert found.ground.word % found.blanks == "2027-10-20 任职，晚于 2027-10-01 的截止日，当年免计。"
