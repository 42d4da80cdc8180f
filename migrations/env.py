"""Runs migrations on the application's own engine, then puts every guard back in place."""

from alembic import context
from flask import current_app

from core import guards
from core.db import db


def run() -> None:
    """Migrate inside one transaction; batch mode drops triggers, so they are recreated each time."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection = connection.execution_options(writing=True)
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transactional_ddl=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            if not getattr(context.config.cmd_opts, "autogenerate", False):
                guards.install(connection)
        connection.commit()


run()
