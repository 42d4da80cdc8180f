"""Pages of orders on one blueprint."""

from flask import Blueprint

blueprint = Blueprint("orders", __name__, url_prefix="/orders")

# The route modules register on the blueprint above.
from orders.views import campaigns, deciding, menu, merging, orders, plans  # noqa: E402

__all__ = ["blueprint", "campaigns", "deciding", "menu", "merging", "orders", "plans"]
