"""Working plans for the county of `tests.factories.county`."""

from __future__ import annotations

from datetime import datetime

from accounts.models import OrgUnit
from core.db import session
from scheduling.models import MatchPolicy, ScheduleVersion, Session, TrainingClass
from tests.factories.county import County


def place(row: Session, start: datetime, county: County, instructor: str | None, venue: str) -> None:
    """Put a session into the working plan."""
    row.start = start
    row.instructor_id = county.instructors[instructor] if instructor else None
    row.venue_id = county.venues[venue]


def plain_policy(owner: OrgUnit) -> int:
    """What matters how much in matching, kept under a name."""
    policy = MatchPolicy(owner_id=owner.id, name="少跑路", levels={"trips": 3})
    session().add(policy)
    session().flush()
    return policy.id


def empty_version(klass: TrainingClass, at: datetime) -> int:
    """The number of a timetable that was published and says nothing."""
    klass.published_version = 1
    version = ScheduleVersion(class_id=klass.id, number=1, published_at=at, published_by="组织员", rows=[])
    session().add(version)
    return version.number
