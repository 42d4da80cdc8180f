"""Tables of orders, by subject."""

from orders.models.campaigns import Campaign, CampaignCourse, Invitation, Need
from orders.models.orders import CounterOffer, Order, OrderEvent, Wish
from orders.models.plans import YearPlan

__all__ = [
    "Campaign",
    "CampaignCourse",
    "CounterOffer",
    "Invitation",
    "Need",
    "Order",
    "OrderEvent",
    "Wish",
    "YearPlan",
]
