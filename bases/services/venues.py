"""Rooms, halls, routes and open sites inside a base."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from flask_babel import gettext

from accounts.access import Actor
from bases.models import TeachingBase, Venue
from bases.rules import LONGEST_BUFFER
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation

MOST_PEOPLE, MOST_GROUPS = 100_000, 200
QUARTER = 15
"""Claims are whole quarter hours."""


@dataclass(frozen=True, slots=True)
class VenueFields:
    """A venue: people of one group, groups at once, groups a day (None: as many as fit), minutes it is kept around one."""

    name: str
    capacity: int
    groups: int
    max_per_day: int | None = None
    minutes_before: int = 0
    minutes_after: int = 0


def add_venue(base: TeachingBase, fields: VenueFields, *, actor: Actor) -> Venue:
    """A further venue; RuleBroken when the name is taken or a figure makes no sense."""
    _check(base, fields, None)
    venue = Venue(**asdict(fields))
    base.venues.append(venue)
    audit.note(session(), gettext("%(base)s：增加教学点 %(name)s", base=base.name, name=venue.name))
    session().flush()
    return venue


def amend_venue(venue: Venue, fields: VenueFields, *, actor: Actor, seen: int | None = None) -> None:
    """Change a venue; bookings that no longer fit stay and are shown to whoever planned them."""
    venue.expect_version(seen)
    _check(venue.base, fields, venue)
    for name, value in asdict(fields).items():
        setattr(venue, name, value)
    audit.note(session(), gettext("%(base)s：更新教学点 %(name)s", base=venue.base.name, name=venue.name))
    session().flush()


def shut_venue(venue: Venue, shut: bool, *, actor: Actor) -> None:
    """Take a venue out of use, or back into use; its past stays."""
    venue.is_closed = shut
    audit.note(session(), f"{venue.base.name} {venue.name}")
    session().flush()


def _check(base: TeachingBase, fields: VenueFields, venue: Venue | None) -> None:
    broken = []
    if any(other is not venue and other.name == fields.name for other in base.venues):
        broken.append(Violation("taken", gettext("这个基地已有同名教学点。"), "name"))
    if not 1 <= fields.capacity <= MOST_PEOPLE:
        broken.append(Violation("capacity", gettext("容量应在 1 到 100000 之间。"), "capacity"))
    if not 1 <= fields.groups <= MOST_GROUPS:
        broken.append(Violation("groups", gettext("同时接待批次应在 1 到 200 之间。"), "groups"))
    if fields.max_per_day is not None and fields.max_per_day < fields.groups:
        broken.append(Violation("per_day", gettext("日最大批次不能少于同时接待批次。"), "max_per_day"))
    for name, minutes in (("minutes_before", fields.minutes_before), ("minutes_after", fields.minutes_after)):
        if not 0 <= minutes <= LONGEST_BUFFER or minutes % QUARTER:
            sentence = gettext("留出的时间应是一刻钟的整数倍，最多 %(most)s 分钟。", most=LONGEST_BUFFER)
            broken.append(Violation("buffer", sentence, name))
    if broken:
        raise RuleBroken(gettext("教学点没有保存。"), broken)
