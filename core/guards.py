"""What the database itself refuses: triggers, installed after every migration and probed at start.

Batch migrations drop SQLite's triggers silently, so they are recreated each time, not once.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

_installers: dict[Callable[[str], list[str]], str | None] = {}
_probes: list[Callable[[Connection], bool]] = []


def register(
    statements: Callable[[str], list[str]],
    probe: Callable[[Connection], bool] | None = None,
    *,
    since: str | None = None,
) -> None:
    """Add a guard: `statements(dialect)` installs it (idempotent); `probe` proves that it bites.

    `since` is a table that came with it: without the table, on a database of an older version, it is left out.
    """
    if statements not in _installers:
        _installers[statements] = since
        if probe is not None:
            _probes.append(probe)


def install(connection: Connection) -> None:
    """(Re)create every guard."""
    tables = set(inspect(connection).get_table_names())
    for statements, since in _installers.items():
        if since is not None and since not in tables:
            continue
        for statement in statements(connection.dialect.name):
            connection.exec_driver_sql(statement)


def probe(connection: Connection) -> bool:
    """True when every guard refuses what it must; whatever a probe wrote is rolled back."""
    return all(check(connection) for check in _probes)


def append_only(table: str) -> Callable[[str], list[str]]:
    """Statements that make `table` refuse UPDATE and DELETE."""

    def statements(dialect: str) -> list[str]:
        if dialect == "sqlite":
            return [
                part
                for op in ("UPDATE", "DELETE")
                for part in (
                    f"DROP TRIGGER IF EXISTS {table}_no_{op.lower()}",
                    f"CREATE TRIGGER {table}_no_{op.lower()} BEFORE {op} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
                )
            ]
        return [
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        ]

    return statements


def refuses(connection: Connection, statement: str) -> bool:
    """True when the database raises on `statement`; run inside a savepoint that is undone."""
    savepoint = connection.begin_nested()
    try:
        connection.execute(text(statement))
    except DatabaseError:
        savepoint.rollback()
        return True
    savepoint.rollback()
    return False


register(append_only("audit_record"))
