"""Pages of imports on one blueprint."""

from flask import Blueprint

blueprint = Blueprint("exchange", __name__, url_prefix="/imports")

# The route modules register on the blueprint above.
from exchange.views import imports, lessons, rosters  # noqa: E402

__all__ = ["blueprint", "imports", "lessons", "rosters"]
