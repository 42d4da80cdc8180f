"""Pages of the register on one blueprint, and base managers' own pages on another."""

from flask import Blueprint

blueprint = Blueprint("bases", __name__, url_prefix="/bases")
own_pages = Blueprint("own_base", __name__, url_prefix="/my-base")

# The route modules register on the blueprints above.
from bases.views import (  # noqa: E402
    annual,
    documents,
    funding,
    life,
    managers,
    opening,
    own,
    papers,
    rectifying,
    register,
    site_reviews,
    tree,
    upkeep,
)

__all__ = [
    "annual",
    "blueprint",
    "documents",
    "funding",
    "life",
    "managers",
    "opening",
    "own",
    "own_pages",
    "papers",
    "rectifying",
    "register",
    "site_reviews",
    "tree",
    "upkeep",
]
