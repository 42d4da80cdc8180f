"""党课责任: the board, posts, kinds of duty, lessons reported from outside."""

from flask import Blueprint

blueprint = Blueprint("duties", __name__, url_prefix="/duties")

# The route modules register on the blueprint above.
from scheduling.views.duties import board, offers, own, picking, posts, reports, schemes  # noqa: E402

__all__ = ["blueprint", "board", "offers", "own", "picking", "posts", "reports", "schemes"]
