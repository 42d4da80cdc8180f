"""Reads over imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload, undefer

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from exchange.enums import ImportState, ProblemCode, Severity, SheetKind
from exchange.models import ImportRun
from exchange.workbook import Problem
from instructor_pool.rules.remarks import Stretch, suggested

TONES: dict[ImportState, Tone] = {
    ImportState.UPLOADED: "info",
    ImportState.READING: "info",
    ImportState.READY: "accent",
    ImportState.CONFIRMED: "info",
    ImportState.APPLYING: "info",
    ImportState.DONE: "ok",
    ImportState.FAILED: "bad",
    ImportState.CANCELLED: "idle",
}
BUSY = (ImportState.UPLOADED, ImportState.READING, ImportState.CONFIRMED, ImportState.APPLYING)


def badge_of(run: ImportRun) -> Badge:
    """The state of an import as a badge."""
    return Badge(run.state.label, TONES[run.state])


IMPORTS: Table[ImportRun] = Table(
    name="imports",
    title=lazy_gettext("导入记录"),
    columns=[
        Column("file", lazy_gettext("文件"), lambda r: r.file_name, sort=ImportRun.file_name),
        Column(
            "at",
            lazy_gettext("上传时间"),
            lambda r: f"{r.uploaded_at:%Y-%m-%d %H:%M}",
            sort=ImportRun.uploaded_at,
        ),
        Column("by", lazy_gettext("上传人"), lambda r: r.uploaded_by.name if r.uploaded_by else ""),
        Column("owner", lazy_gettext("导入到"), lambda r: r.owner.name),
        Column("state", lazy_gettext("状态"), badge_of, sort=ImportRun.state, kind="badge"),
        Column("errors", lazy_gettext("错误"), lambda r: r.summary.get("errors"), kind="number"),
        Column("warnings", lazy_gettext("提醒"), lambda r: r.summary.get("warnings"), kind="number"),
        Column("writes", lazy_gettext("写入"), lambda r: r.summary.get("writes"), kind="number"),
    ],
    filters=[
        Filter(
            "state",
            lazy_gettext("状态"),
            lambda stmt, v: stmt.where(ImportRun.state == ImportState(v)),
            ImportState.choices,
        ),
    ],
    search=ImportRun.file_name,
    search_hint=lazy_gettext("搜索文件名"),
    default_sort="-at",
    row_url=lambda r: url_for("exchange.show", run_id=r.id),
)


def imports_table(scope: Scope) -> BoundTable[ImportRun]:
    """Imports inside the scope, newest first."""
    stmt = select(ImportRun).join(OrgUnit, ImportRun.owner_id == OrgUnit.id).where(scope.clause(OrgUnit.path))
    return IMPORTS.bind(
        session(), stmt.options(selectinload(ImportRun.uploaded_by), selectinload(ImportRun.owner))
    )


def get_run(scope: Scope, run_id: int, *, whole: bool = False) -> ImportRun:
    """An import inside the scope, with its rows and problems when `whole`; NotFound otherwise."""
    stmt = select(ImportRun).join(OrgUnit, ImportRun.owner_id == OrgUnit.id)
    stmt = stmt.where(ImportRun.id == run_id, scope.clause(OrgUnit.path))
    if whole:
        stmt = stmt.options(undefer(ImportRun.changes), undefer(ImportRun.problems))
    run = session().scalar(stmt)
    if run is None:
        raise NotFound(gettext("没有这次导入，或不在您的管理范围内。"))
    return run


def find_due(now: datetime) -> ImportRun | None:
    """The oldest import that waits for the worker, or whose worker has gone; locked where the database can."""
    waiting = ImportRun.state.in_((ImportState.UPLOADED, ImportState.CONFIRMED))
    orphaned = ImportRun.state.in_((ImportState.READING, ImportState.APPLYING)) & (
        ImportRun.lease_until < now
    )
    due: ColumnElement[bool] = or_(waiting, orphaned)
    stmt = select(ImportRun).where(due).order_by(ImportRun.id).limit(1)
    return session().scalar(stmt.with_for_update(skip_locked=True))


def owner_of(scope: Scope) -> OrgUnit:
    """Where a file uploaded with this scope goes: the widest unit inside it."""
    unit = session().scalar(select(OrgUnit).where(OrgUnit.path == scope.root))
    if unit is None:
        raise NotFound(gettext("您没有可以导入的单位。"))
    return unit


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list kept in a row: the items, and which page of how many."""

    items: list[Any]
    total: int
    page: int
    pages: int


def paged(items: list[Any], page: int, size: int = 50) -> Listed:
    """Page `page` (from 1) of `items`."""
    pages = max(1, -(-len(items) // size))
    page = min(max(page, 1), pages)
    return Listed(items[(page - 1) * size : page * size], len(items), page, pages)


def problems_of(run: ImportRun, *, severity: str = "", kind: str = "") -> list[Problem]:
    """The problems of an import, filtered by severity and kind of sheet."""
    return [
        Problem(
            SheetKind(p["kind"]),
            p["sheet"],
            p["row"],
            p["column"],
            p["header"],
            Severity(p["severity"]),
            ProblemCode(p["code"]),
            p["params"],
        )
        for p in run.problems
        if severity in ("", p["severity"]) and kind in ("", p["kind"])
    ]


def changes_of(run: ImportRun, kind: str, action: str = "") -> list[dict[str, Any]]:
    """The rows of one kind of sheet that are, or were, written."""
    return [c for c in run.changes if c["kind"] == kind and action in ("", c["action"])]


def hints_of(run: ImportRun) -> list[tuple[Problem, list[str]]]:
    """Remarks offered as availability, each with its suggested stretches of the plan's year in words."""
    first = date(run.year, 1, 1)
    remarks = [p for p in problems_of(run) if p.code is ProblemCode.REMARK_TO_CONFIRM]
    return [(p, [_words(s) for s in suggested(str(p.params["text"]), run.year, first)]) for p in remarks]


def _words(stretch: Stretch) -> str:
    """`07-01 – 07-31` for whole days, `01-06 12:00–18:00` for a part of one."""
    first, last = stretch.starts, stretch.ends
    if first.time() == last.time() == time():
        return f"{first:%m-%d} – {last - timedelta(days=1):%m-%d}"
    return f"{first:%m-%d %H:%M}–{last:%H:%M}"


def rows_of(run: ImportRun, tab: str, args: Mapping[str, str]) -> Listed:
    """What one tab of the import's page lists; `args` are the address's page and filters."""
    page = int(args["page"]) if args.get("page", "").isdecimal() and len(args["page"]) < 7 else 1
    match tab:
        case "problems":
            return paged(problems_of(run, severity=args.get("severity", ""), kind=args.get("kind", "")), page)
        case "hints":
            return paged(hints_of(run), page)
        case "overview":
            return paged(problems_of(run, severity=Severity.ERROR), 1, 10)
        case "units":
            return paged(run.summary.get("units", []), page)
    return paged(changes_of(run, tab, args.get("action", "")), page)
