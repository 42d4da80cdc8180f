"""Daily look at the terms: those that end within 90 days become 待续聘, and people are told 90, 30 and 0 days before."""

from __future__ import annotations

from datetime import timedelta

from accounts.access import SYSTEM
from core import clock
from core.jobs import Job, daily_at
from instructor_pool import queries
from instructor_pool.rules.terms import ALERT_DAYS
from instructor_pool.services import life, renewing


def look_at_terms() -> None:
    """Mark every appointed person whose term ends within the widest alert, and tell whom it concerns."""
    today = clock.today()
    life.mark_due(queries.terms_ending(today + timedelta(days=ALERT_DAYS[0])), actor=SYSTEM)
    renewing.alert(today, actor=SYSTEM)


TERMS = Job("pool_terms", 600, look_at_terms, daily_at(2, 30))
