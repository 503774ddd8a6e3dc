"""The page of a unit with its children and history, and the forms that change the tree."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from typing import Any

from flask import Response, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from core.errors import N_, NotPermitted, PlatformError
from core.extensions import today
from core.extensions.phrases import phrase
from core.host.request import place_of, plugin_host
from core.trail.services import record
from core.units import pages, queries
from core.units.models import Kind, Unit
from core.units.permissions import Action
from core.units.rules.orders import OPERATION_NAMES, Order
from core.units.schemas import RULES, TARGETS, OrderReader, parse_day
from core.units.services import Preview, do_operation, plan_operation, undo_operation, why_not_undo
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, id_argument, unit, viewer

EXPORTED_UNITS = phrase(N_("导出%(name)s的下级单位"))
blueprint = unit_blueprint("units", __name__, template_folder="templates")

#: at most this many lines in an exported list
EXPORTED = 20_000
PICKED = 20
#: how `core.app` hands over the units that are tenants: a function of the session
TENANT_UNITS = "bangfu.tenant_units"


@blueprint.get("/units")
@require(Action.READ)
def show(code: str) -> str:
    """The unit today, or as it was on the day `as_of`."""
    as_of = _as_of()
    session, here = db(), unit()
    page = pages.unit_page(session, here, as_of, after=request.args.get("after"),
                           closed=request.args.get("closed") == "1")
    return render_template("units/show.html", page=page, as_of=as_of, kinds=_open_forms(here),
                           today=today(), entries=pages.timeline(session, plugin_host(), here, place_of(here)))


@blueprint.get("/units/children")
@require(Action.READ)
def children(code: str) -> str:
    """The next rows of the children table."""
    as_of = _as_of()
    rows, more = pages.child_rows(db(), unit(), as_of, request.args.get("after"),
                                  closed=request.args.get("closed") == "1")
    return render_template("units/children.html", unit=unit(), rows=rows, more=more, as_of=as_of)


@blueprint.get("/units/children.csv")
@require(Action.READ)
def export(code: str) -> Response:
    """The children as CSV that Excel opens rightly (UTF-8 with BOM)."""
    as_of, session, here = _as_of(), db(), unit()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([gettext("代码"), gettext("名称"), gettext("类别"), gettext("层级"), gettext("上级代码"),
                     gettext("下级数"), gettext("自何日起")])
    for row in pages.all_child_rows(session, here, as_of, EXPORTED):
        writer.writerow(pages.csv_cells(row, here.code))
    record(session, actor(), Action.READ, EXPORTED_UNITS(name=here.name), subject=f"unit:{here.id}",
           tenant_id=g.tenant_id, unit_id=here.id)
    name = f"units-{here.code}{f'-{as_of}' if as_of else ''}.csv"
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.get("/units/pick")
@require(Action.READ)
def pick(code: str) -> Response:
    """Units to choose from in a form: `[{"value": code, "text": name and code}]`. `under` widens the search to
    all that the person may read."""
    paths = [unit().path]
    if request.args.get("under") == "all":
        paths = viewer().scope_paths(Action.READ)
    found = queries.search_units(db(), request.args.get("q", "").strip()[:60], paths, PICKED)
    above = pages.parents_of(db(), found)
    return jsonify([{"value": one.code, "text": pages.option_text(one, above)} for one in found])


@blueprint.route("/units/<any(new, rename):kind>", methods=["GET", "POST"])
@require(Action.WRITE)
def write(code: str, kind: str) -> Any:
    """Founding and renaming; a division needs the right to manage, a school or station the right to write."""
    return _form(kind)


@blueprint.route("/units/<any(recode, move, merge, split, close, reopen):kind>", methods=["GET", "POST"])
@require(Action.MANAGE)
def change(code: str, kind: str) -> Any:
    """Choose, look at the effects, confirm."""
    return _form(kind)


@blueprint.get("/units/operations")
@require(Action.READ)
def operations(code: str) -> str:
    """What has been changed at the unit and beneath it."""
    found = queries.list_operations(db(), unit(), id_argument("after"), pages.PAGE + 1)
    return render_template("units/operations.html", operations=found[: pages.PAGE], names=OPERATION_NAMES,
                           more=found[pages.PAGE - 1].id if len(found) > pages.PAGE else None)


@blueprint.get("/units/operations/<uuid:operation_id>")
@require(Action.READ)
def operation(code: str, operation_id: uuid.UUID) -> str:
    """One change: what it did, and undoing it."""
    found = queries.get_operation_at(db(), unit(), operation_id)
    reason = why_not_undo(db(), found)
    return render_template("units/operation.html", operation=found, title=OPERATION_NAMES[found.kind],
                           lines=pages.operation_lines(db(), found), reason=reason,
                           may_undo=_may_undo(found.id))


@blueprint.post("/units/operations/<uuid:operation_id>/undo")
@require(Action.MANAGE)
def undo(code: str, operation_id: uuid.UUID) -> Any:
    """Put everything back as it was."""
    session, here = db(), unit()
    found = queries.get_operation_at(session, here, operation_id)
    if not _may_undo(found.id):
        raise NotPermitted(N_("撤回要由管理这些单位上级的人办理"))
    parent = queries.ancestors(session, here)
    undo_operation(session, found.id, actor(), hooks=plugin_host(), tenant_id=g.tenant_id)
    flash(gettext("已撤回：%(sentence)s", sentence=found.sentence), "success")
    back = here if queries.find_unit(session, here.id) is not None else parent[-1]
    return redirect(url_for("units.operations", code=back.code))


def _form(kind: str) -> Any:
    """One form: shown, previewed with its effects, and done when confirmed."""
    here = unit()
    _need_authority(kind, here)
    values, problem, preview = request.form, None, None
    if request.method == "POST":
        try:
            order = OrderReader(request.form, here, _find).read(kind)
            _need_kind(order)
            if request.form.get("confirmed") == "1":
                return _done(order)
            preview = _preview(order)
        except PlatformError as error:
            if error.status not in (409, 422):
                raise
            problem = error
    template = "units/preview.html" if preview else "units/form.html"
    page = render_template(template, kind=kind, preview=preview, problem=problem, message=_said(problem),
                           values=values, today=today(), title=OPERATION_NAMES.get(kind, OPERATION_NAMES["create"]), targets=TARGETS,
                           rules=RULES, chosen=_chosen(), children=queries.list_children(db(), here, limit=200))
    return page, problem.status if problem else 200


def _said(problem: PlatformError | None) -> str:
    return gettext(problem.message, **problem.params) if problem is not None else ""


def _preview(order: Order) -> Preview:
    return plan_operation(db(), order, hooks=plugin_host(), tenants=g.tenants, protected=_protected(db()))


def _done(order: Order) -> Any:
    done = do_operation(db(), order, actor(), hooks=plugin_host(), protected=_protected(db()),
                        tenant_id=g.tenant_id)
    flash(gettext("已办理：%(sentence)s", sentence=done.sentence), "success")
    return redirect(url_for("units.operation", code=unit().code, operation_id=done.id))


def _protected(session: Session) -> frozenset[uuid.UUID]:
    provider = current_app.extensions.get(TENANT_UNITS)
    return frozenset(provider(session)) if provider else frozenset()


def _find(code: str) -> Unit | None:
    """An open unit that the person may manage."""
    found = queries.find_unit_by_code(db(), code)
    if found is None or not viewer().allowed(Action.MANAGE, found):
        return None
    return found


def _chosen() -> dict[str, str]:
    """The names of units already chosen in the form, so that it can show them again."""
    codes = {code for name in ("units", "into", "parent") for code in request.form.getlist(name) if code}
    found = [one for code in sorted(codes) if (one := _find(code)) is not None]
    return {one.code: f"{one.name} {one.code}" for one in found}


def _need_authority(kind: str, here: Unit) -> None:
    """What a unit is, its name, place and end, is for the unit above it to say; what stands beneath it is its
    own affair."""
    if kind in ("new", "merge"):
        return
    above = queries.ancestors(db(), here)
    action = Action.WRITE if kind == "rename" and here.kind != Kind.DIVISION else Action.MANAGE
    if not above or not viewer().allowed(action, above[-1]):
        raise NotPermitted(N_("%(unit)s的变更由它的上级单位办理"), unit=here.name)


def _need_kind(order: Order) -> None:
    division = getattr(order, "kind", "") == Kind.DIVISION
    if division and not viewer().allowed(Action.MANAGE, unit()):
        raise NotPermitted(N_("新建行政区划要有管理区划的权限"))


def _may_undo(operation_id: uuid.UUID) -> bool:
    person = viewer()
    return all(person.allowed(Action.MANAGE, above)
               for above in queries.units_above_changed(db(), operation_id))


def _open_forms(here: Unit) -> list[str]:
    """The forms this person may open at the unit."""
    person, above = viewer(), queries.ancestors(db(), here)
    upper = above[-1] if above else None
    if here.closed_on is not None:
        return ["reopen"] if upper is not None and person.allowed(Action.MANAGE, upper) else []
    forms = ["new"] if person.allowed(Action.WRITE, here) else []
    if person.allowed(Action.MANAGE, here):
        forms.append("merge")
    if upper is not None and person.allowed(Action.MANAGE, upper):
        forms += ["rename", "move", "split", "recode", "close"]
    elif upper is not None and here.kind != Kind.DIVISION and person.allowed(Action.WRITE, upper):
        forms.append("rename")
    return forms


def _as_of() -> dt.date | None:
    text = request.args.get("as_of", "")
    return parse_day(text, "as_of") if text else None
