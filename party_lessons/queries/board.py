"""The duty board: every obligation with its state, reason, credits and the lessons that would still serve it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext

from accounts.access import Scope
from core.tables import Tone
from party_lessons.enums import DutyState, SchemeKind
from party_lessons.models import Credit, Obligation
from party_lessons.queries.facts import due_facts, post_facts, scheme_facts
from party_lessons.queries.obligations import list_obligations
from party_lessons.rules import (
    Demand,
    LessonFacts,
    Outlook,
    SchemeFacts,
    Standing,
    eligible,
    forecast,
    standing,
)

# What needs somebody first.
STATE_ORDER = (
    DutyState.OVERDUE,
    DutyState.IMPOSSIBLE,
    DutyState.AT_RISK,
    DutyState.OPEN,
    DutyState.PLANNED,
    DutyState.HELD,
    DutyState.EXEMPT,
)
TONES: Mapping[DutyState, Tone] = {
    DutyState.OVERDUE: "bad",
    DutyState.IMPOSSIBLE: "bad",
    DutyState.AT_RISK: "warn",
    DutyState.OPEN: "idle",
    DutyState.PLANNED: "info",
    DutyState.HELD: "ok",
    DutyState.EXEMPT: "idle",
}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One obligation as the board shows it; `lessons` would still serve it, soonest first.

    `near` are before the right people, but the holder cannot teach them as things stand.
    """

    obligation: Obligation
    standing: Standing
    lessons: tuple[LessonFacts, ...]
    near: tuple[LessonFacts, ...] = ()

    @property
    def state(self) -> DutyState:
        """Where it stands."""
        return self.standing.state

    @property
    def tone(self) -> Tone:
        """Colour of the state; the word stands beside it."""
        return TONES[self.state]

    @property
    def reason(self) -> str:
        """Why, in a sentence of the user's language."""
        return gettext(self.standing.ground.word, **self.standing.blanks)

    @property
    def credits(self) -> list[Credit]:
        """Lessons held or planned for it, by day."""
        return sorted(self.obligation.credits, key=lambda credit: credit.day)


@dataclass(frozen=True, slots=True)
class Board:
    """The rows in scope with their figures."""

    year: int
    rows: tuple[BoardRow, ...]

    def count(self, state: DutyState) -> int:
        """How many stand there."""
        return sum(row.state is state for row in self.rows)

    @property
    def counts(self) -> dict[DutyState, int]:
        """Every state with its number, in the order of need."""
        return {state: self.count(state) for state in STATE_ORDER}

    @property
    def owed(self) -> int:
        """Obligations that are not exempt."""
        return len(self.rows) - self.count(DutyState.EXEMPT)

    @property
    def percent(self) -> float:
        """Share of what is owed that is held, 0..100; 100 when nothing is owed."""
        return 100 * self.count(DutyState.HELD) / self.owed if self.owed else 100.0

    def monthly(self) -> list[int]:
        """Obligations fulfilled by the end of each month, January first."""
        months = [_fulfilled_in(row.obligation) for row in self.rows if row.state is DutyState.HELD]
        return [sum(month <= limit for month in months) for limit in range(1, 13)]


def _fulfilled_in(row: Obligation) -> int:
    held = sorted(credit.day for credit in row.credits if credit.is_held)
    return held[row.need - 1].month


def board(scope: Scope, year: int, today: date, lessons: Sequence[LessonFacts]) -> Board:
    """Every obligation of `year` inside `scope` as it stands on `today`; three statements.

    `lessons` are the sessions of the year, of all levels: those still to come are what the forecast
    matches. It runs over every obligation, since leaders out of sight compete as well.
    """
    return _board(year, today, lessons, lambda row: scope.covers(row.post.unit.path))


def own_board(user_id: int, year: int, today: date, lessons: Sequence[LessonFacts]) -> Board:
    """The same for the person behind an account."""
    return _board(year, today, lessons, lambda row: row.post.holder.user_id == user_id)


def _board(
    year: int, today: date, lessons: Sequence[LessonFacts], shown: Callable[[Obligation], bool]
) -> Board:
    schemes = scheme_facts()
    obligations = list_obligations(year)
    ahead = [lesson for lesson in lessons if lesson.day >= today and not lesson.is_held]
    fitting = {row.id: fitting_lessons(row, ahead, schemes) for row in obligations}
    serving = {row.id: tuple(x for x in fitting[row.id] if _could_teach(row, x)) for row in obligations}
    outlooks = forecast(list(demands(obligations, serving)))
    rows = []
    for row in obligations:
        if shown(row):
            near = tuple(x for x in fitting[row.id] if not _could_teach(row, x))
            outlook = replace(outlooks.get(row.id, Outlook(0, False)), near=len(near))
            stands = standing(due_facts(row), today, outlook, post_facts(row.post), schemes[row.post.kind])
            rows.append(BoardRow(row, stands, serving[row.id], near))
    rows.sort(key=lambda r: (STATE_ORDER.index(r.state), r.obligation.deadline))
    return Board(year, tuple(rows))


def _could_teach(row: Obligation, lesson: LessonFacts) -> bool:
    """Whether the lesson is still to be given and the holder is among those who could take it."""
    return not lesson.is_told and row.post.holder_id in lesson.candidates


def fitting_lessons(
    row: Obligation, ahead: Iterable[LessonFacts], schemes: Mapping[SchemeKind, SchemeFacts]
) -> tuple[LessonFacts, ...]:
    """Lessons that would count if the holder taught them, soonest first; none where none is missing."""
    due = due_facts(row)
    if due.is_exempt or not due.missing:
        return ()
    post, scheme = post_facts(row.post), schemes[row.post.kind]
    found = (x for x in ahead if x.day <= row.deadline and eligible(post, x, scheme))
    return tuple(sorted(found, key=lambda lesson: (lesson.day, lesson.session_ref)))


def demands(
    obligations: Iterable[Obligation], serving: Mapping[int, Sequence[LessonFacts]]
) -> Iterable[Demand]:
    """What the forecast has to seat: obligations still short of lessons."""
    for row in obligations:
        due = due_facts(row)
        if not due.is_exempt and due.missing:
            sessions = frozenset(lesson.session_ref for lesson in serving[row.id])
            yield Demand(row.id, row.post.holder_id, due.missing, sessions)
