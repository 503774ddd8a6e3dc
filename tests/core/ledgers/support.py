"""Families at work in the small province of `make_world`."""

from __future__ import annotations

import uuid

import polars as pl
from flask import Flask

from core.extensions import Database, tenant_scope
from core.ledgers.checking import check_frame
from core.ledgers.context import Context
from core.ledgers.storing import store
from core.units.queries import get_unit_by_code
from tests.core.ledgers.conftest import ACTOR, GOOD
from tests.sample_plugin.ledgers import FAMILIES

JIA, YI = "990101", "990102"


def add_families(app: Flask, tenant_id: str, code: str, *changes: dict[str, str]) -> list[uuid.UUID]:
    """Families at one unit of a tenant, each with a number of its own."""
    database: Database = app.extensions["bangfu.database"]
    rows = [{**GOOD, "number": f"JX{at:03}", **change, "unit_id": code} for at, change in enumerate(changes or ({},), start=1)]
    with database.transaction() as session, tenant_scope(session, tenant_id):
        unit_id = get_unit_by_code(session, code).id
        context = Context({"unit": lambda texts: dict.fromkeys(texts, unit_id)})
        checked = check_frame(FAMILIES, pl.DataFrame(rows), context)
        assert checked.errors.is_empty(), checked.errors
        return list(store(session, FAMILIES, tenant_id, checked.rows, ACTOR, "create").ids)
