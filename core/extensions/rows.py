"""Rows as the driver hands them over."""

from __future__ import annotations

import uuid
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, cast

from sqlalchemy import ClauseElement, ColumnElement, Connection, CursorResult, Dialect, Executable, Select, Uuid
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Way = Callable[[Any], Any]
#: statements that are kept before the memory is started afresh
MOST = 1_000


@dataclass(frozen=True)
class _Reading:
    """A row's class, and what is done with the values of some of its columns."""

    made: type[Any]
    readers: tuple[tuple[int, Way], ...]

    def of(self, rows: list[tuple[Any, ...]]) -> list[Any]:
        """The rows, read."""
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for at, read in self.readers:
            columns[at] = list(map(read, columns[at]))
        return list(map(tuple.__new__, repeat(self.made), zip(*columns, strict=True)))


@dataclass
class _Prepared:
    """A statement as its driver takes it: the text, the values that stand in it, the names of all of them in order
    where they go by place, and what is done with a value on its way; how its rows are read, once some were."""

    text: str
    given: Mapping[str, Any]
    places: tuple[str, ...] | None
    writers: tuple[tuple[str, Way], ...]
    reading: _Reading | None = None

    def values(self, values: Mapping[str, Any]) -> Any:
        """The values of one execution, in the driver's own form."""
        found = {**self.given, **values}
        for name, write in self.writers:
            found[name] = write(found[name])
        return found if self.places is None else tuple([found[name] for name in self.places])


_known: dict[tuple[Executable, type[Dialect]], _Prepared] = {}


def raw_rows(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Every row of a statement as a plain tuple, its values as the driver has them. For what is only compared, or goes
    into JSON as it is: making rows and typed values takes longer than the database takes to answer. The statement is
    one that is kept, without lists of values: finding it among all compiled ones takes as long as well."""
    return _fetched(connection, _kept(statement, connection.dialect), values)[0]


def typed_rows(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> list[Any]:
    """Every row of such a statement as a named tuple with the values of its columns' types: what `execute` gives, in
    two thirds of the time."""
    prepared = _kept(statement, connection.dialect)
    rows, described = _fetched(connection, prepared, values)
    if not rows:
        return []
    if prepared.reading is None:
        prepared.reading = _reading(statement, connection.dialect, [one[1] for one in described])
    return prepared.reading.of(rows)


def _fetched(connection: Connection, prepared: _Prepared, values: Mapping[str, Any]) -> tuple[list[tuple[Any, ...]], Sequence[Any]]:
    """The rows, and what the driver says of their columns. Within a transaction to which nobody listens the driver is
    asked itself: what SQLAlchemy makes of each answer takes longer than a single row."""
    bound = prepared.values(values)
    if not connection.in_transaction() or connection.dispatch.before_cursor_execute or connection.dispatch.after_cursor_execute:
        result = cast("CursorResult[Any]", connection.exec_driver_sql(prepared.text, bound))
        found = cast("list[tuple[Any, ...]]", result.cursor.fetchall()), result.cursor.description
        result.close()
        return found
    dialect, cursor = connection.dialect, connection.connection.cursor()
    try:
        cursor.execute(prepared.text, bound)
        return cast("list[tuple[Any, ...]]", cursor.fetchall()), cursor.description or ()
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, connection.connection, cursor)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(prepared.text, bound, error, dialect.loaded_dbapi.Error,
                                  connection_invalidated=lost, dialect=dialect) from error
    finally:
        cursor.close()


def _kept(statement: Executable, dialect: Dialect) -> _Prepared:
    key = (statement, type(dialect))
    prepared = _known.get(key)
    if prepared is None:
        if len(_known) >= MOST:
            _known.clear()
        prepared = _known[key] = _prepared(statement, dialect)
    return prepared


def _reading(statement: Select[Any], dialect: Dialect, codes: Sequence[Any]) -> _Reading:
    """How its rows are read, given what the driver calls the types of its columns."""
    columns = list(statement.selected_columns)
    reads = [(at, _way(column, dialect, code)) for at, (column, code) in enumerate(zip(columns, codes, strict=True))]
    made = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]
    return _Reading(made, tuple((at, read) for at, read in reads if read is not None))


def _way(column: ColumnElement[Any], dialect: Dialect, code: Any) -> Way | None:
    """What is done with a column's values; ids that come as text are half of all work."""
    read = column.type.dialect_impl(dialect).result_processor(dialect, code)
    if read is None or not isinstance(column.type, Uuid):
        return read
    return _id_of if column.name == "id" else _known_id_of


def _id_of(text: str | None) -> uuid.UUID | None:
    return None if text is None else uuid.UUID(int=int(text, 16))


#: units, persons and whatever else many rows refer to
_known_id_of = lru_cache(maxsize=20_000)(_id_of)


def _prepared(statement: Executable, dialect: Dialect) -> _Prepared:
    compiled = cast(SQLCompiler, cast(ClauseElement, statement).compile(dialect=dialect))
    assert not compiled.post_compile_params  # they would be filled in for each execution
    writers = [(name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for name, bind in compiled.binds.items()]
    return _Prepared(compiled.string, {name: value for name, value in compiled.params.items() if value is not None},
                     tuple(compiled.positiontup) if compiled.positiontup is not None else None,
                     tuple((name, write) for name, write in writers if write is not None))
