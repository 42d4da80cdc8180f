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
from bases.models.opening import OpeningSeason, SeasonHours, SpecialHours
from bases.models.resources import BaseResource
from bases.models.sites import BaseStateChange, Closure, OpeningHours, TeachingBase, Venue

__all__ = [
    "AnnualReview",
    "BaseAlert",
    "BaseDocument",
    "BaseResource",
    "BaseStateChange",
    "Closure",
    "FundingGrant",
    "OpeningHours",
    "OpeningSeason",
    "Rectification",
    "RectificationReport",
    "SeasonHours",
    "SiteElement",
    "SiteReview",
    "SiteReviewSeat",
    "SpecialHours",
    "Spending",
    "TeachingBase",
    "Venue",
]
