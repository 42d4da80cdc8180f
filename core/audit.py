"""The audit trail: one record a transaction, written inside it, chained by hash, append-only.

A listener collects what a session inserts, updates and deletes; the record goes in just before the
commit, so the lock on the chain's end is held only for that moment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Connection, String, event, insert, inspect, select, text
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column

from core import clock
from core.db import Model

MOST_CHANGES = 200
SECRET = ("_sealed", "_blind", "_hash", "row_key")


class AuditRecord(Model):
    """Who did what, when, to which rows; `digest` covers the record and the digest before it."""

    __tablename__ = "audit_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    changes: Mapped[Any] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)


@dataclass(frozen=True, slots=True)
class Doing:
    """Who acts and what the action is called, for the record."""

    actor_id: int | None = None
    actor_name: str = "system"
    action: str = "unknown"
    address: str = ""


SYSTEM_DOING = Doing()
_doing: ContextVar[Doing] = ContextVar("doing", default=SYSTEM_DOING)
QUIET_TABLES = {
    "audit_record",
    "user_session",
    "sign_in_attempt",
    "throttle_hit",
    "lease",
    "job_run",
    "match_run",
    "import_run",
    "roster_import",
    # Reckoned from the rest, and reckoned anew whenever that changes.
    "duty_outlook",
    "duty_reckoning",
    "duty_change",
    "credited_hours",
    # What it keeps is in the same record as a change of the session.
    "plan_step",
    # Anonymous answers: a record would put an address and a time beside them.
    "feedback_ticket",
    "trainee_answer",
}


def set_doing(doing: Doing) -> None:
    """Name the actor and action for everything that follows in this context (a request, a job)."""
    _doing.set(doing)


@contextmanager
def doing(what: Doing) -> Iterator[None]:
    """The same for a block: jobs and commands."""
    token = _doing.set(what)
    try:
        yield
    finally:
        _doing.reset(token)


def note(session: Session, subject: str) -> None:
    """Give the record of the running transaction a subject a person recognises."""
    session.info["audit_subject"] = subject


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)


def _fields(row: object, *, new: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    for attribute in inspect(row).mapper.column_attrs:
        name = attribute.key
        history = inspect(row).attrs[name].history
        if not history.has_changes() or name == "version":
            continue
        if name.endswith(SECRET):
            found[name] = "***"
        elif new:
            found[name] = _plain(history.added[0]) if history.added else None
        else:
            found[name] = [_plain(v[0]) if v else None for v in (history.deleted, history.added)]
    return found


def _collect(session: Session, _context: UOWTransaction) -> None:
    seen: list[dict[str, object]] = session.info.setdefault("audit_changes", [])
    for op, rows in (("insert", session.new), ("update", session.dirty), ("delete", session.deleted)):
        for row in rows:
            table = row.__tablename__
            if table in QUIET_TABLES:
                continue
            if op == "insert" and len(seen) >= MOST_CHANGES:
                seen.append({"op": op, "table": table})  # only counted: thousands of rows of an import
                continue
            fields = {} if op == "delete" else _fields(row, new=op == "insert")
            if op == "update" and not fields:
                continue
            identity = inspect(row).identity
            seen.append(
                {
                    "op": op,
                    "table": table,
                    "id": identity[0] if identity else getattr(row, "id", None),
                    "fields": fields,
                }
            )


def _collect_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    table = getattr(getattr(state.statement, "table", None), "name", "")
    if table and table not in QUIET_TABLES:
        op = "update" if state.is_update else "delete" if state.is_delete else "insert"
        state.session.info.setdefault("audit_changes", []).append({"op": f"bulk {op}", "table": table})


def digest_of(previous: str, record: dict[str, object]) -> str:
    """Hash of one record chained to the one before it."""
    body = json.dumps(record, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def _write(session: Session) -> None:
    session.flush()
    changes = session.info.pop("audit_changes", [])
    subject = session.info.pop("audit_subject", "")
    if not changes and not subject:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(7201)"))
    who = _doing.get()
    kept = changes[:MOST_CHANGES] + (
        [{"op": "more", "count": len(changes) - MOST_CHANGES}] if len(changes) > MOST_CHANGES else []
    )
    record = {
        "at": clock.instant(),
        "actor_id": who.actor_id,
        "actor_name": who.actor_name,
        "action": who.action,
        "subject": subject[:200],
        "address": who.address,
        "changes": json.loads(json.dumps(kept, default=str)),
    }
    previous = connection.scalar(select(AuditRecord.digest).order_by(AuditRecord.id.desc()).limit(1)) or ""
    connection.execute(
        insert(AuditRecord).values(**record, previous=previous, digest=digest_of(previous, record))
    )


def _forget(session: Session, *_: object) -> None:
    session.info.pop("audit_changes", None)
    session.info.pop("audit_subject", None)


def broken_links(connection: Connection) -> list[int]:
    """Ids of records whose digest does not follow from their content and predecessor."""
    broken, previous = [], ""
    for row in connection.execute(select(AuditRecord.__table__).order_by(AuditRecord.id)).mappings():
        record = {
            k: row[k] for k in ("at", "actor_id", "actor_name", "action", "subject", "address", "changes")
        }
        if row["previous"] != previous or row["digest"] != digest_of(previous, record):
            broken.append(row["id"])
        previous = row["digest"]
    return broken


def install(session_class: Any) -> None:
    """Attach the listeners to the session factory; called once at start."""
    event.listen(session_class, "after_flush", _collect)
    event.listen(session_class, "do_orm_execute", _collect_bulk)
    event.listen(session_class, "before_commit", _write)
    event.listen(session_class, "after_rollback", _forget)
