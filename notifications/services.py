"""Telling people: messages are rows written with the action that causes them, delivered after its commit."""

from __future__ import annotations

from core import clock
from core.db import session
from notifications.models import OutboxMessage


def queue(user_id: int, kind: str, title: str, body: str = "", url: str = "") -> OutboxMessage:
    """Tell `user_id` something once the running transaction commits; `url` is where it is acted on."""
    message = OutboxMessage(user_id=user_id, kind=kind, title=title[:160], body=body, url=url, params={}, created_at=clock.now())
    session().add(message)
    session().flush()
    return message
