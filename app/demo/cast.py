"""Who acts in the demo's story, and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from accounts.access import Actor
from accounts.models import OrgUnit, User
from accounts.queries import actor_of
from core import clock
from core.db import session


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Domain time reads `moment` at the start of the block and runs on from there."""
    clock.start_at(moment, since=clock.instant())
    yield


@dataclass(frozen=True, slots=True)
class Cast:
    """The people who act, by sign-in name; looked up afresh, since transactions end what objects know."""

    county_id: int
    user_ids: dict[str, int]

    def actor(self, login: str) -> Actor:
        """Somebody as an actor."""
        return actor_of(session().get_one(User, self.user_ids[login]))

    @property
    def county(self) -> OrgUnit:
        """The county."""
        return session().get_one(OrgUnit, self.county_id)
