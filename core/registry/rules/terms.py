"""Which of a person's enrolments run: each is of one term, and one without an end says that they stayed to its last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Enrolled(Protocol):
    """A person at a school in a term."""

    @property
    def school_year(self) -> int: ...
    @property
    def term(self) -> int: ...
    @property
    def begun_on(self) -> dt.date | None: ...
    @property
    def ended_on(self) -> dt.date | None: ...


Row = TypeVar("Row", bound=Enrolled)


def running(rows: Iterable[Row], day: dt.date | None = None) -> list[Row]:
    """Of one person's enrolments those that run: the newest term's (of those begun by the day) that have not ended. What
    is open in an earlier term was followed by another school, another grade, or a graduation."""
    begun = [row for row in rows if day is None or (row.begun_on is not None and row.begun_on <= day)]
    newest = max(((row.school_year, row.term) for row in begun), default=None)
    return [row for row in begun if (row.school_year, row.term) == newest
            and (row.ended_on is None or (day is not None and day < row.ended_on))]
