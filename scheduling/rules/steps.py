"""Steps of an organiser's work on the plan: how long they can be undone, and when two stands are the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

LASTS = timedelta(hours=12)
"""A session of work: what was done before it is not undone by a key [common]."""

Stand = Mapping[str, Any]
"""Where a session stands and what it asks for, as JSON values: start, instructor, venue, day, half, pins."""


def is_same(one: Stand, other: Stand) -> bool:
    """Whether two stands are the same place; pins aside, which nobody sees move."""
    return all(one[name] == other[name] for name in ("start", "instructor", "venue", "day", "half"))
