"""Alembic's environment for one branch, core's or a plugin's, on whatever database the settings name."""

from __future__ import annotations

from alembic import context

from core.extensions import Base

config = context.config


def run() -> None:
    """Migrate over the connection handed in by `core.migrations`."""
    connection = config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=config.attributes["version_table"],
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
