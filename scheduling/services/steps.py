"""Steps of a person's work on the plan, kept as they are done. Flush only."""

from __future__ import annotations

from sqlalchemy import delete

from accounts.access import Actor
from core import clock
from core.db import session
from scheduling.models import PlanStep, Session
from scheduling.rules.steps import LASTS, Stand, is_same


def stand(row: Session) -> Stand:
    """Where a session stands in the working plan, and what it asks for."""
    return {
        "start": None if row.start is None else row.start.isoformat(timespec="minutes"),
        "instructor": row.instructor_id,
        "venue": row.venue_id,
        "day": row.day.isoformat(),
        "half": row.half_day.value,
        "pins": [row.pinned_start, row.pinned_instructor, row.pinned_venue],
    }


def keep(row: Session, before: Stand, *, actor: Actor) -> None:
    """Remember what a person just did; what they had undone can then no longer be done again."""
    after = stand(row)
    if actor.user_id is None or is_same(before, after):
        return
    mine = delete(PlanStep).where(PlanStep.user_id == actor.user_id)
    session().execute(mine.where(PlanStep.is_undone | (PlanStep.at < clock.instant() - LASTS)))
    session().add(
        PlanStep(user_id=actor.user_id, session_id=row.id, at=clock.instant(), before=before, after=after)
    )
    session().flush()
