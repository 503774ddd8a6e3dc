"""The tree, a vault and the sample ledgers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.extensions import Actor, Database, tenant_scope
from core.ledgers.context import Context
from core.privacy.vault import KEY, Vault
from core.units.models import Unit
from tests.factories.units import make_tree

JIA = "990101"
ACTOR = Actor(uuid.UUID(int=1), "测试甲")
GOOD = {"number": "JX001", "head": "测试甲", "id_number": "11010519491231002X", "phone": "13800000000", "members": "4",
        "area": "36.5", "income": "3200.50", "identified_on": "2015-09-01", "paid_month": "201509", "kind": "建档立卡户",
        "causes": "因病、因学", "water": "是", "school_year": "2016-2017", "term": "秋季学期", "note": "虚构的备注"}


@pytest.fixture
def vault(database: Database, tmp_path: Path) -> Vault:
    made = Vault.at(tmp_path)
    database.info[KEY] = made
    return made


@pytest.fixture
def units(database: Database) -> dict[str, Unit]:
    with database.transaction() as session:
        return make_tree(session)


@pytest.fixture
def jia(database: Database, vault: Vault, units: dict[str, Unit]) -> Iterator[Session]:
    """A writing session with 甲县 open."""
    session = database.session(write=True)
    with tenant_scope(session, JIA):
        yield session
        session.rollback()
    session.close()


@pytest.fixture
def context(units: dict[str, Unit]) -> Context:
    """Finds the units of the tree by code."""
    return Context({"unit": lambda texts: {text: units[text].id for text in texts if text in units}})
