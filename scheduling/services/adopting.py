"""Proposals of the engine: adopted whole or in part, refused once they are stale, and taken back. Flush only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import or_, select

from accounts.access import Actor
from core import audit
from core.db import session
from core.errors import Conflict, RuleBroken
from core.errors import Violation as Told
from scheduling import engine
from scheduling.enums import RunState
from scheduling.models import MatchRun, ProposalItem, Session
from scheduling.proposals import ids_in, new_violations
from scheduling.queries import names
from scheduling.services import tying
from scheduling.snapshots import Key, Snapshot, build_problem, changes_between, key, plan_of, weighted
from scheduling.wording import violation_text


class StaleProposal(Conflict):
    """What the proposal was made from has changed; `sentence` names what."""


def adopt(run: MatchRun, session_ids: Collection[int] | None, *, actor: Actor) -> int:
    """Make the proposal, or the part for `session_ids`, the working plan; returns how many sessions changed.

    What is left of it can be adopted afterwards. StaleProposal when anything the proposal stands on has changed;
    RuleBroken when the chosen part alone breaks a rule. Nobody is told before the classes are published.
    """
    if run.state is not RunState.READY:
        raise Conflict(gettext("这份方案不能采用(%(state)s)。", state=run.state.label))
    snapshot = weighted(build_problem(run.owner_id, run.year, run.class_ids), run.levels)
    if snapshot.fingerprint != run.fingerprint:
        raise StaleProposal(stale_text(changes_between(run.log.get("digests", {}), snapshot.digests)))
    items = [item for item in run.items if session_ids is None or item.session_id in session_ids]
    if not items:
        raise RuleBroken(gettext("请至少选一个课次。"))
    if len(items) < len(run.items):
        _check_part(snapshot, items)
    rows = {
        row.id: row
        for row in session().scalars(select(Session).where(Session.id.in_([i.session_id for i in items])))
    }
    before = []
    for item in items:
        row = rows[item.session_id]
        was = (row.start, row.instructor_id, row.venue_id)
        if was != (item.start, item.instructor_id, item.venue_id):
            row.start, row.instructor_id, row.venue_id = item.start, item.instructor_id, item.venue_id
            before.append((row, was))
    tying.restage([row for row, _was in before])
    session().flush()
    run.log = run.log | {
        "adopted": [
            *run.log.get("adopted", []),
            *(
                {
                    "session": row.id,
                    "version": row.version,
                    "start": None if start is None else start.isoformat(),
                    "instructor": instructor_id,
                    "venue": venue_id,
                }
                for row, (start, instructor_id, venue_id) in before
            ),
        ]
    }
    _settle(run, is_whole=len(items) == len(run.items) or not _is_left(run))
    audit.note(session(), gettext("采用自动排课方案：%(title)s", title=run.title))
    return len(before)


def _is_left(run: MatchRun) -> bool:
    """Whether the proposal still says something else than the working plan."""
    differs = or_(
        Session.start.is_distinct_from(ProposalItem.start),
        Session.instructor_id.is_distinct_from(ProposalItem.instructor_id),
        Session.venue_id.is_distinct_from(ProposalItem.venue_id),
    )
    stmt = select(ProposalItem.id).join(ProposalItem.session).where(ProposalItem.run_id == run.id, differs)
    return session().scalar(stmt.limit(1)) is not None


def _settle(run: MatchRun, *, is_whole: bool) -> None:
    """What is left of a proposal stands on the plan as it is with the part that was adopted, or given back."""
    run.state = RunState.APPLIED if is_whole else RunState.READY
    session().flush()
    if not is_whole:
        snapshot = weighted(build_problem(run.owner_id, run.year, run.class_ids), run.levels)
        run.fingerprint = snapshot.fingerprint
        run.log = run.log | {"digests": snapshot.digests}
        session().flush()


def _check_part(snapshot: Snapshot, items: Sequence[ProposalItem]) -> None:
    """Part of a proposal may break rules that the whole keeps: two sessions that swap, for one."""
    taken = {key(Key.SESSION, item.session_id): item for item in items}
    plan = plan_of(snapshot)
    kept = [a for a in plan.assignments if a.session not in taken]
    new = [
        engine.Assignment(
            name, item.start, _name(Key.INSTRUCTOR, item.instructor_id), _name(Key.VENUE, item.venue_id)
        )
        for name, item in taken.items()
        if item.start is not None
    ]
    broken = new_violations(snapshot.problem, plan, engine.Plan(plan.problem, (*kept, *new)))
    if broken:
        known = names.of_problem(ids_in(broken))
        told = [Told(str(v.code), violation_text(v, known), v.session or "") for v in broken]
        raise RuleBroken(gettext("只采用这些课次会违反规则，请把相关的课次一起选上。"), told)


def _name(kind: Key, row_id: int | None) -> str | None:
    return None if row_id is None else key(kind, row_id)


def mark_stale(run: MatchRun, sentence: str) -> None:
    """The proposal can no longer be adopted; the page says why."""
    if run.state is RunState.READY:
        run.state, run.failure = RunState.STALE, sentence[:300]
        session().flush()


def stale_text(changes: Mapping[str, Sequence[int]]) -> str:
    """What has changed since the run, in a sentence."""
    said = names.changed(changes)
    if not said:
        return gettext("方案做出后情况有变化，请重新排课。")
    return gettext("方案做出后有变化：%(what)s。请重新排课。", what=gettext("、").join(said))


def give_back(run: MatchRun, *, actor: Actor) -> int:
    """Undo all that was adopted while none of its sessions has changed since; the proposal waits again, unless it is stale."""
    adopted = run.log.get("adopted", [])
    if not adopted:
        raise Conflict(gettext("没有可以撤销的采用。"))
    rows = {
        row.id: row
        for row in session().scalars(select(Session).where(Session.id.in_([a["session"] for a in adopted])))
    }
    changed = [a for a in adopted if a["session"] not in rows or rows[a["session"]].version != a["version"]]
    if changed:
        raise Conflict(gettext("采用后已有 %(count)s 个课次改动过，不能整体撤销。", count=len(changed)))
    for was in adopted:
        row = rows[was["session"]]
        row.start = None if was["start"] is None else datetime.fromisoformat(was["start"])
        row.instructor_id, row.venue_id = was["instructor"], was["venue"]
    tying.restage(rows.values())
    run.log = {name: value for name, value in run.log.items() if name != "adopted"}
    session().flush()
    if run.state is not RunState.STALE:
        _settle(run, is_whole=False)
    audit.note(session(), gettext("撤销采用自动排课方案：%(title)s", title=run.title))
    return len(adopted)
