"""Values in parts that any database takes in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Value = TypeVar("Value")
MOST = 900


def in_parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values, so many at a time."""
    for at in range(0, len(values), MOST):
        yield values[at : at + MOST]
