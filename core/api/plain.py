"""Columns read as JSON writes them.

A row that goes straight into JSON needs no UUID, no date and no moment in between: making such an object and its text
again takes longer than the database takes for the row. The statement stays the same; only what is done with the
values differs. Values given to the database are typed as ever.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Date, DateTime, MetaData, Table, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Plain(TypeDecorator[Any]):
    """A type whose values come back as `write` makes them of what the driver hands over."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return self.write

    @staticmethod
    def write(value: Any) -> str | None:
        """The text: SQLite hands over its own text, psycopg the object."""
        raise NotImplementedError


class IdText(_Plain):
    """An id with its hyphens."""

    impl = Uuid
    cache_ok = True

    @staticmethod
    def write(value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, uuid.UUID):
            return str(value)
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


class DayText(_Plain):
    """A day as 2026-11-21."""

    impl = Date
    cache_ok = True

    @staticmethod
    def write(value: Any) -> str | None:
        return value.isoformat() if isinstance(value, dt.date) else value


class MomentText(_Plain):
    """A moment to the millisecond; they are stored in UTC."""

    impl = DateTime
    cache_ok = True

    @staticmethod
    def write(value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, dt.datetime):
            return value.isoformat(timespec="milliseconds") + "Z"
        return f"{value[:10]}T{value[11:23]}Z"  # 2026-11-21 08:00:00.123456


_TEXTS: tuple[tuple[type[TypeEngine[Any]], type[_Plain]], ...] = ((Uuid, IdText), (DateTime, MomentText), (Date, DayText))


@cache
def plain(table: Table) -> Table:
    """The same table, its ids, days and moments read as text. Conditions on it are made of its own columns."""
    copy = table.to_metadata(MetaData())
    for column in copy.columns:
        for kind, text in _TEXTS:
            if isinstance(column.type, kind):
                column.type = text()
    return copy
