"""Messages, the inbox, addresses outside the application, and the ways messages take to them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core import guards
from core.db import Model, Versioned, choice
from core.sealed import SealedText, Sealing
from notifications.enums import Channel, DeliveryState, Digest, MessageState, Topic
from notifications.rules import QUIET_FROM, QUIET_UNTIL, Wish


class OutboxMessage(Versioned, Model):
    """A message to be told, written in the transaction that caused it."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_state", "state", "id"),
        Index("ix_outbox_message_unit", "unit_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """The level that tells it, whose organisers may look at it; None where the application speaks for itself."""
    kind: Mapped[str] = mapped_column(String(40))
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(200), default="")
    params: Mapped[Any] = mapped_column(JSON, default=dict)
    """What a link for people who do not sign in is made of, when the message leaves the application."""
    state: Mapped[MessageState] = mapped_column(choice(MessageState), default=MessageState.READY)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When it was put into the inbox and on its ways out."""
    let_go_by: Mapped[str] = mapped_column(String(80), default="")
    """Who looked at it and let it go."""

    user: Mapped[User] = relationship()
    unit: Mapped[OrgUnit | None] = relationship()
    deliveries: Mapped[list[Delivery]] = relationship(back_populates="message", order_by="Delivery.id")


class InboxItem(Model):
    """A message delivered in the application."""

    __tablename__ = "inbox_item"
    __table_args__ = (
        Index("ix_inbox_item_user_read", "user_id", "read_at"),
        Index("ix_inbox_item_user", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    delivered_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    message: Mapped[OutboxMessage] = relationship(lazy="joined")


class MessageAddress(Sealing, Versioned, Model):
    """Where messages go outside the application: a person's own, used once proven, or a unit's group robot."""

    __tablename__ = "message_address"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (unit_id IS NULL)", name="whose"),
        CheckConstraint("unit_id IS NULL OR channel <> 'mail'", name="unit_robot"),
        Index("ix_message_address_user", "user_id"),
        Index("ix_message_address_unit", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    name: Mapped[str] = mapped_column(String(60), default="")
    target_sealed: Mapped[str] = mapped_column(String(1200))
    secret_sealed: Mapped[str | None] = mapped_column(String(400))
    topics: Mapped[Any] = mapped_column(JSON, default=list)
    """A group's: which topics are posted."""
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    """Real time until which the code sent there proves the address."""
    wrong_codes: Mapped[int] = mapped_column(default=0)

    target = SealedText()
    secret = SealedText()
    unit: Mapped[OrgUnit | None] = relationship()

    @property
    def is_in_use(self) -> bool:
        """Whether messages go there."""
        return self.verified_at is not None and self.removed_at is None

    @property
    def shown(self) -> str:
        """The address as lists show it: enough to tell it from others, not enough to use it."""
        target = self.target or ""
        if self.channel is Channel.MAIL:
            name, _, host = target.partition("@")
            return f"{name[:2]}***@{host}"
        return f"…{target[-4:]}"


class MessagePreference(Versioned, Model):
    """How somebody wants to be told; without a row, every way there is and the usual quiet hours."""

    __tablename__ = "message_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, autoincrement=False)
    ways: Mapped[Any] = mapped_column(JSON, default=dict)
    """Topic → channels."""
    quiet_from: Mapped[time] = mapped_column(default=QUIET_FROM)
    quiet_until: Mapped[time] = mapped_column(default=QUIET_UNTIL)
    digest: Mapped[Digest] = mapped_column(choice(Digest), default=Digest.AT_ONCE)

    @property
    def wish(self) -> Wish:
        """The same for the rules."""
        ways = {Topic(t): frozenset(Channel(c) for c in channels) for t, channels in self.ways.items()}
        return Wish(ways, self.quiet_from, self.quiet_until, self.digest)


class Delivery(Model):
    """One message on its way to one address."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "address_id"),
        Index("ix_delivery_state_due", "state", "due_at"),
        Index("ix_delivery_parcel", "parcel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("message_address.id"), index=True)
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), default=DeliveryState.WAITING)
    due_at: Mapped[datetime]
    parcel: Mapped[str | None] = mapped_column(String(32))
    """What was sent together at the first try, is tried again together; its id goes along as the message's."""
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    """Real time until which a worker has it."""
    sent_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(200), default="")

    message: Mapped[OutboxMessage] = relationship(back_populates="deliveries")
    address: Mapped[MessageAddress] = relationship()


def sent_triggers(dialect: str) -> list[str]:
    """Statements that refuse to take back that something was sent: what a channel confirmed is never sent again."""
    back = "OLD.state = 'sent' AND NEW.state <> 'sent'"
    if dialect == "sqlite":
        return [
            "DROP TRIGGER IF EXISTS delivery_sent",
            f"CREATE TRIGGER delivery_sent BEFORE UPDATE ON delivery WHEN {back} "
            "BEGIN SELECT RAISE(ABORT, 'it was sent'); END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION delivery_sent() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'it was sent' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "DROP TRIGGER IF EXISTS delivery_sent ON delivery",
        f"CREATE TRIGGER delivery_sent BEFORE UPDATE ON delivery FOR EACH ROW WHEN ({back}) "
        "EXECUTE FUNCTION delivery_sent()",
    ]


guards.register(sent_triggers, since="delivery")
