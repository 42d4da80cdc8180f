"""Pages of the pool, by subject, on one blueprint."""

from instructor_pool.views import (
    activation,
    assessment,
    attachments,
    availability,
    batches,
    courseware,
    duplicates,
    honours,
    incidents,
    life,
    nominations,
    own,
    papers,
    people,
    publicity,
    renewals,
    reviews,
)
from instructor_pool.views.blueprint import blueprint

__all__ = [
    "activation",
    "assessment",
    "attachments",
    "availability",
    "batches",
    "blueprint",
    "courseware",
    "duplicates",
    "honours",
    "incidents",
    "life",
    "nominations",
    "own",
    "papers",
    "people",
    "publicity",
    "renewals",
    "reviews",
]
