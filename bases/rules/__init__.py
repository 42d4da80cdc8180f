"""Policy of bases: their life and opening times. Pure."""

from bases.rules.hours import LONGEST_BUFFER, bad_spans
from bases.rules.life import (
    BOOKABLE,
    TRANSITIONS,
    FileFacts,
    days_to_expiry,
    expiry_alert,
    is_bookable,
    lacking,
)
from bases.rules.opening import OpenDay, Opening, Season, Special, open_on

__all__ = [
    "BOOKABLE",
    "LONGEST_BUFFER",
    "TRANSITIONS",
    "FileFacts",
    "OpenDay",
    "Opening",
    "Season",
    "Special",
    "bad_spans",
    "days_to_expiry",
    "expiry_alert",
    "is_bookable",
    "lacking",
    "open_on",
]
