"""The inbox: what a person has seen. Flush only."""

from __future__ import annotations

from sqlalchemy import update

from core import clock
from core.db import session
from notifications.models import InboxItem


def mark_read(item: InboxItem) -> None:
    """The person has seen it; reading it again changes nothing."""
    if item.read_at is None:
        item.read_at = clock.now()
        session().flush()


def mark_all_read(user_id: int) -> int:
    """Everything in the person's inbox; answers how many were unread."""
    unread = update(InboxItem).where(InboxItem.user_id == user_id, InboxItem.read_at.is_(None))
    found = session().execute(unread.values(read_at=clock.now()).returning(InboxItem.id)).all()
    return len(found)
