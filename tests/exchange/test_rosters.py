"""Rosters as workbooks: cell by cell, the whole way through the pages, and files that are not what they seem."""

from __future__ import annotations

import io
import random
from datetime import date

import openpyxl
import pytest

from core.db import session, transaction
from core.errors import RuleBroken
from exchange.enums import Severity
from exchange.services import rosters
from exchange.workbook import Unreadable
from exchange.workbook.roster import read_roster
from scheduling.models import TrainingClass
from tests.factories.county import County, make_class
from tests.factories.trainees import IDENTITIES, enrol, person
from trainees.enums import TraineeKind
from trainees.queries.rosters import count_enrolled
from trainees.rules import Line

HEAD = ["序号", "姓名", "单位", "职务", "联系电话", "身份证号"]
FUZZED = 24


def book(*rows: list[object]) -> bytes:
    """A workbook with these rows below a title."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "名册"
    for row in (["2027年支部书记培训班学员名册"], *rows):
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("cells", "problems", "kept"),
    [
        ([1, "张 三", "东镇", "支部书记", "13800001234", IDENTITIES[0]], [], True),
        ([1, "张三"], [], True),
        ([1, None, "东镇"], [("B3", Severity.ERROR)], False),
        ([1, "张三", "东镇", "", "123"], [("E3", Severity.WARNING)], True),
        ([1, "张三", "东镇", "", "", "110101199003078516"], [("F3", Severity.ERROR)], False),
        ([1, "张三", "东镇", "", "", 110101199003078515], [("F3", Severity.ERROR)], False),
        ([1, "张" * 41], [("B3", Severity.ERROR)], False),
        (["合计", 1], [], False),
    ],
)
def test_every_wrong_cell_is_named(
    cells: list[object], problems: list[tuple[str, Severity]], kept: bool
) -> None:
    found = read_roster(book(HEAD, cells))
    assert [(p.place, p.severity) for p in found.problems] == problems
    assert bool(found.rows) is kept
    if kept:
        assert found.rows[0].line.name == "张三"


def test_columns_stand_anywhere_and_people_once() -> None:
    found = read_roster(
        book(
            ["学员类别", "身份证", "学员姓名", "工作单位"],
            ["班子成员", IDENTITIES[0], "张三", "东镇"],
            ["", IDENTITIES[0], "张三", "东镇"],
            ["群众", IDENTITIES[0], "李四", "东镇"],
            ["党员", None, "王五", "东镇"],
            ["学员类别", "身份证", "学员姓名", "工作单位"],
        )
    )
    assert [(r.row, r.line.name, r.line.kind) for r in found.rows] == [
        (3, "张三", TraineeKind.COMMITTEE),
        (6, "王五", TraineeKind.MEMBER),
    ]
    assert sorted((p.place, p.severity.value) for p in found.problems) == [
        ("A5", "warning"),
        ("B5", "error"),
        ("C4", "warning"),
    ]
    assert read_roster(book(["编号", "名字"], [1, "张三"])).errors == 1


def test_the_whole_way(sign_in, county: County) -> None:
    ours = sign_in("organiser")
    with transaction():
        klass = session().get_one(TrainingClass, county.classes["B001"])
        other = make_class(county.unit("嘉祥县"), "B002", [klass.starts_on])
        enrol(other, Line("李四", "东镇", identity=IDENTITIES[1]))
        enrol(klass, Line("张三", "东镇"))
    start = f"/imports/rosters/classes/{county.classes['B001']}"

    def sent(data: bytes):
        files = {"file": (io.BytesIO(data), "名册.xlsx")}
        return ours.post(start, data=files, content_type="multipart/form-data")

    refused = sent(b"a,b,c")
    assert refused.status_code == 422 and "CSV" in refused.text
    wrong = ours.get(sent(book(HEAD, [1, "张三", "东镇", "", "", "12"])).headers["Location"]).text
    assert "F3" in wrong and "确认导入" not in wrong and "重新上传" in wrong
    rows = [
        [1, "张三", "东镇", "支部书记", "13800001234"],
        [2, "李四", "东镇", "委员", "", IDENTITIES[1]],
        [3, "王五"],
    ]
    page = sent(book(HEAD, *rows)).headers["Location"]
    shown = ours.get(page).text
    assert "确认导入 3 人" in shown and "已在名册，更新" in shown and "时间重叠" in shown
    assert "13800001234" not in shown and IDENTITIES[1] not in shown
    assert count_enrolled(county.classes["B001"]) == 1
    done = ours.post(f"{page}/confirm", follow_redirects=True).text
    assert "新增 2 人，更新 1 人" in done and person("张三").kind is TraineeKind.COMMITTEE
    assert ours.post(f"{page}/confirm").status_code == 422
    again = sent(book(HEAD, *rows)).headers["Location"]
    assert "没有变化 3 人" in ours.post(f"{again}/confirm", follow_redirects=True).text
    assert ours.post(f"{sent(book(HEAD, *rows)).headers['Location']}/cancel").status_code == 302


def test_a_roster_of_thousands_goes_in_at_once(county: County) -> None:
    with transaction():
        klass = make_class(county.unit("嘉祥县"), "B009", [date(2027, 6, 9)])
        data = book(HEAD, *([n, f"学员{n}", "东镇"] for n in range(1, 2001)))
        row = rosters.upload(klass, "a.xlsx", data, actor=county.actor("organiser"))
        assert rosters.apply(row, actor=county.actor("organiser")).added == 2000
        with pytest.raises(RuleBroken):
            rosters.apply(row, actor=county.actor("organiser"))


@pytest.mark.parametrize("seed", range(FUZZED))
def test_a_mutated_file_is_read_or_refused(seed: int) -> None:
    dice = random.Random(seed)
    whole = book(
        HEAD, *([n, f"学员{n}", "东镇", "书记", "13800001234", IDENTITIES[n % 4]] for n in range(40))
    )
    body = bytearray(whole)
    for _ in range(dice.randint(1, 30)):
        body[dice.randrange(len(body))] = dice.randrange(256)
    try:
        found = read_roster(bytes(body))
    except Unreadable as refused:
        assert refused.sentence
    else:
        assert all(p.sentence for p in found.problems)
