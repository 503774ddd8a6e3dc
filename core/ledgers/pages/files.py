"""Export and template."""

from __future__ import annotations

import io

from flask import Blueprint, Response, flash, g, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from core.access.scope import Scope
from core.errors import N_, InvalidInput, NotPermitted
from core.host.ledgers import Ledger
from core.jobs.services import enqueue
from core.ledgers import exporting, queries
from core.ledgers.asking import Asked
from core.ledgers.exporting import Order
from core.ledgers.jobs import CODE
from core.ledgers.pages import common
from core.ledgers.workbooks import MIME, MOST_UNITS, template
from core.privacy.reveal import EXPORT
from core.units.models import Unit
from core.units.queries import open_in
from core.web.markers import require
from core.web.request import actor, db, settings, unit, viewer


def install(blueprint: Blueprint, ledger: Ledger) -> None:
    """The addresses of files."""

    @blueprint.get("/export")
    @require(ledger.export)
    def export_form(code: str) -> str:
        return _form(ledger, {})

    @blueprint.post("/export")
    @require(ledger.export)
    def export(code: str) -> ResponseReturnValue:
        reason, originals = request.form.get("reason", "").strip(), request.form.get("originals") == "1"
        try:
            exporting.check_reason(reason, originals)
            order = _order(ledger, common.asked_here(ledger), reason, originals)
        except InvalidInput as refused:
            return _form(ledger, dict(refused.fields)), refused.status
        sealed = any(one.sealed and one.name in order.asked.query for one in common.fields_here(ledger))
        # A number looked for finds few, and would stand in the clear among the arguments of a job.
        if not sealed and queries.count_records(db(), ledger, order.scope, order.asked, exporting.INLINE) > exporting.INLINE:
            return _enqueue(ledger, order, code, originals)
        out = io.BytesIO()
        exporting.write_export(db(), order, out, _key())
        return _file(out, f"{ledger.title}-{unit().name}.xlsx")

    if ledger.importable:
        @blueprint.get("/template")
        @require(ledger.write)
        def template_file(code: str) -> Response:
            out = io.BytesIO()
            units = db().scalars(select(Unit).where(*open_in(unit().path)).order_by(Unit.depth, Unit.code).limit(MOST_UNITS)).all()
            template(out, ledger, common.fields_here(ledger), units)
            return _file(out, f"{ledger.title}-{gettext('模板')}.xlsx")


def _form(ledger: Ledger, errors: dict[str, str]) -> str:
    asked = common.asked_here(ledger)
    scope = common.scope_here(ledger.export, asked)
    count = queries.count_records(db(), ledger, scope, asked, exporting.INLINE)
    sealed = [field for field in common.fields_here(ledger) if field.sealed and field.exported]
    return common.show("export.html", ledger, asked=asked, count=count, inline=exporting.INLINE, errors=errors, sealed=sealed,
                       may_open=bool(sealed) and viewer().allowed(EXPORT, unit()), chosen=common.chosen_unit(asked))


def _order(ledger: Ledger, asked: Asked, reason: str, originals: bool) -> Order:
    if originals and not viewer().allowed(EXPORT, unit()):
        raise NotPermitted(N_("您没有在这里导出原文的权限"))
    identity: Scope | None = viewer().scope(db(), EXPORT, unit()).only(g.tenants) if originals else None
    fields = exporting.exported_fields(common.fields_here(ledger), asked, request.form.get("all_columns") == "1")
    return Order(ledger, unit(), g.tenant_id, common.scope_here(ledger.export, asked), asked, fields, actor(), reason, identity)


def _enqueue(ledger: Ledger, order: Order, code: str, originals: bool) -> ResponseReturnValue:
    enqueue(db(), actor(), CODE, {"ledger": ledger.code, "unit": str(unit().id), "query": dict(order.asked.query), "reason": order.reason,
                                  "originals": originals, "all_columns": request.form.get("all_columns") == "1"},
            tenant_id=g.tenant_id, unit_id=unit().id)
    flash(gettext("记录较多，正在后台写入文件；写好后在“后台任务”里下载"), "success")
    return redirect(common.back_to(code, order.asked.query))


def _file(out: io.BytesIO, name: str) -> Response:
    out.seek(0)
    return send_file(out, mimetype=MIME, as_attachment=True, download_name=name)


def _key() -> bytes:
    return exporting.file_key(settings().data_dir)
