"""The schema's history: one Alembic branch for core and one for each plugin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.extensions import Base, Database

HERE = Path(__file__).parent


def configuration(locations: Sequence[Path] = ()) -> Config:
    """Alembic's configuration with core's branch and the branches at `locations`."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(path) for path in [HERE / "versions", *locations]))
    return config


def upgrade(database: Database, locations: Sequence[Path] = ()) -> list[str]:
    """Bring the database to the newest revision of every branch, in one transaction; gives the heads."""
    config = configuration(locations)
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")
    return sorted(ScriptDirectory.from_config(config).get_heads())


def pending(database: Database, locations: Sequence[Path] = ()) -> list[str]:
    """The heads the database has not reached yet."""
    heads = set(ScriptDirectory.from_config(configuration(locations)).get_heads())
    with database.engine.connect() as connection:
        return sorted(heads - set(MigrationContext.configure(connection).get_current_heads()))


def differences(database: Database) -> list[object]:
    """What the models have and the migrated database lacks, or the other way round."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))
