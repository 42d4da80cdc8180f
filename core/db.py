"""One engine factory for SQLite and PostgreSQL, and the only way to write: `with transaction():`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any

from flask_babel import gettext
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ColumnElement, Engine, MetaData, Select, any_, bindparam, event, func, select, text
from sqlalchemy import Enum as EnumType
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
)
from sqlalchemy.orm.exc import StaleDataError

from core.errors import Conflict
from core.words import N_

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
CLASH = N_("刚刚有人作了冲突的改动，什么都没有保存。请刷新后再试。")
STALE = N_("这条记录刚刚被别人改过，请刷新后再改。")


class Base(DeclarativeBase):
    """Declarative base with stable constraint names, so that migrations can address them."""

    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)

# mypy rejects subclassing db.Model, which is made at run time.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def among(column: InstrumentedAttribute[Any], values: Iterable[int]) -> ColumnElement[bool]:
    """`column IN values` for many numbers: of a plain list SQLAlchemy looks at each, which takes longer than the query."""
    return column.in_(bindparam(None, list(values), expanding=True))


def first_of(column: InstrumentedAttribute[int], few: Select[int]) -> ColumnElement[bool]:
    """`column IN few`, where the few are to be looked for first.

    PostgreSQL believes them to be many and reads all the others instead, unless it is given an array.
    """
    if session().get_bind().dialect.name == "postgresql":
        return column == any_(func.array(few.scalar_subquery()))
    return column.in_(few)


def count_to(most: int, stmt: Select[*tuple[Any, ...]]) -> int:
    """How many rows a statement finds, as far as one more than `most`: then there are more, and counting ends."""
    return session().scalar(select(func.count()).select_from(stmt.limit(most + 1).subquery())) or 0


def choice(kind: type[Enum], name: str | None = None) -> EnumType:
    """Column type of an enumeration: a short string the database checks.

    Two columns of one kind in a table need a `name` each for their constraints.
    """
    return EnumType(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [m.value for m in members],
    )


class Versioned:
    """Rows people edit carry a counter; a stale edit is a Conflict."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def expect_version(self, seen: int | None) -> None:
        """Raise Conflict when the row is no longer the one the person saw; None skips the check."""
        if seen is not None and seen != self.version:
            raise Conflict(gettext(STALE))


def session() -> Session:
    """The current SQLAlchemy session, typed."""
    return db.session()


@contextmanager
def transaction() -> Iterator[Session]:
    """One user action: commit at the end, roll everything back on any error.

    Reads done before it in the same request are ended first, so that SQLite takes its write lock
    at once (BEGIN IMMEDIATE) and every row is read afresh. Refused constraints and stale
    versions become Conflict, with nothing written. It does not nest.
    """
    current = db.session()
    if current.info.get("writing"):
        raise RuntimeError("transaction() does not nest: one action is one transaction")
    current.rollback()
    current.info["writing"] = True
    try:
        current.connection(execution_options={"writing": True})
        yield current
        current.commit()
    except (IntegrityError, StaleDataError) as error:
        current.rollback()
        raise Conflict(gettext(CLASH)) from error
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info["writing"] = False


def is_writing() -> bool:
    """Whether a transaction that writes is open: what is read in it may yet be rolled back."""
    return bool(session().info.get("writing"))


def refresh_statistics() -> None:
    """Count what SQLite chooses its indexes by, from a sample: without it a list page picks the wrong one.

    In a smaller sample one day's lessons look as many as a whole county's. PostgreSQL does this by itself.
    """
    if session().get_bind().dialect.name == "sqlite":
        session().execute(text("PRAGMA analysis_limit=20000"))  # half a second with 100 000 lessons
        session().execute(text("ANALYZE"))


def configure_engine(engine: Engine) -> None:
    """Give SQLite the settings under which concurrent writers wait instead of failing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=20000",
            "secure_delete=ON",
            # 32 MiB a connection: with SQLite's own 2 MB a count reads most of a large table from the disk again.
            "cache_size=-32768",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A deferred BEGIN that turns into a write fails under load; IMMEDIATE waits its turn.
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
