"""Files are judged by their content; what cannot be read is refused with a sentence."""

from __future__ import annotations

import io
import resource
import struct
import time
import zipfile
from datetime import date

import pytest
import xlwt

from exchange.enums import Refusal
from exchange.workbook import Unreadable, read_workbook
from exchange.workbook.archive import MAX_COLUMNS, MAX_ROWS
from exchange.workbook.opening import MAX_BYTES
from tests.exchange.books import PEOPLE, built, built_xls, person, read, shipped, told


def refusal(data: bytes) -> Refusal:
    with pytest.raises(Unreadable) as raised:
        read_workbook(data, default_year=2027)
    assert "%(" not in raised.value.sentence
    return raised.value.refusal


def rezipped(change=None, extra=(), method=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(shipped())) as old, zipfile.ZipFile(out, "w", method) as new:
        for member in old.infolist():
            body = old.read(member)
            new.writestr(member.filename, change(member.filename, body) if change else body)
        for name, body in extra:
            new.writestr(name, body)
    return out.getvalue()


def first_sheet(replace) -> bytes:
    return rezipped(lambda name, body: replace(body) if name == "xl/worksheets/sheet1.xml" else body)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Refusal.EMPTY),
        (b"\x00" * 100, Refusal.EMPTY),
        ("姓名,性别\n贾淑,男\n".encode("gb18030"), Refusal.CSV),
        ("\ufeff姓名\t性别\n".encode(), Refusal.CSV),
        (b"<html><table><tr><td>1</td></tr></table></html>", Refusal.HTML),
        (b'<?xml version="1.0"?><Workbook></Workbook>', Refusal.HTML),
        (b"%PDF-1.7 ...", Refusal.NOT_EXCEL),
        (b"MZ\x00\x01", Refusal.NOT_EXCEL),
        (b"PK\x05\x06" + b"\x00" * 18, Refusal.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x01" * 4096, Refusal.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), Refusal.ENCRYPTED),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), Refusal.OTHER_OFFICE),
        (b"x" * (MAX_BYTES + 1), Refusal.TOO_LARGE),
    ],
)
def test_wrong_kinds_are_refused(data, expected):
    assert refusal(data) is expected


@pytest.mark.parametrize("keep", [10, 100, 5000, 20000, -1])
def test_truncated_files_are_refused(keep):
    assert refusal(shipped()[:keep]) is Refusal.BROKEN


