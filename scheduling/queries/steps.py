"""What a person can undo and do again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.db import session
from scheduling.models import PlanStep
from scheduling.rules.steps import LASTS


@dataclass(frozen=True, slots=True)
class Turns:
    """The next step to undo and the next to do again."""

    undo: PlanStep | None
    redo: PlanStep | None


def turns_of(user_id: int | None) -> Turns:
    """Of a person's work since some hours."""
    return Turns(_next(user_id, is_undone=False), _next(user_id, is_undone=True))


def _next(user_id: int | None, *, is_undone: bool) -> PlanStep | None:
    # The last that was done is undone first; of what was undone, the first that was done comes first.
    order = PlanStep.id.asc() if is_undone else PlanStep.id.desc()
    stmt = (
        select(PlanStep)
        .where(PlanStep.user_id == user_id, PlanStep.is_undone.is_(is_undone))
        .where(PlanStep.at >= clock.instant() - LASTS)
        .options(joinedload(PlanStep.session))
        .order_by(order)
        .limit(1)
    )
    return session().scalar(stmt)
