"""Reads over trainees' feedback: rounds, codes, and results once they may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext
from sqlalchemy import func, select

from accounts.access import Scope
from core import clock
from core.codes import digest
from core.db import session
from core.errors import NotFound
from evaluations import rules
from evaluations.enums import CodeMode
from evaluations.models import FeedbackRound, FeedbackTicket, TraineeAnswer
from evaluations.queries import TOLD, taught
from scheduling.enums import SessionState
from scheduling.models import Session
from score_forms.enums import Kind
from score_forms.rules import Line


@dataclass(frozen=True, slots=True)
class LineResult:
    """One indicator over all answers: the mean in points, its share of the full mark, and how often each level."""

    line: Line
    mean: Decimal
    percent: Decimal
    levels: tuple[tuple[int, int], ...]
    """(place of the level from the best on, answers)."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a round brought; only ever made for rounds whose results may be seen."""

    answers: int
    mean: Decimal
    lines: tuple[LineResult, ...]
    spread: tuple[tuple[str, int], ...]
    comments: tuple[str, ...]


def get_taught(scope: Scope, session_id: int) -> Session:
    """A published or held session with somebody of the pool, owned or hosted inside the scope."""
    stmt = taught(scope, SessionState.PUBLISHED, SessionState.HELD).where(Session.id == session_id)
    row = session().scalar(stmt.options(*TOLD))
    if row is None:
        raise NotFound(gettext("没有这次课，或还没有发布，或不在您的范围内。"))
    return row


def find_round(session_id: int) -> FeedbackRound | None:
    """The feedback round of a session."""
    return session().scalar(select(FeedbackRound).where(FeedbackRound.session_id == session_id))


def get_round(scope: Scope, session_id: int) -> FeedbackRound:
    """The same inside the scope; NotFound where there is none."""
    found = find_round(get_taught(scope, session_id).id)
    if found is None:
        raise NotFound(gettext("这次课还没有开评课码。"))
    return found


def find_by_code(code: str) -> tuple[FeedbackRound, FeedbackTicket | None] | None:
    """The round a scanned code belongs to, with the ticket of a single-use code; None for no code of ours."""
    known = digest(code)
    stmt = select(FeedbackRound).where(
        FeedbackRound.mode == CodeMode.OPEN, FeedbackRound.token_digest == known
    )
    found = session().scalar(stmt)
    if found is not None:
        return found, None
    ticket = session().get(FeedbackTicket, known)
    if ticket is None:
        return None
    return session().get_one(FeedbackRound, ticket.round_id), ticket


def find_ticket(key: str) -> FeedbackTicket | None:
    """A ticket by its digest."""
    return session().get(FeedbackTicket, key)


def count_answers(round_id: int) -> int:
    """How many answers are in."""
    stmt = select(func.count()).select_from(TraineeAnswer).where(TraineeAnswer.round_id == round_id)
    return session().scalar(stmt) or 0


def count_by_form(form_ids: Sequence[int]) -> dict[int, int]:
    """How many answers are in on each form, by its id."""
    stmt = select(FeedbackRound.form_id, func.count()).join(TraineeAnswer).group_by(FeedbackRound.form_id)
    return {form_id: n for form_id, n in session().execute(stmt.where(FeedbackRound.form_id.in_(form_ids)))}


def is_closed(row: FeedbackRound) -> bool:
    """Whether no more answers are taken."""
    return row.closed_at is not None or clock.now() >= row.closes_at


def find_results(row: FeedbackRound) -> Results | None:
    """What the round brought, or None while it may not be seen."""
    closed = is_closed(row)
    if not rules.is_shown(count_answers(row.id), is_closed=closed):
        return None
    stmt = select(TraineeAnswer).where(TraineeAnswer.round_id == row.id).order_by(TraineeAnswer.key)
    answers = list(session().scalars(stmt))
    totals = [a.total for a in answers]
    return Results(
        answers=len(answers),
        mean=rules.tenth(sum(totals, Decimal(0)) / len(totals)),
        lines=tuple(_line(line, answers) for line in row.form.lines if line.kind is Kind.POINTS),
        spread=tuple(rules.spread(totals)),
        comments=tuple(a.comment for a in answers if a.comment),
    )


def _line(line: Line, answers: Sequence[TraineeAnswer]) -> LineResult:
    points = [Decimal(str(a.marks.get(line.key, 0))) for a in answers]
    mean = sum(points, Decimal(0)) / len(points)
    levels = tuple((n, points.count(level)) for n, level in enumerate(line.choices))
    return LineResult(line, rules.tenth(mean), rules.tenth(mean * 100 / line.most), levels)
