"""The worker: APScheduler in one process, any number of stand-bys behind a lease row."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial

import click
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from flask.cli import with_appcontext

from app.features import JOBS, QUEUES
from core import jobs
from core.db import db

log = structlog.get_logger()
LEASE = "worker"


def _guarded(app: Flask, name: str, act: Callable[[], object]) -> Callable[[], None]:
    """Run `act` in an application context when this worker holds the lease; a failure is logged, never fatal."""

    def run() -> None:
        with app.app_context():
            try:
                if jobs.hold_lease(LEASE):
                    act()
            except Exception:
                db.session.rollback()
                log.exception("job_failed", job=name)
            finally:
                db.session.remove()

    return run


def drain(take: Callable[[], bool]) -> Callable[[], None]:
    """Work off a queue until it is empty."""

    def act() -> None:
        while take():
            pass

    return act


def build(app: Flask) -> BackgroundScheduler:
    """The scheduler with every job and queue of the features; its store is memory, never shared."""
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(max(4, len(QUEUES) + 2))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for job in JOBS:
        act = _guarded(app, job.name, partial(jobs.run_once, job))
        scheduler.add_job(act, "interval", seconds=job.every_seconds, id=job.name)
    for queue in QUEUES:
        scheduler.add_job(
            _guarded(app, queue.name, drain(queue.take)),
            "interval",
            seconds=queue.every_seconds,
            id=f"queue:{queue.name}",
        )
    scheduler.add_job(_guarded(app, "lease", lambda: None), "interval", seconds=10, id="lease")
    return scheduler


@click.command("worker", help="Runs queued and periodic work until it is stopped. Safe to start twice.")
@with_appcontext
def worker() -> None:
    """Run until SIGTERM or Ctrl-C."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  (a thread needs the app itself)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    # A queue that is busy misses its next looks by design; that is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = build(app)
    scheduler.start()
    stop.wait()
    jobs.stopping.set()
    scheduler.shutdown(wait=False)
    jobs.release_lease(LEASE)
