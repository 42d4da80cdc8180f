"""Outbox and inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from core.db import Model


class OutboxMessage(Model):
    """A message to be told, written in the transaction that caused it."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_sent_at", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(200), default="")
    params: Mapped[Any] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class InboxItem(Model):
    """A message delivered in the application."""

    __tablename__ = "inbox_item"
    __table_args__ = (Index("ix_inbox_item_user_read", "user_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    delivered_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    message: Mapped[OutboxMessage] = relationship(lazy="joined")
