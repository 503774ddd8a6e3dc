"""All reads of processes: the steps a record has gone, and what is due."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.host.processes import Process
from core.processes.models import ProcessDue, ProcessMark

CHUNK = 500


def marks_of(session: Session, process: Process, tenant_id: str, record_id: uuid.UUID) -> list[ProcessMark]:
    """The steps of one record, oldest first."""
    return marks_many(session, process, tenant_id, [record_id]).get(record_id, [])


def marks_many(session: Session, process: Process, tenant_id: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[ProcessMark]]:
    """The same of many records of a tenant."""
    found: dict[uuid.UUID, list[ProcessMark]] = {}
    for at in range(0, len(ids), CHUNK):
        statement = select(ProcessMark).where(
            ProcessMark.tenant_id == tenant_id, ProcessMark.record_id.in_(list(ids[at : at + CHUNK])),
            ProcessMark.process == process.code).order_by(ProcessMark.id)
        for mark in session.scalars(statement):
            found.setdefault(mark.record_id, []).append(mark)
    return found


def dues_of(session: Session, process: Process, tenant_id: str, record_id: uuid.UUID) -> dict[str, ProcessDue]:
    """What is due of one record, by the code of the step."""
    statement = select(ProcessDue).where(ProcessDue.tenant_id == tenant_id, ProcessDue.process == process.code,
                                         ProcessDue.record_id == record_id)
    return {due.step: due for due in session.scalars(statement)}
