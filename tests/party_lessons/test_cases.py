"""The duty in written cases: posts, lessons and a day, and where each obligation stands then, and why.

Every case is worked out on paper by the rules alone: what is owed, what counts, what is left and for whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from accounts.enums import Level
from party_lessons.enums import ClassKind, DutyState, Ground, PostKind
from party_lessons.rules import (
    SCHEME_A,
    SCHEME_B,
    SCHEME_C,
    Cap,
    Demand,
    LessonFacts,
    PostFacts,
    SchemeFacts,
    due_in,
    eligible,
    forecast,
    standing,
    tally,
)
from scheduling.engine.whole import solve_whole

COUNTY, EAST, WEST, BUREAU, SCHOOL, OFFICE = "/1/", "/1/2/", "/1/3/", "/1/20/", "/1/20/5/", "/1/2/9/"
LEVELS = {COUNTY: Level.COUNTY, EAST: Level.TOWNSHIP, WEST: Level.TOWNSHIP}
AREA, UNIT, TEAM = PostKind.AREA_SECRETARY, PostKind.UNIT_SECRETARY, PostKind.TEAM_MEMBER
ZHAO, QIAN, SUN = 1, 2, 3
S = DutyState


def post(
    path: str,
    who: int = ZHAO,
    starts: str = "2023-05-01",
    ends: str | None = None,
    kind: PostKind | None = None,
) -> PostFacts:
    """A post at an area or unit; of the kind that goes with it."""
    level = LEVELS.get(path, Level.UNIT)
    return PostFacts(
        who, path, kind or (UNIT if level is Level.UNIT else AREA),
        date.fromisoformat(starts), date.fromisoformat(ends) if ends else None, level,
    )  # fmt: skip


def lesson(
    day: str, host: str = EAST, area: str | None = None, people: Sequence[str] = (), **more: Any
) -> LessonFacts:
    """A party lesson of three class hours, before the host's own people unless told otherwise, that nobody teaches yet."""
    facts = LessonFacts(
        session_ref=more.pop("ref", abs(hash((day, host, area))) % 10**6), day=date.fromisoformat(day), minutes=135,
        is_party_lesson=True, host_path=host, area_path=area or host, audience_paths=frozenset(people or (host,)),
    )  # fmt: skip
    return replace(facts, **more)


def held(day: str, host: str = EAST, by: int = ZHAO, **more: Any) -> LessonFacts:
    return lesson(day, host, instructor_id=by, is_held=True, **more)


def told(day: str, host: str = EAST, by: int = ZHAO, **more: Any) -> LessonFacts:
    return lesson(day, host, instructor_id=by, is_told=True, **more)


@dataclass(frozen=True)
class Case:
    """What there is, the day it is looked at, and what must come out for each post in turn: state and ground."""

    name: str
    posts: Sequence[PostFacts]
    lessons: Sequence[LessonFacts]
    day: str
    expected: Sequence[tuple[DutyState, Ground] | None]
    settings: Mapping[str, Any] = field(default_factory=dict)
    exempted: str = ""
    schemes: Mapping[PostKind, SchemeFacts] = field(default_factory=lambda: {AREA: SCHEME_A, UNIT: SCHEME_B})
    caps: Mapping[int, Sequence[Cap]] = field(default_factory=dict)
    year: int = 0
    """Whose duty is looked at; the day's own year unless told otherwise."""


