"""Settings kept in the database: one row a key, JSON values, defaults in code beside their use."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, session

T = TypeVar("T")


class Setting(Model):
    """One named value."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


def get_setting(key: str, default: T) -> T:
    """The stored value of `key`, or `default`."""
    row = session().get(Setting, key)
    return default if row is None else row.value


def set_setting(key: str, value: object) -> None:
    """Store `value` (JSON) under `key`; flushes only."""
    row = session().get(Setting, key)
    if row is None:
        session().add(Setting(key=key, value=value))
    else:
        row.value = value
    session().flush()
