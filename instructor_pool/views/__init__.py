"""Pages of the pool, by subject, on one blueprint."""

from instructor_pool.views import (
    activation,
    attachments,
    availability,
    life,
    nominations,
    own,
    people,
    reviews,
)
from instructor_pool.views.blueprint import blueprint

__all__ = [
    "activation",
    "attachments",
    "availability",
    "blueprint",
    "life",
    "nominations",
    "own",
    "people",
    "reviews",
]
