"""甲县 with its school, a vault, and a desk at which to import."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.scope import Part, Scope
from core.extensions import Actor, Database, tenant_scope
from core.host.ledgers import Ledger
from core.ledgers.imports import confirming, queries, services, uploading
from core.ledgers.imports.desk import Desk
from core.ledgers.imports.models import Import
from core.ledgers.imports.staging import Staging
from core.privacy.vault import KEY, Vault
from core.tenancy.models import Tenant
from core.units.models import Unit
from core.units.rules.levels import subtree
from tests.factories.units import make_tree
from tests.sample_plugin.ledgers import FAMILIES
from tests.sample_plugin.models import Family
from tests.support.workbooks import excel

COUNTY, SCHOOL = "990101", "990101-S01"
ACTOR = Actor(uuid.UUID(int=1), "测试甲")
HEADS = ["户编号", "户主姓名", "身份证号", "人口数", "识别日期"]
NAMES = "甲乙丙丁戊己庚辛壬癸"


def id_number(number: int) -> str:
    """A valid made-up ID number of a place that does not exist."""
    first = f"990101{1990 + number % 20}01{number % 28 + 1:02}{number % 1000:03}"
    total = sum(int(sign) * weight for sign, weight in zip(first, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return first + "10X98765432"[total % 11]


def household(number: int, **changes: Any) -> list[Any]:
    """A good row of `HEADS`."""
    row = dict(zip(HEADS, [f"JX{number:04}", f"测试{NAMES[number % 10]}", id_number(number), "4", "2015.9.1"], strict=True))
    return list((row | changes).values())


def roster(*rows: Sequence[Any]) -> bytes:
    """A workbook with a title above the header."""
    return excel([["测试县受访家庭名册"], HEADS, *rows], merged=["A1:E1"])


@dataclass
class Office:
    """The database of the county with transactions for the steps of an import."""

    database: Database
    folder: Path
    units: dict[str, Unit]
    ledger: Ledger = FAMILIES

    def desk(self, session: Session, code: str = COUNTY, who: Actor = ACTOR, ledger: Ledger | None = None) -> Desk:
        unit = self.units[code]
        scope = Scope(part=(Part(COUNTY, (subtree(unit.path),)),))
        vault = session.info[KEY]
        return Desk(ledger or self.ledger, COUNTY, unit, who, scope, Staging(self.folder, vault, COUNTY))

    def do(self, step: Callable[..., Any], *arguments: Any, code: str = COUNTY, number: uuid.UUID | None = None, **named: Any) -> Any:
        """One step in a transaction of its own, on the import of this number if one is given."""
        with self.database.transaction() as session, tenant_scope(session, COUNTY):
            desk = self.desk(session, code)
            if number is None:
                return step(session, desk, *arguments, **named)
            return step(session, desk, queries.get_import(session, desk.ledger, number, desk.scope), *arguments, **named)

    def checked(self, content: bytes, name: str = "名册.xlsx", code: str = COUNTY) -> Import:
        """A file taken in, mapped as proposed, and judged."""
        taken = self.do(uploading.take_in, name, content, code=code)
        number = taken.found.id
        if taken.outcome == "new":
            self.do(services.map_columns, taken.found.mapping, code=code, number=number)
        self.do(services.check, code=code, number=number)
        return self.at(number)

    def confirm(self, found: Import, choice: str = confirming.GOOD, code: str = COUNTY) -> Any:
        return self.do(confirming.confirm, choice, found.turn, code=code, number=found.id)

    def at(self, number: uuid.UUID) -> Import:
        """The import as it stands."""
        with self.database.session() as session, tenant_scope(session, COUNTY):
            return queries.get_import(session, self.ledger, number, Scope((COUNTY,)))

    def families(self) -> list[Family]:
        with self.database.session() as session, tenant_scope(session, COUNTY):
            return list(session.scalars(select(Family).order_by(Family.number)))


def _office(database: Database, folder: Path) -> Office:
    database.info[KEY] = Vault.at(folder)
    with database.transaction() as session:
        units = make_tree(session)
        session.add(Tenant(id=COUNTY, unit_id=units[COUNTY].id, founded_on=dt.date(2015, 1, 1)))
    return Office(database, folder, units)


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    """On SQLite only."""
    yield _office(sqlite_database, tmp_path)


@pytest.fixture
def both_offices(database: Database, tmp_path: Path) -> Iterator[Office]:
    """Once on SQLite and once on PostgreSQL."""
    yield _office(database, tmp_path)
