"""The life of an import: upload, reading, preview, confirmation, writing. Flush only."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import SYSTEM, Actor
from accounts.models import OrgUnit
from accounts.queries import actor_of
from core import audit, clock
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from core.sealed import seal_bytes, unseal_bytes
from core.words import N_
from exchange import queries, snapshots
from exchange.enums import Action, ImportState, Severity, SheetKind
from exchange.models import ImportRun
from exchange.notices import told_changes
from exchange.rules import Plan, fingerprint, make_plan
from exchange.services.applying import Writer
from exchange.workbook import Unreadable, Workbook, check
from exchange.workbook.opening import refuse_unreadable
from notifications import services as notifications

LEASE = timedelta(minutes=5)
MOST_PROBLEMS = 5000
STALE = N_("预览之后数据有了变动，预览已经重新生成。请再看一遍，然后确认。")
BROKE_OFF = N_("处理时中断了两次，没有写入任何内容。请再试一次；仍不行请联系管理员。")


class Cancelled(Exception):
    """Somebody asked to stop."""


class Stale(Exception):
    """The database has changed since the preview was made."""


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed import: what to do with which file. `stage` is READING or APPLYING."""

    run_id: int
    stage: ImportState
    content: bytes
    year: int


def upload(owner: OrgUnit, file_name: str, data: bytes, *, actor: Actor) -> ImportRun:
    """Take a file in and queue it for reading; RuleBroken when it is not a workbook at all."""
    try:
        refuse_unreadable(data)
    except Unreadable as refused:
        raise RuleBroken(
            refused.sentence, [Violation(str(refused.refusal), refused.sentence, "file")]
        ) from refused
    digest = hashlib.sha256(data).hexdigest()
    run = ImportRun(
        owner_id=owner.id,
        uploaded_by_id=actor.user_id,
        uploaded_at=clock.now(),
        file_name=_shown_name(file_name),
        file_size=len(data),
        sha256=digest,
        content=seal_bytes(data, f"import:{digest}"),
        year=clock.today().year,
        state=ImportState.UPLOADED,
    )
    session().add(run)
    session().flush()
    return run


