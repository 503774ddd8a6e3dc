"""问题: how much is closed by type and unit, the list, raising one, measure, evidence, result."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.scoping import get_scoped
from core.documents.services import Upload
from core.documents.storage import Store
from core.errors import N_, InvalidInput, NotFound
from core.extensions import today
from core.host.request import plugin_host
from core.inspections import queries
from core.inspections.models import Finding, Inspection, InspectionRow
from core.inspections.permissions import Action
from core.inspections.plan import kinds_at
from core.inspections.process import FINDING
from core.inspections.routes.blueprint import blueprint, home_of, tenant_here
from core.inspections.rules.rates import WAYS, days_taken
from core.inspections.services import rectifying
from core.inspections.services.rectifying import Problem
from core.tenancy.queries import TenantPlace, get_tenant
from core.units.models import Unit
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, id_argument, settings, unit, viewer

STATES = (("open", N_("未销号")), *FINDING.choices)
#: the fields of the form of a new problem
ASKED = ("title", "detail", "clause", "way", "limit_on", "kind")


@blueprint.get("/findings")
@require(Action.FINDING_READ)
def findings(code: str) -> str:
    """How much is closed here and below, and the list."""
    asked = {name: request.args[name] for name in ("kind", "state", "late") if request.args.get(name)}
    found = queries.list_findings(db(), g.scope, queries.narrowed(asked), before=id_argument("before"))
    kinds = queries.by_kind(db(), g.scope)
    return render_template(
        "inspections/findings.html", whole=queries.tally(db(), g.scope), kinds=kinds, asked=asked, found=found, process=FINDING,
        kind_choices=[(one.code or queries.NO_KIND, one.name or gettext("未归类")) for one in kinds], state_choices=_said(STATES),
        places=queries.by_unit(db(), g.scope, unit()), today=today(),
        units=units_by_id(db(), {one.unit_id for one in found} | {one.by_unit_id for one in found}))


@blueprint.get("/findings/new")
@require(Action.FINDING_WRITE)
def new_finding(code: str) -> str:
    """The form of a new problem at the working unit."""
    return _form({})


@blueprint.post("/findings/new")
@require(Action.FINDING_WRITE)
def raise_finding(code: str) -> ResponseReturnValue:
    """Raise it."""
    inspection, row = _found_in()
    tenant, home = _target(inspection)
    sent = {name: request.form.get(name, "") for name in ASKED}
    kind = next((one for one in kinds_at(db(), tenant) if one.code == sent["kind"]), None)
    problem = Problem(sent["title"], sent["detail"], sent["clause"], sent["way"], _day(sent["limit_on"]), kind)
    try:
        made = rectifying.raise_finding(db(), tenant.id, home, rectifying.office_of(db(), viewer(), home), problem, actor(), inspection,
                                        row.title if row else "")
    except InvalidInput as error:
        return _form(error.fields), 422
    flash(gettext("已向%(unit)s提出问题", unit=home.name), "success")
    return redirect(url_for("inspections.finding", code=code, finding_id=made.id))


@blueprint.get("/findings/<uuid:finding_id>")
@require(Action.FINDING_READ)
def finding(code: str, finding_id: uuid.UUID) -> str:
    """One problem: what was found, the measure, the evidence, every step."""
    return _page(get_scoped(db(), Finding, finding_id, g.scope))


@blueprint.post("/findings/<uuid:finding_id>/measure")
@require(Action.RECTIFICATION_WRITE)
def measure(code: str, finding_id: uuid.UUID) -> ResponseReturnValue:
    """Give the measure with its owner and day."""
    row, sent = get_scoped(db(), Finding, finding_id, g.scope), request.form
    try:
        rectifying.give_measure(db(), plugin_host(), row, sent.get("measure", ""), sent.get("owner", ""), _day(sent.get("due_on", "")),
                                actor(), viewer())
    except InvalidInput as error:
        return _page(row, error.fields), 422
    return _back(row, gettext("已提出整改措施"))


@blueprint.post("/findings/<uuid:finding_id>/evidence")
@require(Action.RECTIFICATION_WRITE)
def evidence(code: str, finding_id: uuid.UUID) -> ResponseReturnValue:
    """File evidence."""
    row, file = get_scoped(db(), Finding, finding_id, g.scope), request.files.get("file")
    if file is None or not file.filename:
        return _page(row, {"file": N_("请选择文件")}), 422
    rectifying.file_evidence(db(), Store.of(settings()), row, home_of(row), Upload(file.filename, file.read()), actor())
    return _back(row, gettext("已归档佐证"))


@blueprint.post("/findings/<uuid:finding_id>/result")
@require(Action.RECTIFICATION_WRITE)
def result(code: str, finding_id: uuid.UUID) -> ResponseReturnValue:
    """Report what was done."""
    row = get_scoped(db(), Finding, finding_id, g.scope)
    try:
        rectifying.report_result(db(), plugin_host(), row, request.form.get("result", ""), actor(), viewer())
    except InvalidInput as error:
        return _page(row, error.fields), 422
    return _back(row, gettext("已报送整改结果，等待复核"))


def _page(row: Finding, errors: dict[str, str] | None = None) -> str:
    units = units_by_id(db(), {row.unit_id, row.by_unit_id})
    home: Unit = units[row.unit_id]
    return render_template(
        "inspections/finding.html", row=row, home=home, by=units[row.by_unit_id], ways=dict(WAYS), process=FINDING,
        proofs=queries.evidence_of(db(), row), taken=days_taken(row.raised_on, row.closed_on), errors=errors or {}, today=today(),
        may_fix=viewer().allowed(Action.RECTIFICATION_WRITE, home),
        source=db().get(Inspection, (row.tenant_id, row.inspection_id)) if row.inspection_id else None)


def _form(errors: dict[str, str]) -> str:
    inspection, row = _found_in()
    tenant, home = _target(inspection)
    entered: dict[str, Any] = {name: request.form[name] for name in ASKED if name in request.form}
    if row is not None and not entered:
        entered = {"title": f"{inspection.title}：{row.title}" if inspection else row.title, "detail": row.note}
    return render_template("inspections/new_finding.html", home=home, inspection=inspection, row=row, entered=entered, errors=errors,
                           kinds=[(kind.code, kind.name) for kind in kinds_at(db(), tenant)], ways=_said(WAYS))


def _said(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices in the person's language."""
    return [(value, gettext(label)) for value, label in choices]


def _target(inspection: Inspection | None) -> tuple[TenantPlace, Unit]:
    """Where a problem is raised: at the unit that was checked, or at the working unit."""
    if inspection is None:
        return tenant_here(), unit()
    return get_tenant(db(), inspection.tenant_id), home_of(inspection)


def _found_in() -> tuple[Inspection | None, InspectionRow | None]:
    """The check and the row that the problem was found in, where the address names them."""
    inspection_id, row_id = id_argument("inspection"), id_argument("row")
    if inspection_id is None:
        return None, None
    inspection = get_scoped(db(), Inspection, inspection_id, g.scope)
    row = next((one for one in queries.rows_of(db(), inspection) if one.id == row_id), None)
    if row_id is not None and row is None:
        raise NotFound(N_("检查里没有这一行"))
    return inspection, row


def _back(row: Finding, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return redirect(url_for("inspections.finding", code=unit().code, finding_id=row.id))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
