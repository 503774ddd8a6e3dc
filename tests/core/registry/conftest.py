"""Two neighbouring counties as tenants, the first one open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import tenant_scope
from core.tenancy.models import Tenant
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.registry import JIA
from tests.factories.units import make_tree

TENANTS = ("00", "99", "990101", "990102")


@pytest.fixture
def units(session: Session) -> dict[str, Unit]:
    """The tree, with the tenants in it."""
    units = make_tree(session)
    session.add_all(Tenant(id=code, unit_id=units[code].id, founded_on=dt.date(2015, 1, 1)) for code in TENANTS)
    session.flush()
    return units


@pytest.fixture
def jia(session: Session, units: dict[str, Unit]) -> Iterator[dict[str, Unit]]:
    """The units, with the tenant 甲县 open on the session."""
    with tenant_scope(session, JIA):
        yield units


def entries(session: Session, subject: str = "") -> list[TrailEntry]:
    """The entries of the open tenants about a subject, or all, oldest first."""
    statement = select(TrailEntry).order_by(TrailEntry.id)
    return list(session.scalars(statement.where(TrailEntry.subject == subject) if subject else statement))
