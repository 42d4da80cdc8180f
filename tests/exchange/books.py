"""Workbooks made for a test: the shipped one changed cell by cell, or small ones built from rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

from exchange.workbook import Known, Workbook, check, read_workbook

SHIPPED = Path(__file__).parents[2] / "app" / "demo" / "jiaxiang-2027.xlsx"
TOWNS = frozenset(
    [
        "嘉祥街道",
        "卧龙山街道",
        "万张街道",
        "纸坊镇",
        "梁宝寺镇",
        "疃里镇",
        "马村镇",
        "金屯镇",
        "大张楼镇",
        "马集镇",
        "孟姑集镇",
        "老僧堂镇",
        "仲山镇",
    ]
)
PEOPLE = [
    "序号",
    "姓名",
    "性别",
    "出生年月",
    "来源类别",
    "聘任方式",
    "可授课程",
    "联系电话",
    "身份证号",
    "备注",
]


def shipped() -> bytes:
    """The county's workbook as the staff keep it."""
    return SHIPPED.read_bytes()


def changed(edit: Callable[[Any], None]) -> bytes:
    """The shipped workbook after `edit(openpyxl workbook)`."""
    book = openpyxl.load_workbook(SHIPPED)
    edit(book)
    return saved(book)


def saved(book: Any) -> bytes:
    """An openpyxl workbook as bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def built(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """An .xlsx of the given sheets, name → rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def built_xls(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """The same as an .xls of Excel 97."""
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if value is not None:
                    sheet.write(i, j, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def person(**cells: Any) -> list[Any]:
    """A row for the headers in PEOPLE; unnamed cells hold something harmless."""
    usual = {
        "姓名": "贾淑",
        "性别": "男",
        "出生年月": "1982.09",
        "来源类别": "领导干部",
        "聘任方式": "选派",
        "可授课程": "党章学习",
        "联系电话": "19900002407",
        "身份证号": "379900198209135051",
    }
    return [{**usual, **cells}.get(header) for header in PEOPLE]


def read(data: bytes, known: Known | None = None) -> Workbook:
    """Read and check; by default the county's towns are known and nothing else."""
    return check(read_workbook(data, default_year=2027), known or Known(towns=TOWNS))


def told(book: Workbook) -> list[tuple[str, str, str]]:
    """(sheet kind, cell, code) of every problem."""
    return [(p.kind.value, p.place, p.code.value) for p in book.problems]
