"""What categories and methods count as [1 §1, 3 §一(三)]."""

from __future__ import annotations

from courses.enums import Category, Method, Ratio

PARTY_SPIRIT = frozenset(
    {Category.POLITICAL_TRAINING, Category.PARTY_RULES, Category.PURPOSE, Category.REVOLUTIONARY_TRADITION}
)
INTERACTIVE = frozenset({Method.SEMINAR, Method.CASE, Method.SIMULATION, Method.EXPERIENCE, Method.DEBATE})


def default_ratio(category: Category) -> Ratio:
    """What a course of this category counts as unless it says otherwise."""
    if category is Category.POLITICAL_THEORY:
        return Ratio.THEORY
    return Ratio.PARTY_SPIRIT if category in PARTY_SPIRIT else Ratio.OTHER


def is_interactive(method: Method) -> bool:
    """Whether a teaching method counts towards the interactive share [3 §一(三)4]."""
    return method in INTERACTIVE
