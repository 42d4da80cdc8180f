"""Pages of rosters, attendance and hours on one blueprint; the page a scanned code opens on another."""

from flask import Blueprint

blueprint = Blueprint("rosters", __name__, url_prefix="/trainees")
open_pages = Blueprint("attendance", __name__)

# The route modules register on the blueprints above.
from trainees.views import attending, call_ups, check_in, hours, rosters  # noqa: E402

__all__ = ["attending", "blueprint", "call_ups", "check_in", "hours", "open_pages", "rosters"]
