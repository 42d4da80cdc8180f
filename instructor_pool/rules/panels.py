"""Who may sit on a review panel: at least three, none from the candidate's own unit [2]."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FEWEST_REVIEWERS = 3


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where somebody works: the path of the unit in the tree when known, and its name as written."""

    path: str = ""
    name: str = ""


def same_unit(one: Workplace, other: Workplace) -> bool:
    """Whether two workplaces are the same unit, or one lies inside the other."""
    if one.name and one.name == other.name:
        return True
    return bool(one.path and other.path) and (
        one.path.startswith(other.path) or other.path.startswith(one.path)
    )


def has_conflict(candidate: Iterable[Workplace], reviewer: Iterable[Workplace]) -> bool:
    """Whether any of the reviewer's workplaces is one of the candidate's."""
    places = list(reviewer)
    return any(same_unit(a, b) for a in candidate for b in places)
