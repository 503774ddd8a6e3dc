"""A small tree with tenants, and the rules of core at work on it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.services import sync_defaults
from core.host.contract import RuleSpec
from core.tenancy.models import Tenant
from core.units.models import Unit
from tests.factories.access import make_catalogue
from tests.factories.units import make_tree

TENANTS = ("00", "99", "990101", "990102", "990201", "990101-S01")


@pytest.fixture
def known() -> Catalogue:
    """Core's catalogue with a plugin of three actions."""
    return make_catalogue("aid:award:read", "aid:award:write", "aid:award:approve", rules=[
        *(RuleSpec(role, "aid.award", "read") for role in ("auditor", "aid_centre", "school_clerk", "tenant_admin")),
        RuleSpec("school_clerk", "aid.award", "write"),
        RuleSpec("aid_centre", "aid.award", "approve"),
        RuleSpec("*", "aid.award", "approve", cond="is_submitter", eft="deny"),
    ])


@pytest.fixture
def units(session: Session, known: Catalogue) -> dict[str, Unit]:
    """The tree of `make_tree` with tenants, one of them a school, under the default rules."""
    made = make_tree(session)
    for code in TENANTS:
        session.add(Tenant(id=code, unit_id=made[code].id, founded_on=dt.date(2015, 1, 1)))
    sync_defaults(session, known)
    return made
