"""Ratings: the mean of the scores, recent ones weighing more, drawn towards the pool's while they are few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Parameters:
    """How a pool's ratings are reckoned [common]; each level sets its own."""

    prior_weight: int = 5
    """How many scores the pool's mean counts for in a person's rating."""
    half_life: int = 365
    """Days after which a score weighs half; 0 when scores do not fade."""
    default_mean: int = 80
    """The pool's mean while nobody has been scored."""
    pool_weight: int = 20
    """How many scores of the default the pool's own mean starts from, so that the first few do not set it."""


LIMITS = {
    "prior_weight": (0, 100),
    "half_life": (0, 3650),
    "default_mean": (0, 100),
    "pool_weight": (0, 1000),
}
"""The least and the most of each parameter."""


@lru_cache(maxsize=8192)
def weight_of(age: int, half_life: int) -> Decimal:
    """What a score of a session `age` days ago weighs: 1 today, half after `half_life` days."""
    if half_life == 0 or age <= 0:
        return Decimal(1)
    return Decimal("0.5") ** (Decimal(age) / half_life)


@dataclass(frozen=True, slots=True)
class Tally:
    """Scores added up: how many, what they weigh together (two decimals), and their weighted mean (one)."""

    scores: int
    weight: Decimal
    mean: Decimal


NOTHING = Tally(0, Decimal("0.00"), Decimal("0.0"))


def tally(days: Iterable[tuple[int, int, Decimal]], half_life: int) -> Tally:
    """Add up `(age in days, scores, sum of their totals)`, one a day.

    Rounded before anything is made of it, so that whoever reckons with the numbers shown gets the rating shown.
    """
    scores, weight, points = 0, Decimal(0), Decimal(0)
    for age, n, total in days:
        w = weight_of(age, half_life)
        scores, weight, points = scores + n, weight + w * n, points + w * total
    return Tally(scores, rounded(weight, HUNDREDTH), tenth(points / weight)) if scores else NOTHING


def shrunk(own: Tally, towards: Decimal, by: int) -> Decimal:
    """(weight × mean + by × towards) ÷ (weight + by), one decimal: few scores move it less than many."""
    if own.weight + by == 0:
        return towards
    return tenth((own.mean * own.weight + towards * by) / (own.weight + by))


def pool_mean(pool: Tally, p: Parameters) -> Decimal:
    """The mean of a pool's scores, drawn towards the default while they are few."""
    return shrunk(pool, Decimal(p.default_mean), p.pool_weight)


def rating(own: Tally, mean_of_pool: Decimal, p: Parameters) -> Decimal:
    """A person's rating from the own scores and the pool's mean."""
    return shrunk(own, mean_of_pool, p.prior_weight)


def stored(rating: Decimal) -> int:
    """The whole number kept with the person."""
    return int(rating.quantize(Decimal(1), ROUND_HALF_UP))


def examples(p: Parameters) -> list[tuple[int, Decimal, Decimal]]:
    """(scores of 95, rating when they are of today, rating when they are a year old) in a pool whose mean is the default."""
    mean = Decimal(p.default_mean)

    def of(n: int, age: int) -> Decimal:
        return rating(tally([(age, n, Decimal(95 * n))], p.half_life), mean, p)

    return [(n, of(n, 0), of(n, 365)) for n in (1, 5, 20)]


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


def rounded(value: Decimal, step: Decimal) -> Decimal:
    """To the step's decimals, halves up."""
    return value.quantize(step, ROUND_HALF_UP)


def tenth(value: Decimal) -> Decimal:
    """To one decimal, halves up."""
    return rounded(value, TENTH)


def settled(answers: int) -> int:
    """How many unsigned answers results are made of: they move by fives, or the sixth could be told from the five."""
    return answers - answers % FEWEST_SHOWN