E_, W_ = post(EAST), post(WEST, QIAN)
HELD, LATE_DONE = (S.HELD, Ground.DONE), (S.HELD, Ground.DONE_LATE)
PLANNED, TO_REGISTER = (S.PLANNED, Ground.ARRANGED), (S.PLANNED, Ground.TO_REGISTER)
ROOM, LAST, CROWDED = (S.OPEN, Ground.ROOM), (S.AT_RISK, Ground.LAST_ONES), (S.AT_RISK, Ground.CROWDED)
NONE_LEFT, TOO_FEW, NO_ROOM = (
    (S.IMPOSSIBLE, Ground.NONE_LEFT),
    (S.IMPOSSIBLE, Ground.TOO_FEW),
    (S.IMPOSSIBLE, Ground.NO_ROOM),
)
PASSED, UNREPORTED = (S.OVERDUE, Ground.DEADLINE_PASSED), (S.OVERDUE, Ground.NOT_REPORTED)
LATE, EARLY, BY_PERSON = (
    (S.EXEMPT, Ground.APPOINTED_LATE),
    (S.EXEMPT, Ground.LEFT_EARLY),
    (S.EXEMPT, Ground.BY_PERSON),
)
BOTH_IN_JUNE = [lesson("2027-06-07"), lesson("2027-06-08")]
TWO = {"need": 2}
MOVED = [post(EAST, ends="2027-03-14"), post(WEST, starts="2027-03-15")]
MOVED_LATER = [post(EAST, ends="2027-07-15"), post(WEST, starts="2027-07-16")]
TWO_POSTS = [post(EAST), post(BUREAU)]
COMMON = {"host": OFFICE, "area": EAST, "people": (OFFICE,)}
BOTH_TESTS = [post(EAST), post(OFFICE)]

