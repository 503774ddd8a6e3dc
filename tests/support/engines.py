"""Thousands of databases of one run share what SQLAlchemy compiles: the SQL of a statement depends on the dialect alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.util import LRUCache

from core.extensions import database

_compiled: LRUCache[Any, Any] = LRUCache(10_000)
#: by name, once it has met a server and knows its version
_dialects: dict[str, Dialect] = {}


def share_compiled() -> None:
    """Let every `Database` made from now on look for its statements among those compiled before."""
    database.create_engine = _shared  # type: ignore[attr-defined]


def _shared(url: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    engine._compiled_cache = _compiled
    known = _dialects.get(engine.dialect.name)
    if known is None:
        event.listen(engine, "connect", lambda *_: _dialects.setdefault(engine.dialect.name, engine.dialect))
    else:
        engine.dialect = known
    return engine
