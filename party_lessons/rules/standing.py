"""Where an obligation stands on a day, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from party_lessons.enums import DutyState, ExemptionRule, Ground
from party_lessons.rules.audience import LessonFacts, eligible
from party_lessons.rules.demands import Outlook
from party_lessons.rules.duties import Due, PostFacts
from party_lessons.rules.schemes import SchemeFacts


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
    next_planned: date | None = None
    """Day of the first lesson that is planned and not held."""
    fulfilled_on: date | None = None
    """Day of the held lesson that was the last one needed."""

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


def tally(
    due: Due, post: PostFacts, scheme: SchemeFacts, lessons: Iterable[LessonFacts], exemption_text: str = ""
) -> DueFacts:
    """What is owed with the lessons that count towards it: held ones, and planned ones that were told.

    Lessons of everybody may be given; only those count that the holder of the post taught or was told to teach.
    """
    mine = [
        lesson
        for lesson in lessons
        if lesson.instructor_id == post.holder_id
        and lesson.day.year == due.year
        and eligible(post, lesson, scheme)
    ]
    held = sorted(lesson.day for lesson in mine if lesson.is_held)
    planned = sorted(lesson.day for lesson in mine if lesson.is_told and not lesson.is_held)
    return facts_of(due.need, due.deadline, held, planned, due.exemption, exemption_text)


def facts_of(
    need: int,
    deadline: date,
    held: list[date],
    planned: list[date],
    exemption: ExemptionRule | None,
    exemption_text: str,
) -> DueFacts:
    """An obligation with the days of its lessons, both ascending."""
    return DueFacts(
        need=need,
        deadline=deadline,
        held=len(held),
        planned=len(planned),
        exemption=exemption,
        exemption_text=exemption_text,
        next_planned=planned[0] if planned else None,
        fulfilled_on=held[need - 1] if len(held) >= need else None,
    )


def standing(
    due: DueFacts, today: date, outlook: Outlook | None, post: PostFacts, scheme: SchemeFacts
) -> Standing:
    """The state of an obligation on `today`.

    `outlook` is the forecast over the eligible sessions left, needed only while lessons are missing; without one
    the obligation is open until it is reckoned. The deadline's own day still counts, to its last minute; a lesson
    held after it fulfils late. At risk: served only if others give way, or no session to spare; impossible: too few
    sessions left, or more than the holder has time for.
    """
    if due.is_exempt:
        return _exempt(due, post, scheme)
    if due.held >= due.need:
        is_late = due.fulfilled_on is not None and due.fulfilled_on > due.deadline
        done = {"held": str(due.held), "deadline": due.deadline.isoformat()}
        return Standing(DutyState.HELD, Ground.DONE_LATE if is_late else Ground.DONE, done)
    blanks = {"deadline": due.deadline.isoformat(), "missing": str(due.need - due.held)}
    if today > due.deadline:
        ground = Ground.DEADLINE_PASSED if due.missing else Ground.NOT_REPORTED
        return Standing(DutyState.OVERDUE, ground, blanks)
    if not due.missing:
        return _planned(due, today)
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


def _planned(due: DueFacts, today: date) -> Standing:
    if due.next_planned is not None and due.next_planned < today:
        return Standing(DutyState.PLANNED, Ground.TO_REGISTER, {"day": due.next_planned.isoformat()})
    return Standing(DutyState.PLANNED, Ground.ARRANGED)


def _ahead(missing: int, outlook: Outlook, blanks: Mapping[str, str]) -> Standing:
    if outlook.left == 0:
        ground = Ground.NONE_TAUGHT if outlook.near else Ground.NONE_LEFT
        return Standing(DutyState.IMPOSSIBLE, ground, {**blanks, "near": str(outlook.near)})
    if outlook.left < missing:
        return Standing(DutyState.IMPOSSIBLE, Ground.TOO_FEW, blanks)
    if outlook.most is not None and outlook.most < missing:
        return Standing(DutyState.IMPOSSIBLE, Ground.NO_ROOM, {**blanks, "most": str(outlook.most)})
    if outlook.is_crowded:
        return Standing(DutyState.AT_RISK, Ground.CROWDED, blanks)
    if outlook.left == missing:
        return Standing(DutyState.AT_RISK, Ground.LAST_ONES, blanks)
    return Standing(DutyState.OPEN, Ground.ROOM, blanks)
