"""Policy of bases: their life and opening times. Pure."""

from bases.rules.hours import bad_spans
from bases.rules.life import (
    BOOKABLE,
    TRANSITIONS,
    FileFacts,
    days_to_expiry,
    expiry_alert,
    is_bookable,
    lacking,
)

__all__ = [
    "BOOKABLE",
    "TRANSITIONS",
    "FileFacts",
    "bad_spans",
    "days_to_expiry",
    "expiry_alert",
    "is_bookable",
    "lacking",
]
