"""One migrated database a test process, given back clean to every test; SQLite or PostgreSQL.

`JIANGTAI_TEST_DATABASE=postgresql` runs the whole suite on a PostgreSQL that comes as a wheel, or on the
server named by `TEST_DATABASE_URL`. Tests marked `databases` run on both in every run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.settings import Settings
from core import audit, clock, sealed
from core.db import db, transaction
from tests.factories.county import Browser, County, build_county, sign_in_as, visitor
from tests.postgres import fresh_database

SOAK = os.environ.get("JIANGTAI_SOAK") == "1"
KEYS = {"k1": bytes(range(32))}
# Monday of the demo; domain time stands here in every test unless the test moves it.
NOW = datetime(2027, 5, 10, 9, 0)


def settings_for(instance: Path, url: str) -> Settings:
    """Settings of a test instance."""
    return Settings(instance=instance, database_url=url, secret_key="test" * 8, data_keys=KEYS, testing=True)


def migrated(instance: Path, url: str) -> Flask:
    """An application on a database that has gone through every migration."""
    app = create_app(settings_for(instance, url))
    with app.app_context():
        upgrade(str(Path(__file__).parents[1] / "migrations"))
        db.session.remove()
        db.engine.dispose()
    app = create_app(settings_for(instance, url))
    assert app.config["DATABASE_READY"]
    return app


def wipe(app: Flask) -> None:
    """Empty every table but those that migrations fill, append-only ones included."""
    with app.app_context():
        db.session.remove()
        tables = [t for t in reversed(db.metadata.sorted_tables) if t.name != "quarter_hour"]
        with db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
                for table in tables:
                    connection.execute(table.delete())
                connection.execute(text("SET session_replication_role = DEFAULT"))


# A module runs on one process from its first test to its last: those that take minutes come before the many small ones.
LONGEST_FIRST = (
    "test_matrix",
    "test_every_page",
    "test_add_a_rule",
    "test_seven_steps",
    "test_whole_life",
    "browser",
)


def _when(item: pytest.Item) -> int:
    names = (item.path.stem, item.path.parent.name)
    return min((LONGEST_FIRST.index(n) for n in names if n in LONGEST_FIRST), default=len(LONGEST_FIRST))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest modules first.

    On PostgreSQL, leave out what opens no database of the suite: it would say again what it says on SQLite.
    """
    items.sort(key=_when)
    if os.environ.get("JIANGTAI_TEST_DATABASE") != "postgresql":
        return
    other = [item for item in items if "_prepared" not in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in set(other)]


@pytest.fixture(scope="session")
def backend() -> str:
    """Which database the suite runs on."""
    return os.environ.get("JIANGTAI_TEST_DATABASE", "sqlite")


@pytest.fixture(scope="session")
def _prepared(backend: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Path]:
    instance = tmp_path_factory.mktemp("app")
    url = fresh_database() if backend == "postgresql" else f"sqlite:///{instance / 'test.sqlite'}"
    app = migrated(instance, url)
    if backend == "sqlite":
        with app.app_context():
            db.engine.dispose()
        shutil.copy(instance / "test.sqlite", instance / "template.sqlite")
    return app, instance


@pytest.fixture
def app(_prepared: tuple[Flask, Path], backend: str) -> Iterator[Flask]:
    """The application on an empty, migrated database; an application context is open."""
    prepared, instance = _prepared
    if backend == "postgresql":
        wipe(prepared)
    else:
        with prepared.app_context():
            db.session.remove()
            db.engine.dispose()
        for part in ("test.sqlite-wal", "test.sqlite-shm"):
            (instance / part).unlink(missing_ok=True)
        shutil.copy(instance / "template.sqlite", instance / "test.sqlite")
    clock.set_offset(
        NOW - (clock.instant() + (datetime.now(clock.SHANGHAI).replace(tzinfo=None) - clock.instant()))
    )
    audit.set_doing(audit.Doing())
    # Keys are the process's: a test before this one may have started an application with others.
    sealed.use_keys(KEYS, "k1")
    with prepared.app_context():
        yield prepared
        db.session.remove()


@pytest.fixture
def county(app: Flask) -> County:
    """A small county: tree, one account a role, courses, six instructors, three bases, one class."""
    with transaction():
        built = build_county()
    return built


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser that is not signed in."""
    return visitor(app)


@pytest.fixture
def sign_in(app: Flask, county: County) -> Callable[[str], Browser]:
    """`sign_in("organiser")` gives a signed-in browser for one of the county's accounts."""
    return lambda login: sign_in_as(app, login)
