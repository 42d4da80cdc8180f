"""How long an import of many rows takes, and how much memory: `python benchmarks/import_workbook.py [ROWS]`.

A workbook of ROWS rows (10 000 unless told) goes the whole way on a fresh SQLite database: read, compare,
preview, write, and the same file once more. Prints seconds a step and the peak of the process's memory.
"""

from __future__ import annotations

import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from flask_migrate import upgrade

from accounts import services as accounts
from accounts.access import SYSTEM
from accounts.enums import Level
from accounts.models import OrgUnit
from app import create_app
from app.settings import ROOT, Settings
from core.db import session, transaction
from core.excel import CellValue, Sheet, SheetColumn, write_workbook
from exchange import jobs
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.services import imports
from instructor_pool.rules.identity import check_digit

TOWNS = 40
COURSES = ("党的创新理论专题", "党章学习", "嘉祥党史", "红旗精神", "公文写作", "乡村振兴政策")


def sheet(name: str, headings: str, rows: list[list[CellValue]]) -> Sheet:
    """A sheet with a title row and the staff's headings."""
    return Sheet(name, [SheetColumn(h) for h in headings.split()], rows, title=f"{name} 2027年")


def person(n: int) -> list[CellValue]:
    """The n-th person: everything the information sheet asks for."""
    born = date(1960, 1, 1) + timedelta(days=n % 14_000)
    first = f"379900{born:%Y%m%d}{n % 1000:03d}"
    unit = f"第{n % 300}局"
    taught = "、".join(COURSES[(n + k) % len(COURSES)] for k in range(3))
    gender = "男" if int(first[16]) % 2 else "女"
    head: list[CellValue] = [
        f"王{chr(0x4E00 + n % 5000)}{chr(0x5000 + n // 5000)}",
        gender,
        f"{born:%Y.%m}",
        unit,
        "科长",
        "专家学者",
    ]
    return [
        *head,
        "聘任",
        taught,
        f"199{n:08d}",
        first + check_digit(first),
        date(2026, 3, 1),
        date(2028, 2, 29),
        f"{n % TOWNS}号镇",
        2,
        8,
        "7月休假" if n % 2 else "",
    ]


def workbook(rows: int) -> bytes:
    """`rows` rows over the six sheets, most of them people and sessions."""
    bases, classes = rows // 20, rows // 50
    sessions = rows // 4
    people = rows - bases - classes - sessions - len(COURSES) - TOWNS
    days = [date(2027, 1, 4) + timedelta(days=n % 350) for n in range(classes)]
    sheets = [
        sheet("师资信息表", "姓名 性别 出生年月 工作单位 职务 来源类别 聘任方式 可授课程 联系电话 身份证号 聘期起 聘期止 所在镇街 每周上限 每月上限 备注", [person(n) for n in range(people)]),
        sheet("现场教学基地备案表", "名称 类型 所在镇街 纬度 经度 电话 单批容量 同时接待批次 开放时段 预约提前量 备案状态", [[f"{n}号基地", "实训点", f"{n % TOWNS}号镇", 35.4, 116.3, f"0537-{n:07d}", 80, 2, "周三闭馆，其余 8:30-17:30", "3天", "已备案"] for n in range(bases)]),
        sheet("课程目录", "课程 内容类别 教学形式 学时 可作党课", [[c, "政治理论教育", "讲授", 3, "是"] for c in COURSES]),
        sheet("培训班", "班次编号 班次名称 主办单位 举办地 开始日期 结束日期 人数", [[f"B{n:05d}", f"第{n}期培训班", f"第{n % 300}局", f"{n % TOWNS}号镇", d, d + timedelta(days=12), 60] for n, d in enumerate(days)]),
        sheet("课次需求", "班次编号 序号 日期 时段 课程 教学形式 学时", [[f"B{n % classes:05d}", n // classes + 1, days[n % classes] + timedelta(days=n // classes), "上午", COURSES[n % len(COURSES)], "讲授", 3] for n in range(sessions)]),
        sheet("应讲党课领导", "姓名 单位 职务 任职起 职责类别", [[str(person(n)[0]), f"第{n % 300}局", "书记", date(2024, 1, 1), "单位书记"] for n in range(TOWNS)]),
    ]  # fmt: skip
    out = io.BytesIO()
    write_workbook(out, sheets)
    return out.getvalue()


def timed(name: str, act: Callable[[], object]) -> float:
    """Run `act`, print how long it took and how much memory the process has needed so far."""
    start, busy = time.monotonic(), time.process_time()
    act()
    seconds, busy = time.monotonic() - start, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<24}{seconds:7.1f} s   {busy:6.1f} s of CPU   peak {peak:5.0f} MiB", flush=True)
    return seconds


def run_of(run_id: int) -> ImportRun:
    """The import as it stands."""
    session().expire_all()
    return session().get_one(ImportRun, run_id)


def whole_way(owner: int, data: bytes, name: str) -> float:
    """Upload, preview and write once; returns the seconds of all of it."""

    def upload() -> None:
        with transaction():
            ids.append(imports.upload(session().get_one(OrgUnit, owner), "bench.xlsx", data, actor=SYSTEM).id)

    def confirm() -> None:
        with transaction():
            imports.confirm(run_of(ids[0]), actor=SYSTEM)
        jobs.take()

    ids: list[int] = []
    total = (
        timed(f"{name}: upload", upload)
        + timed(f"{name}: preview", jobs.take)
        + timed(f"{name}: write", confirm)
    )
    run = run_of(ids[0])
    if run.state is not ImportState.DONE:
        raise SystemExit(f"{run.state}: {run.failure} {run.summary}")
    print(
        f"{name}: {run.summary['writes']} rows written, {run.summary['warnings']} warnings, {total:.1f} s in all"
    )
    return total


def main() -> None:
    """Build, import, import again."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    data = workbook(rows)
    print(f"{rows} rows, {len(data) / 1024:.0f} KiB")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            Path(folder), f"sqlite:///{folder}/bench.sqlite", "bench" * 8, {"k1": bytes(32)}, testing=True
        )
        with create_app(settings).app_context():
            upgrade(str(ROOT / "migrations"))
        with create_app(settings).app_context():
            with transaction():
                owner = accounts.create_unit(None, Level.COUNTY, "基准县").id
            whole_way(owner, data, "first")
            whole_way(owner, data, "again")


if __name__ == "__main__":
    main()
