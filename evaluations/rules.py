"""Ratings: the mean of the scores, drawn towards the pool's while they are few."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

PRIOR_WEIGHT = 5
"""How many scores the pool's mean counts for [common]."""
DEFAULT_MEAN = Decimal(80)
"""The pool's mean while nobody has been scored [common]."""
POOL_WEIGHT = 20
"""How many scores of the default the pool's own mean starts from, so that the first few do not set it."""


def shrunk(mean: Decimal, n: int, pool_mean: Decimal, weight: int = PRIOR_WEIGHT) -> Decimal:
    """(n × mean + weight × pool mean) ÷ (n + weight), one decimal, 0 to 100: few answers move a rating less."""
    if n + weight == 0:
        return pool_mean
    value = (mean * n + pool_mean * weight) / (n + weight)
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def pool_prior(mean: Decimal, n: int) -> Decimal:
    """The pool's mean of `n` scores, drawn towards the default while they are few."""
    return shrunk(mean, n, DEFAULT_MEAN, POOL_WEIGHT)


def stored(rating: Decimal) -> int:
    """The whole number kept with the person."""
    return int(rating.quantize(Decimal(1), ROUND_HALF_UP))


FEWEST_SHOWN = 5
"""Fewer answers than this stay hidden: they would tell who said what [common]."""
MARGIN = Decimal("1.2")
"""More people than a class was planned for may come."""


def is_shown(answers: int, *, is_closed: bool) -> bool:
    """Whether results may be seen: not before the end, or two looks would tell the answer between them."""
    return is_closed and answers >= FEWEST_SHOWN


def most_answers(size: int) -> int:
    """How many answers a session of `size` people may get at most."""
    return int(max(size, 1) * MARGIN) + FEWEST_SHOWN


def spread(totals: Sequence[Decimal]) -> list[tuple[str, int]]:
    """How many totals lie in each band of ten, the best first; everything under 60 together."""
    bands = [("90–100", 90, 101), ("80–89", 80, 90), ("70–79", 70, 80), ("60–69", 60, 70), ("0–59", 0, 60)]
    return [(name, sum(low <= total < high for total in totals)) for name, low, high in bands]


def tenth(value: Decimal) -> Decimal:
    """To one decimal, halves up."""
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
