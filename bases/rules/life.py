"""The life of a base: what may follow what, what each step needs, and which bases may be booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bases.enums import BaseState, Need

BOOKABLE = frozenset(
    {BaseState.FILED, BaseState.DESIGNATED, BaseState.IN_USE, BaseState.ANNUAL_REVIEW, BaseState.RENEWED}
)
S = BaseState
TRANSITIONS: Mapping[BaseState, tuple[BaseState, ...]] = {
    S.SURVEYED: (S.APPLIED,),
    S.APPLIED: (S.REVIEWED, S.SURVEYED),
    S.REVIEWED: (S.FILED, S.APPLIED),
    S.FILED: (S.DESIGNATED, S.IN_USE, S.RECTIFYING, S.REVOKED),
    S.DESIGNATED: (S.IN_USE, S.ANNUAL_REVIEW, S.RECTIFYING, S.REVOKED),
    S.IN_USE: (S.DESIGNATED, S.ANNUAL_REVIEW, S.RECTIFYING, S.REVOKED),
    S.ANNUAL_REVIEW: (S.IN_USE, S.RENEWED, S.RECTIFYING, S.REVOKED),
    S.RECTIFYING: (S.IN_USE, S.ANNUAL_REVIEW, S.RENEWED, S.REVOKED),
    S.RENEWED: (S.IN_USE, S.ANNUAL_REVIEW, S.RECTIFYING, S.REVOKED),
    S.REVOKED: (S.SURVEYED,),
}
"""A base is filed before it is scheduled [3 §五(一)]; one revoked starts anew."""
# A step back, a stop or an end is explained.
REASONED = frozenset({S.RECTIFYING, S.REVOKED, S.SURVEYED})
ALERT_DAYS = 90


def is_bookable(state: BaseState) -> bool:
    """A base must be filed before it is scheduled; rectifying or revoked ones are out [3 §五(一)]."""
    return state in BOOKABLE


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file of a base holds, for the steps that depend on it."""

    has_place: bool
    """A town or an address."""
    has_contact: bool
    """A name and a telephone."""
    has_venue: bool
    """A venue in use with room for at least one person."""
    has_hours: bool
    has_designation: bool
    """Level, document number and date."""
    expires_on: date | None = None


def lacking(facts: FileFacts, step: BaseState, today: date) -> list[Need]:
    """What the file still needs before the base may become `step`.

    To be filed: place, contact, venue, opening times. To be designated or renewed: the plaque's level,
    document and date ("规范命名挂牌" [0 §15, 1 §17]); to be renewed also an expiry still to come.
    """
    needs = []
    if step is S.FILED:
        checks = (
            (facts.has_place, Need.PLACE),
            (facts.has_contact, Need.CONTACT),
            (facts.has_venue, Need.VENUE),
            (facts.has_hours, Need.HOURS),
        )
        needs += [need for is_there, need in checks if not is_there]
    if step in (S.DESIGNATED, S.RENEWED) and not facts.has_designation:
        needs.append(Need.DESIGNATION)
    if step is S.RENEWED and (facts.expires_on is None or facts.expires_on < today):
        needs.append(Need.EXPIRY)
    return needs


def days_to_expiry(expires_on: date | None, today: date) -> int | None:
    """Days until the designation ends (0 on its last day, negative after it); None without an end."""
    return (expires_on - today).days if expires_on is not None else None


def expiry_alert(today: date) -> date:
    """Designations that end by this day are worth a word."""
    return today + timedelta(days=ALERT_DAYS)
