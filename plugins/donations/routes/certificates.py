"""Certificates: who is to have one, asking for it, the certificate itself on screen and paper, the issuer's seal."""

from __future__ import annotations

import io
import uuid
from decimal import Decimal

from flask import Response, flash, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput, NotFound
from core.extensions.phrases import phrase
from core.host.request import plugin_host
from core.jobs.services import enqueue
from core.trail.services import record
from core.units.queries import find_unit
from core.web.markers import require
from core.web.request import actor, db, unit
from plugins.donations.permissions import Action
from plugins.donations.processes.certificates import CERTIFICATE
from plugins.donations.queries import certificates as queries
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.services import certificates, papers, seals
from plugins.donations.services.signing import certificate_file

SENT_TO_PRINT = phrase(N_("提交打印 %(count)s 份捐赠证书"))
#: how such a picture begins
PNG = b"\x89PNG"


@blueprint.get("/certificates/due")
@require(Action.CERTIFICATE_READ)
def certificates_due(code: str) -> str:
    """Who is to have a certificate by the plan and has none yet."""
    found = certificates.list_due(db(), g.tenant_id, scope_for(Action.CERTIFICATE_READ))
    return show("certificates_due.html", rows=found[: queries.MOST_DUE], count=len(found),
                total=sum((each.amount for each in found), Decimal(0)))


@blueprint.post("/certificates/due")
@require(Action.CERTIFICATE_WRITE)
def certificates_ask(code: str) -> ResponseReturnValue:
    """Ask for those that were ticked."""
    made = certificates.propose(db(), plugin_host(), g.tenant_id, scope_for(Action.CERTIFICATE_WRITE),
                                request.form.getlist("key"), actor())
    flash(gettext("已申报 %(count)s 份，等待颁发", count=len(made)), "success")
    return redirect(url_for("donations.certificates_due", code=code))


@blueprint.get("/certificates/<uuid:certificate_id>")
@require(Action.CERTIFICATE_READ)
def certificate(code: str, certificate_id: uuid.UUID) -> str:
    """One certificate with what it rests on and the steps it has gone."""
    row = queries.get_certificate(db(), scope_for(Action.CERTIFICATE_READ), certificate_id)
    public = url_for("donations-public.certificate", code=g.tenant_id, token=row.token)
    return show("certificate.html", row=row, process=CERTIFICATE, gifts=queries.gifts_of(db(), row), public=public,
                home=find_unit(db(), row.unit_id))


@blueprint.get("/certificates/<uuid:certificate_id>/pdf")
@require(Action.CERTIFICATE_EXPORT)
def certificate_pdf(code: str, certificate_id: uuid.UUID) -> Response:
    """The certificate on paper."""
    row = queries.get_certificate(db(), scope_for(Action.CERTIFICATE_EXPORT), certificate_id)
    content = papers.certificate_pdf(db(), row, request.host_url)
    return send_file(io.BytesIO(content), mimetype=papers.PDF, as_attachment=True, download_name=f"{row.honour}{row.number}.pdf")


@blueprint.get("/certificates/<uuid:certificate_id>/signed.json")
@require(Action.CERTIFICATE_READ)
def certificate_signed(code: str, certificate_id: uuid.UUID) -> ResponseReturnValue:
    """The file by which anybody verifies it offline."""
    row = queries.get_certificate(db(), scope_for(Action.CERTIFICATE_READ), certificate_id)
    if not row.signature:
        raise InvalidInput(N_("还没有颁发，没有验真文件"))
    return certificate_file(row)


@blueprint.post("/certificates/print")
@require(Action.CERTIFICATE_EXPORT)
def certificates_print(code: str) -> ResponseReturnValue:
    """All issued certificates of the place as one file, in the background."""
    count = queries.count_issued(db(), scope_for(Action.CERTIFICATE_EXPORT))
    if not count:
        raise InvalidInput(N_("这里没有已颁发的证书"))
    arguments = {"unit": str(unit().id), "site": request.host_url}
    enqueue(db(), actor(), papers.PRINT, arguments, tenant_id=g.tenant_id, unit_id=unit().id, key=f"print:{unit().id}")
    record(db(), actor(), Action.CERTIFICATE_EXPORT, SENT_TO_PRINT(count=count), subject=f"donations.print:{unit().id}",
           tenant_id=g.tenant_id, unit_id=unit().id)
    flash(gettext("正在后台排版 %(count)s 份证书，排好后在“后台任务”里下载", count=count), "success")
    return redirect(url_for("jobs.overview", code=code))


@blueprint.get("/seal")
@require(Action.CERTIFICATE_APPROVE)
def seal(code: str) -> str:
    """The seal printed on the certificates of this unit."""
    return show("seal.html", row=queries.find_seal(db(), g.tenant_id, unit().id))


@blueprint.get("/seal/<digest>.png")
@require(Action.CERTIFICATE_APPROVE)
def seal_picture(code: str, digest: str) -> Response:
    """The picture itself, for those alone who may set another."""
    row = queries.find_seal(db(), g.tenant_id, unit().id)
    if row is None or row.digest != digest:
        raise NotFound(N_("还没有印章图片"))
    kind = "image/png" if row.content.startswith(PNG) else "image/jpeg"
    answer = send_file(io.BytesIO(row.content), mimetype=kind, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/seal")
@require(Action.CERTIFICATE_APPROVE)
def seal_set(code: str) -> ResponseReturnValue:
    """Put another picture in its place."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput(N_("请选择印章图片"), {"file": N_("请选择文件")})
    seals.set_seal(db(), g.tenant_id, unit(), file.read(seals.MOST + 1), actor())
    flash(gettext("印章图片已保存"), "success")
    return redirect(url_for("donations.seal", code=code))
