"""What a post owes in a year: post held × year × scheme [0 §16, 1 §17]."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.enums import Level
from party_lessons.enums import ExemptionRule, PostKind
from party_lessons.rules.schemes import SchemeFacts


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post with a duty. `unit_path` is the area or unit it leads, like `/1/7/`; both dates are included."""

    holder_id: int
    unit_path: str
    kind: PostKind
    starts: date
    ends: date | None = None
    level: Level | None = None
    """Level of the area or unit."""

    @property
    def area_path(self) -> str:
        """The area it belongs to: itself, or the one a unit is a part of."""
        return above(self.unit_path) if self.level is Level.UNIT else self.unit_path

    def holds_on(self, day: date) -> bool:
        """Whether the post is held on `day`."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


def above(path: str) -> str:
    """The path one level up; "/" above the root."""
    return path.rstrip("/").rpartition("/")[0] + "/"


@dataclass(frozen=True, slots=True)
class Due:
    """What a post owes in one year, and by when; with an exemption it owes nothing."""

    year: int
    need: int
    deadline: date
    exemption: ExemptionRule | None = None


def due_in(post: PostFacts, year: int, scheme: SchemeFacts) -> Due | None:
    """What `post` owes in `year`; None when it is not held in that year or the scheme is off or asks others.

    Appointed in the year after the cut-off: exempt. Leaving before the deadline: due by the last day
    when in post for the scheme's months of that year, else exempt [common].
    """
    first, last = date(year, 1, 1), scheme.deadline_in(year)
    is_asked = scheme.is_on and scheme.asks(post.kind, post.level, post.unit_path)
    if not is_asked or post.starts > date(year, 12, 31) or (post.ends is not None and post.ends < first):
        return None
    if post.starts > scheme.cutoff_in(year) or post.starts > last:
        return Due(year, scheme.need, _first(post.ends, last), ExemptionRule.APPOINTED_LATE)
    if post.ends is None or post.ends >= last:
        return Due(year, scheme.need, last)
    served_out = _plus_months(max(post.starts, first), scheme.least_months_when_leaving)
    exemption = ExemptionRule.LEFT_EARLY if served_out > post.ends + timedelta(1) else None
    return Due(year, scheme.need, post.ends, exemption)


def _first(ends: date | None, last: date) -> date:
    return last if ends is None else min(ends, last)


def _plus_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
