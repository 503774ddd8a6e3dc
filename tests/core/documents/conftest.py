"""A county at work with its files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core import privacy
from core.documents.folders import BUILTIN
from core.documents.storage import Store
from core.documents.subjects import UNIT, Subject
from core.extensions import Actor, Database, tenant_scope
from core.host.contract import FolderSpec
from core.units.queries import get_unit_by_code
from tests.conftest import settings_for
from tests.factories.units import make_tree

JIA = "990101"
ACTOR = Actor(None, "测试甲")
DAY = dt.date(2016, 10, 17)
FOLDERS: dict[str, FolderSpec] = {spec.code: spec for spec in BUILTIN}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.at("", tmp_path)


@pytest.fixture
def county(database: Database, tmp_path: Path) -> Iterator[Session]:
    """A writing session open on 甲县, on both databases."""
    privacy.install(database, settings_for(database.url, tmp_path))
    session = database.session(write=True)
    make_tree(session)
    with tenant_scope(session, JIA):
        yield session
    session.close()


@pytest.fixture
def school(county: Session) -> Subject:
    unit = get_unit_by_code(county, "990101-S01")
    return Subject(UNIT, unit.id, unit.name, JIA, unit.id)
