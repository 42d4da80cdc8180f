"""Every parser of a single cell."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.enums import Method
from exchange.enums import ProblemCode
from exchange.workbook import labels
from exchange.workbook.fields import dates, identity, openings, quantities, text
from exchange.workbook.fields.dates import YearMonth
from exchange.workbook.fields.quantities import LeadTime
from exchange.workbook.problems import FieldError
from scheduling.enums import HalfDay


def code_of(parse, cell) -> ProblemCode:
    with pytest.raises(FieldError) as raised:
        parse(cell)
    return raised.value.code


@pytest.mark.parametrize(
    "cell",
    ["1988.08", "1988年08月", "1988年8月", "1988-08", "1988/8", "198808", 198808.0, 1988.08, "１９８８．０８", "1988.08.15",
     "19880815", date(1988, 8, 15), datetime(1988, 8, 15), 32370.0],
)  # fmt: skip
def test_year_month_takes_every_form_staff_type(cell):
    assert dates.year_month(cell) == YearMonth(1988, 8)


@pytest.mark.parametrize(
    "cell", ["88.08", "1988.13", "1988年", "不详", 1988.1, 12.0, True, "1888.01", time(8)]
)
def test_year_month_refuses_what_is_not_plainly_a_month(cell):
    assert code_of(dates.year_month, cell) is ProblemCode.YEAR_MONTH_BROKEN


@pytest.mark.parametrize(
    "cell",
    ["2027-03-01", "2027.3.1", "2027/3/1", "2027年3月1日", "2027年3月1号", "20270301", "2027-03-01 00:00:00",
     date(2027, 3, 1), datetime(2027, 3, 1, 9, 30), 46447.0],
)  # fmt: skip
def test_day_takes_every_form_staff_type(cell):
    assert dates.day(cell) == date(2027, 3, 1)


@pytest.mark.parametrize(
    "cell", ["2027-02-30", "2027年3月", "三月一日", 3.0, True, "3/1/2027", "9999-01-01", time(8)]
)
def test_day_refuses_the_rest(cell):
    assert code_of(dates.day, cell) is ProblemCode.DATE_BROKEN


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("党章学习、嘉祥党史", ("党章学习", "嘉祥党史")),
        ("党章学习，嘉祥党史，红旗精神", ("党章学习", "嘉祥党史", "红旗精神")),
        (
            "党章学习; 嘉祥党史；红旗精神/公文写作\n心理健康",
            ("党章学习", "嘉祥党史", "红旗精神", "公文写作", "心理健康"),
        ),
        ("、党章学习、、党章学习、", ("党章学习",)),
        ("警示教育：身边案例", ("警示教育：身边案例",)),
        ("、", ()),
    ],
)
def test_word_list(cell, expected):
    assert text.word_list(cell) == expected


def test_names_lose_the_spaces_that_spread_them():
    assert text.name()("贾　淑") == "贾淑"
    assert text.name()(" 阿依古丽·买买提 ") == "阿依古丽·买买提"
    assert text.name()("Anna  Lee") == "Anna Lee"


def test_text_refuses_formula_errors_and_long_text():
    assert code_of(text.words(), "#REF!") is ProblemCode.CELL_ERROR
    assert code_of(text.words(5), "一二三四五六") is ProblemCode.TEXT_LONG
    assert text.words()("一\u200b二\x07三") == "一二三"
    assert text.words()(3.0) == "3"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("是", True), ("√", True), ("Y", True), (True, True), ("否", False), ("×", False), (0.0, False)],
)
def test_yes_no(cell, expected):
    assert text.yes_no(cell) is expected


def test_yes_no_refuses_other_words():
    assert code_of(text.yes_no, "也许") is ProblemCode.WORD_UNKNOWN


@pytest.mark.parametrize(
    "number", ["37990019860726596X", "37990019860726596x", " 379900 198607 26596X ", "379900198209135051"]
)
def test_id_number_accepts_good_ones(number):
    assert identity.id_number(number) in ("37990019860726596X", "379900198209135051")


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (379900198209135051.0, ProblemCode.ID_NUMERIC),
        (123.0, ProblemCode.ID_NUMERIC),
        ("379900198209135052", ProblemCode.ID_CHECK_DIGIT),
        ("37990019820913505", ProblemCode.ID_MALFORMED),
        ("379900820913505", ProblemCode.ID_MALFORMED),
        ("379900198213135051", ProblemCode.ID_MALFORMED),
        ("3799001982O9135051", ProblemCode.ID_MALFORMED),
        ("暂缺", ProblemCode.ID_MALFORMED),
    ],
)
def test_id_number_refuses_bad_ones(cell, code):
    assert code_of(identity.id_number, cell) is code


@given(
    st.dates(date(1930, 1, 1), date(2010, 12, 31)), st.integers(0, 999), st.integers(0, 17), st.integers(1, 9)
)
def test_the_check_digit_catches_every_single_wrong_digit(born, sequence, at, shift):
    first = f"379900{born:%Y%m%d}{sequence:03d}"
    good = first + identity.check_digit(first)
    assert identity.id_number(good) == good
    if good[at].isdigit() and not 6 <= at < 14:
        wrong = good[:at] + str((int(good[at]) + shift) % 10) + good[at + 1 :]
        assert code_of(identity.id_number, wrong) is ProblemCode.ID_CHECK_DIGIT


def test_the_message_of_a_bad_id_number_masks_it():
    with pytest.raises(FieldError) as raised:
        identity.id_number("379900198209135052")
    assert raised.value.params == {"text": "379***5052"}


@pytest.mark.parametrize(
    ("cell", "digits", "numeric"),
    [
        ("19900002407", "19900002407", False),
        (19900002407.0, "19900002407", True),
        ("+86 199-0000-2407", "19900002407", False),
        ("0537-0001535", "0537-0001535", False),
        ("(0537)0001535", "0537-0001535", False),
        ("010-88888888转123", "010-88888888-123", False),
        ("6542123", "6542123", False),
    ],
)
def test_phone(cell, digits, numeric):
    assert identity.phone(cell) == identity.Phone(digits, numeric)


@pytest.mark.parametrize("cell", ["1990000240", "无", 5370001535.0, 123.0, "19900002407/19900002408"])
def test_phone_refuses_what_cannot_be_dialled(cell):
    assert code_of(identity.phone, cell) is ProblemCode.PHONE_BROKEN


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(80.0, 80), ("80", 80), ("80人", 80), ("约80人", 80), ("８０", 80), ("1,200人", 1200)],
)
def test_whole_number(cell, expected):
    assert quantities.whole(1, 2000)(cell) == expected


@pytest.mark.parametrize(
    "cell", ["八十", 80.5, -1.0, 1e300, float("inf"), float("nan"), True, "80-100", date(2027, 1, 1)]
)
def test_whole_number_refuses_the_rest(cell):
    assert code_of(quantities.whole(1, 2000), cell) is ProblemCode.NUMBER_BROKEN


def test_class_hours_are_half_hours():
    assert [quantities.class_hours(c) for c in (3.0, "2.5", "4学时")] == [3.0, 2.5, 4.0]
    assert code_of(quantities.class_hours, 2.3) is ProblemCode.NUMBER_BROKEN


def test_coordinates_stay_inside_the_country():
    assert quantities.latitude("35.5076°N") == 35.5076
    assert quantities.longitude(116.4415) == 116.4415
    assert code_of(quantities.latitude, 116.4415) is ProblemCode.COORDINATE_BROKEN
    assert code_of(quantities.longitude, "东经") is ProblemCode.COORDINATE_BROKEN


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1天", LeadTime(1, False)),
        ("5个工作日", LeadTime(5, True)),
        ("3天", LeadTime(3, False)),
        ("提前1周", LeadTime(7, False)),
        (2.0, LeadTime(2, False)),
        ("提前3个工作日以上", LeadTime(3, True)),
    ],
)
def test_lead_time(cell, expected):
    assert quantities.lead_time(cell) == expected


@pytest.mark.parametrize("cell", ["尽早", "半天", "0537", "999天"])
def test_lead_time_refuses_the_rest(cell):
    assert code_of(quantities.lead_time, cell) is ProblemCode.LEAD_TIME_BROKEN


def week(text_: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for o in openings.openings(text_):
        found.setdefault(o.weekday, []).append(f"{o.opens:%H:%M}-{o.closes:%H:%M}")
    return found


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("周一至周五 8:00-18:00", {day: ["08:00-18:00"] for day in range(5)}),
        ("周三闭馆，其余 8:30-17:30", {day: ["08:30-17:30"] for day in (0, 1, 3, 4, 5, 6)}),
        ("周二至周日 9:00-17:30", {day: ["09:00-17:30"] for day in range(1, 7)}),
        ("周二至周日 9:00-17:00（周一闭馆）", {day: ["09:00-17:00"] for day in range(1, 7)}),
        ("每天9:00—17:00", {day: ["09:00-17:00"] for day in range(7)}),
        ("8:30-11:30，14:00-17:00", {day: ["08:30-11:30", "14:00-17:00"] for day in range(7)}),
        ("周一、周三 9点-11点30分", {0: ["09:00-11:30"], 2: ["09:00-11:30"]}),
        (
            "周六日9:00-16:00，其余时间8:00-18:00",
            {**{d: ["08:00-18:00"] for d in range(5)}, 5: ["09:00-16:00"], 6: ["09:00-16:00"]},
        ),
        ("星期五至星期一 9:00-12:00", {day: ["09:00-12:00"] for day in (0, 4, 5, 6)}),
    ],
)
def test_opening_hours(written, expected):
    assert week(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "预约开放",
        "周一闭馆",
        "周一至周五 18:00-8:00",
        "周一至周五 25:00-26:00",
        "法定节假日 9:00-17:00",
        "周八 9:00-10:00",
    ],
)
def test_opening_hours_not_wholly_understood_are_refused(written):
    assert code_of(openings.openings, written) is ProblemCode.OPENING_BROKEN


def test_fixed_choices_take_their_word_and_its_other_spellings():
    assert labels.method("研讨") is labels.method("研讨式") is Method.SEMINAR
    assert labels.half_day("任选") is labels.half_day("不限") is HalfDay.ANY
    assert code_of(labels.method, "念稿") is ProblemCode.WORD_UNKNOWN
