"""Who may sit on a review panel: at least three, none from the candidate's own unit [2]."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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


def draw(
    allowed: Mapping[int, Collection[int]], busy: Mapping[int, int], size: int
) -> dict[int, tuple[int, ...]]:
    """Seat `size` reviewers for every candidate: those with the fewest open reviews, evenly over the batch.

    `allowed` holds by candidate who may sit, `busy` by reviewer how many reviews are open. Whoever has the fewest
    possible reviewers is served first; a candidate with fewer than `size` gets them all.
    """
    load = dict(busy)
    seats: dict[int, tuple[int, ...]] = {}
    for candidate in sorted(allowed, key=lambda c: (len(allowed[c]), c)):
        chosen = sorted(allowed[candidate], key=lambda r: (load.get(r, 0), r))[:size]
        for reviewer in chosen:
            load[reviewer] = load.get(reviewer, 0) + 1
        seats[candidate] = tuple(chosen)
    return seats
