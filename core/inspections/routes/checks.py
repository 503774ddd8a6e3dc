"""检查: what is due here, beginning a check, answering row by row, signing."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.guard import access_catalogue
from core.access.scoping import get_scoped
from core.errors import N_, InvalidInput, NotFound
from core.extensions import today
from core.host.checks import CheckSource
from core.host.queries import enabled
from core.host.request import plugin_host
from core.inspections import desk, queries
from core.inspections.models import DONE, OPEN, Inspection
from core.inspections.permissions import Action
from core.inspections.plan import form_at
from core.inspections.routes.blueprint import blueprint, home_of, tenant_here
from core.inspections.rules.periods import EVERY
from core.inspections.services import checking
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit, viewer


@blueprint.get("/checks")
@require(Action.INSPECTION_READ)
def checks(code: str) -> str:
    """The checks of the unit and below, and those that its plan asks of it."""
    return _list()


@blueprint.post("/checks")
@require(Action.INSPECTION_WRITE)
def begin(code: str) -> ResponseReturnValue:
    """Begin a check of the working unit."""
    form = form_at(db(), tenant_here(), unit(), request.form.get("form", ""))
    try:
        made = checking.begin_check(db(), form, _source(form.rows), g.tenant_id, unit(), actor(), _day("due_on"))
    except InvalidInput as error:
        return _list(form.code, error), 422
    return redirect(url_for("inspections.check", code=code, inspection_id=made.id))


@blueprint.get("/checks/<uuid:inspection_id>")
@require(Action.INSPECTION_READ)
def check(code: str, inspection_id: uuid.UUID) -> str:
    """One check with its rows, signatures and the problems found in it."""
    return _page(get_scoped(db(), Inspection, inspection_id, g.scope))


@blueprint.post("/checks/<uuid:inspection_id>/answers")
@require(Action.INSPECTION_WRITE)
def answer(code: str, inspection_id: uuid.UUID) -> ResponseReturnValue:
    """Write answers down."""
    inspection = get_scoped(db(), Inspection, inspection_id, g.scope)
    answers: dict[uuid.UUID, dict[str, str]] = {}
    notes: dict[uuid.UUID, str] = {}
    for row in queries.rows_of(db(), inspection):
        answers[row.id] = {item["code"]: request.form.get(f"{row.id}-{item['code']}", "") for item in inspection.items}
        notes[row.id] = request.form.get(f"{row.id}-note", "")
    try:
        changed = checking.answer_rows(db(), inspection, answers, notes, actor())
    except InvalidInput as error:
        return _page(inspection, error.fields), 422
    flash(gettext("已保存 %(count)s 行，共核对 %(done)s / %(all)s 行", count=changed, done=inspection.checked_count,
                  all=inspection.row_count), "success")
    return redirect(url_for("inspections.check", code=code, inspection_id=inspection.id))


@blueprint.post("/checks/<uuid:inspection_id>/sign")
@require(Action.INSPECTION_WRITE)
def sign(code: str, inspection_id: uuid.UUID) -> ResponseReturnValue:
    """Sign for a part that one holds at the unit of the check."""
    inspection = get_scoped(db(), Inspection, inspection_id, g.scope)
    checking.sign(db(), inspection, request.form.get("part", ""), _held(inspection), actor())
    flash(gettext("检查已完成") if inspection.state == DONE else gettext("已签字，等另一方签字"), "success")
    return redirect(url_for("inspections.check", code=code, inspection_id=inspection.id))


@blueprint.post("/checks/<uuid:inspection_id>/unsign")
@require(Action.INSPECTION_WRITE)
def unsign(code: str, inspection_id: uuid.UUID) -> ResponseReturnValue:
    """Take one's own signature back."""
    inspection = get_scoped(db(), Inspection, inspection_id, g.scope)
    checking.unsign(db(), inspection, actor())
    flash(gettext("已撤回签字"), "success")
    return redirect(url_for("inspections.check", code=code, inspection_id=inspection.id))


def _list(failed: str = "", error: InvalidInput | None = None) -> str:
    state = request.args.get("state", "")
    found = queries.list_inspections(db(), g.scope, state=state if state in (OPEN, DONE) else "", before=id_argument("before"))
    return render_template("inspections/checks.html", duties=desk.duties_of(db(), unit()), checks=found, state=state, every=EVERY,
                           below=desk.progress_below(db(), g.scope, unit()),
                           units=units_by_id(db(), {one.unit_id for one in found}), signed=queries.signed_parts(db(), found),
                           role=_role_title, today=today(), failed=failed, error=error)


def _page(inspection: Inspection, errors: dict[str, str] | None = None) -> str:
    signatures = queries.signatures_of(db(), inspection)
    home = home_of(inspection)
    may_write = viewer().allowed(Action.INSPECTION_WRITE, home)
    return render_template(
        "inspections/check.html", check=inspection, home=home, rows=queries.rows_of(db(), inspection), errors=errors or {},
        signatures={one.part: one for one in signatures}, findings=queries.findings_of(db(), inspection), role=_role_title,
        open=may_write and inspection.state == OPEN and not signatures, held=_held(inspection) if may_write else frozenset(),
        own={one.part for one in signatures if one.account_id == viewer().account_id}, today=today(),
        may_raise=viewer().allowed(Action.FINDING_WRITE, home))


def _held(inspection: Inspection) -> Any:
    """The roles that the person holds where the check is made."""
    person = viewer()
    return person.rules.roles_played(person.roles_at(home_of(inspection).path))


def _source(code: str) -> CheckSource:
    host = plugin_host()
    for source in host.registered("register_checks"):
        if source.code == code and (source.slug == "core" or source.slug in enabled(db(), host, g.tenant_id)):
            return source  # type: ignore[no-any-return]
    raise NotFound(N_("方案选用的核对行“%(code)s”在这里没有开启"), code=code)


def _role_title(code: str) -> str:
    return str(gettext(access_catalogue().role_title(code)))


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
