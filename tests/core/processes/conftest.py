"""甲县 open on a session, with two people and a certificate of the sample."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.extensions import CHINA, Actor, Database, clock, tenant_scope
from core.processes.services import begin
from core.units.models import Unit
from tests.factories.units import make_tree
from tests.sample_plugin.models import Certificate
from tests.sample_plugin.processes import CERTIFICATE

JIA, SCHOOL = "990101", "990101-S01"
SCHOOL_CLERK = Actor(uuid.UUID(int=1), "测试甲", role="school_clerk")
COUNTY_CLERK = Actor(uuid.UUID(int=2), "测试乙", role="aid_centre")
OTHER_CLERK = Actor(uuid.UUID(int=3), "测试丙", role="aid_centre")
Make = Callable[..., Certificate]


@pytest.fixture
def units(database: Database) -> dict[str, Unit]:
    with database.transaction() as session:
        return make_tree(session)


@pytest.fixture
def jia(database: Database, units: dict[str, Unit]) -> Iterator[Session]:
    """A writing session with 甲县 open."""
    session = database.session(write=True)
    with tenant_scope(session, JIA):
        yield session
        session.rollback()
    session.close()


def make_certificate(session: Session, unit_id: uuid.UUID, donor: str = "测试公司", actor: Actor = SCHOOL_CLERK,
                     amount: Decimal | None = Decimal("60000.00")) -> Certificate:
    """A certificate at the start of its process."""
    made = Certificate(tenant_id=JIA, unit_id=unit_id, donor=donor, amount=amount)
    session.add(made)
    begin(session, CERTIFICATE, made, actor)
    return made


@pytest.fixture
def make(jia: Session, units: dict[str, Unit]) -> Make:
    return lambda donor="测试公司", **values: make_certificate(jia, units[SCHOOL].id, donor, **values)


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    """Let it be this day, at nine in the morning."""
    return lambda day: monkeypatch.setattr(clock, "_now", lambda: dt.datetime.combine(day, dt.time(9), CHINA))