def test_other_zips_are_refused():
    def only(name: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(name, b"x")
        return out.getvalue()

    assert refusal(only("word/document.xml")) is Refusal.OTHER_OFFICE
    assert refusal(only("xl/workbook.bin")) is Refusal.OTHER_OFFICE
    assert refusal(only("photo.jpg")) is Refusal.NOT_EXCEL


def timed_refusal(data: bytes) -> tuple[Refusal, float]:
    start = time.process_time()
    found = refusal(data)
    return found, time.process_time() - start


def test_a_bomb_is_refused_in_a_tenth_of_a_second():
    found, seconds = timed_refusal(rezipped(extra=[("xl/media/a.xml", b" " * (99 * 1024 * 1024))]))
    assert (found, seconds < 0.1) == (Refusal.BOMB, True)


def test_too_many_members_are_refused():
    found, seconds = timed_refusal(rezipped(extra=[(f"xl/media/{i}.png", b"") for i in range(300)]))
    assert (found, seconds < 0.1) == (Refusal.BOMB, True)


def test_a_member_that_lies_about_its_size_is_never_unpacked_whole():
    data = bytearray(rezipped(extra=[("xl/media/a.xml", b" " * (99 * 1024 * 1024))]))
    at = data.index(b"PK\x01\x02", data.rindex(b"xl/media/a.xml") - 60)
    struct.pack_into("<I", data, at + 24, 10)
    found, seconds = timed_refusal(bytes(data))
    assert (found, seconds < 0.5) == (Refusal.BROKEN, True)


def test_names_that_leave_the_archive_are_refused():
    assert refusal(rezipped(extra=[("../evil.xml", b"")])) is Refusal.BROKEN
    assert refusal(rezipped(extra=[("/etc/evil.xml", b"")])) is Refusal.BROKEN


def test_pictures_macros_and_nested_archives_are_never_unpacked():
    data = rezipped(extra=[("xl/vbaProject.bin", b"macro"), ("xl/embeddings/inner.zip", b"PK\x03\x04junk")])
    assert len(read(data).instructors) == 124


@pytest.mark.parametrize("reference", ["XFD3", "A1048576", "AAAAAAAAA3", "A999999999999"])
def test_a_far_cell_is_refused_before_memory_is_taken(reference):
    data = first_sheet(lambda body: body.replace(b'r="A3"', f'r="{reference}"'.encode(), 1))
    found, seconds = timed_refusal(data)
    assert (found, seconds < 0.5) == (Refusal.TOO_MANY_CELLS, True)


def test_cells_without_a_place_are_counted():
    many = (
        b"<row>"
        + b"".join(b"<c><v>%d</v></c>" % (n * 7919 % 100_003) for n in range(200_000))
        + b"</row></sheetData>"
    )
    found, seconds = timed_refusal(first_sheet(lambda body: body.replace(b"</sheetData>", many)))
    assert (found, seconds < 1) == (Refusal.TOO_MANY_CELLS, True)


def test_more_rows_or_columns_than_anyone_keeps_are_refused():
    tall = built(师资=[PEOPLE, *([["x"]] * MAX_ROWS)])
    wide = built(师资=[PEOPLE, ["x"] * (MAX_COLUMNS + 1)])
    assert [refusal(tall), refusal(wide)] == [Refusal.TOO_MANY_CELLS] * 2


def test_one_long_string_used_many_times_is_refused():
    long = built(师资=[PEOPLE, *([["长" * 30_000] * 20] * 100)])
    assert refusal(long) is Refusal.BOMB


def test_declared_entities_are_refused():
    def with_entities(body: bytes) -> bytes:
        return body.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)

    assert refusal(first_sheet(with_entities)) is Refusal.BROKEN


def test_a_workbook_of_something_else_is_refused():
    assert refusal(built(成绩=[["学号", "语文", "数学"], [1, 2, 3]])) is Refusal.NO_SHEET


def test_xls_reads_like_xlsx():
    rows = [
        ["师资信息表"],
        PEOPLE,
        person(),
        person(姓名="曾芳艳", 身份证号="379900198608229178", 出生年月="1986年08月", 联系电话="19900008543"),
    ]
    old, new = read(built_xls(师资信息表=rows)), read(built(师资信息表=rows))
    assert old.instructors == new.instructors
    assert len(old.instructors) == 2
    assert (
        told(old)
        == told(new)
        == [("instructors", "G3", "course_unknown"), ("instructors", "G4", "course_unknown")]
    )


def test_an_xls_cut_short_is_refused():
    data = built_xls(师资信息表=[PEOPLE, person()])
    assert refusal(data[:1500]) is Refusal.BROKEN


def test_an_xls_that_claims_a_vast_sheet_costs_this_process_nothing():
    book = xlwt.Workbook()
    sheet = book.add_sheet("师资")
    sheet.write(0, 0, "姓名")
    sheet.write(65535, 255, "x")
    out = io.BytesIO()
    book.save(out)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(out.getvalue()) in (Refusal.TOO_MANY_CELLS, Refusal.BROKEN)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_dates_survive_the_old_format():
    days = [
        ["班次编号", "班次名称", "主办单位", "开始日期", "结束日期"],
        ["B001", "冬训班", "县委组织部", date(2027, 1, 7), date(2027, 1, 8)],
    ]
    book = xlwt.Workbook()
    sheet = book.add_sheet("培训班")
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for i, row in enumerate(days):
        for j, value in enumerate(row):
            sheet.write(i, j, value, style if isinstance(value, date) else xlwt.Style.default_style)
    out = io.BytesIO()
    book.save(out)
    assert [(c.starts, c.ends) for c in read(out.getvalue()).classes] == [
        (date(2027, 1, 7), date(2027, 1, 8))
    ]
