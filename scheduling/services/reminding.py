"""Reminders to whoever was asked and has not answered. Flush only."""

from __future__ import annotations

from functools import partial

from core import clock
from core.db import session
from scheduling import notices
from scheduling.queries.answers import levels_waiting, list_to_remind
from scheduling.queries.policies import policy_of
from scheduling.rules.answers import reminder_due
from scheduling.services import telling


def remind() -> int:
    """Send what is due, each once; answers how many. Whoever has no account is reminded by the organiser.

    What still lies in the outbox to be looked at has no deadline, and nobody is reminded of it.
    """
    now = clock.now()
    count = 0
    for owner_id in levels_waiting(now):
        policy = policy_of(owner_id)
        for booking in list_to_remind(owner_id, now, policy):
            by = booking.answer_by or now
            due = reminder_due(booking.asked_at, by, booking.reminders, now, policy)
            if due > booking.reminders:
                count += telling.reminded([booking], partial(notices.answer_reminder, is_last=due > 1))
                booking.reminders = due
    session().flush()
    return count
