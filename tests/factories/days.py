"""Letting days go by in a test."""

from __future__ import annotations

from datetime import timedelta

from core import clock


def let_days_pass(days: int) -> None:
    """Move domain time on."""
    clock.set_offset(clock._offset + timedelta(days=days))
