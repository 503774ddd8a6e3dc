"""A province and a county with keys, and entries to seal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from core.extensions import Actor, Database
from core.trail import redaction
from core.trail.keys import Keyring
from core.trail.sealing import seal
from core.trail.services import record
from core.trail.verifying import Verdict, verify

COUNTY, PROVINCE = "990101", "99"
ACTOR = Actor(None, "测试甲", role="tenant_admin", source="web", address="10.0.0.1")
NOW = dt.timedelta(seconds=-5)


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path) -> None:
    """The key of the hashes lies with the test."""
    redaction.keep_key_in(tmp_path)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path)


def write(database: Database, count: int = 5, tenant_id: str = COUNTY) -> None:
    """Entries of a county, one transaction each way of writing them."""
    with database.transaction() as session:
        for number in range(count):
            record(session, ACTOR, "core:plan:write", f"修改第 {number} 项“测试”\n\\", subject=f"plan:{number}",
                   tenant_id=tenant_id, before={"amount": "100.00", "n": number}, after={"amount": "120.00", "x": 1e22},
                   reason="调整")


def seal_all(database: Database, keyring: Keyring, tenant_id: str = COUNTY, upper: str = PROVINCE, most: int = 5) -> int:
    """Seal what waits; the number of batches made."""
    made = 0
    while True:
        with database.transaction() as session:
            batch = seal(session, tenant_id, keyring.make(tenant_id), keyring.make(upper) if upper else None,
                         settle=NOW, most=most)
        if batch is None:
            return made
        keyring.remember(tenant_id, batch.number, batch.head)
        made += 1


def check(database: Database, keyring: Keyring | None = None, tenant_id: str = COUNTY, upper: str = PROVINCE) -> Verdict:
    with database.session() as session:
        return verify(session, tenant_id, upper, keyring)


Tamper = Callable[[str], None]


@pytest.fixture
def sealed(database: Database, keyring: Keyring) -> Database:
    """Fifteen entries in three batches."""
    write(database, 15)
    with database.transaction() as session:
        seal(session, PROVINCE, keyring.make(PROVINCE), settle=NOW)
    assert seal_all(database, keyring) == 4  # the fourth holds the entry of the key
    return database
