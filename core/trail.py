"""The audit trail as people read it: a list, one record, figures by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select

from core import clock
from core.audit import AuditRecord
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Filter, Table
from core.tables.parts import Statement


def local_text(instant: datetime) -> str:
    """A stored instant (UTC) as wall-clock time of Shanghai: `2026-11-22 09:41:05`."""
    return f"{instant.replace(tzinfo=UTC).astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _start_of(day: str) -> datetime:
    midnight = datetime.combine(date.fromisoformat(day), time.min, clock.SHANGHAI)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def _since(stmt: Statement, value: str) -> Statement:
    return stmt.where(AuditRecord.at >= _start_of(value))


def _until(stmt: Statement, value: str) -> Statement:
    return stmt.where(AuditRecord.at < _start_of(value) + timedelta(days=1))


def audit_table() -> BoundTable[AuditRecord]:
    """Every record, latest first."""
    return Table[AuditRecord](
        name="audit",
        title=lazy_gettext("审计记录"),
        columns=[
            Column("at", lazy_gettext("时间"), lambda r: local_text(r.at), sort=AuditRecord.id),
            Column("actor", lazy_gettext("操作人"), lambda r: r.actor_name, sort=AuditRecord.actor_name),
            Column("action", lazy_gettext("操作"), lambda r: r.action, sort=AuditRecord.action),
            Column("subject", lazy_gettext("对象"), lambda r: r.subject),
            Column("changes", lazy_gettext("改动"), lambda r: len(r.changes), kind="number"),
            Column("address", lazy_gettext("来源地址"), lambda r: r.address, default=False),
            Column("digest", lazy_gettext("校验值"), lambda r: r.digest[:16], default=False),
        ],
        filters=[
            Filter(
                "who",
                lazy_gettext("操作人"),
                lambda s, v: s.where(AuditRecord.actor_name.icontains(v, autoescape=True)),
            ),
            Filter(
                "what",
                lazy_gettext("操作"),
                lambda s, v: s.where(AuditRecord.action.icontains(v, autoescape=True)),
            ),
            Filter("since", lazy_gettext("从哪天"), _since, kind="date"),
            Filter("until", lazy_gettext("到哪天"), _until, kind="date"),
        ],
        search=AuditRecord.subject,
        search_hint=lazy_gettext("搜索对象"),
        default_sort="-at",
        row_url=lambda r: f"/audit/{r.id}",
    ).bind(session(), select(AuditRecord))


def get_record(record_id: int) -> AuditRecord:
    """One record; guarded by AUDIT_VIEW, which reaches everything."""
    found = session().get(AuditRecord, record_id)
    if found is None:
        raise NotFound(gettext("没有这条审计记录。"))
    return found


def records_by_day(days: int) -> list[int]:
    """How many records each of the last `days` days has, today last."""
    today = clock.instant().replace(tzinfo=UTC).astimezone(clock.SHANGHAI).date()
    starts = [_start_of((today - timedelta(days=back)).isoformat()) for back in reversed(range(days))]
    counts = []
    for start in starts:
        within = select(func.count()).where(
            AuditRecord.at >= start, AuditRecord.at < start + timedelta(days=1)
        )
        counts.append(session().scalar(within) or 0)
    return counts
