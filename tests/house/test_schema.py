"""What SQLite lets pass and PostgreSQL does not."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import Table

import app.features  # noqa: F401  (makes every table known)
from core.db import db


@pytest.mark.parametrize("table", db.metadata.sorted_tables, ids=lambda t: t.name)
def test_constraint_names_are_unique_within_a_table(table: Table) -> None:
    names = Counter(str(c.name) for c in table.constraints if c.name)
    assert [name for name, count in names.items() if count > 1] == []
