"""Match runs: the list, one run with its progress, and the classes that can be matched."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from scheduling.enums import RunState
from scheduling.models import MatchRun, TrainingClass
from scheduling.queries.classes import planned_by
from scheduling.wording import gap_text

TONES: Mapping[RunState, Tone] = {
    RunState.QUEUED: "idle",
    RunState.RUNNING: "info",
    RunState.READY: "accent",
    RunState.APPLIED: "ok",
    RunState.STALE: "warn",
    RunState.CANCELLED: "idle",
    RunState.FAILED: "bad",
}


def state_badge(run: MatchRun) -> Badge:
    """The state as a badge."""
    return Badge(run.state.label, TONES[run.state])


def runs_table(scope: Scope) -> BoundTable[MatchRun]:
    """Runs over plans inside the scope, newest first."""
    stmt = select(MatchRun).join(OrgUnit, MatchRun.owner_id == OrgUnit.id).where(scope.clause(OrgUnit.path))
    return Table[MatchRun](
        name="runs",
        title=lazy_gettext("自动排课"),
        columns=[
            Column("title", lazy_gettext("范围"), lambda r: r.title, sort=MatchRun.title),
            Column("state", lazy_gettext("状态"), state_badge, kind="badge"),
            Column(
                "asked", lazy_gettext("提出时间"), lambda r: r.asked_at, sort=MatchRun.asked_at, kind="date"
            ),
            Column(
                "by", lazy_gettext("提出人"), lambda r: r.asked_by.name if r.asked_by else gettext("系统")
            ),
            Column("placed", lazy_gettext("排齐课次"), _placed),
            Column("cost", lazy_gettext("总代价"), lambda r: r.cost, sort=MatchRun.cost, kind="number"),
            Column(
                "gap", lazy_gettext("质量"), lambda r: gap_text(r.cost, r.bound) if r.cost is not None else ""
            ),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda chosen, value: chosen.where(MatchRun.state == RunState(value)),
                choices=RunState.choices,
            )
        ],
        search=MatchRun.title,
        default_sort="-asked",
        row_url=lambda r: url_for("scheduling.run", run_id=r.id),
    ).bind(session(), stmt.options(joinedload(MatchRun.asked_by)))


def _placed(run: MatchRun) -> str:
    counts = run.log.get("counts") if isinstance(run.log, dict) else None
    return f"{counts['after']}/{counts['sessions']}" if counts else ""


def get_run(scope: Scope, run_id: int) -> MatchRun:
    """A run over a plan inside the scope; NotFound otherwise."""
    stmt = select(MatchRun).join(OrgUnit, MatchRun.owner_id == OrgUnit.id)
    found = session().scalar(stmt.where(MatchRun.id == run_id, scope.clause(OrgUnit.path)))
    if found is None:
        raise NotFound(gettext("没有这次自动排课,或不在您的管理范围内。"))
    return found


def list_matchable(scope: Scope) -> list[TrainingClass]:
    """Classes planned inside the scope that are not over yet, the soonest first."""
    stmt = select(TrainingClass).where(planned_by(scope), TrainingClass.ends_on >= clock.today())
    return list(session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id).limit(500)))


def chosen_classes(scope: Scope, ids: Collection[int]) -> list[TrainingClass]:
    """These classes; NotFound when one of them is not planned inside the scope."""
    stmt = select(TrainingClass).where(TrainingClass.id.in_(sorted(ids)), planned_by(scope))
    found = list(session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id)))
    if len(found) != len(set(ids)):
        raise NotFound(gettext("没有这个班次,或不在您的管理范围内。"))
    return found
