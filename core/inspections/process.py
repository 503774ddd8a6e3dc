"""整改: a problem is raised, a measure is given with owner and day, the result is reported with evidence, somebody else closes."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor, today
from core.host.manager import PluginHost
from core.host.processes import Deadline, Process, State, Step
from core.inspections import queries
from core.inspections.models import Finding
from core.inspections.permissions import Action

CLAUSE = "EA-066"


def unplanned(session: Session, finding: Finding) -> list[str]:
    """What a measure lacks."""
    lacking = {"没有写整改措施": finding.measure, "没有写责任人": finding.owner, "没有定完成日期": finding.due_on}
    return [words for words, value in lacking.items() if not value]


def unproved(session: Session, finding: Finding) -> list[str]:
    """What is missing before a problem can be reported as fixed, and before it can be closed."""
    found = [] if finding.result.strip() else ["没有写整改结果"]
    return found if queries.count_evidence(session, finding) else [*found, "没有佐证材料"]


def on_step(session: Session, host: PluginHost | None, finding: Finding, step: Step, actor: Actor) -> None:
    """The days on which it was fixed and closed; what is sent back is not fixed any more."""
    if step.code == "report":
        finding.fixed_on = today()
    elif step.code == "close":
        finding.closed_on = today()
    elif step.back:
        finding.fixed_on = None
    session.flush()  # the next record of the same bulk step counts on it


FINDING = Process(
    code="core.finding", title=N_("问题整改"), one=N_("问题"), model=Finding, read=Action.FINDING_READ,
    states=(
        State("raised", N_("待整改"), "danger"), State("fixing", N_("整改中"), "warning"), State("fixed", N_("待复核"), "info"),
        State("closed", N_("已销号"), "success", final=True, frozen=True),
    ),
    initial="raised",
    steps=(
        Step("measure", N_("提出整改措施"), ("raised",), "fixing", Action.RECTIFICATION_WRITE, needs=unplanned, bulk=False,
             deadline=Deadline(column="limit_on"), clause=CLAUSE),
        Step("report", N_("报送整改结果"), ("fixing",), "fixed", Action.RECTIFICATION_WRITE, needs=unproved, bulk=False,
             deadline=Deadline(column="due_on"), clause=CLAUSE),
        Step("close", N_("复核销号"), ("fixed",), "closed", Action.FINDING_WRITE, not_by=("measure", "report"), needs=unproved,
             at="by_unit_id", clause=CLAUSE),
        Step("redo", N_("退回重新整改"), ("fixed",), "fixing", Action.FINDING_WRITE, reason=True, back=True, at="by_unit_id",
             clause=CLAUSE),
        Step("reject", N_("退回措施"), ("fixing",), "raised", Action.FINDING_WRITE, reason=True, back=True, at="by_unit_id",
             clause=CLAUSE),
    ),
    name_of=lambda finding: finding.title, on_step=on_step,
    page=lambda finding, code: url_for("inspections.finding", code=code, finding_id=finding.id), submit="measure", clause=CLAUSE,
    help=N_("责任单位提出措施、责任人和期限，整改后附佐证报送；由提出问题的单位或其上级复核，提出措施、报送结果的人不能自己销号。"),
)
