"""Delivery of the outbox."""

from __future__ import annotations

from core.audit import Doing, doing
from core.db import session, transaction
from core.jobs import Queue
from notifications import queries, services

BATCH = 200


def take() -> bool:
    """Deliver one batch; True when there was one."""
    waiting = queries.has_unsent()
    session().rollback()
    if not waiting:
        return False
    with doing(Doing(action="queue:outbox")), transaction():
        return services.deliver(BATCH) > 0


OUTBOX = Queue("outbox", 2, take)
