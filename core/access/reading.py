"""A read across tenants leaves an entry: noticed while the request runs, written when it has been answered."""

from __future__ import annotations

import threading
import time

from flask import Response, g, request
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from core.errors import N_
from core.extensions import TenantScoped
from core.extensions.phrases import phrase
from core.trail.services import record
from core.web.request import actor, database

EXPORTED = phrase(N_("%(name)s导出%(file_name)s，%(count)s行"))
LOOKED = phrase(N_("%(name)s跨租户查阅：%(where)s，%(count)s个租户"))
READ = "bangfu.read_tenants"
#: a person who turns pages or filters a list leaves one entry in this many seconds, not one for each click
QUIET = 300.0
MOST = 10_000
_last: dict[tuple[object, ...], float] = {}
_writing = threading.Lock()


def watch(session: Session) -> None:
    """Notice when tenant rows are read on this session."""
    session.info[READ] = False
    event.listen(session, "do_orm_execute", _notice)


def noticed(session: Session) -> None:
    """Tenant rows are being read past the ORM."""
    session.info[READ] = True


def _notice(state: ORMExecuteState) -> None:
    if state.is_select and any(issubclass(mapper.class_, TenantScoped) for mapper in state.all_mappers):
        state.session.info[READ] = True


def trail_reading(response: Response) -> Response:
    """Leave the entry of a read that went over more than one tenant."""
    tenants: frozenset[str] = g.get("tenants", frozenset())
    if len(tenants) < 2:
        return response
    session: Session | None = g.get("session")
    if (session is None or request.method not in ("GET", "HEAD") or response.status_code >= 400
            or not session.info.get(READ)):
        return response
    unit, person = g.unit, actor()
    if _is_due((person.account_id, request.endpoint, unit.id if unit else None)):
        where = unit.name if unit else "全部任职范围"
        with database().transaction() as own:
            record(own, person, f"read:{request.endpoint}"[:80], LOOKED(name=person.name, where=where, count=len(tenants)),
                   subject=f"endpoint:{request.endpoint}", tenant_id=g.tenant_id, unit_id=unit.id if unit else None,
                   after={"tenants": sorted(tenants)})
    return response


def trail_export(file_name: str, count: int) -> None:
    """Leave the entry of a list given out as a file; where that fails, the file is not given."""
    unit, person = g.unit, actor()
    with database().transaction() as own:
        record(own, person, f"export:{request.endpoint}"[:80], EXPORTED(name=person.name, file_name=file_name, count=count),
               subject=f"endpoint:{request.endpoint}", tenant_id=g.tenant_id, unit_id=unit.id if unit else None)


def _is_due(key: tuple[object, ...]) -> bool:
    now = time.monotonic()
    with _writing:
        if now - _last.get(key, -QUIET) < QUIET:
            return False
        if len(_last) > MOST:
            _last.clear()
        _last[key] = now
        return True
