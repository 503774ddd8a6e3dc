"""Batches for the bank: made, their file, and what comes back."""

from __future__ import annotations

import io
import uuid

from flask import Response, flash, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge

from core.access.scoping import get_scoped
from core.errors import N_, InvalidInput
from core.extensions import today
from core.host.request import plugin_host
from core.tenancy.queries import own_tenant
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, unit
from plugins.education_aid.models import Payment
from plugins.education_aid.permissions import Action
from plugins.education_aid.plan.layers import banks_of
from plugins.education_aid.queries import applications, payments
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.routes.terms import term_asked, years_around
from plugins.education_aid.rules.words import TERMS
from plugins.education_aid.services import paying
from plugins.education_aid.services.voiding import void_payment

#: a file of a county's whole term has some hundred kilobytes
MOST_BYTES = 8 * 1024 * 1024


@blueprint.get("/pay")
@require(Action.PAYMENT_READ)
def pay(code: str) -> str:
    """What waits to be paid, what waits to be paid again, and the form for a batch."""
    term, scope = term_asked(), scope_for(Action.PAYMENT_READ)
    states = payments.count_states(db(), scope, term.school_year, term.number)
    banks = banks_of(db(), g.tenant_id) if own_tenant(db(), unit()) else []
    return show("pay.html", term=term, states=states, banks=[(bank.form.code, bank.form.bank) for bank in banks], terms=TERMS,
                years=years_around(), here=own_tenant(db(), unit()) is not None, newest=payments.newest_batches(db(), scope))


@blueprint.post("/pay")
@require(Action.PAYMENT_WRITE)
def make_batch(code: str) -> ResponseReturnValue:
    """Make a batch of what waits."""
    tenant = own_tenant(db(), unit())
    if tenant is None:
        raise InvalidInput(N_("请在县级编制发放批次"))
    term = term_asked()
    batch, faulty = paying.make_batch(db(), unit(), tenant.id, request.form.get("bank", ""), term.school_year, term.number, actor(),
                                      again=request.form.get("again") == "1")
    if faulty:
        flash(gettext("%(count)s 笔卡号有误，没有编入，已列入问题清单", count=faulty), "warning")
    return redirect(url_for("education_aid.batch", code=code, batch_id=batch.id))


@blueprint.get("/batches/<uuid:batch_id>")
@require(Action.PAYMENT_READ)
def batch(code: str, batch_id: uuid.UUID) -> str:
    """A batch line by line."""
    row = payments.get_batch(db(), scope_for(Action.PAYMENT_READ), batch_id)
    lines = payments.shown_lines(db(), row)
    names = applications.names_by_id(db(), row.tenant_id, [payment.person_id for _, payment in lines])
    return show("batch.html", row=row, lines=lines, names=names, units=units_by_id(db(), {line.unit_id for line, _ in lines}),
                today=today())


@blueprint.post("/batches/<uuid:batch_id>/file")
@require(Action.PAYMENT_EXPORT)
def batch_file(code: str, batch_id: uuid.UUID) -> Response:
    """The file for the bank."""
    name, data = paying.file_of(db(), payments.get_batch(db(), scope_for(Action.PAYMENT_EXPORT), batch_id), actor())
    answer: Response = send_file(io.BytesIO(data), mimetype="application/octet-stream", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/batches/<uuid:batch_id>/return")
@require(Action.PAYMENT_WRITE)
def read_return(code: str, batch_id: uuid.UUID) -> ResponseReturnValue:
    """Read the file that came back."""
    row, sent = payments.get_batch(db(), scope_for(Action.PAYMENT_WRITE), batch_id), request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput(N_("请选择银行返回的文件"), fields={"file": N_("必选")})
    data = sent.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise RequestEntityTooLarge
    judged = paying.read_return(db(), plugin_host(), row, data, today(), actor())
    flash(gettext("到账 %(paid)s 笔，退回 %(back)s 笔，未回 %(silent)s 笔", paid=len(judged.credited), back=len(judged.returned),
                  silent=len(judged.silent)), "success" if not judged.returned else "warning")
    return redirect(url_for("education_aid.batch", code=code, batch_id=row.id))


@blueprint.post("/payments/<uuid:payment_id>/void")
@require(Action.PAYMENT_APPROVE)
def void(code: str, payment_id: uuid.UUID) -> ResponseReturnValue:
    """Void a credited payment, which is then owed back."""
    row = get_scoped(db(), Payment, payment_id, scope_for(Action.PAYMENT_APPROVE))
    owed = void_payment(db(), row, request.form.get("reason", ""), actor())
    flash(gettext("已作废，须追回 %(amount)s 元", amount=f"{owed.outstanding:,.2f}"), "success")
    return redirect(url_for("education_aid.application", code=code, application_id=row.application_id))
