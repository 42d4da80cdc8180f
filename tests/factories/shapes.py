"""A template and a rolled year, as the access matrix points at them."""

from __future__ import annotations

from datetime import datetime

from accounts.access import SYSTEM
from core.db import session
from scheduling.models import RollForward, TrainingClass
from scheduling.queries.shapes import shape_of
from scheduling.services import cloning

NOW = datetime(2027, 5, 10, 9, 0)


def template_and_roll(klass: TrainingClass) -> dict[str, int | str]:
    """A template made of a class, and a year of its level that was rolled forward."""
    template = cloning.keep_as_template(klass.owner, shape_of(klass), klass.name, actor=SYSTEM)
    roll = RollForward(
        owner_id=klass.owner_id, from_year=2026, to_year=2027, made_at=NOW, made_by="test", count=0
    )
    session().add(roll)
    session().flush()
    return {"template_id": template.id, "roll_id": roll.id}
