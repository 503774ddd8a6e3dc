"""The ways of a need (screened below, listed above, done) and of a pledge (pledged, delivered, confirmed)."""

from __future__ import annotations

from flask import url_for

from core.errors import N_
from core.host.processes import Process, State, Step
from plugins.donations.models import Need, Pledge
from plugins.donations.permissions import Action
from plugins.donations.services import adopting


def _page(need: Need, code: str) -> str:
    return url_for("donations.need", code=code, need_id=need.id)


def _pledge_page(pledge: Pledge, code: str) -> str:
    return url_for("donations.need", code=code, need_id=pledge.need_id)


NEED = Process(
    code="donations.need", title=N_("认领需求审核"), one=N_("认领需求"), model=Need, read=Action.NEED_READ,
    states=(
        State("draft", N_("草拟")),
        State("submitted", N_("待入库"), "info"),
        State("listed", N_("可认领"), "success", frozen=True),
        State("done", N_("已完成"), "success", final=True, frozen=True),
        State("closed", N_("已撤销"), final=True, frozen=True),
    ),
    initial="draft",
    steps=(
        Step("submit", N_("申报"), ("draft",), "submitted", Action.NEED_WRITE, needs=adopting.submittable),
        Step("list", N_("入库公开"), ("submitted",), "listed", Action.NEED_APPROVE, not_by=("submit",), needs=adopting.listable,
             confirm=N_("入库后公开网页上能看到项目编号、需求和金额。")),
        Step("return", N_("退回"), ("submitted",), "draft", Action.NEED_APPROVE, reason=True, back=True),
        Step("withdraw", N_("撤回"), ("submitted",), "draft", Action.NEED_WRITE, only_by=("submit",), back=True, bulk=False),
        Step("finish", N_("办结"), ("listed",), "done", Action.NEED_APPROVE, needs=adopting.fulfilled),
        Step("close", N_("撤销"), ("draft", "listed"), "closed", Action.NEED_APPROVE, reason=True, back=True, bulk=False,
             needs=adopting.untaken),
    ),
    name_of=lambda need: need.code, personal=False, page=_page, on_step=adopting.follow_need, correct=Action.NEED_APPROVE,
    help=N_("村和乡镇摸底申报，审核后入库公开；公开的只有项目编号、需求和金额。"),
)
PLEDGE = Process(
    code="donations.pledge", title=N_("认领办理"), one=N_("认领"), model=Pledge, read=Action.NEED_READ,
    states=(
        State("pledged", N_("已认领"), "info"),
        State("delivered", N_("已交付"), "warning"),
        State("confirmed", N_("已确认"), "success", final=True, frozen=True),
        State("withdrawn", N_("已撤回"), final=True, frozen=True),
    ),
    initial="pledged",
    steps=(
        Step("deliver", N_("登记交付"), ("pledged",), "delivered", Action.NEED_WRITE),
        Step("confirm", N_("受助方确认"), ("delivered",), "confirmed", Action.NEED_WRITE, not_by=("deliver",)),
        Step("withdraw", N_("撤回认领"), ("pledged",), "withdrawn", Action.NEED_WRITE, reason=True, back=True, bulk=False),
    ),
    name_of=lambda pledge: f"{pledge.donor_name} {pledge.amount:,.2f} 元", page=_pledge_page, on_step=adopting.follow_pledge,
    help=N_("认领后由捐赠人直接交付，受助方确认；登记交付与确认由两人办理。"),
)
