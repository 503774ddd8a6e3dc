"""Text messages of a campaign: the list, sending, the list's file for whoever may see numbers, and its results."""

from __future__ import annotations

import io
import uuid

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput, NotPermitted
from core.outreach import queries
from core.outreach.permissions import Action
from core.outreach.routes.blueprint import blueprint, campaign_here, scope_for
from core.outreach.routes.campaigns import page_of
from core.outreach.rules.files import CSV, XLSX
from core.outreach.rules.words import FAILED, REFUSED, WAITING
from core.outreach.services import lists
from core.outreach.services.listing import make_list
from core.outreach.services.sending import start
from core.privacy.reveal import EXPORT
from core.registry.permissions import Action as Registry
from core.units.queries import get_unit
from core.web.markers import require
from core.web.request import actor, db, viewer

_TYPES = {CSV: "text/csv", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@blueprint.post("/outreach/campaigns/<uuid:campaign_id>/list")
@require(Action.MESSAGE_WRITE)
def list_guardians(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """Put the guardians of the pupils here on the campaign's list."""
    row = campaign_here(campaign_id, Action.MESSAGE_WRITE)
    try:
        counts = make_list(db(), row, scope_for(Registry.ENROLMENT_READ), actor())
    except InvalidInput as error:
        return page_of(row, error, "list"), error.status
    flash(gettext("新列入：待发 %(waiting)s 人，没有手机号 %(failed)s 人，不愿接收 %(refused)s 人", waiting=counts[WAITING],
                  failed=counts[FAILED], refused=counts[REFUSED]), "success")
    return _back(code, row.id)


@blueprint.post("/outreach/campaigns/<uuid:campaign_id>/send")
@require(Action.MESSAGE_WRITE)
def send(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    """Send what waits, in the background."""
    job = start(db(), campaign_here(campaign_id, Action.MESSAGE_WRITE), actor())
    return redirect(url_for("jobs.show", code=code, job_id=job.id))


@blueprint.post("/outreach/campaigns/<uuid:campaign_id>/lists/<int:number>/file")
@require(Action.MESSAGE_EXPORT)
def list_file(code: str, campaign_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """A list with its numbers, for whoever may see them, with a reason."""
    row = campaign_here(campaign_id, Action.MESSAGE_EXPORT)
    if not viewer().allowed(EXPORT, get_unit(db(), row.unit_id)):
        raise NotPermitted(N_("您没有在这里导出原文的权限"))
    gateway = queries.find_gateway(db(), row.tenant_id)
    kind = gateway.file_kind if gateway is not None else XLSX
    try:
        content = lists.list_file(db(), row, number, kind, request.form.get("reason", ""), actor())
    except InvalidInput as error:
        return page_of(row, error, f"file-{number}"), error.status
    return send_file(io.BytesIO(content), _TYPES[kind], as_attachment=True,
                     download_name=f"{gettext('短信名单')}-{row.code}-{number}.{kind}")


@blueprint.post("/outreach/campaigns/<uuid:campaign_id>/lists/<int:number>/results")
@require(Action.MESSAGE_WRITE)
def results(code: str, campaign_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Read back what the county's platform says of a list."""
    row = campaign_here(campaign_id, Action.MESSAGE_WRITE)
    given = request.files.get("file")
    try:
        if given is None or not given.filename:
            raise InvalidInput(N_("请选择结果文件"), {"file": N_("请选择结果文件")})
        counts = lists.read_back(db(), row, number, given.read(), given.filename, actor())
    except InvalidInput as error:
        db().rollback()
        return page_of(campaign_here(campaign_id, Action.MESSAGE_WRITE), error, f"results-{number}"), error.status
    flash(gettext("已读入：已发 %(sent)s 条，失败 %(failed)s 条", sent=counts["sent"], failed=counts["failed"]), "success")
    return _back(code, row.id)


def _back(code: str, campaign_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for("outreach.show", code=code, campaign_id=campaign_id))
