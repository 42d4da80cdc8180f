"""The shipped workbook exactly, and the ways in which staff change theirs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from bases.enums import BaseState
from courses.enums import Category
from exchange.enums import ProblemCode, Severity
from exchange.workbook import Known, read_workbook
from tests.exchange.books import PEOPLE, TOWNS, built, changed, person, read, shipped, told

CATALOGUE = [["课程", "内容类别", "教学形式", "学时"], ["党章学习", "党章党规党纪教育", "讲授", 3]]
CLASSES = [
    ["班次编号", "班次名称", "主办单位", "开始日期", "结束日期"],
    ["B001", "冬训班", "县委组织部", date(2027, 1, 7), date(2027, 1, 8)],
]
SESSIONS = ["班次编号", "序号", "日期", "时段", "课程", "教学形式", "学时"]
LEADERS = ["序号", "姓名", "单位", "职务", "任职起", "任职止", "职责类别"]


def people(*rows):
    return built(师资信息表=[PEOPLE, *rows], 课程目录=CATALOGUE)


def test_the_shipped_workbook_gives_these_rows():
    book = read(shipped())
    assert book.year == 2027
    assert [len(part) for part in (book.instructors, book.bases, book.courses, book.classes, book.sessions, book.leaders)] == [
        124, 84, 31, 40, 158, 25,
    ]  # fmt: skip
    assert [(info.header_row, info.ignored_columns) for info in book.sheets] == [(2, ())] * 6
    assert book.ignored_sheets == ()
    assert Counter(base.filing for base in book.bases) == {BaseState.FILED: 80, BaseState.APPLIED: 4}
    assert all(base.openings for base in book.bases)
    assert all(
        row.id_number and row.phone and row.birth and row.source and row.engagement
        for row in book.instructors
    )
    assert all(course.hours and course.method for course in book.courses)


def test_the_shipped_workbook_gives_warnings_only_and_these():
    book = read(shipped())
    assert book.errors == ()
    assert Counter(p.code for p in book.problems) == {
        ProblemCode.REMARK_TO_CONFIRM: 65,
        ProblemCode.BASE_NOT_FILED: 4,
        ProblemCode.POST_STARTS_IN_YEAR: 3,
        ProblemCode.POST_ENDS_IN_YEAR: 1,
        ProblemCode.PHONE_SHARED: 1,
    }
    assert [t for t in told(book) if t[2] != "remark_to_confirm"] == [
        ("instructors", "O76", "phone_shared"),
        ("bases", "R24", "base_not_filed"),
        ("bases", "R68", "base_not_filed"),
        ("bases", "R74", "base_not_filed"),
        ("bases", "R75", "base_not_filed"),
        ("leaders", "F6", "post_ends_in_year"),
        ("leaders", "E8", "post_starts_in_year"),
        ("leaders", "E11", "post_starts_in_year"),
        ("leaders", "E20", "post_starts_in_year"),
    ]
    assert Counter(hint.text for hint in book.hints) == {
        "每月下旬出差": 26,
        "周三下午教研活动": 20,
        "7月休假": 19,
    }
    assert all(hint.suggestion for hint in book.hints)


def test_every_sentence_is_whole():
    for problem in read(shipped()).problems:
        assert "%(" not in problem.sentence
        assert problem.sheet
        assert problem.header


def test_an_empty_tree_says_once_which_towns_it_would_make():
    book = read(shipped(), Known(towns=frozenset()))
    assert [p.params["name"] for p in book.problems if p.code is ProblemCode.TOWN_NEW] == [
        row.town for row in book.instructors[:13]
    ]


def test_sheets_columns_and_header_rows_may_move():
    def shuffle(book):
        sheet = book["师资信息表"]
        sheet.insert_rows(1, 3)
        sheet.insert_cols(5, 2)
        sheet.cell(5, 5, "籍贯")
        sheet.title = "Sheet1"
        book.move_sheet("培训班", -3)
        book.create_sheet("填表说明", 0).append(["请按要求填写"])

    book, usual = read(changed(shuffle)), read(shipped())
    assert [replace(r, sheet="", row=0) for r in book.instructors] == [
        replace(r, sheet="", row=0) for r in usual.instructors
    ]
    assert (book.sheets[1].header_row, book.sheets[1].ignored_columns) == (5, ("籍贯",))
    assert book.ignored_sheets == ("填表说明",)
    assert len(book.classes) == 40


def test_synonyms_units_and_marks_in_headers():
    rows = [
        ["* 姓名", "可授课题", "手机号码", "身份证号码（18位）"],
        ["贾淑", "党章学习", "19900002407", "379900198209135051"],
    ]
    read_row = read(built(讲师=rows, 课程目录=CATALOGUE)).instructors[0]
    assert (read_row.name, read_row.courses, read_row.phone, read_row.id_number) == (
        "贾淑", ("党章学习",), "19900002407", "379900198209135051",
    )  # fmt: skip


def test_blank_numbered_and_closing_rows_are_passed_over():
    blank = [2, *[None] * (len(PEOPLE) - 1)]
    closing = ["合计：1人", *[None] * (len(PEOPLE) - 1)]
    book = read(people(person(), blank, [None] * len(PEOPLE), PEOPLE, closing))
    assert (len(book.instructors), told(book)) == (1, [])


def test_a_cell_merged_over_rows_stands_for_each():
    def merge(book):
        sheet = book["课次需求"]
        sheet["A4"] = None
        sheet.merge_cells("A3:A4")

    assert [r.class_number for r in read(changed(merge)).sessions[:2]] == ["B001", "B001"]


def test_hidden_sheets_are_left():
    def hide(book):
        book["培训班"].sheet_state = "hidden"
        book["课次需求"].sheet_state = "veryHidden"

    assert read(changed(hide)).ignored_sheets == ("培训班", "课次需求")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (person(姓名=None), ("B2", "name_missing")),
        (person(身份证号=379900198209135051), ("I2", "id_numeric")),
        (person(身份证号="379900198209135052"), ("I2", "id_check_digit")),
        (person(身份证号="37990019820913"), ("I2", "id_malformed")),
        (person(出生年月="八二年"), ("D2", "year_month_broken")),
    ],
)
def test_errors_of_people(row, expected):
    book = read(people(row))
    assert [(p.place, p.code.value, p.severity) for p in book.problems] == [(*expected, Severity.ERROR)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (person(性别="女"), ("C2", "id_gender_mismatch")),
        (person(出生年月="1982.10"), ("D2", "id_birth_mismatch")),
        (person(联系电话=19900002407), ("H2", "phone_numeric")),
        (person(联系电话="无"), ("H2", "phone_broken")),
        (person(可授课程="党章学习、茶艺"), ("G2", "course_unknown")),
        (person(可授课程=None), ("G2", "courses_missing")),
        (person(来源类别="路人"), ("E2", "word_unknown")),
        (person(备注="讲课风趣"), ("J2", "remark_to_confirm")),
        (person(聘任方式="聘任"), ("", "term_missing")),
    ],
)
def test_warnings_of_people(row, expected):
    book = read(people(row))
    assert [
        (p.place, p.code.value, p.severity)
        for p in book.problems
        if p.code != "term_missing" or expected[0] == ""
    ] == [(expected[0] or "2", expected[1], Severity.WARNING)]


def test_the_same_person_twice_is_merged_when_both_agree():
    book = read(people(person(备注=None), person(性别=None)))
    assert [(r.row, r.gender is not None) for r in book.instructors] == [(2, True)]
    assert told(book) == [("instructors", "B3", "person_repeated")]


def test_the_same_person_twice_is_an_error_when_the_rows_contradict():
    book = read(people(person(), person(来源类别="专家学者")))
    assert told(book) == [("instructors", "B3", "person_contradicts")]
    assert book.errors[0].params == {"name": "贾淑", "other": 2, "columns": "来源类别"}


def test_two_people_may_share_a_name_or_a_phone():
    book = read(people(person(), person(身份证号="379900198608229178", 出生年月="1986.08")))
    assert len(book.instructors) == 2
    assert told(book) == [("instructors", "H3", "phone_shared")]


def test_a_close_name_is_offered():
    assert (
        read(people(person(可授课程="党章学习会"))).problems[0].sentence
        == "课程「党章学习会」不在课程目录里(是否为「党章学习」？)"
    )


def session(**cells):
    usual = {
        "班次编号": "B001",
        "序号": 1,
        "日期": date(2027, 1, 7),
        "时段": "上午",
        "课程": "党章学习",
        "教学形式": "讲授",
        "学时": 3,
    }
    return [{**usual, **cells}.get(header) for header in SESSIONS]


def plan(*rows, known=None):
    return read(built(培训班=CLASSES, 课次需求=[SESSIONS, *rows], 课程目录=CATALOGUE), known)


@pytest.mark.parametrize(
    ("row", "expected", "severity"),
    [
        (session(班次编号="B009"), ("sessions", "A2", "class_unknown"), Severity.ERROR),
        (session(日期="2月30日"), ("sessions", "C2", "date_broken"), Severity.ERROR),
        (session(时段="傍晚"), ("sessions", "D2", "word_unknown"), Severity.ERROR),
        (session(序号=None), ("sessions", "B2", "required_missing"), Severity.ERROR),
        (session(课程=None), ("sessions", "E2", "required_missing"), Severity.ERROR),
        (session(日期=date(2027, 1, 9)), ("sessions", "C2", "session_outside"), Severity.WARNING),
        (session(课程="茶艺"), ("sessions", "E2", "course_unknown"), Severity.WARNING),
        (session(学时=2.3), ("sessions", "G2", "number_broken"), Severity.WARNING),
    ],
)
def test_problems_of_sessions(row, expected, severity):
    book = plan(row)
    assert [
        (t, p.severity)
        for t, p in zip(told(book), book.problems, strict=True)
        if p.code != "class_without_sessions"
    ] == [(expected, severity)]


def test_a_class_of_the_database_counts():
    known = Known(towns=TOWNS, class_numbers=frozenset({("B009", 2027)}))
    assert told(plan(session(), session(班次编号="B009"), known=known)) == []


def test_a_repeated_session_or_class_is_an_error():
    assert told(plan(session(), session())) == [("sessions", "B3", "session_repeated")]
    book = read(built(培训班=[*CLASSES, CLASSES[1]]))
    assert told(book) == [("classes", "A3", "class_repeated")]


def test_a_class_that_ends_before_it_starts_is_an_error():
    rows = [CLASSES[0], ["B001", "冬训班", "县委组织部", date(2027, 1, 9), date(2027, 1, 8)]]
    assert [(p.place, p.code.value, p.severity) for p in read(built(培训班=rows)).problems] == [
        ("E2", "interval_reversed", Severity.ERROR)
    ]


def leader(**cells):
    usual = {
        "姓名": "贾淑",
        "单位": "嘉祥街道党(工)委",
        "职务": "书记",
        "任职起": date(2023, 5, 1),
        "职责类别": "区域书记",
    }
    return [{**usual, **cells}.get(header) for header in LEADERS]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (leader(), []),
        (leader(姓名=None), [("B2", "name_missing", "error")]),
        (leader(姓名="贾叔"), [("B2", "leader_new", "warning")]),
        (leader(任职起=date(2027, 10, 20)), [("E2", "post_starts_in_year", "warning")]),
        (leader(任职止=date(2027, 8, 31)), [("F2", "post_ends_in_year", "warning")]),
        (leader(任职止=date(2027, 12, 31)), []),
        (
            leader(任职止=date(2020, 1, 1)),
            [("F2", "interval_reversed", "error"), ("E2", "post_outside_year", "warning")],
        ),
        (leader(任职起=date(2028, 1, 1)), [("E2", "post_outside_year", "warning")]),
        (leader(任职起=None), [("E2", "post_start_missing", "warning")]),
        (leader(任职起="去年"), [("E2", "date_broken", "error"), ("E2", "post_start_missing", "warning")]),
        (leader(职责类别="其他"), [("G2", "word_unknown", "error")]),
    ],
)
def test_posts(row, expected):
    book = read(built(师资信息表=[PEOPLE, person()], 课程目录=CATALOGUE, 领导=[LEADERS, row]))
    assert sorted((p.place, p.code.value, p.severity.value) for p in book.problems) == sorted(expected)


def test_a_base_may_repeat_itself_but_not_contradict():
    header = ["名称", "类型", "单批容量", "备案状态", "开放时段"]
    row = ["曾庙", "实训点", 120, "已备案", "周二至周日 9:00-17:30"]
    assert told(read(built(基地=[header, row, row]))) == [("bases", "A3", "row_repeated")]
    assert told(read(built(基地=[header, row, [*row[:2], 60, *row[3:]]]))) == [
        ("bases", "A3", "row_contradicts")
    ]


def test_a_sheet_without_a_needed_column_is_an_error():
    book = read(
        built(
            培训班=[["班次编号", "班次名称", "主办单位", "主体班次"], ["B001", "冬训班", "县委组织部", "否"]]
        )
    )
    assert {(p.place, p.code.value, p.header) for p in book.problems} == {
        ("", "column_missing", "开始日期"), ("", "column_missing", "结束日期"),
    }  # fmt: skip


def test_categories_are_needed_words_of_courses():
    book = read(built(课程目录=[CATALOGUE[0], ["茶艺", "生活", "讲授", 3]]))
    assert [(p.code, p.severity) for p in book.problems] == [(ProblemCode.WORD_UNKNOWN, Severity.ERROR)]
    assert read(built(课程目录=CATALOGUE)).courses[0].category is Category.PARTY_RULES


def test_reading_can_be_stopped():
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        read_workbook(shipped(), default_year=2027, progress=stop)
