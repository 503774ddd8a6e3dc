"""Rows read as JSON writes them, the same on both databases."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import orjson
from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from core.api.plain import PlainRow, plain_rows
from core.extensions import tenant_scope
from core.host.models import PluginSwitch
from core.trail.models import TrailEntry
from core.units.models import Unit
from tests.factories.units import make_tree

AT = dt.datetime(2026, 11, 21, 8, 30, 15, 123456)  # noqa: DTZ001 - stored without zone
ENTRIES: Table = TrailEntry.__table__  # type: ignore[assignment]


def read(session: Session, statement: Any, **values: object) -> list[PlainRow]:
    session.flush()  # the rows are read past the session
    return plain_rows(session.connection(), statement, values)


def test_ids_and_moments_are_text_and_nothing_stays_nothing(session: Session) -> None:
    who = uuid.uuid4()
    with tenant_scope(session, "990101"):
        row = TrailEntry(tenant_id="990101", at=AT, account_id=who, who="测试甲", role="", action="x", subject="x",
                         sentence="x", source="web", after={"乙": [1, None]})
        session.add(row)
        session.flush()  # as above
    columns = ENTRIES.c
    statement = select(columns.id, columns.at, columns.account_id, columns.unit_id, columns.before, columns.after)
    for condition, value in ((columns.id, row.id), (columns.account_id, who), (columns.at, AT)):
        found, = read(session, statement.where(condition == bindparam("given", type_=condition.type)), given=value)
        assert found.id == found["id"] == str(row.id)
        assert orjson.loads(orjson.dumps(found)) == {
            "id": str(row.id), "at": "2026-11-21T08:30:15.123Z", "account_id": str(who), "unit_id": None, "before": None,
            "after": {"乙": [1, None]}}
    assert read(session, statement.where(columns.at > bindparam("given", type_=columns.at.type)), given=AT) == []


def test_a_day_is_text_and_yes_is_yes(session: Session) -> None:
    make_tree(session)
    session.add(PluginSwitch(tenant_id="990101", plugin="sample", on=True, changed_by="测试甲"))
    statement = select(Unit.since, Unit.closed_on).where(Unit.code == "990101")
    assert read(session, statement) == [{"since": "1949-10-01", "closed_on": None}]
    found, = read(session, select(PluginSwitch.on))
    assert found["on"] is True
