"""Backups are whole, verified and restorable, and a restore never takes a database away from under a server."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from app.backup import backup, restore
from core.errors import Conflict, RuleBroken


@pytest.fixture(autouse=True)
def _speaking() -> Iterator[None]:
    """Sentences need an application to be spoken in."""
    app = Flask(__name__)
    Babel(app, default_locale="zh_CN")
    with app.app_context():
        yield


def make_database(path: Path, users: int) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA journal_mode=WAL;"
            "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('0001');"
            "CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT);"
        )
        connection.executemany("INSERT INTO user (name) VALUES (?)", [(f"学员{n}",) for n in range(users)])
        connection.commit()
    return path


def names_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM user ORDER BY id")]


def test_backup_is_one_file_with_every_row(tmp_path: Path) -> None:
    database = make_database(tmp_path / "live.db", users=3)
    counts = backup(database, tmp_path / "copy.db")
    assert counts == {"alembic_version": 1, "user": 3}
    assert names_in(tmp_path / "copy.db") == ["学员0", "学员1", "学员2"]
    assert [p.name for p in tmp_path.glob("copy*")] == ["copy.db"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_backup_shows_one_moment_while_writers_go_on(tmp_path: Path) -> None:
    database = make_database(tmp_path / "live.db", users=0)
    stop = threading.Event()

    def write_pairs() -> None:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=15)) as connection:
            while not stop.is_set():
                connection.executescript(
                    "BEGIN IMMEDIATE; INSERT INTO user (name) VALUES ('左');"
                    "INSERT INTO user (name) VALUES ('右'); COMMIT;"
                )

    writer = threading.Thread(target=write_pairs)
    writer.start()
    try:
        for number in range(10):
            counts = backup(database, tmp_path / f"copy{number}.db")
            names = names_in(tmp_path / f"copy{number}.db")
            assert counts["user"] == len(names)
            assert names.count("左") == names.count("右")
    finally:
        stop.set()
        writer.join()


def test_backup_never_overwrites(tmp_path: Path) -> None:
    database = make_database(tmp_path / "live.db", users=1)
    backup(database, tmp_path / "copy.db")
    with pytest.raises(Conflict):
        backup(database, tmp_path / "copy.db")


def test_restore_brings_back_the_rows_and_keeps_the_former_database(tmp_path: Path) -> None:
    database = make_database(tmp_path / "live.db", users=2)
    backup(database, tmp_path / "copy.db")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DELETE FROM user WHERE id = 1")
        connection.commit()
    counts, kept = restore(tmp_path / "copy.db", database, force=True)
    assert counts["user"] == 2
    assert names_in(database) == ["学员0", "学员1"]
    assert kept is not None
    assert names_in(kept) == ["学员1"]


def test_restore_into_nothing_needs_no_force(tmp_path: Path) -> None:
    backup(make_database(tmp_path / "live.db", users=2), tmp_path / "copy.db")
    counts, kept = restore(tmp_path / "copy.db", tmp_path / "new" / "live.db", force=False)
    assert (counts["user"], kept) == (2, None)


def test_restore_over_an_empty_file_keeps_nothing(tmp_path: Path) -> None:
    backup(make_database(tmp_path / "live.db", users=2), tmp_path / "copy.db")
    (tmp_path / "new.db").touch()
    counts, kept = restore(tmp_path / "copy.db", tmp_path / "new.db", force=False)
    assert (counts["user"], kept) == (2, None)


def test_restore_refuses_a_database_with_accounts_without_force(tmp_path: Path) -> None:
    database = make_database(tmp_path / "live.db", users=2)
    backup(database, tmp_path / "copy.db")
    with pytest.raises(Conflict, match="--force"):
        restore(tmp_path / "copy.db", database, force=False)
    assert names_in(database) == ["学员0", "学员1"]


def test_restore_refuses_while_an_idle_server_has_the_database_open(tmp_path: Path) -> None:
    database = make_database(tmp_path / "live.db", users=2)
    backup(database, tmp_path / "copy.db")
    with closing(sqlite3.connect(database)) as serving:
        serving.execute("SELECT count(*) FROM user").fetchone()
        with pytest.raises(Conflict, match="正在使用"):
            restore(tmp_path / "copy.db", database, force=True)
    assert names_in(database) == ["学员0", "学员1"]


@pytest.mark.parametrize("damage", ["truncated", "text", "empty", "foreign"])
def test_restore_refuses_what_is_no_whole_backup(tmp_path: Path, damage: str) -> None:
    database = make_database(tmp_path / "live.db", users=2000)
    copy = tmp_path / "copy.db"
    backup(database, copy)
    if damage == "truncated":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    elif damage == "text":
        copy.write_text("姓名，单位\n")
    elif damage == "empty":
        copy.write_bytes(b"")
    else:
        copy.unlink()
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("CREATE TABLE other (id INTEGER)")
    with pytest.raises(RuleBroken):
        restore(copy, database, force=True)
    assert len(names_in(database)) == 2000
