"""A batch for the bank: made by one person, approved by another, sent, and done when the bank has said a word on each line."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.processes import BEGIN, Process, State, Step
from plugins.education_aid.models.payments import Batch
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import payments
from plugins.education_aid.services import sending

CLAUSE = "EA-017、EA-049"


def on_step(session: Session, host: PluginHost | None, batch: Batch, step: Step, actor: Actor) -> None:
    """Approving sets the due day, sending takes the money out of the account, dropping frees the payments."""
    if step.code == "approve":
        sending.set_due(session, batch)
    elif step.code == "send":
        sending.take_out(session, batch, actor)
    elif step.code == "drop":
        sending.free(session, batch)


BATCH = Process(
    code="education_aid.batch", title=N_("发放批次"), one=N_("发放批次"), model=Batch, read=Action.PAYMENT_READ,
    states=(
        State("draft", N_("草拟"), "plain"), State("approved", N_("待送银行"), "info", frozen=True),
        State("sent", N_("待回盘"), "warning", frozen=True), State("done", N_("已回盘"), "success", final=True, frozen=True),
        State("dropped", N_("已撤销"), "plain", final=True, frozen=True),
    ),
    initial="draft",
    steps=(
        Step("approve", N_("批准发放"), ("draft",), "approved", Action.PAYMENT_APPROVE, not_by=(BEGIN,), bulk=False, clause=CLAUSE,
             needs=payments.empty, confirm=N_("批准后名单和金额冻结。")),
        Step("send", N_("送银行并记账"), ("approved",), "sent", Action.PAYMENT_WRITE, bulk=False, clause=CLAUSE,
             confirm=N_("金额从账户支出，银行退回的回盘时记回。")),
        Step("settle", N_("回盘完毕"), ("sent",), "done", Action.PAYMENT_WRITE, needs=payments.silent, bulk=False, clause=CLAUSE),
        Step("drop", N_("撤销"), ("draft", "approved"), "dropped", Action.PAYMENT_WRITE, reason=True, back=True, bulk=False, clause=CLAUSE),
    ),
    name_of=lambda batch: f"{batch.number}　{batch.title}", personal=False, on_step=on_step,
    page=lambda row, code: url_for("education_aid.batch", code=code, batch_id=row.id), submit=BEGIN, clause=CLAUSE,
    help=N_("资助中心编制，另一人批准后送银行；回盘退回的进入待重发，到账才算已享受。"),
)
