"""The rule set in force, kept per database and replaced as a whole when its version moves on."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from core.access import queries
from core.access.engine import RuleSet

#: set on a session in whose transaction the rules have changed
CHANGED = "bangfu.rules_changed"
_kept: WeakKeyDictionary[Engine, RuleSet] = WeakKeyDictionary()
_loading = threading.Lock()


def rules(session: Session, version: int) -> RuleSet:
    """The rule set of a version. A version inside an open transaction is not kept: it may yet be undone."""
    engine = _engine(session)
    found = _kept.get(engine)
    if found is not None and found.version == version:
        return found
    with _loading:
        found = _kept.get(engine)
        if found is None or found.version != version:
            found = load(session, version)
            if not session.info.get(CHANGED):
                _kept[engine] = found
    return found


def load(session: Session, version: int) -> RuleSet:
    """Read a version's lines; refuses to hand out lines that Casbin would pass over."""
    lines, heirs = queries.lines_and_heirs(queries.list_rows(session, version))
    return RuleSet(version, lines, heirs)


def _engine(session: Session) -> Engine:
    bind = session.get_bind()
    return bind.engine if isinstance(bind, Connection) else bind