CASES = [
    # Every state and its ground, on an ordinary day.
    Case("room enough", [E_], BOTH_IN_JUNE, "2027-05-10", [ROOM]),
    Case("the last one", [E_], BOTH_IN_JUNE[:1], "2027-05-10", [LAST]),
    Case("none left", [E_], [], "2027-05-10", [NONE_LEFT]),
    Case("told, not held yet", [E_], [told("2027-06-07")], "2027-05-10", [PLANNED]),
    Case("told for today", [E_], [told("2027-06-07")], "2027-06-07", [PLANNED]),
    Case("taught yesterday, not registered", [E_], [told("2027-06-07")], "2027-06-08", [TO_REGISTER]),
    Case("held", [E_], [held("2027-03-03")], "2027-05-10", [HELD]),
    Case("held twice, once was needed", [E_], [held("2027-03-03"), held("2027-03-04")], "2027-05-10", [HELD]),
    Case("exempted by hand", [E_], [], "2027-05-10", [BY_PERSON], exempted="长期病假"),
    Case("exempted by hand, though lessons are left", [E_], BOTH_IN_JUNE, "2027-05-10", [BY_PERSON], exempted="病假"),
    # The year's end.
    Case("31 December, 23:59", [E_], [], "2027-12-31", [NONE_LEFT]),
    Case("a lesson on 31 December is still left that day", [E_], [lesson("2027-12-31")], "2027-12-31", [LAST]),
    Case("held in the evening of 31 December", [E_], [held("2027-12-31")], "2028-01-01", [HELD], year=2027),
    Case("a minute later it is too late", [E_], [], "2028-01-01", [PASSED], year=2027),
    Case("a lesson of 1 January is next year's", [E_], [held("2028-01-01")], "2028-01-02", [PASSED], year=2027),
    Case("last year's lesson is not this year's", [E_], [held("2026-12-31")], "2027-01-01", [NONE_LEFT]),
    Case("told for December, nothing registered by January", [E_], [told("2027-12-30")], "2028-01-01", [UNREPORTED], year=2027),
    Case("registered in January for December", [E_], [held("2027-12-30")], "2028-01-20", [HELD], year=2027),
    Case("1 January, all the year ahead", [E_], BOTH_IN_JUNE, "2027-01-01", [ROOM]),
    # An earlier deadline.
    Case("a deadline of 30 November has passed", [E_], [], "2027-12-01", [PASSED], {"deadline_month": 11, "deadline_day": 30}),
    Case("on the deadline itself", [E_], [lesson("2027-11-30")], "2027-11-30", [LAST], {"deadline_month": 11, "deadline_day": 30}),
    Case("held after the deadline, in the year", [E_], [held("2027-12-05")], "2027-12-06", [LATE_DONE], {"deadline_month": 11, "deadline_day": 30}),
    Case("what is left after the deadline is not left", [E_], [lesson("2027-12-05")], "2027-11-01", [NONE_LEFT], {"deadline_month": 11, "deadline_day": 30}),
    Case("a deadline of 31 in a month of 30", [E_], [], "2027-12-01", [PASSED], {"deadline_month": 11, "deadline_day": 31}),
    # Leap days.
    Case("a deadline of 29 February in a leap year", [E_], [lesson("2028-02-29")], "2028-02-29", [LAST], {"deadline_month": 2, "deadline_day": 29}),
    Case("a deadline of 29 February in a plain year is the 28th", [E_], [], "2027-03-01", [PASSED], {"deadline_month": 2, "deadline_day": 29}),
    Case("held on the leap day", [E_], [held("2028-02-29")], "2028-03-01", [HELD]),
    Case("appointed on the leap day", [post(EAST, starts="2028-02-29")], [lesson("2028-02-28"), lesson("2028-02-29")], "2028-02-29", [LAST]),
    Case("leaves on the leap day", [post(EAST, ends="2028-02-29")], [lesson("2028-02-29")], "2028-02-29", [EARLY]),
    # Appointed in the year.
    Case("appointed in March", [post(EAST, starts="2027-03-15")], [held("2027-03-03"), *BOTH_IN_JUNE], "2027-05-10", [ROOM]),
    Case("appointed on the cut-off", [post(EAST, starts="2027-10-01")], [], "2027-10-10", [NONE_LEFT]),
    Case("appointed in October", [post(EAST, starts="2027-10-20")], [lesson("2027-11-02")], "2027-11-01", [LATE]),
    Case("appointed in October, held one all the same", [post(EAST, starts="2027-10-20")], [held("2027-11-02")], "2027-12-01", [LATE]),
    Case("appointed in October owes the year after", [post(EAST, starts="2027-10-20")], [lesson("2028-05-02")], "2028-01-10", [LAST]),
    Case("not in post yet", [post(EAST, starts="2028-03-01")], [], "2027-05-10", [None]),
    Case("the day before the appointment does not count", [post(EAST, starts="2027-04-01")], [held("2027-03-31")], "2027-05-10", [NONE_LEFT]),
    Case("the day of the appointment counts", [post(EAST, starts="2027-04-01")], [held("2027-04-01")], "2027-05-10", [HELD]),
    # Leaving in the year.
    Case("retired at the end of August, nothing held", [post(EAST, ends="2027-08-31")], [lesson("2027-09-07")], "2027-07-01", [NONE_LEFT]),
    Case("retired at the end of August, held in May", [post(EAST, ends="2027-08-31")], [held("2027-05-03")], "2027-09-01", [HELD]),
    Case("retired, seen the day after", [post(EAST, ends="2027-08-31")], [lesson("2027-09-07")], "2027-09-01", [PASSED]),
    Case("retired, seen on the last day", [post(EAST, ends="2027-08-31")], [lesson("2027-08-31")], "2027-08-31", [LAST]),
    Case("retired in March", [post(EAST, ends="2027-03-31")], [], "2027-05-10", [EARLY]),
    Case("half a year to the day", [post(EAST, ends="2027-06-30")], BOTH_IN_JUNE, "2027-05-10", [ROOM]),
    Case("a day less than half a year", [post(EAST, ends="2027-06-29")], BOTH_IN_JUNE, "2027-05-10", [EARLY]),
    Case("left years ago", [post(EAST, ends="2024-06-30")], [], "2027-05-10", [None]),
    Case("the post is vacant: its last holder owes no more", [post(EAST, ends="2027-01-31")], BOTH_IN_JUNE, "2027-05-10", [EARLY]),
    # Moved, and two posts.
    Case("moved in March: only the new post owes", MOVED, [lesson("2027-06-07", WEST), lesson("2027-06-08", WEST)], "2027-05-10", [EARLY, ROOM]),
    Case("moved in March after a lesson: the new post owes afresh", MOVED, [held("2027-03-03"), lesson("2027-06-07", WEST)], "2027-05-10", [EARLY, LAST]),
    Case("moved in July: the credit stays with the old post", MOVED_LATER, [held("2027-05-03"), lesson("2027-09-07", WEST)], "2027-08-01", [HELD, LAST]),
    Case("moved in July with nothing held: the old one is overdue", MOVED_LATER, [held("2027-09-07", WEST)], "2027-09-08", [PASSED, HELD]),
    Case("after the move the old area's classes do not count", MOVED_LATER, [held("2027-09-07", EAST)], "2027-09-08", [PASSED, NONE_LEFT]),
    Case("two posts, two obligations", TWO_POSTS, [held("2027-03-03")], "2027-05-10", [HELD, NONE_LEFT]),
    Case("two posts, a lesson for each", TWO_POSTS, [held("2027-03-03"), held("2027-03-04", BUREAU, area=COUNTY)], "2027-05-10", [HELD, HELD]),
    Case("both tests at once: one lesson serves both posts", BOTH_TESTS, [held("2027-03-03", **COMMON)], "2027-05-10", [HELD, HELD]),
    Case("both tests at once, still to come", BOTH_TESTS, [lesson("2027-06-07", **COMMON)], "2027-05-10", [LAST, LAST]),
    Case("passes one of two tests only", BOTH_TESTS, [held("2027-03-03", EAST)], "2027-05-10", [HELD, NONE_LEFT]),
    Case("the same post entered twice in a row: each with its own days", [post(EAST, ends="2027-06-30"), post(EAST, starts="2027-07-01")], [held("2027-03-03")], "2027-07-02", [HELD, NONE_LEFT]),
    # What counts.
    Case("a stand-in taught it", [E_], [held("2027-03-03", by=SUN)], "2027-05-10", [NONE_LEFT]),
    Case("a stand-in was told to teach it", [E_], [told("2027-06-07", by=SUN)], "2027-05-10", [NONE_LEFT]),
    Case("a micro-lesson does not count", [E_], [held("2027-03-03", minutes=22)], "2027-05-10", [NONE_LEFT]),
    Case("a micro-lesson counts where the scheme says so", [E_], [held("2027-03-03", minutes=22)], "2027-05-10", [HELD], {"micro_minutes": 15}),
    Case("shorter than the shortest micro-lesson", [E_], [held("2027-03-03", minutes=14)], "2027-05-10", [NONE_LEFT], {"micro_minutes": 15}),
    Case("thirty minutes to the minute", [E_], [held("2027-03-03", minutes=30)], "2027-05-10", [HELD]),
    Case("cancelled after it was credited: gone with the lesson", [E_], BOTH_IN_JUNE, "2027-05-10", [ROOM]),
    Case("cancelled, and it was the last", [E_], [], "2027-06-08", [NONE_LEFT]),
    Case("no party lesson", [E_], [held("2027-03-03", is_party_lesson=False)], "2027-05-10", [NONE_LEFT]),
    Case("merged session of two townships, by one of the secretaries", [E_, W_], [held("2027-03-03", COUNTY, people=(EAST, WEST))], "2027-05-10", [HELD, NONE_LEFT]),
    Case("merged session of a bureau and its neighbours", [post(BUREAU)], [held("2027-03-03", "/1/30/", area=COUNTY, people=("/1/30/", BUREAU))], "2027-05-10", [HELD]),
    Case("a school under the bureau", [post(BUREAU)], [held("2027-03-03", SCHOOL, area=BUREAU)], "2027-05-10", [HELD]),
    Case("the county's class for all is not the bureau's", [post(BUREAU)], [held("2027-03-03", COUNTY)], "2027-05-10", [NONE_LEFT]),
    Case("a branch meeting is no training class", [E_], [held("2027-03-03", class_kind=ClassKind.MEETING)], "2027-05-10", [NONE_LEFT]),
    Case("a branch meeting is enough for a unit", [post(BUREAU)], [held("2027-03-03", BUREAU, class_kind=ClassKind.MEETING)], "2027-05-10", [HELD]),
    # Several lessons a year.
    Case("two needed, one held", [E_], [held("2027-03-03"), *BOTH_IN_JUNE], "2027-05-10", [ROOM], TWO),
    Case("two needed, one held, one told", [E_], [held("2027-03-03"), told("2027-06-07")], "2027-05-10", [PLANNED], TWO),
    Case("two needed, one left", [E_], BOTH_IN_JUNE[:1], "2027-05-10", [TOO_FEW], TWO),
    Case("two needed, two left", [E_], BOTH_IN_JUNE, "2027-05-10", [LAST], TWO),
    Case("two needed, both left in a week of one", [E_], [lesson("2027-06-07", ref=7), lesson("2027-06-08", ref=8)], "2027-05-10", [NO_ROOM], TWO, caps={ZHAO: [Cap(frozenset({7, 8}), 1)]}),
    Case("two needed, the second held late", [E_], [held("2027-03-03"), held("2027-12-05")], "2027-12-06", [LATE_DONE], {"need": 2, "deadline_month": 11, "deadline_day": 30}),
    # Others.
    Case("two secretaries, one lesson of the county's", [E_, W_], [lesson("2027-06-07", COUNTY)], "2027-05-10", [CROWDED, CROWDED]),
    Case("two secretaries, two lessons", [E_, W_], [lesson("2027-06-07", COUNTY), lesson("2027-06-08", COUNTY)], "2027-05-10", [ROOM, ROOM]),
    Case("one has another way out", [E_, W_], [lesson("2027-06-07", COUNTY), lesson("2027-06-08", EAST)], "2027-05-10", [ROOM, LAST]),
    # Schemes that are off or ask others.
    Case("the scheme is off", [E_], BOTH_IN_JUNE, "2027-05-10", [None], {"is_on": False}),
    Case("a team member owes nothing by A or B", [post(COUNTY, kind=TEAM)], [], "2027-05-10", [None], schemes={TEAM: SCHEME_A}),
    Case("same-level party school, switched on", [post(COUNTY, kind=TEAM)], [held("2027-03-03", COUNTY, class_kind=ClassKind.MAIN)], "2027-05-10", [HELD], {"is_on": True}, schemes={TEAM: SCHEME_C}),
    Case("same-level party school: not within a main class", [post(COUNTY, kind=TEAM)], [held("2027-03-03", COUNTY)], "2027-05-10", [NONE_LEFT], {"is_on": True}, schemes={TEAM: SCHEME_C}),
    Case("same-level party school: a township's secretary is not asked", [E_], [], "2027-05-10", [None], {"is_on": True}, schemes={AREA: SCHEME_C}),
]  # fmt: skip


