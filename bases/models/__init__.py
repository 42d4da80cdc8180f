"""Tables of bases, by subject."""

from bases.models.filing import (
    AnnualReview,
    BaseAlert,
    BaseDocument,
    Rectification,
    RectificationReport,
    SiteReview,
    SiteReviewSeat,
)
from bases.models.sites import BaseStateChange, Closure, OpeningHours, TeachingBase, Venue

__all__ = [
    "AnnualReview",
    "BaseAlert",
    "BaseDocument",
    "BaseStateChange",
    "Closure",
    "OpeningHours",
    "Rectification",
    "RectificationReport",
    "SiteReview",
    "SiteReviewSeat",
    "TeachingBase",
    "Venue",
]
