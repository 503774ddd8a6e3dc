"""A round of admission: open, decided, shown in public, and final when nobody objects any more."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.processes import Process, State, Step
from core.publicity import services as publicity
from plugins.education_aid.models.admission import DECIDED, FINAL, OPEN, AdmissionRound
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import admission as reading
from plugins.education_aid.services import placing

CLAUSE = "EA-023"


def nobody(session: Session, round_: AdmissionRound) -> list[str]:
    """What a round lacks before it is decided."""
    return [] if reading.has_applicants(session, round_) else ["还没有人申请"]


def unpublished(session: Session, round_: AdmissionRound) -> list[str]:
    """What it lacks until its publicity is over."""
    return [message % params for message, params in publicity.missing(session, reading.subject_of(round_))]


def shown(session: Session, round_: AdmissionRound) -> list[str]:
    """Why it cannot be taken back now."""
    return ["录取结果正在公示，请先撤下"] if publicity.is_published(session, reading.subject_of(round_)) else []


def on_step(session: Session, host: PluginHost | None, round_: AdmissionRound, step: Step, actor: Actor) -> None:
    """Deciding keeps the outcomes, taking back clears them."""
    if step.target == DECIDED:
        placing.keep_outcomes(session, round_)
    elif step.target == OPEN:
        placing.clear_outcomes(session, round_)


ROUND = Process(
    code="education_aid.round", title=N_("录取结果"), one=N_("录取批次"), model=AdmissionRound, read=Action.ADMISSION_READ,
    states=(
        State(OPEN, N_("未确定"), "plain"), State(DECIDED, N_("已确定"), "info", frozen=True),
        State(FINAL, N_("已公布"), "success", final=True, frozen=True),
    ),
    initial=OPEN,
    steps=(
        Step("decide", N_("确定录取结果"), (OPEN,), DECIDED, Action.ADMISSION_WRITE, needs=nobody, bulk=False, clause=CLAUSE,
             confirm=N_("确定后批次和申请人都不能再改，有误须更正并写明理由。")),
        Step("finish", N_("公示期满，公布结果"), (DECIDED,), FINAL, Action.ADMISSION_APPROVE, not_by=("decide",), needs=unpublished,
             bulk=False, clause=CLAUSE),
        Step("reopen", N_("撤回重排"), (DECIDED,), OPEN, Action.ADMISSION_APPROVE, reason=True, back=True, needs=shown, bulk=False,
             clause=CLAUSE),
    ),
    name_of=lambda round_: round_.title, personal=False, on_step=on_step,
    page=lambda row, code: url_for("education_aid.admission_round", code=code, round_id=row.id), submit="decide",
    correct=Action.ADMISSION_APPROVE, clause=CLAUSE,
    help=N_("确定结果以后公示，期满无异议由另一人公布；确有错误的逐人更正，写明理由，前后都留痕。"),
)
