"""The migrations build what the models say, from nothing, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from core import migrations
from core.app import BUILTINS
from core.extensions import Database
from core.host.manager import PluginHost, load
from tests.conftest import SAMPLE, settings_for
from tests.support import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'bare.sqlite3'}")
        yield found
        found.dispose()
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = postgres.unique_name()
    found = Database(server.create(name))
    yield found
    found.dispose()
    server.drop(name)


def locations(tmp_path: Path) -> list[Path]:
    host: PluginHost = load(settings_for("sqlite://", tmp_path, SAMPLE), BUILTINS)
    return [folder for _, folder in host.migration_locations()]


def test_upgrade_from_nothing_equals_the_models(bare: Database, tmp_path: Path) -> None:
    found = locations(tmp_path)
    assert migrations.pending(bare, found) != []
    migrations.upgrade(bare, found)
    assert migrations.differences(bare) == []
    assert migrations.pending(bare, found) == []


def test_a_second_upgrade_changes_nothing(bare: Database, tmp_path: Path) -> None:
    first = migrations.upgrade(bare, locations(tmp_path))
    assert migrations.upgrade(bare, locations(tmp_path)) == first


def test_each_branch_has_one_head_and_its_own_name(tmp_path: Path) -> None:
    script = ScriptDirectory.from_config(migrations.configuration(locations(tmp_path)))
    bases = [script.get_revision(base) for base in script.get_bases()]
    labels = [label for base in bases for label in base.branch_labels]
    assert sorted(labels) == ["core", "sample"]
    assert len(script.get_heads()) == len(bases)


def test_a_failing_migration_leaves_the_database_as_it_was(bare: Database, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "broken_0001.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        "revision = 'broken_0001'\ndown_revision = None\nbranch_labels = ('broken',)\ndepends_on = None\n"
        "def upgrade():\n    op.create_table('broken_rows', sa.Column('id', sa.Integer()))\n    raise ValueError('halfway')\n"
    )
    with pytest.raises(ValueError, match="halfway"):
        migrations.upgrade(bare, [folder])
    with bare.engine.connect() as connection:
        tables = set(bare.engine.dialect.get_table_names(connection))
    assert "broken_rows" not in tables and "units" not in tables
