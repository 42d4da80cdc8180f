"""What a post owes in a year: post held × year × scheme [0 §16, 1 §17]."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from party_lessons.enums import ExemptionRule, SchemeKind


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post with a duty. `unit_path` is the area or unit it leads, like `/1/7/`; both dates are included."""

    holder_id: int
    unit_path: str
    kind: SchemeKind
    starts: date
    ends: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the post is held on `day`."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class SchemeFacts:
    """A scheme's settings: lessons a year, shortest lesson in minutes, cut-off for new posts, months when leaving."""

    kind: SchemeKind
    need: int = 1
    least_minutes: int = 30
    cutoff_month: int = 10
    cutoff_day: int = 1
    least_months_when_leaving: int = 6
    is_on: bool = True

    def cutoff_in(self, year: int) -> date:
        """Whoever is appointed after this day owes nothing in `year`; 29 February falls back to the 28th."""
        return date(year, self.cutoff_month, min(self.cutoff_day, monthrange(year, self.cutoff_month)[1]))


@dataclass(frozen=True, slots=True)
class Due:
    """What a post owes in one year, and by when; with an exemption it owes nothing."""

    year: int
    need: int
    deadline: date
    exemption: ExemptionRule | None = None


def due_in(post: PostFacts, year: int, scheme: SchemeFacts) -> Due | None:
    """What `post` owes in `year`; None when it is not held in that year or the scheme is off.

    Appointed in the year after the cut-off: exempt. Leaving before 31 December: due by the last day
    when in post for the scheme's months of that year, else exempt [common].
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    if not scheme.is_on or post.starts > last or (post.ends is not None and post.ends < first):
        return None
    leaves = post.ends is not None and post.ends < last
    deadline = post.ends if leaves and post.ends is not None else last
    exemption = None
    if post.starts > scheme.cutoff_in(year):
        exemption = ExemptionRule.APPOINTED_LATE
    elif leaves and _plus_months(
        max(post.starts, first), scheme.least_months_when_leaving
    ) > deadline + timedelta(1):
        exemption = ExemptionRule.LEFT_EARLY
    return Due(year, scheme.need, deadline, exemption)


def _plus_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