def _shown_name(name: str) -> str:
    """The last part of a name without control characters; never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(ch for ch in last if ch.isprintable())[-160:] or "workbook"


def claim() -> Work | None:
    """Take the next due import for this worker; one that was dropped twice is given up."""
    run = queries.find_due(clock.instant())
    if run is None:
        return None
    dropped = run.state in (ImportState.READING, ImportState.APPLYING)
    tries = int(run.summary.get("tries", 0)) + 1 if dropped else 0
    if tries > 1:
        _finish(run, ImportState.FAILED, gettext(BROKE_OFF))
        return None
    reading = run.state in (ImportState.UPLOADED, ImportState.READING)
    run.state = ImportState.READING if reading else ImportState.APPLYING
    run.summary = {**run.summary, "tries": tries}
    run.lease_until = clock.instant() + LEASE
    run.percent, run.failure = 0, ""
    run.phase = N_("打开文件") if reading else N_("写入数据")
    session().flush()
    return Work(run.id, run.state, unseal_bytes(run.content or b"", f"import:{run.sha256}"), run.year)


def note_progress(run_id: int, percent: int, phase: str) -> None:
    """Say how far the reading is; raises Cancelled when somebody asked to stop."""
    run = session().get_one(ImportRun, run_id)
    if run.cancel_asked:
        raise Cancelled
    run.percent, run.phase, run.lease_until = percent, phase, clock.instant() + LEASE
    session().flush()


def store_preview(run_id: int, book: Workbook, *, sentence: str = "") -> ImportRun:
    """Compare a workbook that was read with the database and keep the preview; `sentence` says why it is new."""
    run = session().get_one(ImportRun, run_id)
    if run.cancel_asked:
        raise Cancelled
    book, plan = _planned(run.owner, book)
    run.state, run.percent, run.phase, run.lease_until = ImportState.READY, 100, "", None
    run.failure = sentence
    run.year = book.year or run.year
    run.fingerprint = fingerprint(plan)
    run.changes = told_changes(plan, book)
    problems = [*book.problems, *plan.problems]
    run.problems = [_kept(problem) for problem in problems[:MOST_PROBLEMS]]
    run.summary = _summary(book, plan, problems)
    session().flush()
    return run


def _planned(owner: OrgUnit, book: Workbook) -> tuple[Workbook, Plan]:
    stored = snapshots.load_stored(owner)
    checked = check(book, snapshots.known_of(stored, book))
    return checked, make_plan(checked, stored)


def _kept(problem: Any) -> dict[str, Any]:
    return {
        "kind": problem.kind.value,
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "header": problem.header,
        "severity": problem.severity.value,
        "code": problem.code.value,
        "params": dict(problem.params),
    }


def _summary(book: Workbook, plan: Plan, problems: list[Any]) -> dict[str, Any]:
    kinds = [kind for kind in SheetKind if any(info.kind is kind for info in book.sheets)]
    counts = {kind.value: Counter(change.action.value for change in plan.of(kind)) for kind in kinds}
    levels = Counter(problem.severity for problem in problems)
    return {
        "sheets": [
            [info.name, info.kind.value, info.header_row, list(info.ignored_columns)] for info in book.sheets
        ],
        "ignored_sheets": list(book.ignored_sheets),
        "counts": {
            kind.value: {
                **{a.value: counts[kind.value][a.value] for a in Action},
                "left": plan.left_alone[kind],
            }
            for kind in kinds
        },
        "units": [
            [u.name, u.level.value, u.parent or "", u.committee, u.stored_id is None] for u in plan.units
        ],
        "errors": levels[Severity.ERROR],
        "warnings": levels[Severity.WARNING],
        "writes": plan.writes,
        "hints": len(book.hints),
    }


def confirm(run: ImportRun, *, actor: Actor) -> None:
    """Queue a preview for writing; RuleBroken while it has errors, Conflict when it is not waiting for this."""
    if run.state is not ImportState.READY:
        raise Conflict(gettext("这次导入现在是「%(state)s」，不能确认。", state=run.state.label))
    if run.summary.get("errors"):
        raise RuleBroken(gettext("还有 %(n)s 处错误，改好后重新上传才能导入。", n=run.summary["errors"]))
    run.state, run.confirmed_by_id, run.percent, run.failure = ImportState.CONFIRMED, actor.user_id, 0, ""
    session().flush()


def cancel(run: ImportRun, *, actor: Actor) -> None:
    """Give an import up; while its file is being read the worker stops at the next sheet."""
    match run.state:
        case ImportState.READING:
            run.cancel_asked = True
        case ImportState.UPLOADED | ImportState.READY | ImportState.CONFIRMED:
            _finish(run, ImportState.CANCELLED)
        case _:
            raise Conflict(gettext("这次导入现在是「%(state)s」，不能停止。", state=run.state.label))
    session().flush()


def confirmer(run_id: int) -> Actor:
    """In whose name an import is written."""
    run = session().get_one(ImportRun, run_id)
    user = run.confirmed_by
    return actor_of(user) if user else SYSTEM


def apply(run_id: int, book: Workbook, *, actor: Actor) -> ImportRun:
    """Write the confirmed preview and mark it done, all in the running transaction; Stale when it no longer holds."""
    run = session().scalars(select(ImportRun).where(ImportRun.id == run_id).with_for_update()).one()
    if run.state is not ImportState.APPLYING:
        raise Cancelled
    book, plan = _planned(run.owner, book)
    if fingerprint(plan) != run.fingerprint or book.errors:
        raise Stale
    if plan.writes:
        Writer(run.owner, book, plan, actor=actor).write()
        audit.note(session(), f"{run.file_name} · {plan.writes}")
        _tell(run, gettext("「%(file)s」已导入，写入了 %(n)s 条。", file=run.file_name, n=plan.writes))
    _finish(run, ImportState.DONE)
    return run


def stop(run_id: int) -> None:
    """Mark an import as cancelled after the worker noticed."""
    _finish(session().get_one(ImportRun, run_id), ImportState.CANCELLED)


def fail(run_id: int, sentence: str) -> None:
    """Mark an import as failed, with what a person should know."""
    run = session().get_one(ImportRun, run_id)
    _finish(run, ImportState.FAILED, sentence)
    _tell(run, gettext("「%(file)s」没有导入成功。", file=run.file_name))


def _tell(run: ImportRun, title: str) -> None:
    """The result waits in the inbox of whoever asked for it."""
    user_id = run.confirmed_by_id or run.uploaded_by_id
    if user_id is not None:
        notifications.queue(user_id, "import", title, url=f"/imports/{run.id}")


def _finish(run: ImportRun, state: ImportState, sentence: str = "") -> None:
    """The file goes when nothing more is to be read from it."""
    run.state, run.failure, run.content, run.lease_until = state, sentence[:300], None, None
    run.finished_at = clock.now()
    session().flush()
