"""The queue of imports: reads files and writes what was confirmed, one at a time."""

from __future__ import annotations

import structlog
from flask_babel import gettext

from core.audit import Doing, doing
from core.db import transaction
from core.errors import Conflict, DomainError
from core.jobs import Queue
from core.words import N_
from exchange.enums import ImportState
from exchange.services import imports
from exchange.services.imports import Cancelled, Stale, Work
from exchange.workbook import Unreadable, Workbook, read_workbook

log = structlog.get_logger()
FAILED = N_("写入时出了差错，什么都没有写入。请再试一次；仍不行请联系管理员。")


def take() -> bool:
    """Work off one import; True when there was one."""
    try:
        with transaction():
            work = imports.claim()
    except Conflict:
        return False
    if work is None:
        return False
    try:
        _apply(work) if work.stage is ImportState.APPLYING else _preview(work)
    except Cancelled:
        with transaction():
            imports.stop(work.run_id)
    except (Unreadable, DomainError) as refused:
        with transaction():
            imports.fail(work.run_id, refused.sentence)
    except Exception:
        log.exception("import_failed", run=work.run_id)
        with transaction():
            imports.fail(work.run_id, gettext(FAILED))
    return True


def _read(work: Work) -> Workbook:
    def tell(done: int, total: int) -> None:
        with transaction():
            imports.note_progress(work.run_id, 10 + 70 * done // total, N_("读取工作表"))

    listen = tell if work.stage is ImportState.READING else None
    return read_workbook(work.content, default_year=work.year, progress=listen)


def _preview(work: Work, sentence: str = "") -> None:
    book = _read(work)
    with transaction():
        imports.store_preview(work.run_id, book, sentence=sentence)


def _apply(work: Work) -> None:
    book = _read(work)
    actor = imports.confirmer(work.run_id)
    try:
        with doing(Doing(actor.user_id, actor.name, "exchange.apply")), transaction():
            imports.apply(work.run_id, book, actor=actor)
    except (Stale, Conflict):
        with transaction():
            imports.store_preview(work.run_id, book, sentence=gettext(imports.STALE))


QUEUE = Queue("imports", 2, take)
