"""The queue of match runs: one is claimed, solved in a process of its own with no transaction open, and kept.

And the forecast of duties, reckoned after changes.
"""

from __future__ import annotations

import atexit
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime

import structlog
from flask_babel import gettext

from core import clock, jobs
from core.audit import Doing, doing
from core.db import session, transaction
from core.processes import Bench
from party_lessons.queries.reckonings import freshness
from party_lessons.services import outlooks
from scheduling import engine
from scheduling.proposals import Contradiction, News, Proposal, propose
from scheduling.queries.forecast import reckon
from scheduling.queries.visits import waiting_days
from scheduling.services import matching, receiving, waiting
from scheduling.snapshots import Snapshot, build_problem

log = structlog.get_logger()
BENCH: Bench[Proposal] = Bench()
atexit.register(BENCH.close)


def take_run() -> bool:
    """Work off one queued run; True when there was one."""
    with transaction():
        claim = matching.claim_run()
    if claim is None:
        return False
    with doing(Doing(action="job:match")):
        try:
            _work(claim)
        except Contradiction as error:
            _fail(claim, matching.contradiction_text(error.violations, error.requirements))
        except BrokenProcessPool:
            log.exception("match_process_died", run=claim.run_id)
            _fail(claim, gettext("计算进程意外停止,请再试一次。"))
        except Exception:
            log.exception("match_failed", run=claim.run_id)
            _fail(claim, gettext("自动排课出错,已经记下,请稍后再试。"))
            raise
    return True


def _read(claim: matching.Claim) -> Snapshot:
    snapshot = build_problem(claim.owner_id, claim.year, claim.class_ids)
    session().rollback()
    return snapshot


def _work(claim: matching.Claim) -> None:
    snapshot = _read(claim)

    def hear(news: object | None) -> bool:
        if jobs.stopping.is_set():
            return False
        with transaction():
            return matching.report(claim, news if isinstance(news, News) else None)

    options = engine.SolveOptions(seconds=claim.seconds)
    proposal = BENCH.run(propose, snapshot.problem, options, snapshot.free, hear=hear)
    with transaction():
        if jobs.stopping.is_set():
            matching.hand_back(claim)
        elif matching.is_cancelled(claim):
            matching.fail_run(claim, "")
        else:
            matching.store_proposal(claim, snapshot, proposal)


def _fail(claim: matching.Claim, sentence: str) -> None:
    session().rollback()
    with transaction():
        matching.fail_run(claim, sentence)


def keep_visits() -> None:
    """What no base answered in time is given back, who never came is noted, and whoever waits moves up."""
    receiving.release_overdue()
    receiving.note_no_shows()
    # A base that opens again or grows frees places without a booking being given back.
    waiting.move_up(waiting_days())


def _each_quarter(now: datetime) -> datetime:
    return now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)


def take_outlooks() -> bool:
    """Reckon the forecast of duties anew when something has changed since. Never twice on end: pages come first."""
    if not freshness(clock.today()).is_stale:
        session().rollback()
        return False
    found = reckon()
    with doing(Doing(action="job:outlooks")), transaction():
        outlooks.keep(found)
    return False


VISITS = jobs.Job("visits", 60, keep_visits, _each_quarter)
OUTLOOKS = jobs.Queue("outlooks", 20, take_outlooks)
MATCHING = jobs.Queue("match", 1, take_run)
