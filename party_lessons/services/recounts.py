"""Recounts of duties and credits: asked for in a request, taken by a worker, and told of when done. Flush only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext
from sqlalchemy import or_, select

from accounts.access import SYSTEM, Actor
from accounts.queries import actor_of
from core import clock
from core.db import session
from core.errors import Conflict
from core.words import labelled
from notifications import services as notifications
from party_lessons.models import Recount, Scheme

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Work:
    """A recount taken by a worker, and in whose name it is done."""

    recount_id: int
    years: Sequence[int]
    why: str
    actor: Actor


def request(*, actor: Actor, why: str = "", year: int | None = None, scheme: Scheme | None = None) -> Recount:
    """Ask for a recount of a year, or else of this and the next one."""
    this_year = clock.today().year
    made = Recount(
        years=[this_year, this_year + 1] if year is None else [year],
        scheme=scheme,
        why=why,
        asked_at=clock.now(),
        asked_by_id=actor.user_id,
    )
    session().add(made)
    session().flush()
    return made


def claim() -> Work | None:
    """Take the oldest that waits, or whose worker has gone. What that one did is done again, which changes nothing."""
    now = clock.instant()
    waits = or_(Recount.lease_until.is_(None), Recount.lease_until < now)
    stmt = select(Recount).where(Recount.finished_at.is_(None), waits).order_by(Recount.id).limit(1)
    row = session().scalars(stmt.with_for_update()).first()
    if row is None:
        return None
    row.lease_until, row.done, row.total = now + LEASE, 0, 0
    session().flush()
    actor = actor_of(row.asked_by) if row.asked_by is not None else SYSTEM
    return Work(row.id, tuple(row.years), row.why, actor)


def report(work: Work, done: int, total: int, changed: int) -> None:
    """Note how far it is, that so many obligations more have changed, and renew the lease; Conflict once it has ended."""
    row = session().get_one(Recount, work.recount_id, with_for_update=True)
    if row.finished_at is not None:
        raise Conflict(gettext("这次重算已由别的进程完成。"))
    row.done, row.total, row.changed = done, total, row.changed + changed
    row.lease_until = clock.instant() + LEASE
    session().flush()


def finish(work: Work, failure: str = "") -> None:
    """It is over; whoever asked may have left the page."""
    row = session().get_one(Recount, work.recount_id)
    row.finished_at, row.failure, row.lease_until = clock.now(), failure, None
    session().flush()
    if row.asked_by_id is not None:
        title = gettext("党课责任没有重算完") if failure else gettext("党课责任已重算")
        said = failure or gettext("更新 %(count)s 项。", count=row.changed)
        body = labelled(row.why, said) if row.why else said
        notifications.queue(row.asked_by_id, "duty_recount", title, body, "/duties/")