def stands(case: Case) -> list[tuple[DutyState, Ground] | None]:
    """What the rules make of a case."""
    today = date.fromisoformat(case.day)
    owed = [_owed(case, who, case.year or today.year) for who in case.posts]
    demands, left = [], {}
    for place, (who, found) in enumerate(zip(case.posts, owed, strict=True)):
        if found is None:
            continue
        due, scheme = found
        ahead = [
            x for x in case.lessons if not x.is_held and not x.is_told and today <= x.day <= due.deadline
        ]
        left[place] = frozenset(x.session_ref for x in ahead if eligible(who, x, scheme))
        if due.missing and not due.is_exempt:
            demands.append(Demand(place, who.holder_id, due.missing, left[place]))
    outlooks = forecast(demands, solve_whole, case.caps)
    answers: list[tuple[DutyState, Ground] | None] = []
    for place, (who, found) in enumerate(zip(case.posts, owed, strict=True)):
        if found is None:
            answers.append(None)
            continue
        said = standing(found[0], today, outlooks.get(place), who, found[1])
        assert "%(" not in said.ground.word % said.blanks
        answers.append((said.state, said.ground))
    return answers


def _owed(case: Case, who: PostFacts, year: int) -> Any:
    scheme = replace(case.schemes[who.kind], **case.settings)
    due = due_in(who, year, scheme)
    return None if due is None else (tally(due, who, scheme, case.lessons, case.exempted), scheme)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_where_it_stands(case: Case) -> None:
    assert stands(case) == list(case.expected)


def test_there_are_enough() -> None:
    """Every state, every ground there is a rule for, and at least sixty cases of different names."""
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    grounds = {found[1] for case in CASES for found in case.expected if found is not None}
    assert grounds == set(Ground) - {Ground.NONE_TAUGHT, Ground.UNRECKONED}
    assert {found[0] for case in CASES for found in case.expected if found is not None} == set(DutyState)
