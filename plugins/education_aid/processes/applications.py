"""An application's course: class, school, publicity, township where the plan has it, county, payment, archive."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from core.extensions import Actor
from core.host.manager import PluginHost
from core.host.processes import BEGIN, Process, State, Step
from plugins.education_aid.models.applications import Application, slot_of
from plugins.education_aid.models.payments import Payment
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import applications
from plugins.education_aid.rules.words import PAID_BY_BANK

CLAUSE = "EA-017、EA-019"
_EARLY = ("class_review", "school_review", "publicity")
_BEFORE_COUNTY = (BEGIN, "submit", "review", "school", "to_township", "to_county", "township")


def on_step(session: Session, host: PluginHost | None, application: Application, step: Step, actor: Actor) -> None:
    """A return begins anew, publicity included; an approval makes the payment; a refusal frees the place."""
    if step.target == "draft":
        application.notice_subject = ""
    elif step.code == "approve" and application.form in PAID_BY_BANK:
        _pay(session, application)
    elif step.code == "refuse":
        application.slot = None
    session.flush()  # the next record of the same bulk step counts on it


def _pay(session: Session, application: Application) -> None:
    """One payment for this child, item and term: the database refuses a second, whoever comes first."""
    session.add(Payment(
        tenant_id=application.tenant_id, unit_id=application.unit_id, person_id=application.person_id,
        school_year=application.school_year, term=application.term, item=application.item, item_name=application.item_name,
        application_id=application.id, amount=application.amount, fund=application.fund,
        slot=slot_of(application.person_id, application.item, application.school_year, application.term)))
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(N_("这个孩子本学期的“%(item)s”已经列入发放，不能再发一次"), item=application.item_name) from error


APPLICATION = Process(
    code="education_aid.application", title=N_("资助申请审批"), one=N_("资助申请"), model=Application,
    read=Action.APPLICATION_READ,
    states=(
        State("draft", N_("草拟")), State("class_review", N_("班级评议"), "info"), State("school_review", N_("学校审核"), "info"),
        State("publicity", N_("公示中"), "info"), State("township", N_("乡镇审核"), "info"), State("county", N_("县级审批"), "warning"),
        State("approved", N_("待发放"), "info", frozen=True), State("paid", N_("已享受"), "success", frozen=True),
        State("archived", N_("已归档"), "success", final=True, frozen=True), State("refused", N_("不予资助"),
              "danger", final=True, frozen=True),
    ),
    initial="draft",
    steps=(
        Step("submit", N_("提交班级评议"), ("draft",), "class_review", Action.APPLICATION_WRITE,
             needs=applications.without_reason, clause=CLAUSE),
        Step("review", N_("评议通过"), ("class_review",), "school_review", Action.APPLICATION_WRITE, not_by=("submit",), clause=CLAUSE),
        Step("school", N_("学校审核通过"), ("school_review",), "publicity", Action.APPLICATION_WRITE, not_by=("submit",), clause=CLAUSE),
        Step("to_township", N_("报乡镇审核"), ("publicity",), "township", Action.APPLICATION_WRITE,
             needs=applications.wants_county, clause=CLAUSE),
        Step("to_county", N_("报县审批"), ("publicity",), "county", Action.APPLICATION_WRITE,
             needs=applications.wants_township, clause=CLAUSE),
        Step("township", N_("乡镇审核通过"), ("township",), "county", Action.APPLICATION_MANAGE,
             not_by=("submit", "review", "school"), clause=CLAUSE),
        Step("approve", N_("批准"), ("county",), "approved", Action.APPLICATION_APPROVE, not_by=_BEFORE_COUNTY,
             confirm=N_("批准后冻结，并列入待发放。"), clause=CLAUSE),
        Step("pay", N_("确认已享受"), ("approved",), "paid", Action.PAYMENT_WRITE, needs=applications.not_credited, clause=CLAUSE),
        Step("archive", N_("归档"), ("paid",), "archived", Action.APPLICATION_WRITE, needs=applications.incomplete, clause="EA-019"),
        Step("return", N_("退回"), _EARLY, "draft", Action.APPLICATION_WRITE, reason=True, back=True, clause=CLAUSE),
        Step("send_back", N_("乡镇退回"), ("township",), "draft", Action.APPLICATION_MANAGE, reason=True, back=True, clause=CLAUSE),
        Step("reject", N_("县级退回"), ("county",), "draft", Action.APPLICATION_APPROVE, reason=True, back=True, clause=CLAUSE),
        Step("refuse", N_("不予资助"), ("county",), "refused", Action.APPLICATION_APPROVE, not_by=_BEFORE_COUNTY, reason=True, back=True,
             clause=CLAUSE),
    ),
    name_of=applications.name_of, on_step=on_step,
    page=lambda row, code: url_for("education_aid.application", code=code, application_id=row.id), submit="submit", correct="",
    clause=CLAUSE,
    help=N_("经办登记，班级评议，学校审核后公示，公示期满无异议报县；办前一步的人不能办须由另一人办的后一步。"),
)
