"""Which units a merged class is for. Flush only."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete

from core.db import session
from scheduling.models import ClassParticipant, TrainingClass


def set_units(klass: TrainingClass, unit_ids: Iterable[int]) -> None:
    """These units' people attend, and nobody else's; none or one leaves it to the class's host."""
    session().flush()
    session().execute(delete(ClassParticipant).where(ClassParticipant.class_id == klass.id))
    wanted = sorted(set(unit_ids))
    if len(wanted) > 1:
        session().add_all(ClassParticipant(class_id=klass.id, unit_id=unit_id) for unit_id in wanted)
    session().flush()
