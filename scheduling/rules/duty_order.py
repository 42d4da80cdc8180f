"""Which outstanding duty comes first where not everybody can be served: the earlier deadline, then whoever has less left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

RANKS = 10
"""So many ranks are told apart; all that presses less shares the last."""

Urgency = tuple[date, int]
"""Deadline, and how many sessions a holder could miss."""


def priorities(urgencies: Sequence[Urgency]) -> list[int]:
    """The priority of each duty in a problem, RANKS for the last rank and one more for each before it.

    Two that are served count for more than any one: the order decides who, never how few.
    """
    rank = {urgency: n for n, urgency in enumerate(sorted(set(urgencies)))}
    return [RANKS + max(0, RANKS - 1 - rank[urgency]) for urgency in urgencies]
