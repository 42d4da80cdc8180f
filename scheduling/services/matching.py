"""Match runs: asked for, worked off by the queue, and their proposals adopted or given up. Flush only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import or_, select, update

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import Conflict, RuleBroken
from notifications import services as notifications
from scheduling import engine
from scheduling.enums import RunState
from scheduling.models import MatchRun, ProposalItem, TrainingClass
from scheduling.proposals import News, Proposal, ids_in
from scheduling.queries import names
from scheduling.rules import courses
from scheduling.snapshots import Snapshot, number, plan_of
from scheduling.snapshots.loads import loads_of
from scheduling.wording import requirement_text, violation_text

LEASE = timedelta(seconds=30)
SECONDS = (5, 600)
DEFAULT_SECONDS = 60
EXPLAINING = 99  # percent
ACTIVE = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class Claim:
    """A run taken by a worker. `started_at` tells this claim from a later one of the same run."""

    run_id: int
    owner_id: int
    year: int
    class_ids: tuple[int, ...]
    seconds: int
    started_at: datetime
    levels: Mapping[str, int]
    """What matters how much."""


def request_run(
    owner: OrgUnit,
    year: int,
    classes: Sequence[TrainingClass],
    *,
    title: str = "",
    seconds: int = DEFAULT_SECONDS,
    actor: Actor,
) -> MatchRun:
    """Queue a run over `classes` of the owner's plan; none means all classes of the year still to come.

    `title` says what was chosen; left out, the classes do. `seconds` of solving are kept within 5 to 600. Conflict while a run over some of the same classes is on.
    """
    if any(klass.owner_id != owner.id or klass.year != year for klass in classes):
        raise RuleBroken(gettext("一次只能排同一年度、同一单位计划里的班次。"))
    wanted = {klass.id for klass in classes}
    active = select(MatchRun).where(
        MatchRun.owner_id == owner.id, MatchRun.year == year, MatchRun.state.in_(ACTIVE)
    )
    for other in session().scalars(active):
        if not wanted or not other.class_ids or wanted & set(other.class_ids):
            raise Conflict(
                gettext("这些班次已有一次自动排课在进行(%(title)s)，请等它完成或先停止。", title=other.title)
            )
    run = MatchRun(
        owner_id=owner.id,
        year=year,
        class_ids=sorted(wanted),
        title=(title or _title(year, classes))[:160],
        asked_by_id=actor.user_id,
        asked_at=clock.now(),
        state=RunState.QUEUED,
        seconds=min(max(seconds, SECONDS[0]), SECONDS[1]),
        log={},
    )
    session().add(run)
    session().flush()
    audit.note(session(), gettext("自动排课：%(title)s", title=run.title))
    return run


def weigh(run: MatchRun, levels: Mapping[str, int], policy: str = "", *, actor: Actor) -> None:
    """Say what matters how much in a run that has not begun; `policy` is the name under which that is kept."""
    if run.state is not RunState.QUEUED:
        raise Conflict(gettext("这次自动排课已经开始，不能再改看重什么。"))
    run.levels, run.policy = dict(levels), policy[:40]
    session().flush()


def _title(year: int, classes: Sequence[TrainingClass]) -> str:
    if not classes:
        return gettext("%(year)s年全部未办班次", year=year)
    if len(classes) == 1:
        return classes[0].name
    return gettext("%(first)s 等 %(count)s 个班次", first=classes[0].name, count=len(classes))


def cancel_run(run: MatchRun, *, actor: Actor) -> None:
    """Stop a run: at once while it is queued, else at the worker's next look."""
    if run.state is RunState.QUEUED:
        run.state, run.finished_at = RunState.CANCELLED, clock.now()
    elif run.state is RunState.RUNNING:
        run.cancel_asked = True
    else:
        raise Conflict(gettext("这次自动排课已经结束(%(state)s)。", state=run.state.label))
    session().flush()
    audit.note(session(), gettext("停止自动排课：%(title)s", title=run.title))


def can_finish(run: MatchRun) -> bool:
    """Whether a run has a plan that it could end with now."""
    is_solving = run.state is RunState.RUNNING and run.percent < EXPLAINING and not run.cancel_asked
    return is_solving and run.cost is not None


