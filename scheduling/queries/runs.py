"""Match runs: the list, one run with its progress, and the classes that can be matched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from scheduling.enums import RunState, Tier
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
        search_hint=lazy_gettext("搜索范围"),
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
        raise NotFound(gettext("没有这次自动排课，或不在您的管理范围内。"))
    return found


@dataclass(frozen=True, slots=True)
class Range:
    """Which of the classes still to come: of a unit and all below it, of a tier, within a period. None: all."""

    unit: OrgUnit | None = None
    tier: Tier | None = None
    first: date | None = None
    last: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing was chosen."""
        return self == Range()

    @property
    def text(self) -> str:
        """The range in words; empty for all."""
        period = ""
        if self.first or self.last:
            ends = (f"{day.month}/{day.day}" if day else "" for day in (self.first, self.last))
            period = "–".join(ends)
        parts = (self.unit.name if self.unit else "", self.tier.label if self.tier else "", period)
        return " · ".join(str(part) for part in parts if part)


def list_matchable(scope: Scope, within: Range = Range()) -> list[TrainingClass]:
    """Classes planned inside the scope that are not over yet, the soonest first.

    A unit's are those it plans, hosts or has on its ground. A class is in a period when one of its days is.
    """
    stmt = select(TrainingClass).where(planned_by(scope), TrainingClass.ends_on >= clock.today())
    if within.unit is not None:
        path = within.unit.path
        units = select(OrgUnit.id).where((OrgUnit.path >= path) & (OrgUnit.path < path + "~"))
        owned = (TrainingClass.owner_id, TrainingClass.host_id, TrainingClass.town_id)
        stmt = stmt.where(or_(*(column.in_(units) for column in owned)))
    if within.tier is not None:
        stmt = stmt.where(TrainingClass.tier == within.tier)
    if within.first is not None:
        stmt = stmt.where(TrainingClass.ends_on >= within.first)
    if within.last is not None:
        stmt = stmt.where(TrainingClass.starts_on <= within.last)
    return list(session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id).limit(500)))


def chosen_classes(scope: Scope, ids: Collection[int]) -> list[TrainingClass]:
    """These classes; NotFound when one of them is not planned inside the scope."""
    stmt = select(TrainingClass).where(TrainingClass.id.in_(sorted(ids)), planned_by(scope))
    found = list(session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id)))
    if len(found) != len(set(ids)):
        raise NotFound(gettext("没有这个班次，或不在您的管理范围内。"))
    return found
