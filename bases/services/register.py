"""Entering bases into the register and amending their file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import TypedDict, Unpack

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from bases.enums import BaseKind, BaseResourceKind, BaseState, DesignationLevel, LeadUnit, Theme
from bases.models import BaseResource, OpeningHours, TeachingBase, Venue
from bases.rules.hours import hours_text
from bases.services import hours_changed
from core import audit
from core.db import session
from core.pinyin import search_text

Span = tuple[int, time, time]
"""Weekday (0 Monday), opens, closes."""
DEFAULT_CAPACITY = 50


class BaseFields(TypedDict, total=False):
    """What the filing sheet says of a base; `capacity`, `groups` and `max_per_day` are its first venue's."""

    name: str
    kind: BaseKind
    theme: Theme | None
    supervising_unit: str
    town: OrgUnit | None
    parent: TeachingBase | None
    address: str
    latitude: float | None
    longitude: float | None
    contact_name: str
    phone: str
    state: BaseState
    designation_level: DesignationLevel | None
    document_number: str
    designated_on: date | None
    expires_on: date | None
    guides: int
    visit_minutes: int | None
    lead_time: int
    lead_unit: LeadUnit
    opening_text: str
    courses_text: str
    openings: Sequence[Span]
    capacity: int
    groups: int
    max_per_day: int | None


_VENUE = frozenset({"capacity", "groups", "max_per_day"})
_APART = _VENUE | {"town", "parent", "openings", "guides"}


def enter(owner: OrgUnit, *, actor: Actor, **fields: Unpack[BaseFields]) -> TeachingBase:
    """A base in `owner`'s register with one venue of the same name; surveyed until it is filed [3 §五(一)]. Not flushed."""
    base = TeachingBase(
        owner_id=owner.id,
        name=fields["name"],
        kind=fields["kind"],
        state=fields.get("state", BaseState.SURVEYED),
    )
    base.venues = [Venue(name=fields["name"], capacity=DEFAULT_CAPACITY, groups=1)]
    session().add(base)
    _set(base, fields)
    return base


def amend(base: TeachingBase, *, actor: Actor, **fields: Unpack[BaseFields]) -> None:
    """Set the given fields. Not flushed."""
    _set(base, fields)


def main_venue(base: TeachingBase) -> Venue | None:
    """The venue the filing sheet speaks of: the one named like the base, else the first."""
    named = [venue for venue in base.venues if venue.name == base.name]
    return next(iter(named or sorted(base.venues, key=lambda v: v.id)), None)


def _set(base: TeachingBase, fields: BaseFields) -> None:
    for name, value in fields.items():
        if name not in _APART:
            setattr(base, name, value)
    if "town" in fields:
        base.town_id = fields["town"].id if fields["town"] else None
    if "parent" in fields:
        base.parent_id = fields["parent"].id if fields["parent"] else None
    if "openings" in fields:
        _open(base, fields["openings"])
    if fields.get("guides") is not None:
        _count_guides(base, fields["guides"])
    venue = main_venue(base)
    for name in _VENUE & set(fields):
        setattr(venue, name, fields[name])  # type: ignore[literal-required]
    base.search_text = search_text(base.name, base.supervising_unit)


def _count_guides(base: TeachingBase, count: int) -> None:
    """The sheet's number of guides is what bookings claim."""
    guides = next((found for found in base.resources if found.kind is BaseResourceKind.GUIDE), None)
    if guides is not None:
        guides.count, guides.out_of_order = count, min(guides.out_of_order, count)
    elif count:
        base.resources.append(BaseResource(kind=BaseResourceKind.GUIDE, count=count))


def _open(base: TeachingBase, spans: Sequence[Span]) -> None:
    """Replace the week; rows that stay are kept, since the same day and hour may not stand twice for a moment."""
    closes = {(day, start): end for day, start, end in spans}
    kept = [row for row in base.opening_hours if (row.weekday, row.opens) in closes]
    for row in kept:
        row.closes = closes.pop((row.weekday, row.opens))
    base.opening_hours = kept + [OpeningHours(weekday=d, opens=o, closes=c) for (d, o), c in closes.items()]


def saved(base: TeachingBase) -> TeachingBase:
    """The base, written and named for the audit trail."""
    audit.note(session(), base.name)
    session().flush()
    hours_changed.tell([base.id])
    return base


def set_hours(base: TeachingBase, spans: Sequence[Span], *, actor: Actor) -> None:
    """Replace the weekly opening times. Bookings outside of them stay and are shown to whoever planned them."""
    _open(base, spans)
    base.opening_text = hours_text(spans)
    audit.note(session(), gettext("%(base)s：更新开放时段", base=base.name))
    session().flush()
    hours_changed.tell([base.id])


def set_contact(base: TeachingBase, name: str, phone: str | None, *, actor: Actor) -> None:
    """Who to call; without a telephone the one on file stays."""
    base.contact_name = name
    if phone:
        base.phone = phone.replace(" ", "")
    audit.note(session(), gettext("%(base)s：更新联系方式", base=base.name))
    session().flush()
