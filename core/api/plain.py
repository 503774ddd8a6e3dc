"""Rows read as JSON writes them.

A row that goes straight into JSON needs no UUID, no date and no moment in between: making such an object and its text
again takes longer than the database takes for the row. The statement and the values it is given stay the same; only
what is done with the rows differs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import repeat
from typing import Any

import orjson
from sqlalchemy import Connection, Date, DateTime, Dialect, Select, Uuid
from sqlalchemy.types import TypeEngine

from core.extensions import raw_rows
from core.trail.models import JsonText

Write = Callable[[Any], Any]


class PlainRow(dict[str, Any]):
    """A row by the names of its columns, its values ready for JSON."""

    __slots__ = ()

    @property
    def id(self) -> str:
        """The id, by which pages are cut."""
        return str(self["id"])


def plain_rows(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> list[PlainRow]:
    """Every row of a statement that is kept, with ids, days and moments as text and sealed JSON as it stands."""
    rows = raw_rows(connection, statement, values)
    names, writers = _reading(statement, connection.dialect)
    columns = list(zip(*rows, strict=True))
    for at, write in writers if rows else ():
        columns[at] = tuple([None if value is None else write(value) for value in columns[at]])
    return list(map(PlainRow, map(zip, repeat(names), zip(*columns, strict=True))))


@lru_cache(maxsize=1024)
def _reading(statement: Select[Any], dialect: Dialect) -> tuple[tuple[str, ...], tuple[tuple[int, Write], ...]]:
    """The names of a statement's columns, and what is done with those whose values JSON does not take as they are."""
    columns = list(statement.selected_columns)
    found = [(at, _writer(column.type, dialect)) for at, column in enumerate(columns)]
    return tuple(column.name for column in columns), tuple((at, write) for at, write in found if write is not None)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Write | None:
    on_sqlite = dialect.name == "sqlite"  # it hands over its own text, psycopg the object
    if isinstance(kind, Uuid):
        return hyphened if on_sqlite else str
    if isinstance(kind, DateTime):
        return _moment_of_text if on_sqlite else moment
    if isinstance(kind, Date):
        return None if on_sqlite else dt.date.isoformat
    if isinstance(kind, JsonText):
        return orjson.Fragment
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def hyphened(text: str) -> str:
    """An id as JSON has it, from its bare digits."""
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def moment(value: dt.datetime) -> str:
    """A moment to the millisecond; they are stored in UTC."""
    return value.isoformat(timespec="milliseconds") + "Z"


def _moment_of_text(text: str) -> str:
    return f"{text[:10]}T{text[11:23]}Z"  # 2026-11-21 08:00:00.123456
