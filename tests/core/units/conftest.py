"""A small tree and short ways to change it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.units import services
from core.units.models import Unit, UnitLink, UnitOperation, UnitTouch, UnitVersion
from core.units.rules.orders import Order
from tests.factories.units import make_tree

ACTOR = Actor(None, "测试甲", role="platform_admin")
TODAY = dt.date(2026, 6, 1)
DAY = dt.date(2020, 1, 1)


@pytest.fixture
def tree(session: Session) -> dict[str, Unit]:
    return make_tree(session)


@pytest.fixture
def do(session: Session) -> Callable[..., UnitOperation]:
    """Does an order on TODAY."""

    def doing(order: Order, **options: Any) -> UnitOperation:
        return services.do_operation(session, order, ACTOR, today=TODAY, **options)

    return doing


def contents(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tree's tables but the operations, to compare before and after."""
    session.flush()
    session.expire_all()
    tables: list[Any] = [Unit, UnitVersion, UnitLink]
    return {table.__tablename__: sorted((tuple(map(str, row)) for row in session.execute(
        select(*table.__table__.columns))), key=str) for table in tables}


def touches(session: Session, operation_id: uuid.UUID) -> dict[uuid.UUID, bool]:
    """Which units an operation has to do with, and whether it changed them."""
    rows = session.scalars(select(UnitTouch).where(UnitTouch.operation_id == operation_id))
    return {row.unit_id: row.changed for row in rows}
