"""Rows as the driver hands them over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler

Write = Callable[[Any], Any]
#: statements that are kept before the memory is started afresh
MOST = 1_000


@dataclass(frozen=True)
class _Prepared:
    """A statement as its driver takes it: the text, the values that stand in it, the names of all of them in order
    where they go by place, and what is done with a value on its way."""

    text: str
    given: Mapping[str, Any]
    places: tuple[str, ...] | None
    writers: tuple[tuple[str, Write], ...]

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
    key = (statement, type(connection.dialect))
    prepared = _known.get(key)
    if prepared is None:
        if len(_known) >= MOST:
            _known.clear()
        prepared = _known[key] = _prepared(statement, connection.dialect)
    result = cast("CursorResult[Any]", connection.exec_driver_sql(prepared.text, prepared.values(values)))
    rows = cast("list[tuple[Any, ...]]", result.cursor.fetchall())
    result.close()
    return rows


def _prepared(statement: Executable, dialect: Dialect) -> _Prepared:
    compiled = cast(SQLCompiler, cast(ClauseElement, statement).compile(dialect=dialect))
    assert not compiled.post_compile_params  # they would be filled in for each execution
    writers = [(name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for name, bind in compiled.binds.items()]
    return _Prepared(compiled.string, {name: value for name, value in compiled.params.items() if value is not None},
                     tuple(compiled.positiontup) if compiled.positiontup is not None else None,
                     tuple((name, write) for name, write in writers if write is not None))
