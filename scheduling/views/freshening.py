"""Pages that show where duties stand bring it up to date first, where that takes no longer than a page may."""

from __future__ import annotations

from core import clock
from core.db import transaction
from core.errors import Conflict
from party_lessons.queries.reckonings import freshness
from party_lessons.services import outlooks
from scheduling.queries.forecast import reckon

QUICK = 5_000
"""Obligations and lessons that are reckoned while somebody waits, some 100 ms; a county has a few hundred.

More is left to the worker, and the pages say of which moment they speak.
"""


def freshen() -> None:
    """Reckon the forecast anew when something has changed since; what it finds is kept."""
    last = freshness(clock.today())
    if not last.is_stale or last.size > QUICK:
        return
    found = reckon()
    try:
        with transaction():
            outlooks.keep(found)
    except Conflict:
        # An obligation has gone, or somebody else was first: what changed is still marked, and next time is soon.
        return
