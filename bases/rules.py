"""Which bases may be booked, and when they are open."""

from __future__ import annotations

from bases.enums import BaseState

BOOKABLE = frozenset({BaseState.FILED, BaseState.DESIGNATED, BaseState.IN_USE, BaseState.ANNUAL_REVIEW, BaseState.RENEWED})


def is_bookable(state: BaseState) -> bool:
    """A base must be filed before it is scheduled; rectifying or revoked ones are out [3 §五(一)]."""
    return state in BOOKABLE
