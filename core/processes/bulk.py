"""One step for many records: each judged by itself, the good ones go, the refused are told one by one with the reason."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.access.viewer import Viewer
from core.errors import N_, InvalidInput, PlatformError
from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.processes import Process, Step
from core.processes import judging, queries
from core.processes.models import ProcessMark
from core.processes.services import change_dues, judge, move, step_of
from core.trail.services import record_batch

MOST = 2_000


@dataclass(frozen=True)
class Refused:
    """A record that did not go the step, and why."""

    record_id: uuid.UUID
    name: str
    why: PlatformError


@dataclass(frozen=True)
class Taken:
    """The records that went the step, and those that did not."""

    done: tuple[uuid.UUID, ...]
    refused: tuple[Refused, ...]


def take_many(session: Session, host: PluginHost | None, process: Process, records: Sequence[Any], step_code: str, actor: Actor,
              reason: str = "", *, viewer: Viewer | None = None) -> Taken:
    """Let records, objects of the session, go a step, each in a savepoint of its own. Each tenant has one entry on the
    trail, with every record's before and after beside it under a digest."""
    step = step_of(process, step_code)
    if not step.bulk:
        raise InvalidInput(N_("“%(step)s”只能逐条办理"), step=step.title)
    if len(records) > MOST:
        raise InvalidInput(N_("一次最多办理 %(most)s 条，请先筛选得窄一些"), most=MOST)
    judging.reasoned(step, reason)
    done, refused = list[uuid.UUID](), list[Refused]()
    groups: dict[str, list[Any]] = {}
    for one in records:
        groups.setdefault(one.tenant_id, []).append(one)
    for tenant_id, group in groups.items():
        marks = queries.marks_many(session, process, tenant_id, [one.id for one in group])
        rows = []
        for one in group:
            record_id, before, name = one.id, one.state, process.name_of(one)
            why = _one(session, host, process, one, step, marks.get(record_id, []), actor, reason, viewer)
            if why is None:
                rows.append((record_id, [before], [step.target]))
            else:
                refused.append(Refused(record_id, name, why))
        change_dues(session, process, tenant_id, [row[0] for row in rows], step)
        _leave_entry(session, process, step, tenant_id, rows, actor, reason)
        done += [row[0] for row in rows]
    return Taken(tuple(done), tuple(refused))


def _one(session: Session, host: PluginHost | None, process: Process, one: Any, step: Step, marks: Sequence[ProcessMark],
         actor: Actor, reason: str, viewer: Viewer | None) -> PlatformError | None:
    try:
        with session.begin_nested():
            judge(session, process, one, step, marks, actor, reason, viewer=viewer)
            move(session, host, process, one, step, actor, reason)
    except PlatformError as why:
        return why
    return None


def _leave_entry(session: Session, process: Process, step: Step, tenant_id: str,
                 rows: Sequence[tuple[uuid.UUID, list[str], list[str]]], actor: Actor, reason: str) -> None:
    if rows:
        record_batch(session, actor, step.action, f"{process.title}：批量{step.title} {len(rows)} 条",
                     subject=f"process:{process.code}", fields=["state"], rows=rows, tenant_id=tenant_id, reason=reason)
