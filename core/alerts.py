"""Telling people ahead of an end, at set distances, each once."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def alerts_due(left: int, sent: Collection[int], distances: Sequence[int]) -> list[int]:
    """The distances (days, widest first) to note now for an end `left` days off; the nearest is told, none twice.

    Wider ones that were missed are noted with it, so that they do not come after a nearer one.
    """
    passed = [days for days in distances if left <= days]
    if not passed or min(passed) in sent:
        return []
    return [days for days in passed if days not in sent]
