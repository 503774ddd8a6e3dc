"""Rows as the driver hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable


def raw_rows(connection: Connection, statement: Executable, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Every row of a statement as a plain tuple, its values as the driver has them. For what is only compared, or goes
    into JSON as it is: making rows and typed values takes longer than the database takes to answer."""
    result = cast("CursorResult[Any]", connection.execute(statement, dict(values)))
    rows = cast("list[tuple[Any, ...]]", result.cursor.fetchall())
    result.close()
    return rows
