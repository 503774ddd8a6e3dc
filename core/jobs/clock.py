"""Time by the database's own clock, so that machines whose clocks differ agree about a lease."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import DateTime, Integer, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class later(FunctionElement[dt.datetime]):  # noqa: N801  # reads as the SQL function it is
    """So many seconds from now, UTC without zone: `later(0)` is now, even late in a long transaction."""

    type = DateTime()
    inherit_cache = True
    name = "later"

    def __init__(self, seconds: int) -> None:
        super().__init__(literal(seconds, Integer))


@compiles(later, "sqlite")
def _sqlite(element: later, compiler: Any, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    # Six digits of fractions, as SQLAlchemy writes a moment: the two are compared as text.
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '000')"


@compiles(later, "postgresql")
def _postgresql(element: later, compiler: Any, **options: Any) -> str:
    # clock_timestamp() goes on during a transaction, now() does not.
    seconds = compiler.process(element.clauses, **options)
    return f"(timezone('utc', clock_timestamp()) + make_interval(secs => {seconds}))"
