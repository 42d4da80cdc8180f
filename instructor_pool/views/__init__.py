"""Pages of the pool, by subject, on one blueprint."""

from instructor_pool.views import (
    activation,
    attachments,
    availability,
    batches,
    courseware,
    incidents,
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
    "batches",
    "blueprint",
    "courseware",
    "incidents",
    "life",
    "nominations",
    "own",
    "people",
    "reviews",
]
