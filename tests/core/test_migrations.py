"""The migrations build what the models say, from nothing, on both databases."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, text

from core import migrations
from core.extensions import Database
from tests.conftest import SAMPLE
from tests.support import postgres
from tests.support.hosts import loaded


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


def branches(tmp_path: Path) -> list[migrations.Branch]:
    return loaded(SAMPLE).migration_locations()


def core_head() -> str:
    return head(migrations.CORE)


def head(branch: migrations.Branch) -> str:
    (found,) = ScriptDirectory.from_config(migrations.configuration(branch)).get_heads()
    return found


def test_upgrade_from_nothing_equals_the_models(bare: Database, tmp_path: Path) -> None:
    found = branches(tmp_path)
    assert migrations.pending(bare, found) == [core_head(), *(head(branch) for branch in found)]
    assert migrations.upgrade(bare, found) == {}
    assert migrations.differences(bare) == []
    assert migrations.pending(bare, found) == []


def test_a_second_upgrade_changes_nothing(bare: Database, tmp_path: Path) -> None:
    migrations.upgrade(bare, branches(tmp_path))
    assert migrations.upgrade(bare, branches(tmp_path)) == {}
    assert migrations.pending(bare, branches(tmp_path)) == []


def test_cores_whole_chain_goes_down_and_up_again(bare: Database) -> None:
    migrations.upgrade(bare)
    whole, config = tables(bare), migrations.configuration()
    with bare.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert tables(bare) == {"alembic_version"}
    migrations.upgrade(bare)
    assert tables(bare) == whole
    assert [one for one in migrations.differences(bare) if not re.search("sample|donations|education_aid", str(one))] == []


def test_persons_others_refer_to_get_their_new_columns(bare: Database) -> None:
    config = migrations.configuration()
    with bare.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0020_staff_documents")
    person = uuid.uuid4()
    with bare.engine.begin() as connection:
        for name, given in (("registry_persons", {"id": person}), ("registry_enrolments", {"id": uuid.uuid4(), "person_id": person})):
            table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
            values = {column.name: _anything(column) for column in table.columns if not column.nullable}
            values |= {key: value.hex if bare.engine.dialect.name == "sqlite" else value for key, value in given.items()}
            connection.execute(table.insert().values(values))
    migrations.upgrade(bare)
    assert migrations.pending(bare) == []
    with bare.engine.begin() as connection:
        assert connection.execute(text("SELECT work, medical_insurance FROM registry_persons")).all() == [("", None)]
        config.attributes["connection"] = connection
        command.downgrade(config, "0020_staff_documents")
        assert connection.execute(text("SELECT count(*) FROM registry_enrolments")).scalar_one() == 1


def _anything(column: Column[Any]) -> Any:
    return {str: "", int: 0, bool: False, object: {}, dict: {}, list: [], uuid.UUID: uuid.UUID(int=1), dt.date: dt.date(2016, 9, 1),
            dt.datetime: dt.datetime(2016, 9, 1, tzinfo=dt.UTC)}[column.type.python_type]


def test_each_branch_has_one_head_and_its_own_name(tmp_path: Path) -> None:
    for branch in [migrations.CORE, *branches(tmp_path)]:
        script = ScriptDirectory.from_config(migrations.configuration(branch))
        (base,) = script.get_bases()
        revision = script.get_revision(base)
        assert revision is not None
        assert revision.branch_labels == {branch[0] or "core"}
        assert len(script.get_heads()) == 1


@pytest.fixture
def make_branch(tmp_path: Path) -> Callable[[str], migrations.Branch]:
    def make(body: str) -> migrations.Branch:
        folder = tmp_path / "broken"
        folder.mkdir()
        head = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'broken_0001'\ndown_revision = None\n"
        (folder / "broken_0001.py").write_text(head + body)
        return ("broken", folder)
    return make


MakeBranch = Callable[[str], migrations.Branch]


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(database.engine.dialect.get_table_names(connection))


def test_a_failing_migration_of_a_plugin_leaves_nothing_and_the_rest_is_laid(
        bare: Database, tmp_path: Path, make_branch: MakeBranch) -> None:
    broken = make_branch("def upgrade():\n    op.create_table('broken_rows', sa.Column('id', sa.Integer()))\n"
                         "    raise ValueError('halfway')\n")
    assert migrations.upgrade(bare, [broken, *branches(tmp_path)]) == {"broken": "ValueError：halfway"}
    assert "broken_rows" not in tables(bare)
    assert {"units", "sample_visits"} <= tables(bare)
    assert migrations.pending(bare, [broken]) == ["broken_0001"]


def test_revisions_that_cannot_be_read_hold_up_nobody(
        bare: Database, tmp_path: Path, make_branch: MakeBranch) -> None:
    broken = make_branch("import no_such_library_of_the_plugin\n")
    assert list(migrations.upgrade(bare, [broken])) == ["broken"]
    assert migrations.pending(bare, [broken]) == ["broken"]
    assert "units" in tables(bare)


def test_core_goes_on_while_a_plugin_is_gone_and_its_tables_stay(bare: Database, tmp_path: Path) -> None:
    migrations.upgrade(bare, branches(tmp_path))
    assert migrations.upgrade(bare) == {}
    assert "sample_visits" in tables(bare)


def test_a_fault_of_cores_own_branch_is_raised(
        bare: Database, make_branch: MakeBranch, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = make_branch("def upgrade():\n    raise ValueError('halfway')\n")
    monkeypatch.setattr(migrations, "CORE", ("", broken[1]))
    with pytest.raises(ValueError, match="halfway"):
        migrations.upgrade(bare)
    assert tables(bare) <= {"alembic_version"}
