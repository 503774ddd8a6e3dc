"""Rows as the driver hands them over, and typed ones, by statements that are kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from sqlalchemy import (
    Column,
    Date,
    MetaData,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    event,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.exc import DBAPIError, OperationalError

from core.extensions import Database, new_id, raw_rows, typed_rows
from tests.sample_plugin.models import Family

ONE = uuid.UUID(int=7)
KEPT = select(literal("甲"), bindparam("id", type_=Uuid()), bindparam("day", type_=Date()), bindparam("none", type_=Date()))
FAMILIES = Table("rows_of_every_kind", MetaData(), *(Column(column.name, column.type) for column in Family.__table__.columns))


def test_values_reach_each_driver_in_its_own_form(database: Database) -> None:
    with database.engine.connect() as connection:
        for day in (dt.date(2026, 9, 1), dt.date(2026, 9, 2)):
            ((text, one, on, none),) = raw_rows(connection, KEPT, {"id": ONE, "day": day, "none": None})
            assert (text, none) == ("甲", None)
            assert uuid.UUID(str(one)) == ONE and str(on) == day.isoformat()


def _filled(count: int) -> list[dict[str, object]]:
    return [{"tenant_id": "990101", "id": new_id(), "unit_id": ONE, "version": 1, "number": f"JX{at}", "head": "测试甲", "head_key": "",
             "causes": ["illness", "测试"], "income": Decimal("25.10") if at % 2 else None, "area": Decimal("36.5"),
             "identified_on": dt.date(2016, 3, at + 1) if at else None, "water": bool(at % 2),
             "id_number_sealed": b"\0\1\xff", "id_number_mask": "", "phone_mask": "", "bank_card_mask": "", "register_number_mask": "",
             "members": at, "kind": "poor"} for at in range(count)]


@pytest.fixture
def families(database: Database) -> Iterator[Sequence[dict[str, object]]]:
    """A table with every kind of column."""
    rows = _filled(5)
    with database.engine.begin() as connection:
        FAMILIES.create(connection)
        connection.execute(insert(FAMILIES), rows)
    yield rows
    with database.engine.begin() as connection:
        FAMILIES.drop(connection)


@pytest.mark.parametrize("listening", [False, True])
def test_typed_rows_are_those_that_execute_gives(database: Database, families: Sequence[dict[str, object]], listening: bool) -> None:
    statement: Select[tuple[object, ...]] = (select(*FAMILIES.columns).where(FAMILIES.c.version == bindparam("version"))
                                             .order_by(FAMILIES.c.id))
    heard: list[str] = []
    with database.engine.connect() as connection, connection.begin():
        wanted = [tuple(row) for row in connection.execute(statement, {"version": 1})]
        if listening:
            event.listen(connection, "before_cursor_execute", lambda *given: heard.append(given[2]))
        for _ in range(2):  # made, and kept
            rows = typed_rows(connection, statement, {"version": 1})
            assert [tuple(row) for row in rows] == wanted and len(rows) == len(families)
            assert [tuple(map(type, row)) for row in rows] == [tuple(map(type, row)) for row in wanted]
        assert [(row.id, row.income, row.causes) for row in rows] == [(one["id"], one["income"], one["causes"]) for one in families]
        assert typed_rows(connection, statement, {"version": 2}) == []
        assert len(heard) == (3 if listening else 0)


def test_outside_a_transaction_they_are_the_same(database: Database, families: Sequence[dict[str, object]]) -> None:
    statement = select(FAMILIES.c.id, FAMILIES.c.head).order_by(FAMILIES.c.id)
    with database.engine.connect() as connection:
        assert [row.id for row in typed_rows(connection, statement, {})] == [one["id"] for one in families]


def test_an_error_of_the_driver_is_told_as_sqlalchemy_tells_it(database: Database) -> None:
    nowhere = select(func.no_such_function(literal("甲", String)))
    with database.engine.connect() as connection, connection.begin(), pytest.raises(DBAPIError) as told:
        typed_rows(connection, nowhere, {})
    assert "no_such_function" in str(told.value) and not told.value.connection_invalidated


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has no server to lose
def test_a_connection_that_was_lost_is_given_up(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.begin()
        backend = connection.scalar(select(func.pg_backend_pid()))
        with database.engine.begin() as other:
            other.execute(select(func.pg_terminate_backend(backend)))
        with pytest.raises(OperationalError) as told:
            typed_rows(connection, select(literal("甲")), {})
        assert told.value.connection_invalidated and connection.invalidated
    with database.engine.connect() as connection, connection.begin():
        assert [tuple(row) for row in raw_rows(connection, select(literal("甲")), {})] == [("甲",)]
