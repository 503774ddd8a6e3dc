"""Beginning a process and taking its steps: judged, guarded against two at once, with mark, deadline, trail and event in
the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.access.viewer import Viewer
from core.errors import N_, NotFound
from core.extensions import Actor, new_id, utcnow
from core.host.manager import PluginHost
from core.host.processes import BEGIN, CORRECT, Process, Step
from core.processes import deadlines, judging, queries
from core.processes.events import tell
from core.processes.models import ProcessDue, ProcessMark
from core.trail.services import record as leave_entry
from core.units.queries import units_by_id


@dataclass(frozen=True)
class Offer:
    """A step a person could go from here: why not (empty: they may), what is missing, and by when it is due."""

    step: Step
    refusal: str = ""
    missing: tuple[str, ...] = ()
    due: ProcessDue | None = None

    @property
    def open(self) -> bool:
        """Whether nothing stands against it."""
        return not (self.refusal or self.missing)


def begin(session: Session, process: Process, record: Any, actor: Actor) -> None:
    """A record has been made, in the initial state: remember who made it, and by when the first step is due. The caller
    has left the trail entry of the record itself."""
    session.flush()  # statements below go past the ORM's waiting rows
    begin_many(session, process, record.tenant_id, [record.id], actor)


def begin_many(session: Session, process: Process, tenant_id: str, ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """The same for many new records of a tenant."""
    if ids:
        at = utcnow()
        session.execute(insert(ProcessMark), [
            {"tenant_id": tenant_id, "id": new_id(), "process": process.code, "record_id": one, "step": BEGIN, "from_state": "",
             "to_state": process.initial, "account_id": actor.account_id, "who": actor.name[:80], "role": actor.role,
             "at": at, "reason": ""} for one in ids])
        deadlines.open_dues(session, process, tenant_id, ids, process.initial)


def take(session: Session, host: PluginHost | None, process: Process, record: Any, step_code: str, actor: Actor,
         reason: str = "", *, version: int | None = None, viewer: Viewer | None = None) -> ProcessMark:
    """Let a record, an object of the session, go a step. `version` is the one the person saw; with `viewer` the access
    rules are asked at the record's own unit as well, with its facts.

    Raises Conflict (it stands elsewhere by now: where, and by whose hand), RuleViolation (separation of duties, or what is
    missing), InvalidInput (no reason), NotPermitted.
    """
    step = step_of(process, step_code)
    marks = queries.marks_of(session, process, record.tenant_id, record.id)
    judge(session, process, record, step, marks, actor, reason, version=version, viewer=viewer)
    before = record.state
    mark = move(session, host, process, record, step, actor, reason)
    change_dues(session, process, record.tenant_id, [record.id], step)
    leave_entry(session, actor, step.action, sentence_of(process, record, step, before), subject=subject_of(process, record.id),
                tenant_id=record.tenant_id, unit_id=record.unit_id, before={"state": before}, after={"state": step.target},
                reason=reason)
    return mark


def steps_open(session: Session, process: Process, record: Any, viewer: Viewer) -> list[Offer]:
    """The steps this person may see from where the record stands: those whose action they hold there. A step that is
    not theirs to do, or for which something is missing, says so."""
    if getattr(record, "removed_at", None) is not None:
        return []
    leaving = process.leaving(record.state)
    homes = units_by_id(session, {home_of(step, record) for step in leaving})
    steps = [step for step in leaving if viewer.allowed(step.action, homes[home_of(step, record)])]
    if not steps:
        return []
    marks = queries.marks_of(session, process, record.tenant_id, record.id)
    dues = queries.dues_of(session, process, record.tenant_id, record.id)
    offers = []
    for step in steps:
        refused = judging.refusal(session, process, record, step, marks, viewer, homes[home_of(step, record)])
        if refused is not None and step.only_by:
            continue  # somebody else's to withdraw, now and later
        missing = () if refused else tuple(judging.missing_of(session, record, step))
        offers.append(Offer(step, refused.text if refused else "", missing, dues.get(step.code)))
    return offers


def home_of(step: Step, record: Any) -> uuid.UUID:
    """The unit where the step's action must be held: where the record stands, or the unit it names."""
    found: uuid.UUID = getattr(record, step.at or "unit_id")
    return found


