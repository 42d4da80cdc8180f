"""Days on which bases take nobody."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext
from sqlalchemy import select

from bases.models import Closure, TeachingBase
from core.db import session
from core.errors import NotFound


def list_closures(base_id: int, since: date) -> list[Closure]:
    """Closures of a base that end on `since` or later, soonest first."""
    stmt = select(Closure).where(Closure.base_id == base_id, Closure.last_day >= since)
    return list(session().scalars(stmt.order_by(Closure.first_day, Closure.id)))


def get_closure(base: TeachingBase, closure_id: int) -> Closure:
    """A closure of the base."""
    found = session().scalar(select(Closure).where(Closure.id == closure_id, Closure.base_id == base.id))
    if found is None:
        raise NotFound(gettext("没有这次闭馆。"))
    return found


def find_overlap(base_id: int, first_day: date, last_day: date) -> Closure | None:
    """A closure that shares a day with the span."""
    stmt = select(Closure).where(
        Closure.base_id == base_id, Closure.first_day <= last_day, Closure.last_day >= first_day
    )
    return session().scalars(stmt.limit(1)).first()
