"""Ratings: the mean of the scores, drawn towards the pool's while they are few."""

from __future__ import annotations

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
