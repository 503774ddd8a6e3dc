"""The certificate's way: asked for where the gift was recorded, issued by the body the plan names, revoked on a refund."""

from __future__ import annotations

from flask import url_for

from core.errors import N_
from core.host.processes import Process, State, Step
from plugins.donations.models import Certificate
from plugins.donations.permissions import Action
from plugins.donations.services.certifying import follow_step, missing


def _page(certificate: Certificate, code: str) -> str:
    return url_for("donations.certificate", code=code, certificate_id=certificate.id)


CERTIFICATE = Process(
    code="donations.certificate", title=N_("捐赠证书颁发"), one=N_("捐赠证书"), model=Certificate, read=Action.CERTIFICATE_READ,
    states=(
        State("draft", N_("待申报")),
        State("submitted", N_("待颁发"), "info"),
        State("issued", N_("已颁发"), "success", frozen=True),
        State("revoked", N_("已撤销"), "danger", final=True, frozen=True),
        State("dropped", N_("已取消"), final=True, frozen=True),
    ),
    initial="draft",
    steps=(
        Step("submit", N_("申报"), ("draft",), "submitted", Action.CERTIFICATE_WRITE, needs=missing),
        Step("issue", N_("颁发"), ("submitted",), "issued", Action.CERTIFICATE_APPROVE, not_by=("submit",), needs=missing,
             confirm=N_("颁发后即编号、签名，并可在公开网页查验。")),
        Step("return", N_("退回"), ("submitted",), "draft", Action.CERTIFICATE_APPROVE, reason=True, back=True),
        Step("withdraw", N_("撤回"), ("submitted",), "draft", Action.CERTIFICATE_WRITE, only_by=("submit",), back=True, bulk=False),
        Step("drop", N_("取消申报"), ("draft", "submitted"), "dropped", Action.CERTIFICATE_WRITE, reason=True, back=True, bulk=False),
        Step("revoke", N_("撤销证书"), ("issued",), "revoked", Action.CERTIFICATE_APPROVE, reason=True, back=True, bulk=False,
             confirm=N_("撤销后公开网页显示“已撤销”，编号不再使用。")),
    ),
    name_of=lambda certificate: f"{certificate.donor_name} {certificate.amount:,.2f} 元", page=_page, on_step=follow_step,
    help=N_("登记捐赠的单位申报，方案写明的颁发单位颁发并编号；申报人不能颁发。"),
)
