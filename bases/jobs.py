"""Daily look at the designations: people are told 90, 30 and 0 days before one ends."""

from __future__ import annotations

from bases.services import designations
from core import clock
from core.jobs import Job, daily_at


def look_at_designations() -> None:
    """Tell whom the end of a designation concerns."""
    designations.alert(clock.today())


DESIGNATIONS = Job("base_designations", 600, look_at_designations, daily_at(2, 45))
