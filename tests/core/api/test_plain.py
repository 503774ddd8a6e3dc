"""Columns read as JSON writes them, the same on both databases."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from core.api.plain import plain
from core.extensions import tenant_scope
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.units import make_tree

AT = dt.datetime(2026, 11, 21, 8, 30, 15, 123456)  # noqa: DTZ001 - stored without zone
ENTRIES: Table = plain(TrailEntry.__table__)  # type: ignore[arg-type]


def test_ids_and_moments_are_text_and_nothing_stays_nothing(session: Session) -> None:
    who = uuid.uuid4()
    with tenant_scope(session, "990101"):
        row = TrailEntry(tenant_id="990101", at=AT, account_id=who, who="测试甲", role="", action="x", subject="x",
                         sentence="x", source="web")
        session.add(row)
        session.flush()  # the plain table is read past the session
    values = (ENTRIES.c.id, ENTRIES.c.at, ENTRIES.c.account_id, ENTRIES.c.unit_id)
    for condition in (ENTRIES.c.id == row.id, ENTRIES.c.account_id == who, ENTRIES.c.at >= AT):
        found = session.connection().execute(select(*values).where(condition)).one()
        assert tuple(found) == (str(row.id), "2026-11-21T08:30:15.123Z", str(who), None)
    assert session.connection().execute(select(*values).where(ENTRIES.c.at > AT)).all() == []


def test_a_day_is_text(session: Session) -> None:
    make_tree(session)
    session.flush()  # as above
    units = plain(Unit.__table__).c  # type: ignore[arg-type]
    found = session.connection().execute(select(units.since, units.closed_on).where(units.code == "990101")).one()
    assert tuple(found) == ("1949-10-01", None)


def test_the_indexes_come_along() -> None:
    """By them a scoped page decides how it reads."""
    assert {index.name for index in ENTRIES.indexes} == {index.name for index in TrailEntry.__table__.indexes}  # type: ignore[attr-defined]
