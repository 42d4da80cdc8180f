"""Pages of the pool, by subject, on one blueprint."""

from instructor_pool.views import activation, availability, life, own, people, reviews
from instructor_pool.views.blueprint import blueprint

__all__ = ["activation", "availability", "blueprint", "life", "own", "people", "reviews"]
