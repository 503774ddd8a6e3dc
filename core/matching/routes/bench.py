"""The bench: pairs that may be one person, side by side, to be decided."""

from __future__ import annotations

import uuid

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import N_, InvalidInput, NotFound, NotPermitted, PlatformError
from core.host.request import plugin_host
from core.matching import jobs, queries
from core.matching.models import Decision, MatchCase
from core.matching.permissions import Action
from core.matching.routes import place
from core.matching.rules.words import CASE_KINDS, STAGES, STATES, in_words
from core.matching.services import deciding
from core.registry.permissions import Action as RegistryAction
from core.units.queries import get_unit
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, id_argument, viewer

blueprint = unit_blueprint("matching", __name__, template_folder="../templates")


@blueprint.get("/matching")
@require(Action.MATCH_READ)
def index(code: str) -> str:
    """The pairs of one state, the newest first."""
    state = request.args.get("state", "") if request.args.get("state", "") in STATES else Decision.OPEN.value
    kind = request.args.get("kind", "") if request.args.get("kind", "") in CASE_KINDS else ""
    page = queries.list_cases(db(), g.scope, state, kind, id_argument("source"), id_argument("before"))
    counts = {name: queries.count_cases(db(), g.scope, name) for name in STATES}
    return render_template("matching/cases.html", cases=page.rows, sides=queries.sides_of(db(), page.rows), more=page.next, state=state,
                           kind=kind, states=STATES, kinds=CASE_KINDS, stages=STAGES, counts=counts, words=in_words,
                           looking=queries.is_under_way(db(), g.tenant_id, jobs.FIND))


@blueprint.post("/matching/find")
@require(Action.MATCH_WRITE)
def find(code: str) -> Response:
    """Look through the registry for persons who stand twice."""
    if g.tenant_id not in g.scope.whole:
        raise NotPermitted(N_("全县查找由县级经办，请到县级单位办理"))
    done = jobs.look_for_duplicates(db(), place())
    flash(gettext("已查找一遍") if done else gettext("正在后台查找，完成后在这里列出"), "success")
    return redirect(url_for("matching.index", code=code))


@blueprint.get("/matching/<uuid:case_id>")
@require(Action.MATCH_READ)
def show(code: str, case_id: uuid.UUID) -> str:
    return _page(queries.get_case(db(), g.scope, case_id))


@blueprint.post("/matching/<uuid:case_id>/decide")
@require(Action.MATCH_WRITE)
def decide(code: str, case_id: uuid.UUID) -> Response | tuple[str, int]:
    case, decision = _writable(case_id), request.form.get("decision", "")
    try:
        deciding.decide(db(), case, decision, actor(), note=request.form.get("note", ""), kept=_kept(), hooks=plugin_host())
    except PlatformError as error:
        db().rollback()
        return _page(queries.get_case(db(), g.scope, case_id), error), error.status
    flash(gettext("已记为“%(decision)s”", decision=gettext(STATES[decision][0])), "success")
    following = queries.list_cases(db(), g.scope, Decision.OPEN, limit=1).rows
    return redirect(url_for("matching.show", code=code, case_id=following[0].id) if following else url_for("matching.index", code=code))


@blueprint.post("/matching/<uuid:case_id>/undo")
@require(Action.MATCH_WRITE)
def undo(code: str, case_id: uuid.UUID) -> Response | tuple[str, int]:
    case = _writable(case_id)
    try:
        deciding.undo(db(), case, actor(), note=request.form.get("note", ""), hooks=plugin_host())
    except PlatformError as error:
        db().rollback()
        return _page(queries.get_case(db(), g.scope, case_id), error), error.status
    flash(gettext("已撤回，这一对重新待核"), "success")
    return redirect(url_for("matching.show", code=code, case_id=case_id))


def _writable(case_id: uuid.UUID) -> MatchCase:
    """A pair in scope; merging and parting records of the registry needs the action for that as well."""
    case = queries.get_case(db(), g.scope, case_id)
    merging = case.kind == "registry" and (request.form.get("decision") == Decision.MATCH or case.state == Decision.MATCH)
    if merging and not viewer().allowed(RegistryAction.PERSON_MERGE, get_unit(db(), case.unit_id)):
        raise NotPermitted(N_("归并人员由县级经办，您可以认定不是同一人，或留待县级办理"))
    return case


def _page(case: MatchCase, error: PlatformError | None = None) -> str:
    sides = queries.sides_of(db(), [case]).get(case.id)
    if sides is None:
        raise NotFound(N_("这一对中有一条记录已经不在"))
    one, other = sides
    rows = [(gettext(label), here, there, same) for label, here, there, same in queries.compared(case, one, other)]
    mergeable = case.kind != "registry" or viewer().allowed(RegistryAction.PERSON_MERGE, get_unit(db(), case.unit_id))
    return render_template("matching/case.html", case=case, one=one, other=other, rows=rows, error=error, states=STATES, kinds=CASE_KINDS,
                           stages=STAGES, reasons=in_words(case.reasons), mergeable=mergeable, entered=request.form)


def _kept() -> uuid.UUID | None:
    text = request.form.get("kept", "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise InvalidInput(N_("请选择保留哪一条")) from error
