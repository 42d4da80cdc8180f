"""Which lessons count: schemes A and B, length, day, and people standing in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from party_lessons.enums import PostKind
from party_lessons.rules import SCHEME_A, SCHEME_B, LessonFacts, PostFacts, eligible

AREA, UNIT = PostKind.AREA_SECRETARY, PostKind.UNIT_SECRETARY
COUNTY, TOWN, OTHER_TOWN, VILLAGE, BUREAU, SCHOOL = "/1/", "/1/2/", "/1/3/", "/1/2/8/", "/1/20/", "/1/20/5/"

SECRETARY = PostFacts(7, TOWN, AREA, date(2023, 5, 1))
HEAD = PostFacts(7, BUREAU, UNIT, date(2023, 5, 1))
LEADER = PostFacts(7, COUNTY, AREA, date(2023, 5, 1))
LESSON = LessonFacts(
    session_ref=1,
    day=date(2027, 6, 25),
    minutes=135,
    is_party_lesson=True,
    host_path=TOWN,
    area_path=TOWN,
    audience_paths=frozenset({TOWN}),
    instructor_id=7,
)


def lesson(host: str, area: str, *people: str, **changes: object) -> LessonFacts:
    """A lesson of a class hosted by `host` for `area`, attended by members of `people`."""
    return replace(LESSON, host_path=host, area_path=area, audience_paths=frozenset(people), **changes)  # type: ignore[arg-type]


CASES = [
    ("own winter class", SECRETARY, LESSON, True),
    ("a village of the township hosts", SECRETARY, lesson(VILLAGE, TOWN, VILLAGE), True),
    ("another township hosts for its own", SECRETARY, lesson(OTHER_TOWN, OTHER_TOWN, OTHER_TOWN), False),
    ("another township hosts, own people sit in", SECRETARY, lesson(OTHER_TOWN, OTHER_TOWN, TOWN), False),
    ("the county's class for all", SECRETARY, lesson(COUNTY, COUNTY, COUNTY), True),
    ("a county department's class for all", SECRETARY, lesson("/1/21/", COUNTY, COUNTY), True),
    ("a county class sent to the township", SECRETARY, lesson("/1/21/", COUNTY, TOWN), True),
    ("a county class sent to a village of the township", SECRETARY, lesson("/1/21/", COUNTY, VILLAGE), True),
    ("a county class sent elsewhere", SECRETARY, lesson("/1/21/", COUNTY, OTHER_TOWN), False),
    ("a bureau's class for its own staff", SECRETARY, lesson(BUREAU, COUNTY, BUREAU), False),
    ("host outside the tree, for all the county", SECRETARY, lesson("", COUNTY, COUNTY), True),
    ("host and audience unknown", SECRETARY, lesson("", COUNTY), False),
    ("the county's secretary in the county's class", LEADER, lesson(COUNTY, COUNTY, COUNTY), True),
    ("the county's secretary in a township's class", LEADER, LESSON, True),
    ("nothing is above the root", LEADER, lesson("/9/", "/", COUNTY), False),
    (
        "township 12 is not township 1",
        PostFacts(7, "/1/2/", AREA, date(2023, 1, 1)),
        lesson("/1/21/", "/1/21/", "/1/21/"),
        False,
    ),
    ("own bureau hosts", HEAD, lesson(BUREAU, COUNTY, BUREAU), True),
    ("a school under the bureau hosts", HEAD, lesson(SCHOOL, COUNTY, SCHOOL), True),
    ("others host for the bureau's members", HEAD, lesson("/1/21/", COUNTY, BUREAU), True),
    ("the county's class for all is not the bureau's", HEAD, lesson("/1/21/", COUNTY, COUNTY), False),
    ("a township's class is not the bureau's", HEAD, LESSON, False),
    ("no party lesson", SECRETARY, replace(LESSON, is_party_lesson=False), False),
    ("micro-lesson of 22 minutes", SECRETARY, replace(LESSON, minutes=22), False),
    ("29 minutes", SECRETARY, replace(LESSON, minutes=29), False),
    ("30 minutes", SECRETARY, replace(LESSON, minutes=30), True),
    ("the day before the post", replace(SECRETARY, starts=date(2027, 6, 26)), LESSON, False),
    ("the first day of the post", replace(SECRETARY, starts=date(2027, 6, 25)), LESSON, True),
    ("the last day of the post", replace(SECRETARY, ends=date(2027, 6, 25)), LESSON, True),
    (
        "the day after the post: the credit stays with the old one",
        replace(SECRETARY, ends=date(2027, 6, 24)),
        LESSON,
        False,
    ),
    ("year end", SECRETARY, replace(LESSON, day=date(2027, 12, 31)), True),
]


@pytest.mark.parametrize(("name", "post", "taught", "counts"), CASES, ids=[case[0] for case in CASES])
def test_what_counts(name: str, post: PostFacts, taught: LessonFacts, counts: bool) -> None:
    assert eligible(post, taught, SCHEME_A if post.kind is AREA else SCHEME_B) is counts


def test_micro_lessons_count_when_the_setting_says_so() -> None:
    assert eligible(SECRETARY, replace(LESSON, minutes=22), replace(SCHEME_A, micro_minutes=15))


def test_one_lesson_may_pass_the_tests_of_both_posts() -> None:
    """Secretary of a township who also leads an office of it: their common class serves both."""
    office = PostFacts(7, VILLAGE, UNIT, date(2023, 5, 1))
    shared = lesson(VILLAGE, TOWN, VILLAGE)
    assert eligible(SECRETARY, shared, SCHEME_A) and eligible(office, shared, SCHEME_B)
    assert not eligible(office, LESSON, SCHEME_B)
