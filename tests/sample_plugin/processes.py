"""A process with all there is: a certificate is asked for below, issued above by somebody else, and numbered once."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.processes import BEGIN, Deadline, Process, State, Step
from tests.sample_plugin.models import Certificate
from tests.sample_plugin.permissions import SOURCE, Action

CLAUSE = "示例方案（三）"


def missing(session: Session, certificate: Certificate) -> list[str]:
    """What is still to be entered before it can be asked for."""
    return [] if certificate.amount is not None else ["没有填写捐赠金额"]


def give_number(session: Session, host: PluginHost | None, certificate: Certificate, step: Step, actor: Actor) -> None:
    """The next number of the county, when it is issued."""
    if step.code == "issue":
        last = session.scalar(select(func.max(Certificate.number)).where(Certificate.tenant_id == certificate.tenant_id)) or 0
        certificate.number = last + 1
        session.flush()  # the next one of the same bulk step counts on from here


CERTIFICATE = Process(
    code="sample.certificate", title="捐赠证书审批", one="证书", model=Certificate, read=Action.CERTIFICATE_READ,
    states=(
        State("draft", "草拟"),
        State("submitted", "待县级颁发", "info"),
        State("issued", "已颁发", "success", final=True, frozen=True),
    ),
    initial="draft",
    steps=(
        Step("submit", "提交", ("draft",), "submitted", Action.CERTIFICATE_WRITE, needs=missing, clause=CLAUSE),
        Step("issue", "颁发", ("submitted",), "issued", Action.CERTIFICATE_APPROVE, not_by=(BEGIN, "submit"),
             deadline=Deadline(10, clause=CLAUSE), confirm="颁发后内容冻结，只能更正。", clause=CLAUSE),
        Step("return", "退回", ("submitted",), "draft", Action.CERTIFICATE_APPROVE, reason=True, back=True, clause=CLAUSE),
        Step("withdraw", "撤回", ("submitted",), "draft", Action.CERTIFICATE_WRITE, only_by=("submit",), back=True, bulk=False),
    ),
    name_of=lambda certificate: certificate.donor, on_step=give_number, correct=Action.CERTIFICATE_APPROVE,
    clause=SOURCE, help="学校提交，县资助中心颁发并编号；提交的人不能颁发。",
)

PROCESSES = [CERTIFICATE]
