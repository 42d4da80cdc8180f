"""Rosters and call-ups as rules, without a database."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from scheduling.enums import HalfDay, SessionState, Tier
from trainees.enums import TraineeKind, WarningKind
from trainees.rules import (
    CallUp,
    Line,
    Targets,
    broken_by_line,
    double_call_ups,
    plain_line,
    plain_name,
    slots_of,
    why_no_code,
)

AM, PM, ANY = HalfDay.MORNING, HalfDay.AFTERNOON, HalfDay.ANY
MAY_1, MAY_2, MAY_9 = date(2027, 5, 1), date(2027, 5, 2), date(2027, 5, 9)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张 三", "张三"),
        ("张\u3000三", "张三"),
        (" 阿卜杜拉·买买提 ", "阿卜杜拉·买买提"),
        ("John  Lee", "John Lee"),
    ],
)
def test_a_name_has_one_form(typed: str, kept: str) -> None:
    assert plain_name(typed) == kept


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (Line("张三"), []),
        (Line("张三", "东镇", "书记", TraineeKind.COMMITTEE, "138 0000 1234", "110101 19900307 8515"), []),
        (Line(""), ["name"]),
        (Line("张" * 41, "单" * 81, "职" * 61), ["name", "unit", "post"]),
        (Line("张三", phone="123"), ["phone"]),
        (Line("张三", identity="110101199003078516"), ["identity"]),
        (Line("张三", identity="110101199013078515"), ["identity"]),
    ],
)
def test_what_a_line_must_be(line: Line, fields: list[str]) -> None:
    assert [v.subject for v in broken_by_line(plain_line(line))] == fields


def call_up(class_id: int, first: date, last: date, *slots: tuple[date, HalfDay], **more: object) -> CallUp:
    usual: dict[str, object] = {
        "name": f"{class_id}班",
        "year": first.year,
        "tier": Tier(list(Tier)[class_id % 4]),
    }
    fields = usual | more
    return CallUp(class_id, starts_on=first, ends_on=last, slots=frozenset(slots), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        (call_up(1, MAY_1, MAY_1), call_up(2, MAY_1, MAY_2), MAY_1),
        (call_up(1, MAY_1, MAY_1), call_up(2, MAY_2, MAY_2), None),
        (call_up(1, MAY_1, MAY_9, (MAY_1, AM)), call_up(2, MAY_1, MAY_9, (MAY_1, PM)), None),
        (call_up(1, MAY_1, MAY_9, (MAY_1, AM), (MAY_9, AM)), call_up(2, MAY_1, MAY_9, (MAY_9, AM)), MAY_9),
        # Whose sessions are not known yet takes all its days.
        (call_up(1, MAY_1, MAY_9, (MAY_1, AM)), call_up(2, MAY_2, MAY_9), MAY_2),
    ],
)
def test_two_classes_at_one_time_clash(one: CallUp, other: CallUp, first: date | None) -> None:
    for pair in ((one, other), (other, one)):
        found = double_call_ups(pair, most=9)
        assert [(x.kind, x.mark, x.first) for x in found] == (
            [(WarningKind.CLASH, "clash:1:2", first)] if first else []
        )


def test_the_same_again_is_warned_of_once_it_is_too_much() -> None:
    def taught(class_id: int, month: int, **more: object) -> CallUp:
        day = date(2027, month, 1)
        return call_up(class_id, day, day, (day, AM), **({"tier": Tier.COUNTY_GENERAL} | more))

    twice = [taught(1, 1, courses={7: "党史"}), taught(2, 2, courses={7: "党史"})]
    assert double_call_ups(twice, most=2) == []
    thrice = [*twice, taught(3, 3, courses={7: "党史", 8: "公文"})]
    found = double_call_ups(thrice, most=2)
    assert [(x.kind, x.mark, x.times, x.first) for x in found] == [
        (WarningKind.SAME_TIER, "tier:county_general:2027:3", 3, date(2027, 3, 1)),
        (WarningKind.SAME_COURSE, "course:7:2027:3", 3, date(2027, 3, 1)),
    ]
    other_year = [*twice, taught(3, 3, year=2028, courses={7: "党史"})]
    assert double_call_ups(other_year, most=2) == []


def test_a_session_takes_the_half_day_it_is_placed_in_or_may_be() -> None:
    at = datetime(2027, 5, 2, 14)
    assert slots_of(MAY_1, ANY, at, PM) == [(MAY_2, PM)]
    assert slots_of(MAY_1, ANY, None, ANY) == [(MAY_1, AM), (MAY_1, PM)]
    assert slots_of(MAY_1, AM, None, AM) == [(MAY_1, AM)]


@pytest.mark.parametrize(
    ("state", "hour", "minute", "counts"),
    [
        (SessionState.PUBLISHED, 7, 29, False),
        (SessionState.PUBLISHED, 7, 30, True),
        (SessionState.PUBLISHED, 11, 15, True),
        (SessionState.HELD, 11, 15, True),
        (SessionState.PUBLISHED, 11, 16, False),
        (SessionState.PLANNED, 9, 0, False),
        (SessionState.CANCELLED, 9, 0, False),
    ],
)
def test_a_code_counts_around_the_session(state: SessionState, hour: int, minute: int, counts: bool) -> None:
    start, end = datetime(2027, 5, 1, 8, 30), datetime(2027, 5, 1, 10, 45)
    assert (why_no_code(state, start, end, datetime(2027, 5, 1, hour, minute)) == "") is counts
    assert why_no_code(state, None, None, datetime(2027, 5, 1, 9)) != ""


def test_hours_a_year_depend_on_who_it_is() -> None:
    assert [Targets().of(kind) for kind in TraineeKind] == [Decimal(32), Decimal(56)]
