"""Addresses outside the application, and how people want to be told."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core.db import session
from core.errors import NotFound
from notifications.enums import Channel, Topic
from notifications.models import MessageAddress, MessagePreference
from notifications.rules import Wish


def list_own(user_id: int) -> list[MessageAddress]:
    """A person's addresses, proven or not."""
    stmt = select(MessageAddress).where(
        MessageAddress.user_id == user_id, MessageAddress.removed_at.is_(None)
    )
    return list(session().scalars(stmt.order_by(MessageAddress.id)))


def get_own(user_id: int, address_id: int) -> MessageAddress:
    """One of a person's addresses."""
    found = next((a for a in list_own(user_id) if a.id == address_id), None)
    if found is None:
        raise NotFound(gettext("没有这个地址。"))
    return found


def find_same(user_id: int, channel: Channel, target: str) -> MessageAddress | None:
    """The person's address that is the same; addresses are sealed, and nobody has many."""
    return next(
        (a for a in list_own(user_id) if a.channel is channel and (a.target or "").lower() == target.lower()),
        None,
    )


def count_own(user_id: int) -> int:
    """How many addresses a person has."""
    stmt = select(func.count()).select_from(MessageAddress)
    own = stmt.where(MessageAddress.user_id == user_id, MessageAddress.removed_at.is_(None))
    return session().scalar(own) or 0


def list_groups() -> list[MessageAddress]:
    """Every unit's group robots, for the administrator."""
    stmt = select(MessageAddress).where(
        MessageAddress.unit_id.is_not(None), MessageAddress.removed_at.is_(None)
    )
    return list(session().scalars(stmt.options(joinedload(MessageAddress.unit)).order_by(MessageAddress.id)))


def get_group(address_id: int) -> MessageAddress:
    """One group robot; the administrator's reach is everything."""
    found = next((a for a in list_groups() if a.id == address_id), None)
    if found is None:
        raise NotFound(gettext("没有这个群机器人。"))
    return found


def find_preference(user_id: int) -> MessagePreference | None:
    """How a person wants to be told, where they have said so."""
    return session().get(MessagePreference, user_id)


def wish_of(user_id: int) -> Wish:
    """The same for the rules, with the defaults."""
    row = find_preference(user_id)
    return Wish({}) if row is None else row.wish


def own_addresses(user_ids: Collection[int]) -> dict[int, list[MessageAddress]]:
    """Addresses in use by person: one statement."""
    found: dict[int, list[MessageAddress]] = {}
    stmt = select(MessageAddress).where(
        MessageAddress.user_id.in_(sorted(user_ids)),
        MessageAddress.verified_at.is_not(None),
        MessageAddress.removed_at.is_(None),
    )
    for address in session().scalars(stmt.order_by(MessageAddress.id)) if user_ids else ():
        if address.user_id is not None:
            found.setdefault(address.user_id, []).append(address)
    return found


def wishes_of(user_ids: Collection[int]) -> dict[int, Wish]:
    """How people want to be told, by person; whoever has not said so is left out."""
    stmt = select(MessagePreference).where(MessagePreference.user_id.in_(sorted(user_ids)))
    return {row.user_id: row.wish for row in session().scalars(stmt)} if user_ids else {}


def groups_of(unit_ids: Collection[int]) -> dict[tuple[int | None, Topic], list[MessageAddress]]:
    """Group robots in use by unit and topic."""
    found: dict[tuple[int | None, Topic], list[MessageAddress]] = {}
    stmt = select(MessageAddress).where(
        MessageAddress.unit_id.in_(sorted(unit_ids)), MessageAddress.removed_at.is_(None)
    )
    for address in session().scalars(stmt.order_by(MessageAddress.id)) if unit_ids else ():
        for topic in address.topics:
            found.setdefault((address.unit_id, Topic(topic)), []).append(address)
    return found
