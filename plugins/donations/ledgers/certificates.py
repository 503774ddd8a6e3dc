"""The ledger of certificates: made by asking for one, never entered by hand."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from core.errors import N_
from core.host.ledgers import Field, Ledger, state_field
from plugins.donations.models import Certificate
from plugins.donations.permissions import Action
from plugins.donations.processes.certificates import CERTIFICATE
from plugins.donations.rules import words


def _page(row: Any) -> str:
    return url_for("donations.certificate", code=g.unit.code, certificate_id=row.id)


CERTIFICATES = Ledger(
    code="donations.certificates", title=N_("捐赠证书"), one=N_("证书"), model=Certificate, group="donations", order=30,
    icon="certificate", read=Action.CERTIFICATE_READ, write=Action.CERTIFICATE_WRITE, export=Action.CERTIFICATE_EXPORT,
    title_of="number", clause="DN-002", creatable=False, removable=False, importable=False, page=_page, process=CERTIFICATE,
    help=N_("捐赠达到方案写明的数额，由登记单位申报，由方案写明的单位颁发并编号。"),
    fields=(
        Field("number", N_("证书编号"), filter="prefix", sort=True, most=40, editable=False),
        Field("donor_name", N_("捐赠人"), filter="prefix", sort=True, masked="name", editable=False),
        Field("donor_kind", N_("捐赠人类别"), "choice", choices=words.DONOR_KINDS, filter="choice", editable=False),
        Field("amount", N_("金额"), "yuan", sort=True, filter="range", total=True, measure="元", editable=False),
        Field("gifts", N_("笔数"), "integer", listed=False, editable=False),
        Field("honour", N_("证书名称"), editable=False),
        Field("issuer", N_("颁发单位"), listed=False, editable=False),
        Field("unit_id", N_("申报单位"), "unit", filter="unit", editable=False),
        Field("given_on", N_("捐赠日期"), "date", listed=False, editable=False),
        Field("issued_on", N_("颁发日期"), "date", sort=True, filter="range", editable=False),
        state_field(CERTIFICATE, sort=True),
        Field("clause", N_("依据"), listed=False, editable=False),
    ))