def step_of(process: Process, code: str) -> Step:
    """A step by code, or NotFound."""
    step = process.step(code)
    if step is None:
        raise NotFound(N_("流程“%(title)s”没有这个步骤"), title=process.title)
    return step


def judge(session: Session, process: Process, record: Any, step: Step, marks: Sequence[ProcessMark], actor: Actor, reason: str, *,
          version: int | None = None, viewer: Viewer | None = None) -> None:
    """Raise whatever stands against the step."""
    judging.stands_right(process, record, step, marks, version)
    if viewer is not None:
        home = home_of(step, record)
        judging.permitted(process, record, step, marks, viewer, units_by_id(session, {home})[home])
    judging.duties_apart(process, step, marks, actor.account_id)
    judging.reasoned(step, reason)
    judging.complete(session, process, record, step)


def move(session: Session, host: PluginHost | None, process: Process, record: Any, step: Step, actor: Actor,
         reason: str) -> ProcessMark:
    """Change the state where it still is as it was judged, and all that goes with it but deadlines and trail entry."""
    session.flush()  # what the caller changed counts as part of this version
    before = record.state
    _guarded(session, process, record, step)
    mark = ProcessMark(tenant_id=record.tenant_id, process=process.code, record_id=record.id, step=step.code, from_state=before,
                       to_state=step.target, account_id=actor.account_id, who=actor.name[:80], role=actor.role,
                       reason=reason.strip()[:400])
    session.add(mark)
    session.flush()  # the plugin's own work below may ask for it
    if process.on_step is not None:
        process.on_step(session, host, record, step, actor)
    tell(session, host, process, record, step, before)
    return mark


def change_dues(session: Session, process: Process, tenant_id: str, ids: Sequence[uuid.UUID], step: Step) -> None:
    """What was due of these records is done; what leads on from where they stand now is due."""
    deadlines.close_dues(session, process, tenant_id, ids)
    deadlines.open_dues(session, process, tenant_id, ids, step.target)


def _guarded(session: Session, process: Process, record: Any, step: Step) -> None:
    """One UPDATE of the row as it was read: of two people at once the second changes nothing, and is told."""
    model = process.model
    done = session.execute(
        update(model).where(model.tenant_id == record.tenant_id, model.id == record.id, model.state == record.state,
                            model.version == record.version)
        .values(state=step.target, version=model.version + 1).execution_options(synchronize_session=False))
    if done.rowcount == 1:  # type: ignore[attr-defined]
        set_committed_value(record, "version", record.version + 1)
        set_committed_value(record, "state", step.target)
    else:
        session.refresh(record)
        raise judging.moved_on(process, record, step, queries.marks_of(session, process, record.tenant_id, record.id))


def note_correction(session: Session, process: Process, record: Any, actor: Actor, reason: str) -> None:
    """A frozen record has been corrected: its timeline says so. The caller has left the trail entry."""
    session.add(ProcessMark(tenant_id=record.tenant_id, process=process.code, record_id=record.id, step=CORRECT,
                            from_state=record.state, to_state=record.state, account_id=actor.account_id, who=actor.name[:80],
                            role=actor.role, reason=reason.strip()[:400]))
    session.flush()  # the page may show it at once


def subject_of(process: Process, record_id: uuid.UUID) -> str:
    """How the trail names a record in its process."""
    return f"{process.code}:{record_id}"


def sentence_of(process: Process, record: Any, step: Step, before: str) -> str:
    """The step in words, as the trail keeps it."""
    name = "" if process.personal else f"“{process.name_of(record)}”"
    return f"{process.one}{name}：{step.title}（{process.state(before).title} → {process.state(step.target).title}）"
