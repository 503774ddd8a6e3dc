"""A draft on a session: while it is there, plans are read as if it had been applied, and nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.tenancy.models import Plan, PlanEntry

_KEY = "bangfu.plan_draft"


@dataclass(frozen=True)
class Draft:
    """A version that was never stored, with its entries in the order of its file."""

    plan: Plan
    entries: Sequence[PlanEntry]


def draft_of(session: Session) -> Draft | None:
    """The draft that is read as if it ran, if there is one."""
    found: Draft | None = session.info.get(_KEY)
    return found


@contextmanager
def reading_as(session: Session, draft: Draft) -> Iterator[None]:
    """Within the block `core.tenancy.queries` gives the draft as its tenant's running plan, on whatever day is asked."""
    if _KEY in session.info:
        raise ValueError("one draft at a time")
    session.info[_KEY] = draft
    try:
        yield
    finally:
        del session.info[_KEY]
