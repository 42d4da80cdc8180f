"""An item of an inbox, a message of an outbox and addresses to send to: what the access matrix points at."""

from __future__ import annotations

from datetime import datetime

from accounts.models import OrgUnit, User
from core.db import session
from notifications.enums import Channel, MessageState, Topic
from notifications.models import InboxItem, MessageAddress, OutboxMessage

NOW = datetime(2027, 5, 10, 9, 0)


def make_messages(owner: OrgUnit, prefix: str, user: User | None) -> dict[str, int]:
    """Ids by what they name; a person's own things belong to `user`, or to an account outside."""
    return {
        "item_id": _mail(user, prefix),
        "message_id": _told(owner, prefix),
        "address_id": _address(user, None),
        "address_id:settings": _address(None, owner),
    }


def _mail(user: User | None, prefix: str) -> int:
    """An item in somebody's inbox; the outside one belongs to an account of its own."""
    if user is None:
        user = session().query(User).filter_by(login="outsider").one()
    message = OutboxMessage(user_id=user.id, kind="test", topic=Topic.OFFICE, title=prefix, created_at=NOW)
    session().add(message)
    session().flush()
    item = InboxItem(message_id=message.id, user_id=user.id, delivered_at=NOW)
    session().add(item)
    session().flush()
    return item.id


def _told(owner: OrgUnit, prefix: str) -> int:
    """A message that waits in the outbox of a level."""
    user = session().query(User).filter_by(login="instructor").one()
    row = OutboxMessage(
        user_id=user.id, unit_id=owner.id, kind="lesson_asked", topic=Topic.LESSON, title=prefix
    )
    row.state, row.created_at = MessageState.LOOK, NOW
    session().add(row)
    session().flush()
    return row.id


def _address(user: User | None, unit: OrgUnit | None) -> int:
    """Where messages go: of a person, or of a unit's group."""
    if unit is None and user is None:
        user = session().query(User).filter_by(login="outsider").one()
    row = MessageAddress(
        user_id=user.id if user else None,
        unit_id=unit.id if unit else None,
        channel=Channel.FEISHU,
        name="群",
        topics=[],
        created_at=NOW,
    )
    row.target = "https://open.feishu.cn/open-apis/bot/v2/hook/none"
    session().add(row)
    session().flush()
    return row.id
