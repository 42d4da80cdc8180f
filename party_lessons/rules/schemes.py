"""A kind of duty as data: who has it, how many lessons, what counts, by when [0 §16, 1 §17]."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from accounts.enums import Level
from core.words import N_
from party_lessons.enums import AudienceTest, ClassKind, PostKind

DEFAULT_GROUNDS = (N_("长期病假"), N_("脱产学习"), N_("援派挂职"), N_("其他"))
"""What a person may be exempted for [common]."""
DEFAULT_REMINDERS = ("03-31", "06-30", "09-30", "11-30")
"""Days on which whoever still owes a lesson is reminded [common]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeFacts:
    """A scheme's settings. An empty set stands for all of its kind."""

    test: AudienceTest
    post_kinds: frozenset[PostKind] = frozenset()
    levels: frozenset[Level] = frozenset()
    """Levels of the areas or units that the posts lead."""
    class_kinds: frozenset[ClassKind] = frozenset()
    need: int = 1
    """Lessons a year."""
    least_minutes: int = 30
    micro_minutes: int | None = None
    """From how many minutes micro-lessons count, shorter than `least_minutes`; None: they do not."""
    deadline_month: int = 12
    deadline_day: int = 31
    cutoff_month: int = 10
    cutoff_day: int = 1
    least_months_when_leaving: int = 6
    is_on: bool = True
    owner_path: str = "/"
    """The part of the tree it is for."""
    ref: int = 0

    @property
    def shortest(self) -> int:
        """Minutes from which a lesson counts."""
        return (
            self.least_minutes if self.micro_minutes is None else min(self.micro_minutes, self.least_minutes)
        )

    def cutoff_in(self, year: int) -> date:
        """Whoever is appointed after this day owes nothing in `year`; 29 February falls back to the 28th."""
        return _day(year, self.cutoff_month, self.cutoff_day)

    def deadline_in(self, year: int) -> date:
        """The last day for the lessons of `year`."""
        return _day(year, self.deadline_month, self.deadline_day)

    def asks(self, kind: PostKind, level: Level | None, unit_path: str) -> bool:
        """Whether a post of this kind, at a unit of this level and path, falls under the scheme."""
        if not unit_path.startswith(self.owner_path):
            return False
        return (not self.post_kinds or kind in self.post_kinds) and (not self.levels or level in self.levels)


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


SCHEME_A = SchemeFacts(
    test=AudienceTest.OWN_AREA,
    post_kinds=frozenset({PostKind.AREA_SECRETARY}),
    class_kinds=frozenset({ClassKind.MAIN, ClassKind.TRAINING, ClassKind.OUTREACH}),
)
"""Area secretaries, within a demonstration or centralised training class [0 §16]."""
SCHEME_B = SchemeFacts(test=AudienceTest.OWN_UNIT, post_kinds=frozenset({PostKind.UNIT_SECRETARY}))
"""Unit secretaries, to the members of their own unit [0 §16, 1 §17]."""
SCHEME_C = SchemeFacts(
    test=AudienceTest.SAME_LEVEL,
    post_kinds=frozenset({PostKind.AREA_SECRETARY, PostKind.TEAM_MEMBER}),
    levels=frozenset({Level.PROVINCE, Level.CITY, Level.COUNTY}),
    class_kinds=frozenset({ClassKind.MAIN}),
    is_on=False,
)
"""Teaching at the party school of the same level, as other provinces ask; off until somebody switches it on [common]."""
SHIPPED = {
    N_("区域书记讲党课"): SCHEME_A,
    N_("单位书记讲党课"): SCHEME_B,
    N_("同级党校授课"): SCHEME_C,
}
