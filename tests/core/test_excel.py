"""The one Excel writer: text stays text, dates are dates, nothing a person typed breaks the file."""

import io
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from openpyxl import load_workbook

from core.excel import CellValue, Sheet, SheetColumn, clean_text, workbook_response, write_workbook


@pytest.fixture(autouse=True)
def language() -> Any:
    app = Flask(__name__)
    Babel(app, default_locale="zh_CN")
    with app.test_request_context():
        yield


def written(*sheets: Sheet, max_rows: int = 100) -> Any:
    target = io.BytesIO()
    write_workbook(target, sheets, max_rows=max_rows)
    return load_workbook(io.BytesIO(target.getvalue()))


def one(value: CellValue) -> Any:
    return written(Sheet("表", [SheetColumn("列")], [[value]])).active["A2"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "{=1}", "\t=1", "0138"]
)
def test_text_stays_text(text: str) -> None:
    cell = one(text)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (3, 3),
        (2.5, 2.5),
        (Decimal("1.25"), 1.25),
        (True, "是"),
        (date(2027, 5, 10), datetime(2027, 5, 10)),
        (datetime(2027, 5, 10, 8, 30), datetime(2027, 5, 10, 8, 30)),
        (time(8, 30), time(8, 30)),
        (date(1875, 1, 1), "1875-01-01"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (370101198001011234, "370101198001011234"),
        ("\ud800", "?"),
        (None, None),
    ],
)
def test_values_keep_their_kind(given: CellValue, kept: object) -> None:
    assert one(given).value == kept


def test_control_characters_and_long_text_do_not_break_the_file() -> None:
    assert one("a\x0bb").value is not None
    assert len(one("字" * 40_000).value) == 32_000
    assert clean_text("好") == "好"


def test_title_heading_filter_and_frozen_rows() -> None:
    columns = [SheetColumn("姓名"), SheetColumn("学时", "number")]
    sheet = written(Sheet("讲师", columns, [["张三", 2]], title="师资库", note="导出于 2027-05-10")).active
    assert [sheet["A1"].value, sheet["A2"].value, sheet["A3"].value, sheet["B4"].value] == [
        "师资库",
        "导出于 2027-05-10",
        "姓名",
        2,
    ]
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:B4"
    assert sheet.page_setup.paperSize == 9


def test_too_many_rows_are_cut_and_said() -> None:
    sheet = written(Sheet("表", [SheetColumn("列")], ([n] for n in range(10))), max_rows=3).active
    assert [cell.value for cell in sheet["A"]][:4] == ["列", 0, 1, 2]
    assert "只导出了前 3 行" in sheet["A5"].value


def test_sheet_names_are_made_acceptable_and_unique() -> None:
    names = ["a/b:c", "a b c", "x" * 40, "x" * 40, "", "History"]
    book = written(*[Sheet(name, [SheetColumn("列")], []) for name in names])
    assert book.sheetnames == ["a b c", "a b c 2", "x" * 31, "x" * 29 + " 2", "Sheet", "History 2"]


def test_download_has_a_chinese_name_that_cannot_break_the_header() -> None:
    response = workbook_response('师资库 "x"\r\n/..', [Sheet("表", [SheetColumn("列")], [])])
    header = response.headers["Content-Disposition"]
    assert header.startswith("attachment; filename=\"export.xlsx\"; filename*=UTF-8''")
    assert "\n" not in header
    assert "%E5%B8%88" in header
    assert response.get_data()[:2] == b"PK"