def finish_run(run: MatchRun, *, actor: Actor) -> None:
    """End a run now and keep the best plan that it has; Conflict while there is none, or once it has ended."""
    if run.state is not RunState.RUNNING:
        raise Conflict(gettext("这次自动排课不在计算中(%(state)s)。", state=run.state.label))
    if not can_finish(run):
        raise Conflict(gettext("现在没有可以提前结束的方案，请稍等。"))
    # No more time than it has had, which the worker sees at its next look.
    run.seconds = max(1, run.seconds * run.percent // 100)
    session().flush()
    audit.note(session(), gettext("提前结束自动排课：%(title)s", title=run.title))


def claim_run() -> Claim | None:
    """Take the oldest queued run, or one whose worker has gone; at most one worker gets it."""
    now = clock.instant()
    open_ = or_(
        MatchRun.state == RunState.QUEUED,
        (MatchRun.state == RunState.RUNNING) & (MatchRun.lease_until < now),
    )
    run = session().scalar(select(MatchRun).where(open_).order_by(MatchRun.id).limit(1))
    if run is None:
        return None
    seen = (
        MatchRun.lease_until.is_(None) if run.lease_until is None else MatchRun.lease_until == run.lease_until
    )
    taken = session().execute(
        update(MatchRun)
        .where(MatchRun.id == run.id, MatchRun.state == run.state, seen)
        .values(
            state=RunState.RUNNING,
            started_at=now,
            lease_until=now + LEASE,
            phase="read",
            percent=0,
            cost=None,
            bound=None,
        )
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    return Claim(run.id, run.owner_id, run.year, tuple(run.class_ids), run.seconds, now, dict(run.levels))


def _claimed(claim: Claim) -> MatchRun | None:
    """The run, while this claim still holds it."""
    run = session().get(MatchRun, claim.run_id)
    return (
        run
        if run is not None and run.state is RunState.RUNNING and run.started_at == claim.started_at
        else None
    )


def report(claim: Claim, news: News | None) -> bool:
    """Note progress and renew the lease; False when the run was cancelled, ended early or taken over."""
    run = _claimed(claim)
    if run is None:
        return False
    run.lease_until = clock.instant() + LEASE
    if news is not None:
        run.phase, run.cost, run.bound = news.phase, news.cost, news.bound
        run.log = run.log | {"course": courses.grown(run.log.get("course", ()), news)}
        run.percent = (
            EXPLAINING if news.phase == "explain" else min(98, int(news.elapsed * 100 / claim.seconds))
        )
    session().flush()
    return not run.cancel_asked and run.seconds >= claim.seconds


def is_cancelled(claim: Claim) -> bool:
    """Whether somebody asked the run to stop."""
    run = _claimed(claim)
    return run is None or run.cancel_asked


def hand_back(claim: Claim) -> None:
    """The worker ends: another one starts the run anew."""
    run = _claimed(claim)
    if run is not None:
        run.state, run.lease_until = RunState.QUEUED, None
        session().flush()


def fail_run(claim: Claim, sentence: str) -> None:
    """The run ends without a proposal."""
    run = _claimed(claim)
    if run is not None:
        run.state = RunState.CANCELLED if run.cancel_asked else RunState.FAILED
        run.failure, run.finished_at = sentence[:300], clock.now()
        session().flush()
        if run.state is RunState.FAILED:
            _tell(run, gettext("自动排课没有成功：%(title)s", title=run.title), run.failure)


def _tell(run: MatchRun, title: str, body: str) -> None:
    """Whoever asked may have left the page: the result waits in the inbox."""
    if run.asked_by_id is not None:
        notifications.queue(run.asked_by_id, "match", title, body, f"/scheduling/runs/{run.id}")


def contradiction_text(
    violations: Sequence[engine.Violation], requirements: Sequence[engine.Requirement] = ()
) -> str:
    """The pins that contradict the rules, named, and the smallest set of them that cannot go together."""
    known = names.of_problem(ids_in(violations) | {r.subject for r in requirements})
    said = dict.fromkeys(violation_text(v, known) for v in violations[:3])
    told = gettext("固定的安排彼此矛盾，请先取消固定：%(what)s", what=" ".join(said))
    if len(requirements) < 2:
        return told
    items = [requirement_text(str(r.reason), known.get(r.subject, r.subject)) for r in requirements]
    return told + " " + gettext("不能同时满足：%(what)s。", what=gettext(";").join(items))


def store_proposal(claim: Claim, snapshot: Snapshot, proposal: Proposal) -> MatchRun | None:
    """Keep what the engine proposes for every free session that changes or stays open; None when the claim is lost."""
    run = _claimed(claim)
    if run is None:
        return None
    before = engine.check(snapshot.problem, plan_of(snapshot))
    plan = proposal.plan
    run.cost, run.bound, run.cost_parts = plan.cost, plan.bound, plan.cost_parts
    run.before_cost, run.fingerprint = before.cost, snapshot.fingerprint
    run.log = {
        "course": run.log.get("course", []),
        "loads": loads_of(snapshot, plan),
        "digests": snapshot.digests,
        "before_parts": before.cost_parts,
        "lines": list(plan.log),
        "solved_in": round(plan.seconds, 1),
        "is_early": run.seconds < claim.seconds,
        "seconds": claim.seconds,
        "shortages": proposal.shortages,
        "counts": _counts(snapshot, plan),
        "duties": _duties(snapshot, plan),
    }
    placed = {a.session: a for a in plan.assignments}
    for item in list(run.items):
        session().delete(item)
    session().flush()
    for name, reasons in proposal.reasons.items():
        now = placed.get(name) or engine.Assignment(name)
        session().add(
            ProposalItem(
                run_id=run.id,
                session_id=number(name),
                start=now.start,
                instructor_id=_number(now.instructor),
                venue_id=_number(now.venue),
                reasons=reasons,
            )
        )
    run.state, run.percent, run.finished_at, run.phase = RunState.READY, 100, clock.now(), ""
    session().flush()
    counts = run.log["counts"]
    body = gettext(
        "%(after)s/%(all)s 个课次可排齐，请查看方案后采用。", after=counts["after"], all=counts["sessions"]
    )
    _tell(run, gettext("自动排课完成：%(title)s", title=run.title), body)
    audit.note(session(), gettext("自动排课完成：%(title)s", title=run.title))
    return run


def _number(name: str | None) -> int | None:
    return None if name is None else number(name)


def _counts(snapshot: Snapshot, plan: engine.Plan) -> dict[str, int]:
    """Free sessions, and how many of them are complete today and in the proposal."""

    def complete(assignments: Sequence[engine.Assignment]) -> int:
        placed = {a.session: a for a in assignments if a.start is not None}
        return sum(
            (a := placed.get(s.id)) is not None
            and (a.instructor is not None or not s.needs_instructor)
            and (a.venue is not None or not s.needs_venue)
            for s in snapshot.problem.sessions
            if s.id in snapshot.free
        )

    return {
        "sessions": len(snapshot.free),
        "before": complete(plan_of(snapshot).assignments),
        "after": complete(plan.assignments),
    }


def _duties(snapshot: Snapshot, plan: engine.Plan) -> list[dict[str, Any]]:
    """For each outstanding duty: who, and which of its eligible sessions that person teaches today and in the proposal."""
    found: list[dict[str, Any]] = [
        {
            "obligation": x.obligation,
            "instructor": x.instructor,
            "need": x.need,
            "eligible": 0,
            "before": [],
            "after": [],
        }
        for x in snapshot.hopeless
    ]
    today = {a.session: a.instructor for a in plan_of(snapshot).assignments}
    then = {a.session: a.instructor for a in plan.assignments if a.start is not None}
    for duty in snapshot.problem.duties:
        found.append(
            {
                "obligation": number(duty.id),
                "instructor": number(duty.instructor),
                "need": duty.need,
                "eligible": len(duty.sessions),
                "before": [number(s) for s in duty.sessions if today.get(s) == duty.instructor],
                "after": [number(s) for s in duty.sessions if then.get(s) == duty.instructor],
            }
        )
    return found
