"""What happens to bookings when a base can no longer take anybody: they stay, and whoever planned them is told."""

from __future__ import annotations

from bases.models import TeachingBase
from notifications import services as notifications
from scheduling.notices import base_stopped, visit_stopped
from scheduling.queries.bookings import count_coming_by_planner, organisers_of
from scheduling.queries.visits import list_coming_at
from scheduling.services import telling


def tell_planners(base: TeachingBase) -> None:
    """One message an organiser of every level that has bookings still to come at the base, one to whoever asked for a
    visit. Nothing is cancelled."""
    for owner_id, count in count_coming_by_planner(base.id):
        for user_id in organisers_of(owner_id):
            notice = base_stopped(base, count)
            notifications.queue(user_id, notice.kind, notice.title, notice.body, notice.url)
    for visit in list_coming_at(base.id):
        telling.unit_of(visit, visit_stopped(visit))
