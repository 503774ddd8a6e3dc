"""A trail that was begun before there were seals goes on through the upgrade, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from core import migrations
from core.extensions import Database, all_tenants
from core.trail.keys import Keyring
from core.trail.models import TrailEntry
from tests.core.trail.conftest import COUNTY, check, seal_all
from tests.support import postgres

STATE = {"乙": [1, 2.5, None], "甲": "引号\"与\\\\"}


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the first release with two entries: with values before and after, and with none."""
    server = name = None
    if request.param == "postgresql":
        server, name = request.getfixturevalue("postgres_server"), postgres.unique_name()
    found = Database(server.create(name) if server else f"sqlite:///{tmp_path / 'old.sqlite3'}")
    move(found, "upgrade", "0001_core")
    with found.engine.begin() as connection:
        for number, state in ((1, json.dumps(STATE)), (2, "null")):
            connection.execute(text(
                "INSERT INTO trail_entries (tenant_id, id, at, who, role, action, subject, sentence, before, after, reason,"
                " source, address) VALUES (:tenant, :id, '2026-11-21 08:30:00.000000', '测试甲', '', 'core:plan:write', 'plan:1',"
                " '修改', :state, :state, '', 'web', '')"), {"tenant": COUNTY, "id": f"0192f3a4b5c67000900000000000000{number}",
                                                         "state": state})
    yield found
    found.dispose()
    if server:
        server.drop(name)


def move(database: Database, direction: str, revision: str) -> None:
    config = migrations.configuration()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)


def states(database: Database) -> list[dict[str, Any] | None]:
    with database.session() as session, all_tenants(session, "核对"):
        found = session.query(TrailEntry).filter(TrailEntry.tenant_id == COUNTY).order_by(TrailEntry.id).limit(2)
        return [value for entry in found for value in (entry.before, entry.after)]


def test_entries_of_before_are_kept_and_can_be_sealed(old: Database, tmp_path: Path) -> None:
    migrations.upgrade(old)
    assert states(old) == [STATE, STATE, None, None]
    with old.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM trail_entries WHERE before IS NULL")) == 1
    assert seal_all(old, Keyring(tmp_path), upper="") > 0
    verdict = check(old, Keyring(tmp_path), upper="")
    assert verdict.faults == [] and verdict.entries >= 2


def test_the_way_back_keeps_the_entries(old: Database) -> None:
    move(old, "upgrade", "0002_trail")
    move(old, "downgrade", "0001_core")
    with old.engine.connect() as connection:
        kept = connection.execute(text("SELECT before, after FROM trail_entries ORDER BY id")).all()
    first = [json.loads(value) if isinstance(value, str) else value for value in kept[0]]
    assert first == [STATE, STATE] and tuple(kept[1]) == (None, None)
