"""The tree and core's catalogue, for accounts."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from core.access.catalogue import Catalogue
from core.access.services import sync_defaults
from core.units.models import Unit
from tests.factories.access import make_catalogue
from tests.factories.units import make_tree


@pytest.fixture
def known() -> Catalogue:
    """Core's catalogue."""
    return make_catalogue()


@pytest.fixture
def units(session: Session, known: Catalogue) -> dict[str, Unit]:
    """The tree of `make_tree` under the default rules."""
    made = make_tree(session)
    sync_defaults(session, known)
    return made
