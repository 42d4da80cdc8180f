"""One migrated database a test process, given back clean to every test; SQLite or PostgreSQL.

`JIANGTAI_TEST_DATABASE=postgresql` runs the whole suite on a PostgreSQL that comes as a wheel, or on the
server named by `TEST_DATABASE_URL`. Tests marked `databases` run on both in every run.
"""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Table

from app import create_app
from app.settings import Settings
from core import audit, clock, sealed
from core.db import db, transaction
from tests.factories.county import Browser, County, build_county, sign_in_as, visitor
from tests.postgres import bring_back, empty, fresh_database, keep

SOAK = os.environ.get("JIANGTAI_SOAK") == "1"
FILE = "test.sqlite"
KEYS = {"k1": bytes(range(32))}
# Monday of the demo; domain time stands here in every test unless the test moves it.
NOW = datetime(2027, 5, 10, 9, 0)


def settings_for(instance: Path, url: str) -> Settings:
    """Settings of a test instance."""
    return Settings(instance=instance, database_url=url, secret_key="test" * 8, data_keys=KEYS, testing=True)


@lru_cache
def _after_migrations(backend: str) -> str:
    """URL of an empty database that has gone through every migration, which takes seconds: made once a process."""
    instance = Path(mkdtemp(prefix="jiangtai-"))
    atexit.register(shutil.rmtree, instance, ignore_errors=True)
    url = fresh_database() if backend == "postgresql" else f"sqlite:///{instance / FILE}"
    with create_app(settings_for(instance, url)).app_context():
        upgrade(str(Path(__file__).parents[1] / "migrations"))
        db.session.remove()
        db.engine.dispose()
    return url


def migrated(instance: Path, backend: str = "sqlite") -> Flask:
    """An application on a migrated, empty database of its own: `instance / FILE`, or one of the server's."""
    empty = _after_migrations(backend)
    if backend == "postgresql":
        url = fresh_database(like=empty)
    else:
        url = f"sqlite:///{shutil.copy(empty.removeprefix('sqlite:///'), instance / FILE)}"
    app = create_app(settings_for(instance, url))
    assert app.config["DATABASE_READY"]
    return app


def wipe(app: Flask) -> None:
    """Empty every table of a PostgreSQL but those that migrations fill, append-only ones included."""
    with app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            empty(connection, _written())


def _written() -> list[Table]:
    return [t for t in reversed(db.metadata.sorted_tables) if t.name != "quarter_hour"]


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
    return migrated(instance, backend), instance


@pytest.fixture
def app(_prepared: tuple[Flask, Path], backend: str) -> Iterator[Flask]:
    """The application on an empty, migrated database; an application context is open."""
    prepared, instance = _prepared
    if backend == "postgresql":
        wipe(prepared)
    else:
        with prepared.app_context():
            put_back(instance, Path(_after_migrations(backend).removeprefix("sqlite:///")))
    clock.set_offset(
        NOW - (clock.instant() + (datetime.now(clock.SHANGHAI).replace(tzinfo=None) - clock.instant()))
    )
    audit.set_doing(audit.Doing())
    # Keys are the process's: a test before this one may have started an application with others.
    sealed.use_keys(KEYS, "k1")
    with prepared.app_context():
        yield prepared
        db.session.remove()


def put_back(instance: Path, kept: Path) -> None:
    """Let the application of the suite go on with a copy of the file `kept`."""
    db.session.remove()
    db.engine.dispose()
    for part in ("-wal", "-shm"):
        (instance / f"{FILE}{part}").unlink(missing_ok=True)
    shutil.copy(kept, instance / FILE)


@dataclass
class Kept:
    """The small county once it was built, and on PostgreSQL the tables it fills."""

    county: County | None = None
    filled: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def _kept() -> Kept:
    """Nothing at first."""
    return Kept()


@pytest.fixture
def county(app: Flask, backend: str, _prepared: tuple[Flask, Path], _kept: Kept) -> County:
    """A small county: tree, one account a role, courses, six instructors, three bases, one class.

    Built once a process; to bring its rows back takes a tenth of the time.
    """
    file = _prepared[1] / "county.sqlite"
    if _kept.county is None:
        with transaction():
            _kept.county = build_county()
        db.session.remove()
        if backend == "postgresql":
            with db.engine.begin() as connection:
                _kept.filled = keep(connection, _written())
        else:
            db.engine.dispose()
            shutil.copy(_prepared[1] / FILE, file)
    elif backend == "postgresql":
        with db.engine.begin() as connection:
            bring_back(connection, _kept.filled)
    else:
        put_back(_prepared[1], file)
    return deepcopy(_kept.county)


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser that is not signed in."""
    return visitor(app)


@pytest.fixture
def sign_in(app: Flask, county: County) -> Callable[[str], Browser]:
    """`sign_in("organiser")` gives a signed-in browser for one of the county's accounts."""
    return lambda login: sign_in_as(app, login)
