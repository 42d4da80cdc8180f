"""Where an obligation stands on a day, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from party_lessons.enums import DutyState, ExemptionRule, Ground
from party_lessons.rules.duties import PostFacts, SchemeFacts
from party_lessons.rules.forecast import Outlook


@dataclass(frozen=True, slots=True)
class DueFacts:
    """An obligation as kept: lessons needed, held and planned, and what exempts it."""

    need: int
    deadline: date
    held: int = 0
    planned: int = 0
    exemption: ExemptionRule | None = None
    exemption_text: str = ""
    """A person's reason; empty unless somebody exempted it."""

    @property
    def is_exempt(self) -> bool:
        """Whether nothing is owed."""
        return self.exemption is not None or bool(self.exemption_text)

    @property
    def missing(self) -> int:
        """Lessons neither held nor planned."""
        return max(0, self.need - self.held - self.planned)


@dataclass(frozen=True, slots=True)
class Standing:
    """A state and the sentence behind it: `ground.word` filled with `blanks`."""

    state: DutyState
    ground: Ground
    blanks: Mapping[str, str] = field(default_factory=dict)


def standing(
    due: DueFacts, today: date, outlook: Outlook | None, post: PostFacts, scheme: SchemeFacts
) -> Standing:
    """The state of an obligation on `today`.

    `outlook` is the forecast over the eligible sessions left, needed only while lessons are missing; without one
    the obligation is open until it is reckoned. The deadline's own day still counts. At risk: served only if others give way, or no session to spare;
    impossible: too few sessions left.
    """
    if due.is_exempt:
        return _exempt(due, post, scheme)
    if due.held >= due.need:
        return Standing(DutyState.HELD, Ground.DONE, {"held": str(due.held)})
    blanks = {"deadline": due.deadline.isoformat(), "missing": str(due.need - due.held)}
    if today > due.deadline:
        ground = Ground.DEADLINE_PASSED if due.missing else Ground.NOT_REPORTED
        return Standing(DutyState.OVERDUE, ground, blanks)
    if not due.missing:
        return Standing(DutyState.PLANNED, Ground.ARRANGED)
    if outlook is None:
        return Standing(DutyState.OPEN, Ground.UNRECKONED)
    return _ahead(due.missing, outlook, {**blanks, "missing": str(due.missing), "left": str(outlook.left)})


def _exempt(due: DueFacts, post: PostFacts, scheme: SchemeFacts) -> Standing:
    if due.exemption_text:
        return Standing(DutyState.EXEMPT, Ground.BY_PERSON, {"text": due.exemption_text})
    if due.exemption is ExemptionRule.APPOINTED_LATE:
        blanks = {"day": post.starts.isoformat(), "cutoff": scheme.cutoff_in(due.deadline.year).isoformat()}
        return Standing(DutyState.EXEMPT, Ground.APPOINTED_LATE, blanks)
    months = str(scheme.least_months_when_leaving)
    return Standing(DutyState.EXEMPT, Ground.LEFT_EARLY, {"day": due.deadline.isoformat(), "months": months})


def _ahead(missing: int, outlook: Outlook, blanks: Mapping[str, str]) -> Standing:
    if outlook.left == 0:
        ground = Ground.NONE_TAUGHT if outlook.near else Ground.NONE_LEFT
        return Standing(DutyState.IMPOSSIBLE, ground, {**blanks, "near": str(outlook.near)})
    if outlook.left < missing:
        return Standing(DutyState.IMPOSSIBLE, Ground.TOO_FEW, blanks)
    if outlook.is_crowded:
        return Standing(DutyState.AT_RISK, Ground.CROWDED, blanks)
    if outlook.left == missing:
        return Standing(DutyState.AT_RISK, Ground.LAST_ONES, blanks)
    return Standing(DutyState.OPEN, Ground.ROOM, blanks)
