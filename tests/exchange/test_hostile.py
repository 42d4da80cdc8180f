"""Mutated workbooks: read or refused with a sentence, never anything else."""

from __future__ import annotations

import io
import os
import random
import zipfile

import openpyxl
import pytest

from exchange.workbook import Unreadable
from tests.exchange.books import PEOPLE, SHIPPED, built_xls, person, read, saved, shipped

COUNT = 600 if os.environ.get("JIANGTAI_SOAK") else 60


def with_members(edit) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(shipped())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            body = edit(member.filename, old.read(member))
            if body is not None:
                new.writestr(member.filename, body)
    return out.getvalue()


def flip(body: bytes, dice: random.Random, most: int) -> bytes:
    changed = bytearray(body)
    for _ in range(dice.randint(1, most)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def cut(body: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(body))
    return body[:start] + body[start + dice.randint(1, 2000) :]


def swap_tokens(body: bytes, dice: random.Random) -> bytes:
    pairs = [(b't="s"', b't="e"'), (b't="s"', b't="b"'), (b"<v>", b"<v>-"), (b"<v>", b"<v>99999"), (b"<row ", b"<ro "), (b'r="', b'r="ZZ'),
             (b"<c ", b"<c s='999999' "), (b"<si>", b"<si><t>&#x0;</t>"), (b"mergeCell ref=\"", b"mergeCell ref=\"A9:"), (b"sheetId=", b"x=")]  # fmt: skip
    old, new = dice.choice(pairs)
    return body.replace(old, new, dice.randint(1, 200))


def mutated(seed: int) -> bytes:
    dice = random.Random(seed)
    if seed % 5 == 0:
        return flip(shipped(), dice, 20)
    if seed % 5 == 1:
        return flip(built_xls(师资=[PEOPLE, *[person()] * 30]), dice, 40)
    names = [
        "xl/workbook.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet5.xml",
    ]
    chosen = dice.choice(names)

    def edit(name: str, body: bytes) -> bytes | None:
        if name != chosen:
            return body
        change = dice.choice(
            [
                lambda b: flip(b, dice, 30),
                lambda b: cut(b, dice),
                lambda b: swap_tokens(b, dice),
                lambda b: b"",
                lambda b: None,
            ]
        )
        return change(body)

    return with_members(edit)


@pytest.mark.parametrize("block", range(COUNT // 20))
def test_mutated_workbooks_are_read_or_refused(block):
    for seed in range(block * 20, block * 20 + 20):
        try:
            book = read(mutated(seed))
        except Unreadable as error:
            assert "%(" not in error.sentence
        else:
            assert all("%(" not in problem.sentence for problem in book.problems)


def random_cell(dice: random.Random) -> object:
    return dice.choice(
        [None, "", "x" * 3000, "=1+1", "#N/A", -1, 1e300, 0.1, True, "2027-13-45", "🀄" * 50, "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "'; DROP TABLE instructor;--", "<script>", 10**18, "%(name)s", "%s%d{}", "、、、", "周一至", "1月"]
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(COUNT // 6))
def test_cells_of_any_content_are_problems_at_most(seed):
    dice = random.Random(seed)
    book = openpyxl.load_workbook(SHIPPED)
    for sheet in book:
        for _ in range(40):
            sheet.cell(dice.randint(2, sheet.max_row), dice.randint(1, sheet.max_column)).value = random_cell(
                dice
            )
    try:
        found = read(saved(book))
    except Unreadable:
        return
    assert all(problem.sentence for problem in found.problems)
