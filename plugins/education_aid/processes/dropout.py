"""A case of a child out of school: looked into and brought back by one person, closed by another, with evidence."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from core.documents.models import Document
from core.errors import N_
from core.extensions import Actor, today
from core.host.manager import PluginHost
from core.host.processes import Process, State, Step
from plugins.education_aid.folders import HUNT
from plugins.education_aid.models.dropout import DropoutCase
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.applications import names_by_id
from plugins.education_aid.rules.hunting import KINDS

CLAUSE = "EA-054、EA-057"


def unproved(session: Session, case: DropoutCase) -> list[str]:
    """What a case lacks before it can be closed: how it ended, in words, and a paper of the child's folder."""
    found = [] if case.closing else ["没有填写办理结果"]
    found += [] if case.evidence.strip() else ["没有写明依据"]
    count = session.scalar(select(func.count()).select_from(Document).where(
        Document.tenant_id == case.tenant_id, Document.subject_id == case.person_id, Document.folder == HUNT.code,
        Document.removed_at.is_(None), Document.happened_on >= case.found_on))
    return found if count else [*found, "控辍保学材料里没有这件案子以来的依据"]


def on_step(session: Session, host: PluginHost | None, case: DropoutCase, step: Step, actor: Actor) -> None:
    """Closing frees the child's place, so that a later case can be found again."""
    if step.code == "close":
        case.closed_on, case.slot = today(), f"{case.person_id.hex}:{case.id.hex}"
    session.flush()  # the next record of the same bulk step counts on it


def name_of(case: DropoutCase) -> str:
    """The child, and what kind of case it is."""
    session = object_session(case)
    name = names_by_id(session, case.tenant_id, [case.person_id]).get(case.person_id, "—") if session else "—"
    return f"{name}　{dict(KINDS).get(case.kind, case.kind)}"


DROPOUT = Process(
    code="education_aid.dropout", title=N_("控辍保学销号"), one=N_("失学辍学问题"), model=DropoutCase, read=Action.DROPOUT_READ,
    states=(
        State("open", N_("劝返中"), "warning"), State("submitted", N_("待核销"), "info"),
        State("closed", N_("已销号"), "success", final=True, frozen=True),
    ),
    initial="open",
    steps=(
        Step("submit", N_("报请销号"), ("open",), "submitted", Action.DROPOUT_WRITE, needs=unproved, clause=CLAUSE),
        Step("close", N_("核实销号"), ("submitted",), "closed", Action.DROPOUT_APPROVE, not_by=("submit",), needs=unproved, clause=CLAUSE),
        Step("return", N_("退回"), ("submitted",), "open", Action.DROPOUT_APPROVE, reason=True, back=True, clause=CLAUSE),
    ),
    name_of=name_of, on_step=on_step,
    page=lambda row, code: url_for("education_aid.dropout_case", code=code, case_id=row.id), clause=CLAUSE,
    help=N_("劝返或核实后附上依据报请销号，由另一人核实；没有依据不能销号，有一件未销号就不是零辍学。"),
)
