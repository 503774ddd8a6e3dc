"""A county with people, and lists about them as workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.extensions import Database, tenant_scope
from core.matching.jobs import files_of
from core.matching.models import Source
from core.matching.services import finding, sources
from core.matching.services.sources import Place
from core.privacy import vault_of
from core.tenancy.models import Tenant
from core.units.models import Unit
from tests.conftest import settings_for
from tests.factories.registry import ACTOR, JIA, YI
from tests.factories.units import make_tree
from tests.support.workbooks import excel

HEAD = ("姓名", "身份证号", "村", "类别")
VILLAGE = "990101100001"
Bring = Callable[..., Source]


@pytest.fixture
def units(session: Session) -> dict[str, Unit]:
    """The tree, with two neighbouring counties as tenants."""
    found = make_tree(session)
    session.add_all(Tenant(id=code, unit_id=found[code].id, founded_on=dt.date(2015, 1, 1)) for code in ("00", "99", JIA, YI))
    session.flush()
    return found


@pytest.fixture
def jia(session: Session, units: dict[str, Unit]) -> Iterator[dict[str, Unit]]:
    """The units, with 甲县 open."""
    with tenant_scope(session, JIA):
        yield units


@pytest.fixture
def place(session: Session, database: Database, tmp_path: Path, jia: dict[str, Unit]) -> Place:
    """The county's desk."""
    settings = settings_for(database.url, tmp_path)
    return Place(JIA, jia[JIA], ACTOR, Scope(whole=(JIA,)), files_of(settings, vault_of(session), JIA))


@pytest.fixture
def bring(session: Session, place: Place) -> Bring:
    """Takes a list in and compares it with the registry."""

    def take(rows: Sequence[Sequence[object]], kind: str = "poverty", title: str = "", head: Sequence[str] = HEAD,
             day: dt.date = dt.date(2016, 9, 1)) -> Source:
        source = sources.take_in(session, place, excel([head, *rows]), "名单.xlsx", kind, title, day)
        sources.map_columns(session, place, source, source.mapping)
        sources.load(session, place, source)
        finding.match_source(session, source, ACTOR)
        session.flush()
        return source

    return take
