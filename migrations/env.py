"""Runs migrations on the application's own engine, then puts every guard back in place."""

from alembic import context
from alembic.script import ScriptDirectory
from flask import current_app

from core import guards
from core.db import db


def _drop_triggers(connection):
    """A trigger that reads another table keeps SQLite from putting that table's new form in its place."""
    names = (
        connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
    )
    for name in names:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def _is_newest():
    """An older schema gets its guards from the code that goes with it, by an upgrade that has nothing else to do."""
    heads = ScriptDirectory.from_config(context.config).get_heads()
    return context.get_context().get_current_revision() in heads


def run() -> None:
    """Migrate inside one transaction; batch mode drops triggers, so they are recreated each time."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # A batch migration drops the table that others refer to before it puts the new one in its place;
            # it can only be switched outside a transaction.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
            connection = connection.execution_options(writing=True)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            if sqlite:
                _drop_triggers(connection)
            context.run_migrations()
            if not getattr(context.config.cmd_opts, "autogenerate", False) and _is_newest():
                guards.install(connection)
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("rows refer to what is not there; nothing was migrated")
        connection.commit()
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
