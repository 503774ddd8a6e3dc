"""The schema's history: one Alembic branch for core and one for each plugin.

Each branch keeps its own table of versions and is brought up in its own transaction: a plugin whose
migration fails, or that is gone while its tables stay, does not hold up core or the other plugins.
"""

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
VERSIONS = "alembic_version"
#: a plugin's slug with the folder of its revisions
Branch = tuple[str, Path]
CORE: Branch = ("", HERE / "versions")


def configuration(branch: Branch = CORE) -> Config:
    """Alembic's configuration for one branch."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(branch[1]))
    config.attributes["version_table"] = _table(branch)
    return config


def upgrade(database: Database, branches: Sequence[Branch] = ()) -> dict[str, str]:
    """Bring core's branch to its newest revision, then each plugin's; gives the plugins that failed, with the
    reason. A fault of core's own branch is raised."""
    _upgrade(database, CORE)
    failed: dict[str, str] = {}
    for branch in branches:
        try:
            _upgrade(database, branch)
        except (Exception, SystemExit) as error:
            failed[branch[0]] = f"{type(error).__name__}：{error}"
    return failed


def _upgrade(database: Database, branch: Branch) -> None:
    config = configuration(branch)
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def pending(database: Database, branches: Sequence[Branch] = ()) -> list[str]:
    """The heads the database has not reached yet; of a plugin whose revisions cannot be read, its name."""
    waiting = _pending(database, CORE)
    for branch in branches:
        try:
            waiting += _pending(database, branch)
        except (Exception, SystemExit):
            waiting.append(branch[0])
    return waiting


def _pending(database: Database, branch: Branch) -> list[str]:
    heads = set(ScriptDirectory.from_config(configuration(branch)).get_heads())
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": _table(branch)})
        return sorted(heads - set(context.get_current_heads()))


def differences(database: Database) -> list[object]:
    """What the models have and the migrated database lacks, or the other way round."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        return list(compare_metadata(context, Base.metadata))


def _table(branch: Branch) -> str:
    return f"{VERSIONS}_{branch[0]}" if branch[0] else VERSIONS


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(VERSIONS)
