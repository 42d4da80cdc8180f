"""The end of designations: who is told, and when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert

from accounts.enums import Role
from bases import notices
from bases.models import BaseAlert
from bases.queries.filing import endings_to_alert, people_of
from bases.rules.life import ALERT_DAYS
from core import clock
from core.alerts import alerts_due
from core.db import session
from notifications import services as notifications


def alert(today: date) -> int:
    """Tell organisers and managers of designations that end in 90, 30 or no days: once each. How many bases."""
    new: list[dict[str, object]] = []
    letters = []
    organisers: dict[int, list[int]] = {}
    told = 0
    for ending, sent in endings_to_alert(today):
        due = alerts_due((ending.expires_on - today).days, sent, ALERT_DAYS)
        if not due:
            continue
        told += 1
        new += [
            {"base_id": ending.base_id, "expires_on": ending.expires_on, "days": days, "sent_at": clock.now()}
            for days in due
        ]
        if ending.owner_id not in organisers:
            organisers[ending.owner_id] = people_of(ending.owner_id, Role.ORGANISER)
        about = (ending.name, ending.expires_on, today)
        url = notices.filing_url(ending.base_id)
        letters += [(i, *notices.designation_ends(*about, url)) for i in organisers[ending.owner_id]]
        if ending.manager_id is not None:
            letters.append((ending.manager_id, *notices.designation_ends(*about, "/my-base/")))
    if new:
        session().execute(insert(BaseAlert), new)
    notifications.queue_all(letters)
    return told
