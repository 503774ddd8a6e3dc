"""One change of the tree at a time."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

_KEY = 0x756E697473  # "units"


def lock_tree(session: Session) -> None:
    """Wait for any other change of the tree, until this transaction ends. SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_KEY)))
