"""Tables of bases, by subject."""

from bases.models.checklist import SiteElement
from bases.models.filing import (
    AnnualReview,
    BaseAlert,
    BaseDocument,
    Rectification,
    RectificationReport,
    SiteReview,
    SiteReviewSeat,
)
from bases.models.funding import FundingGrant, Spending
from bases.models.sites import BaseStateChange, Closure, OpeningHours, TeachingBase, Venue

__all__ = [
    "AnnualReview",
    "BaseAlert",
    "BaseDocument",
    "BaseStateChange",
    "Closure",
    "FundingGrant",
    "OpeningHours",
    "Rectification",
    "RectificationReport",
    "SiteElement",
    "SiteReview",
    "SiteReviewSeat",
    "Spending",
    "TeachingBase",
    "Venue",
]
