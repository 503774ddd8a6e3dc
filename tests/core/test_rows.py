"""Rows as the driver hands them over, by statements that are kept."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Date, Uuid, bindparam, literal, select

from core.extensions import Database, raw_rows

ONE = uuid.UUID(int=7)
KEPT = select(literal("甲"), bindparam("id", type_=Uuid()), bindparam("day", type_=Date()), bindparam("none", type_=Date()))


def test_values_reach_each_driver_in_its_own_form(database: Database) -> None:
    with database.engine.connect() as connection:
        for day in (dt.date(2026, 9, 1), dt.date(2026, 9, 2)):
            ((text, one, on, none),) = raw_rows(connection, KEPT, {"id": ONE, "day": day, "none": None})
            assert (text, none) == ("甲", None)
            assert uuid.UUID(str(one)) == ONE and str(on) == day.isoformat()
