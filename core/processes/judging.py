"""Whether a record may go a step: its state, who did which earlier step, the reason, what is missing, and access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.access.viewer import Place, Viewer
from core.errors import N_, Conflict, InvalidInput, NotPermitted, PlatformError, RuleViolation
from core.extensions import local
from core.host.processes import BEGIN, Process, Step
from core.processes.models import ProcessMark

SEPARATION = "separation-of-duties"


def facts_of(process: Process, record: Any, marks: Sequence[ProcessMark], account_id: object) -> frozenset[str]:
    """What the record says of itself to a condition of the access rules."""
    facts = {"is_frozen"} if process.state(record.state).frozen else set()
    submitted = any(mark.step == process.submits for mark in marks)
    wanted = process.submits if submitted else BEGIN
    if account_id is not None and any(mark.step == wanted and mark.account_id == account_id for mark in marks):
        facts.add("is_submitter")
    return frozenset(facts)


def stands_right(process: Process, record: Any, step: Step, marks: Sequence[ProcessMark], version: int | None = None) -> None:
    """Raise Conflict unless the record stands where the step begins, and is as the person saw it."""
    if getattr(record, "removed_at", None) is not None:
        raise Conflict(N_("%(name)s已删除，不能办理“%(step)s”"), name=process.name_of(record), step=step.title)
    if record.state not in step.sources:
        raise moved_on(process, record, step, marks)
    if version is not None and record.version != version:
        raise Conflict(N_("%(name)s在您读取之后已被改动，请重新核对后再办理“%(step)s”"), name=process.name_of(record),
                       step=step.title)


def moved_on(process: Process, record: Any, step: Step, marks: Sequence[ProcessMark]) -> Conflict:
    """The record stands elsewhere by now: where, and by whose hand."""
    state = process.state(record.state).title
    last = marks[-1] if marks else None
    if last is None or last.to_state != record.state:
        return Conflict(N_("%(name)s现为“%(state)s”，不能办理“%(step)s”"), name=process.name_of(record), state=state, step=step.title)
    return Conflict(N_("%(name)s现为“%(state)s”（%(who)s于%(at)s办理了“%(last)s”），不能再办理“%(step)s”"),
                    name=process.name_of(record), state=state, who=last.who, at=f"{local(last.at):%Y-%m-%d %H:%M}",
                    last=process.step_title(last.step), step=step.title)


def duties_apart(process: Process, step: Step, marks: Sequence[ProcessMark], account_id: object) -> None:
    """Raise RuleViolation where the account did a step whose doer may not do this one, or where only the doer of a
    step may and this is somebody else."""
    for mark in marks:
        if account_id is not None and mark.account_id == account_id and mark.step in step.not_by:
            raise RuleViolation(N_("“%(earlier)s”由您（%(who)s）于%(day)s办理，“%(step)s”须由另一人办理"), rule=SEPARATION,
                                clause=step.clause, earlier=process.step_title(mark.step), who=mark.who,
                                day=f"{local(mark.at):%Y-%m-%d}", step=step.title)
    if not step.only_by:
        return
    doer = next((mark for mark in reversed(marks) if mark.step in step.only_by), None)
    if doer is None or account_id is None or doer.account_id != account_id:
        names = "、".join(process.step_title(code) for code in step.only_by)
        raise RuleViolation(N_("“%(step)s”只能由办理“%(names)s”的本人（%(who)s）办理"), rule=SEPARATION, clause=step.clause,
                            step=step.title, names=names, who=doer.who if doer else "—")


def reasoned(step: Step, reason: str) -> None:
    """Raise InvalidInput where a reason is asked for and none is given."""
    if step.reason and not reason.strip():
        message = N_("办理“%(step)s”须写明理由")
        raise InvalidInput(message, {"reason": message % {"step": step.title}}, step=step.title)


def complete(session: Session, process: Process, record: Any, step: Step) -> None:
    """Raise RuleViolation with all that is missing."""
    missing = missing_of(session, record, step)
    if missing:
        raise RuleViolation(N_("%(name)s还不能“%(step)s”：%(missing)s"), rule="process-needs", clause=step.clause,
                            name=process.name_of(record), step=step.title, missing="；".join(missing))


def missing_of(session: Session, record: Any, step: Step) -> list[str]:
    """What the record still lacks for the step."""
    return step.needs(session, record) if step.needs else []


def permitted(process: Process, record: Any, step: Step, marks: Sequence[ProcessMark], viewer: Viewer, home: Place) -> None:
    """Raise NotPermitted unless the access rules allow the step where the record stands, with all it says of itself."""
    decision = viewer.decide(step.action, home.path, facts_of(process, record, marks, viewer.account_id))
    if decision.allowed:
        return
    if decision.line is not None:
        raise NotPermitted(N_("规则“%(line)s”不允许您对%(name)s办理“%(step)s”"), line=decision.line.source or str(decision.line),
                           name=process.name_of(record), step=step.title)
    raise NotPermitted(N_("您在%(name)s所在单位没有办理“%(step)s”的权限"), name=process.name_of(record), step=step.title)


def refusal(session: Session, process: Process, record: Any, step: Step, marks: Sequence[ProcessMark], viewer: Viewer,
            home: Place) -> PlatformError | None:
    """Why a person could not go this step now, apart from what is missing; None: nothing stands against it."""
    try:
        permitted(process, record, step, marks, viewer, home)
        duties_apart(process, step, marks, viewer.account_id)
    except PlatformError as found:
        return found
    return None
