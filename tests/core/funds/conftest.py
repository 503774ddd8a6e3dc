"""A county with accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from core.extensions import Actor, tenant_scope
from core.funds.models import FundAccount
from core.funds.services import open_account
from core.tenancy.models import Tenant
from core.units.models import Unit
from tests.factories.units import make_tree

JIA, VILLAGE, OTHER = "990101", "990101100001", "990101100002"
ACTOR = Actor(None, "测试甲")
DAY = dt.date(2016, 10, 17)
Open = Callable[..., FundAccount]


@pytest.fixture
def units(session: Session) -> dict[str, Unit]:
    """The tree, with 甲县 as a tenant."""
    found = make_tree(session)
    session.add_all(Tenant(id=code, unit_id=found[code].id, founded_on=dt.date(2015, 1, 1)) for code in ("00", "99", JIA))
    session.flush()
    return found


@pytest.fixture
def jia(session: Session, units: dict[str, Unit]) -> Iterator[dict[str, Unit]]:
    """The units, with 甲县 open, on both databases."""
    with tenant_scope(session, JIA):
        yield units


@pytest.fixture
def account(session: Session, jia: dict[str, Unit]) -> Open:
    """Opens an account of 甲县 or of one of its units."""

    def make(code: str = "fund", title: str = "爱心基金", at: str = JIA, **options: object) -> FundAccount:
        return open_account(session, JIA, jia[at], code, title, ACTOR, on=dt.date(2016, 1, 1), **options)  # type: ignore[arg-type]

    return make



