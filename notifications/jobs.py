"""The outbox at work: messages go into inboxes and on their ways out, parcels are posted."""

from __future__ import annotations

import structlog
from flask import current_app

from core import clock
from core.audit import Doing, doing
from core.db import session, transaction
from core.jobs import Queue
from core.outgoing import NotSent
from notifications.queries import outbox as queries
from notifications.rules.robots import door
from notifications.services import outbox, sending

log = structlog.get_logger()
BATCH = 200


def take() -> bool:
    """Hand over one batch, or post one parcel; True when there was one."""
    return hand_over() or post_one()


def hand_over() -> bool:
    """Put a batch into inboxes and on its ways out."""
    waiting = queries.has_ready()
    session().rollback()
    if not waiting:
        return False
    with doing(Doing(action="queue:outbox")), transaction():
        return outbox.hand_over(BATCH) > 0


def post_one() -> bool:
    """Post what is due at one address."""
    is_due = queries.has_due(clock.now(), clock.instant())
    session().rollback()
    if not is_due:
        return False
    with doing(Doing(action="queue:sending")):
        with transaction():
            parcel = sending.claim()
        if parcel is None:
            return False
        try:
            sending.post(parcel, door(current_app.config["CHANNEL_HOSTS"]))
        except NotSent as why:
            log.warning("message_not_sent", parcel=parcel.number, channel=parcel.channel, reason=why.reason)
            with transaction():
                sending.failed(parcel, why)
        else:
            with transaction():
                sending.done(parcel)
    return True


OUTBOX = Queue("outbox", 2, take)
