"""What holds the parts of an ordered package together: the one place that writes the stage of its sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext
from sqlalchemy import select

from core.db import session
from core.errors import RuleBroken
from scheduling.enums import SessionState
from scheduling.models import PackageOrder, Session
from scheduling.rules.packages import stage_of


def with_rest(row: Session) -> list[Session]:
    """The session and, where it is part of a package, the others of it, in order."""
    if row.package_order_id is None:
        return [row]
    return _parts([row.package_order_id])


def _parts(order_ids: Iterable[int]) -> list[Session]:
    stmt = select(Session).where(Session.package_order_id.in_(sorted(set(order_ids))))
    with session().no_autoflush:
        return list(session().scalars(stmt.order_by(Session.package_order_id, Session.package_position)))


def restage(rows: Iterable[Session]) -> None:
    """Bring the packages of these sessions to the stage their sessions have come to. Before the flush.

    RuleBroken when that would leave a part behind; the database refuses the same at the end of the transaction.
    """
    ids = {row.package_order_id for row in rows if row.package_order_id is not None}
    if not ids:
        return
    of_order: dict[int, list[Session]] = {order_id: [] for order_id in ids}
    for row in _parts(ids):
        of_order[row.package_order_id or 0].append(row)
    with session().no_autoflush:
        for order_id, parts in sorted(of_order.items()):
            order = session().get_one(PackageOrder, order_id)
            stage = stage_of([(part.state, part.start is not None) for part in parts])
            if stage is None:
                raise RuleBroken(apart_text(order.name))
            order.stage = stage
            for part in parts:
                part.package_stage = stage


def apart_text(name: str) -> str:
    """Why a part of a package does not go by itself."""
    return gettext("套餐“%(name)s”的各部分要一起安排、发布和取消，不能只动其中一节。", name=name)


def refuse_alone(row: Session) -> None:
    """RuleBroken for a part of a package, where only the whole of it may be changed."""
    if row.package_order is not None:
        raise RuleBroken(apart_text(row.package_order.name))


def held_back(rows: Sequence[Session]) -> set[int]:
    """Ids of sessions that wait because another part of their package lacks something: no part is told alone."""
    gaps = {row.package_order_id for row in rows if row.is_live and not row.is_complete} - {None}
    return {row.id for row in rows if row.package_order_id in gaps}


def has_begun(rows: Sequence[Session]) -> bool:
    """Whether a part of the package has been held: it can be ended then, and no longer taken back."""
    return any(row.state is SessionState.HELD for row in rows)


def take_out(row: Session) -> None:
    """Leave nothing of a part in the working plan."""
    row.start = row.instructor_id = row.venue_id = None
    row.pinned_start = row.pinned_instructor = row.pinned_venue = False
