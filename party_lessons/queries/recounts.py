"""The recount under way, for whoever may see the scheme it is about."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from core.db import session
from party_lessons.models import Recount, Scheme
from party_lessons.queries.schemes import is_seen


def find_recount(scope: Scope) -> Recount | None:
    """The first that is not finished; else the last one, where it failed."""
    return next((row for row in _latest() if row.scheme is None or is_seen(row.scheme, scope)), None)


def _latest() -> Iterator[Recount]:
    whole = select(Recount).options(joinedload(Recount.scheme).joinedload(Scheme.owner))
    yield from session().scalars(whole.where(Recount.finished_at.is_(None)).order_by(Recount.id))
    last = session().scalars(whole.order_by(Recount.id.desc()).limit(1)).first()
    if last is not None and last.failure:
        yield last
