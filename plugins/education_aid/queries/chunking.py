"""Values in parts that any database takes in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

Value = TypeVar("Value")
MOST = 900


def in_parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values, so many at a time."""
    for at in range(0, len(values), MOST):
        yield values[at : at + MOST]


def among(session: Session, column: InstrumentedAttribute[Any] | ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """A column is one of a part of values: PostgreSQL takes them as one list, since a thousand parameters cost it and the
    driver more than the rows they find."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(values)
