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
from core.errors import Conflict
from core.processes import Bench
from party_lessons.queries.reckonings import freshness
from party_lessons.services import outlooks, recounts
from scheduling import engine
from scheduling.proposals import Contradiction, News, Proposal, propose
from scheduling.queries import calls
from scheduling.queries.forecast import reckon
from scheduling.queries.visits import waiting_days
from scheduling.services import answering, matching, receiving, recounting, reminding, substituting, waiting
from scheduling.snapshots import Snapshot, build_problem, weighted

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
            _fail(claim, gettext("计算进程意外停止，请再试一次。"))
        except Exception:
            log.exception("match_failed", run=claim.run_id)
            _fail(claim, gettext("自动排课出错，已经记下，请稍后再试。"))
            raise
    return True


def _read(claim: matching.Claim) -> Snapshot:
    snapshot = weighted(build_problem(claim.owner_id, claim.year, claim.class_ids), claim.levels)
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
    answering.release_unanswered()
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


def take_recount() -> bool:
    """Work off one recount of duties, each piece in a transaction of its own; True when there was one."""
    try:
        with transaction():
            work = recounts.claim()
        if work is None:
            return False
        with doing(Doing(work.actor.user_id, work.actor.name, "job:recount")):
            _recount(work)
    except Conflict:
        log.info("recount_taken_over")
    return True


def _recount(work: recounts.Work) -> None:
    try:
        pieces = recounting.pieces(work.years)
        session().rollback()
        done, total = 0, sum(len(piece.ids) for piece in pieces)
        for piece in pieces:
            if jobs.stopping.is_set():
                return  # its lease runs out, and another worker does it anew
            done += len(piece.ids)
            with transaction():
                changed = recounting.recount(piece, actor=work.actor, why=work.why)
                recounts.report(work, done, total, changed)
        with transaction():
            recounts.finish(work)
    except Conflict:
        raise
    except Exception:
        log.exception("recount_failed", recount=work.recount_id)
        session().rollback()
        with transaction():
            recounts.finish(work, gettext("重算时出了差错，已算好的部分有效。请点“重新核对”再算一次。"))


def take_call() -> bool:
    """Look at one search for a substitute whose wait is over; True when there was one. A look that breaks off is logged."""
    due = calls.find_due(clock.now())
    call_id = due.id if due is not None else None
    session().rollback()
    if call_id is None:
        return False
    with doing(Doing(action="job:substitutes")):
        try:
            with transaction():
                if (call := calls.find_due(clock.now(), call_id)) is not None:
                    substituting.advance(call, is_due=True)
        except Exception:
            log.exception("substitute_call_failed", call=call_id)
            with transaction():
                if (call := calls.find_due(clock.now(), call_id)) is not None:
                    substituting.put_off(call)
    return True


def remind_answers() -> None:
    """Remind whoever has not answered yet."""
    reminding.remind()


SUBSTITUTES = jobs.Queue("substitutes", 10, take_call)
ANSWERS = jobs.Job("answers", 60, remind_answers, _each_quarter)
VISITS = jobs.Job("visits", 60, keep_visits, _each_quarter)
RECOUNTS = jobs.Queue("recounts", 2, take_recount)
OUTLOOKS = jobs.Queue("outlooks", 20, take_outlooks)
MATCHING = jobs.Queue("match", 1, take_run)
