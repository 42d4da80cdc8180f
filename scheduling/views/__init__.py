"""Pages of scheduling on one blueprint, and people's own pages on another."""

from flask import Blueprint

blueprint = Blueprint("scheduling", __name__, url_prefix="/scheduling")
own_pages = Blueprint("teaching", __name__)

# The route modules register on the blueprints above.
from scheduling.views import (  # noqa: E402
    answers,
    base_bookings,
    boards,
    candidates,
    check_in,
    classes,
    fragments,
    free_bases,
    needs,
    package_orders,
    packages,
    publishing,
    runs,
    sessions,
    teaching,
    visit_answers,
    visit_figures,
    visit_series,
    visits,
)

__all__ = [
    "answers",
    "base_bookings",
    "blueprint",
    "boards",
    "candidates",
    "check_in",
    "classes",
    "fragments",
    "free_bases",
    "needs",
    "own_pages",
    "package_orders",
    "packages",
    "publishing",
    "runs",
    "sessions",
    "teaching",
    "visit_answers",
    "visit_figures",
    "visit_series",
    "visits",
]
