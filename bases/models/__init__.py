"""Tables of bases, by subject."""

from bases.models.sites import BaseStateChange, Closure, OpeningHours, TeachingBase, Venue

__all__ = ["BaseStateChange", "Closure", "OpeningHours", "TeachingBase", "Venue"]
