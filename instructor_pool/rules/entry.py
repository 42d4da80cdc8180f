"""How people come into one level's pool: what that level has set."""

from __future__ import annotations

from dataclasses import dataclass

from instructor_pool.rules.publicity import DEFAULT_DAYS, FEWEST_DAYS, MOST_DAYS


@dataclass(frozen=True, slots=True)
class EntrySettings:
    """Workdays of publicity at least [common]; how long a term is stands with the terms."""

    publicity_days: int = DEFAULT_DAYS


LIMITS = {"publicity_days": (FEWEST_DAYS, MOST_DAYS)}
