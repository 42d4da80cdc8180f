"""`flask backup FILE` and `flask restore FILE`, for SQLite: the engine's own online copy, verified before it counts.

Copying the file by hand can catch a half-written page or miss the write-ahead log; the online API cannot.
PostgreSQL has its own tools, see docs/how-to/backup-restore.md.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext
from sqlalchemy import make_url

from core import clock
from core.db import db
from core.errors import Conflict, DomainError, RuleBroken

R = TypeVar("R")
Counts = dict[str, int]


def backup(database: Path, target: Path) -> Counts:
    """Copy a live SQLite database into the new file `target`; answers the rows per table.

    Writers go on meanwhile; the copy shows one moment. Raises Conflict when `target` exists,
    RuleBroken when there is no database or the copy fails its checks.
    """
    if target.exists():
        raise Conflict(gettext("文件 %(file)s 已存在，请换一个文件名。", file=target))
    if not database.exists():
        raise RuleBroken(gettext("没有可备份的数据库：%(file)s", file=database))
    return _copy(database, target)


def restore(source: Path, database: Path, *, force: bool) -> tuple[Counts, Path | None]:
    """Put the backup `source` in the place of `database`.

    Answers the rows per table and where the former database was kept (None when there was none).
    Raises RuleBroken when `source` is no whole backup of this product, Conflict when the database
    is in use, or holds accounts and `force` is off.
    """
    if not source.exists():
        raise RuleBroken(gettext("找不到备份文件：%(file)s", file=source))
    _examine(source)
    kept = None
    if database.exists():
        _claim_alone(database)
        present = _counts(database)
        if present.get("user", 0) and not force:
            raise Conflict(gettext("数据库里已有数据。确实要替换时请加 --force，原数据库会改名保留。"))
        if present:
            kept = database.with_name(f"{database.name}.before-restore-{clock.instant():%Y%m%d-%H%M%S}")
    database.parent.mkdir(parents=True, exist_ok=True)
    arriving = database.with_name(f"{database.name}.arriving")
    arriving.unlink(missing_ok=True)
    counts = _copy(source, arriving)
    if kept is not None:
        database.replace(kept)
    arriving.replace(database)
    return counts, kept


def _copy(database: Path, target: Path) -> Counts:
    """Write `target` under a passing name, check it against the source, then give it its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    passing = target.with_name(f"{target.name}.part")
    passing.unlink(missing_ok=True)
    os.close(os.open(passing, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(_open(database, "ro")) as source, closing(_open(passing, "rw")) as copy:
            # One read transaction for counting and copying, so that both see the same moment.
            source.execute("BEGIN")
            expected = _count_rows(source)
            source.backup(copy)
            source.execute("COMMIT")
            # A single file, without a write-ahead log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        if _examine(passing) != expected:
            raise RuleBroken(gettext("备份与原数据库的行数不一致，没有保留。"))
        _sync(passing)
        passing.replace(target)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise
    return expected


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=15
    )


def _count_rows(connection: sqlite3.Connection) -> Counts:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  (own table names)
        for (name,) in names
    }


def _counts(path: Path) -> Counts:
    with closing(_open(path, "ro")) as connection:
        return _count_rows(connection)


def _examine(path: Path) -> Counts:
    """Rows per table of a whole, migrated database; RuleBroken when it is anything else."""
    try:
        with closing(_open(path, "ro")) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
            counts = _count_rows(connection)
    except sqlite3.DatabaseError as error:
        raise RuleBroken(gettext("%(file)s 不是完整的备份。", file=path)) from error
    if not sound or orphans or not counts.get("alembic_version"):
        raise RuleBroken(gettext("%(file)s 不是完整的备份。", file=path))
    return counts


def _claim_alone(database: Path) -> None:
    """Raise Conflict while any process has the database open, idle ones too."""
    try:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=0)) as connection:
            # Leaving the write-ahead log needs the file alone; it also folds the log into the file.
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise Conflict(gettext("数据库正在使用，请先停止网站和后台进程。")) from error
    if mode != "delete":
        raise Conflict(gettext("数据库正在使用，请先停止网站和后台进程。"))


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _database_file() -> Path:
    url = make_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite" or not url.database:
        raise RuleBroken(
            gettext("这里用的是 PostgreSQL，请用 pg_dump 和 pg_restore，见 docs/how-to/backup-restore.md。")
        )
    return Path(current_app.instance_path) / url.database


def _spoken(command: Callable[..., R]) -> Callable[..., R]:
    """Refusals as one line and exit code 1 instead of a traceback."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> R:
        try:
            return command(*args, **kwargs)
        except DomainError as error:
            raise click.ClickException(error.sentence) from error

    return run


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
@_spoken
def backup_command(file: Path) -> None:
    """Copy the running SQLite database into FILE and verify the copy."""
    counts = backup(_database_file(), file)
    click.echo(gettext("已备份并校验：%(file)s", file=file))
    click.echo(gettext("%(tables)s 张表，共 %(rows)s 行", tables=len(counts), rows=sum(counts.values())))


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a database that holds accounts; the former one is kept.")
@with_appcontext
@_spoken
def restore_command(file: Path, force: bool) -> None:
    """Put the backup FILE in the place of the SQLite database; nothing may be serving it."""
    # This process's own idle connections would count as use.
    db.engine.dispose()
    counts, kept = restore(file, _database_file(), force=force)
    click.echo(gettext("已恢复并校验：%(file)s", file=file))
    click.echo(gettext("%(tables)s 张表，共 %(rows)s 行", tables=len(counts), rows=sum(counts.values())))
    if kept is not None:
        click.echo(gettext("原数据库保留为：%(file)s", file=kept))
