"""Nightly: ratings anew, since the pools' means move with every score."""

from __future__ import annotations

from core.jobs import Job, daily_at
from evaluations.services import ratings


def refresh_ratings() -> None:
    """Write every rating anew."""
    ratings.refresh_ratings()


RATINGS = Job("ratings", 600, refresh_ratings, daily_at(2, 40))
