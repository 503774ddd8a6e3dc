"""A joint letter: drafted by one person, signed off by another, answered by the other county."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.processes import BEGIN, Process, State, Step
from plugins.education_aid.models.cases import Letter
from plugins.education_aid.permissions import Action
from plugins.education_aid.services import delivering

CLAUSE = "EA-061"


def missing(session: Session, letter: Letter) -> list[str]:
    """What a letter lacks before it is signed off: two bodies sign it."""
    return [] if len(letter.issuers) >= 2 else ["联合函须有两个发函单位"]


def unanswered(session: Session, letter: Letter) -> list[str]:
    """What an answer lacks."""
    return [] if letter.reply else ["还没有填写答复"]


def on_step(session: Session, host: PluginHost | None, letter: Letter, step: Step, actor: Actor) -> None:
    """Signing off sends it: into the other county's own list, where that county works on this platform."""
    if step.code == "send":
        delivering.send(session, letter, actor)


LETTER = Process(
    code="education_aid.letter", title=N_("联合发函"), one=N_("联合函"), model=Letter, read=Action.LETTER_READ,
    states=(
        State("draft", N_("草拟"), "plain"), State("sent", N_("待答复"), "warning", frozen=True),
        State("replied", N_("已答复"), "success", final=True, frozen=True), State("dropped", N_("已作废"),
              "plain", final=True, frozen=True),
    ),
    initial="draft",
    steps=(
        Step("send", N_("签发"), ("draft",), "sent", Action.LETTER_APPROVE, not_by=(BEGIN,), needs=missing, clause=CLAUSE),
        Step("reply", N_("答复办结"), ("sent",), "replied", Action.LETTER_WRITE, needs=unanswered, bulk=False, clause=CLAUSE),
        Step("drop", N_("作废"), ("draft",), "dropped", Action.LETTER_WRITE, reason=True, back=True, clause=CLAUSE),
    ),
    name_of=lambda letter: f"{letter.number}　{letter.to_name}", personal=False, on_step=on_step,
    page=lambda row, code: url_for("education_aid.letter", code=code, letter_id=row.id), submit=BEGIN, clause=CLAUSE,
    help=N_("县教育局与扶贫部门联合发函给就读地；对方也在平台上的直接送达，答复自动带回并销号。"),
)
