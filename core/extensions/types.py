"""Column types that mean the same on SQLite, PostgreSQL and Citus."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Integer, Numeric, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

#: UUIDv7 made by us: newest first is id descending, and a retried write carries the same id
Id = Uuid(as_uuid=True)
Json = JSON().with_variant(JSONB(), "postgresql")
#: compared byte by byte, so that a subtree is the range [path, path with its last "/" raised to "0")
PathText = String(400).with_variant(String(400, collation="C"), "postgresql")


def new_id() -> uuid.UUID:
    """A time-ordered id (UUIDv7)."""
    return uuid7()


def utcnow() -> dt.datetime:
    """Now, in UTC and without zone, as every timestamp column stores it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


class Yuan(TypeDecorator[Decimal]):
    """An exact amount in yuan: NUMERIC(14,2) on PostgreSQL, whole fen on SQLite, Decimal in Python."""

    impl = Numeric(14, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Numeric(14, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal) or value != value.quantize(Decimal("0.01")):
            raise ValueError(f"an amount is a Decimal with at most two places, not {value!r}")
        return int(value * 100) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value).scaleb(-2) if dialect.name == "sqlite" else Decimal(value)
