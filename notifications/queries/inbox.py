"""The inbox of one person."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select

from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Statement
from core.when import moment_text
from notifications.models import InboxItem, OutboxMessage


def count_unread(user_id: int) -> int:
    """Messages the person has not read: one statement, served by an index."""
    stmt = select(func.count()).select_from(InboxItem)
    return session().scalar(stmt.where(InboxItem.user_id == user_id, InboxItem.read_at.is_(None))) or 0


def get_item(user_id: int, item_id: int) -> InboxItem:
    """A message in the person's own inbox."""
    found = session().scalar(select(InboxItem).where(InboxItem.id == item_id, InboxItem.user_id == user_id))
    if found is None:
        raise NotFound(gettext("没有这条消息。"))
    return found


def _by_state(stmt: Statement, value: str) -> Statement:
    return stmt.where(InboxItem.read_at.is_(None) if value == "unread" else InboxItem.read_at.is_not(None))


def _state(item: InboxItem) -> Badge:
    return Badge(lazy_gettext("已读"), "idle") if item.read_at else Badge(lazy_gettext("未读"), "accent")


def inbox_table(user_id: int) -> BoundTable[Any]:
    """The inbox as a list, latest first. What is counted and ordered are its own rows; messages are read for one page."""
    said = select(OutboxMessage.title + " " + OutboxMessage.body).where(
        OutboxMessage.id == InboxItem.message_id
    )
    return Table[Any](
        name="inbox",
        title=lazy_gettext("消息"),
        columns=[
            Column("title", lazy_gettext("内容"), lambda i: i.message.title, note=lambda i: i.message.body),
            Column(
                "at", lazy_gettext("时间"), lambda i: moment_text(i.message.created_at), sort=InboxItem.id
            ),
            Column("state", lazy_gettext("状态"), _state, kind="badge"),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                _by_state,
                [("unread", lazy_gettext("未读")), ("read", lazy_gettext("已读"))],
            )
        ],
        search=said.scalar_subquery(),
        search_hint=lazy_gettext("搜索标题、正文"),
        default_sort="-at",
    ).bind(session(), select(InboxItem).where(InboxItem.user_id == user_id))
