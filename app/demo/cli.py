"""`flask demo prepare` and `flask demo sign-ins`: what `./run demo` calls."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_migrate import upgrade
from sqlalchemy import inspect, select

from accounts.models import OrgUnit
from app.demo import people, story
from app.settings import ROOT
from core.db import db, session, transaction
from core.settings import get_setting, set_setting

demo = AppGroup("demo", help="The demo county.")
MARK = "demo"


def _database_file() -> Path | None:
    name = db.engine.url.database
    return Path(name) if db.engine.dialect.name == "sqlite" and name else None


def _start_over() -> None:
    """Drop a demo that was interrupted while loading: half a county helps nobody."""
    db.session.remove()
    db.engine.dispose()
    file = _database_file()
    if file is not None:
        for part in ("", "-wal", "-shm"):
            Path(f"{file}{part}").unlink(missing_ok=True)


@demo.command("prepare", help="Migrates, and loads the demo when it is not there yet.")
def prepare() -> None:
    """Idempotent; never touches an instance that holds anything else."""
    state = get_setting(MARK, "") if inspect(db.engine).has_table("setting") else ""
    session().rollback()
    if state == "loading":
        _start_over()
    upgrade(str(ROOT / "migrations"))
    if state == "ready":
        return
    if session().scalar(select(OrgUnit.id).limit(1)) is not None:
        click.echo(
            "This instance holds other data; the demo is not loaded / 这个实例里有别的数据，没有载入演示",
            err=True,
        )
        return
    session().rollback()
    with transaction():
        set_setting(MARK, "loading")
    click.echo("Loading the demo county / 正在载入演示县 …")
    story.tell(sys.stdout)
    with transaction():
        set_setting(MARK, "ready")


@demo.command("sign-ins", help="Prints one sign-in per role.")
def sign_ins() -> None:
    """Names, the shared password, and what each is for."""
    rows = [*[(a.login, a.does) for a in people.ACCOUNTS], *get_setting("demo_people", [])]
    click.echo(f"密码 password: {people.PASSWORD}")
    for login, does in rows:
        click.echo(f"  {login:15} {does}")
