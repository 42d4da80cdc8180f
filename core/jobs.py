"""Background work shared by any number of workers: leases, and due runs whose effect happens once."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Event

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.audit import Doing, doing
from core.db import Model, refresh_statistics, session, transaction
from core.errors import Conflict

WORKER = f"{socket.gethostname()}:{os.getpid()}:{token_hex(3)}"
LEASE_LENGTH = timedelta(seconds=30)
stopping = Event()
"""Set when this process is about to end: long work gives its row back instead of finishing."""


class Lease(Model):
    """A named right that one worker holds until it runs out."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime]


class JobRun(Model):
    """A due run that has happened: it commits together with its effect."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(60))
    due: Mapped[datetime]
    done_at: Mapped[datetime]
    worker: Mapped[str] = mapped_column(String(120))


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic job: `act()` runs inside the transaction that marks `due_at(now)` as done."""

    name: str
    every_seconds: int
    act: Callable[[], None]
    due_at: Callable[[datetime], datetime | None]
    """The due instant (domain time) that covers `now`, or None when nothing is due."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Queued work: `take()` claims one row under a lease and works it off; True when there was one."""

    name: str
    every_seconds: int
    take: Callable[[], bool]


def hold_lease(name: str, holder: str = WORKER) -> bool:
    """Get or renew the lease `name`; False while another live worker has it."""
    now = clock.instant()
    try:
        with transaction() as db:
            row = db.get(Lease, name, with_for_update=True)
            if row is None:
                db.add(Lease(name=name, holder=holder, until=now + LEASE_LENGTH))
            elif row.holder == holder or row.until < now:
                row.holder, row.until = holder, now + LEASE_LENGTH
            else:
                return False
    except Conflict:
        return False
    return True


def release_lease(name: str, holder: str = WORKER) -> None:
    """Give the lease back, so that a stand-by takes over at once."""
    with transaction() as db:
        row = db.get(Lease, name)
        if row is not None and row.holder == holder:
            row.until = clock.instant()


def run_once(job: Job) -> bool:
    """Do the due run of `job` unless it is done already; True when this call did it."""
    due = job.due_at(clock.now())
    if due is None or session().query(JobRun.id).filter_by(job=job.name, due=due).first():
        session().rollback()
        return False
    try:
        with doing(Doing(action=f"job:{job.name}")), transaction() as db:
            db.add(JobRun(job=job.name, due=due, done_at=clock.instant(), worker=WORKER))
            db.flush()
            job.act()
    except Conflict:
        return False
    return True


def daily_at(hour: int, minute: int = 0) -> Callable[[datetime], datetime | None]:
    """Due once a day from `hour:minute` domain time on; a late worker still does the day's run."""

    def due(now: datetime) -> datetime | None:
        moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return moment if now >= moment else None

    return due


STATISTICS = Job("statistics", 600, refresh_statistics, daily_at(3, 30))
