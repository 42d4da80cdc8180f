"""Telling people: messages are rows written with the action that causes them, delivered after its commit."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, update

from core import clock
from core.db import session
from notifications.models import InboxItem, OutboxMessage
from notifications.queries import list_unsent

LONGEST_TITLE, LONGEST_URL = 160, 200


def queue(user_id: int, kind: str, title: str, body: str = "", url: str = "") -> OutboxMessage:
    """Tell `user_id` something once the running transaction commits; `url` is where it is acted on."""
    message = OutboxMessage(
        user_id=user_id,
        kind=kind,
        title=title[:LONGEST_TITLE],
        body=body,
        url=url if len(url) <= LONGEST_URL else "",
        params={},
        created_at=clock.now(),
    )
    session().add(message)
    session().flush()
    return message


def queue_all(letters: Iterable[tuple[int, str, str, str, str]]) -> None:
    """Many messages at once, (user, kind, title, body, url) each: a whole pool is told in one statement."""
    now = clock.now()
    rows = [
        {
            "user_id": user_id,
            "kind": kind,
            "title": title[:LONGEST_TITLE],
            "body": body,
            "url": url if len(url) <= LONGEST_URL else "",
            "params": {},
            "created_at": now,
        }
        for user_id, kind, title, body, url in letters
    ]
    if rows:
        session().execute(insert(OutboxMessage), rows)


def deliver(most: int) -> int:
    """Move up to `most` messages into inboxes; answers how many.

    A message has one inbox item at most (the database refuses a second), so a delivery that is tried
    again after a crash does nothing twice.
    """
    messages = list_unsent(most)
    now = clock.now()
    for message in messages:
        session().add(InboxItem(message_id=message.id, user_id=message.user_id, delivered_at=now))
        message.sent_at = now
    session().flush()
    return len(messages)


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
