"""Rooms, halls, routes and open sites inside a base."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor
from bases.models import TeachingBase, Venue
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation

MOST_PEOPLE, MOST_GROUPS = 100_000, 200


@dataclass(frozen=True, slots=True)
class VenueFields:
    """A venue: people of one group, groups at once, groups a day (None: as many as fit)."""

    name: str
    capacity: int
    groups: int
    max_per_day: int | None = None


def add_venue(base: TeachingBase, fields: VenueFields, *, actor: Actor) -> Venue:
    """A further venue; RuleBroken when the name is taken or a figure makes no sense."""
    _check(base, fields, None)
    venue = Venue(
        name=fields.name, capacity=fields.capacity, groups=fields.groups, max_per_day=fields.max_per_day
    )
    base.venues.append(venue)
    audit.note(session(), gettext("%(base)s:增加教学点 %(name)s", base=base.name, name=venue.name))
    session().flush()
    return venue


def amend_venue(venue: Venue, fields: VenueFields, *, actor: Actor, seen: int | None = None) -> None:
    """Change a venue; bookings that no longer fit stay and are shown to whoever planned them."""
    venue.expect_version(seen)
    _check(venue.base, fields, venue)
    venue.name, venue.capacity = fields.name, fields.capacity
    venue.groups, venue.max_per_day = fields.groups, fields.max_per_day
    audit.note(session(), gettext("%(base)s:更新教学点 %(name)s", base=venue.base.name, name=venue.name))
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
    if broken:
        raise RuleBroken(gettext("教学点没有保存。"), broken)
