"""The rating anew when two files of one person are merged. Flush only."""

from __future__ import annotations

from accounts.access import Actor
from core.words import N_
from evaluations.services.ratings import update_rating
from instructor_pool.models import Instructor
from instructor_pool.services.merging import Follower


def _follow(kept: Instructor, _closed: Instructor, _actor: Actor) -> None:
    update_rating(kept)


RATINGS = Follower(N_("评分"), lambda _closed_id: 0, lambda _kept, _closed: [], _follow)
