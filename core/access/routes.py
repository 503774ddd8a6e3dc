"""Pages of the rules: in words, by version, as a matrix, with their cases; and break-glass."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access import glass, queries, services, store
from core.access.cases import Case, platform_cases
from core.access.guard import access_catalogue
from core.access.models import AccessRule
from core.access.permissions import Action
from core.access.rules import EFFECTS, FACTS, Line
from core.access.words import condition_in_words, csv_file, line_in_words, unit_names
from core.errors import N_, InvalidInput, NotFound, PlatformError
from core.extensions import utcnow
from core.host.request import plugin_host
from core.units.models import Unit
from core.units.queries import find_unit_by_code
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, unit, viewer

blueprint = unit_blueprint("access", __name__, template_folder="templates")
#: rules shown at once
PAGE = 100


@blueprint.get("/access/")
@require(Action.ACCESS_READ)
def overview(code: str) -> str:
    version = queries.latest_version(db())
    rows = _rows(version)
    return render_template(
        "access/overview.html", version=version, versions=queries.list_versions(db())[:10],
        lines=len(rows), own=sum(row.owner.startswith(unit().path) for row in rows if row.owner),
        known=access_catalogue(), failures=services.check_cases(db(), store.rules(db(), version), access_catalogue()),
        cases=len(platform_cases()) + len(queries.list_cases(db())))


@blueprint.get("/access/rules")
@require(Action.ACCESS_READ)
def rules(code: str) -> str | Response:
    version = _version()
    rows = sorted((row for row in _rows(version) if _wanted(row)), key=lambda row: not _own(row))
    if request.args.get("format") == "csv":
        return csv_file("access-rules", ["规则", "说明", "来源", "自第几版"],
                      [(str(queries.line_of(row)), words, row.source, row.since_version) for row, words, _ in _in_words(rows)])
    first = max(request.args.get("from", 0, type=int), 0)
    return render_template("access/rules.html", table=_in_words(rows[first : first + PAGE]), version=version, known=access_catalogue(),
                           latest=queries.latest_version(db()),
                           more=first + PAGE if len(rows) > first + PAGE else None)


@blueprint.get("/access/rules/new")
@require(Action.ACCESS_MANAGE)
def new_rule(code: str) -> str:
    return _rule_form()


@blueprint.post("/access/rules")
@require(Action.ACCESS_MANAGE)
def add_rule(code: str) -> Response | str | tuple[str, int]:
    try:
        line = _line_of_form()
        if request.form.get("step") == "check":
            return _rule_form(checked=services.preview_change(db(), ending=(), adding=[line],
                                                              known=access_catalogue()), line=line)
        with db().begin_nested():
            version = services.change_rules(db(), actor(), viewer(), unit(), adding=[line],
                                            note=request.form.get("note", ""), known=access_catalogue(),
                                            tenant_id=g.tenant_id, host=plugin_host())
    except PlatformError as error:
        return _rule_form(error=error), error.status
    return redirect(url_for("access.version", code=code, number=version))


@blueprint.post("/access/rules/<uuid:rule_id>/end")
@require(Action.ACCESS_MANAGE)
def end_rule(code: str, rule_id: uuid.UUID) -> Response:
    version = services.change_rules(db(), actor(), viewer(), unit(), ending=[rule_id],
                                    note=request.form.get("note", ""), known=access_catalogue(),
                                    tenant_id=g.tenant_id, host=plugin_host())
    return redirect(url_for("access.version", code=code, number=version))


@blueprint.get("/access/versions/<int:number>")
@require(Action.ACCESS_READ)
def version(code: str, number: int) -> str:
    found = next((item for item in queries.list_versions(db()) if item.version == number), None)
    if found is None:
        raise NotFound(N_("没有第%(number)s版规则"), number=number)
    added, ended = ([row for row in rows if _shown(row)] for rows in queries.changes_of(db(), number))
    return render_template("access/version.html", version=found, parts=[
        (title, len(rows), _in_words(rows[:PAGE])) for title, rows in ((N_("增加"), added), (N_("终止"), ended))])


@blueprint.get("/access/roles")
@require(Action.ACCESS_READ)
def roles(code: str) -> str | Response:
    known, found = access_catalogue(), store.rules(db(), queries.latest_version(db()))
    cells = {(role, action): found.decide(frozenset({role}), unit().path, action)
             for role in known.roles for action in known.actions}
    if request.args.get("format") == "csv":
        return csv_file("access-roles", ["动作", *(spec.title for spec in known.roles.values())],
                      [(spec.title, *("允许" if cells[role, action].allowed else "" for role in known.roles))
                       for action, spec in known.actions.items()])
    return render_template("access/roles.html", known=known, cells=cells)


@blueprint.get("/access/cases")
@require(Action.ACCESS_READ)
def cases(code: str) -> str | Response:
    return _cases()


@blueprint.post("/access/cases")
@require(Action.ACCESS_MANAGE)
def add_case(code: str) -> Response | tuple[str | Response, int]:
    form = request.form
    case = Case(form.get("role", ""), form.get("action", ""), form.get("expect", ""), form.get("because", ""),
                frozenset(form.getlist("facts")) & frozenset(FACTS), _below(form.get("unit", "") or unit().code).path)
    try:
        services.add_case(db(), actor(), unit(), case, access_catalogue(), g.tenant_id)
    except PlatformError as error:
        return _cases(error), error.status
    return redirect(url_for("access.cases", code=code))


@blueprint.get("/access/break-glass")
@require(Action.ACCESS_BREAK)
def break_glass(code: str) -> str | Response:
    return _glass()


@blueprint.post("/access/break-glass")
@require(Action.ACCESS_BREAK)
def open_glass(code: str) -> Response | tuple[str | Response, int]:
    try:
        target = find_unit_by_code(db(), request.form.get("unit", "").strip())
        if target is None:
            raise InvalidInput(fields={"unit": N_("没有这个编码的单位")})
        near = queries.nearest_tenant(db(), target.path)
        glass.open_glass(db(), actor(), viewer(), target, reason=request.form.get("reason", ""),
                         hours=request.form.get("hours", 0, int), tenant_id=near.id if near else g.tenant_id)
    except PlatformError as error:
        return _glass(error), error.status
    return redirect(f"/u/{target.code}/")


@blueprint.post("/access/break-glass/<uuid:glass_id>/note")
@require(Action.ACCESS_BREAK)
def note_glass(code: str, glass_id: uuid.UUID) -> Response:
    glass.take_note(db(), actor(), viewer(), glass_id, unit(), tenant_id=g.tenant_id)
    return redirect(url_for("access.break_glass", code=code))


@blueprint.post("/access/break-glass/<uuid:glass_id>/close")
@require(Action.ACCESS_BREAK)
def close_glass(code: str, glass_id: uuid.UUID) -> Response:
    glass.close_glass(db(), actor(), viewer(), glass_id, tenant_id=g.tenant_id)
    return redirect(url_for("access.break_glass", code=code))


def _version() -> int:
    latest = queries.latest_version(db())
    return min(request.args.get("version", latest, int), latest)


def _rows(version: int) -> list[AccessRule]:
    return [row for row in queries.list_rows(db(), version) if row.kind == "p" and _shown(row)]


def _shown(row: AccessRule) -> bool:
    """A line of a neighbour is no business of this unit: only those above it, at it and below it."""
    here: str = unit().path
    return row.tenant == "" or here.startswith(row.tenant) or row.tenant.startswith(here)


def _wanted(row: AccessRule) -> bool:
    role, obj = request.args.get("role", ""), request.args.get("obj", "")
    return (not role or row.role == role) and (not obj or row.obj == obj)


def _in_words(rows: list[AccessRule]) -> list[tuple[AccessRule, str, bool]]:
    known, names = access_catalogue(), unit_names(db(), [row.tenant for row in rows])
    return [(row, _words(row, known, names), _own(row)) for row in rows]


def _own(row: AccessRule) -> bool:
    return bool(row.owner) and row.owner.startswith(unit().path)


def _words(row: AccessRule, known: Any, names: dict[str, str]) -> str:
    if row.kind == "g":
        return f"{known.role_title(row.role)} ⊇ {known.role_title(row.obj)}"
    return line_in_words(queries.line_of(row), known, names)


def _below(code: str) -> Unit:
    found = find_unit_by_code(db(), code.strip())
    if found is None or not found.path.startswith(unit().path):
        raise InvalidInput(N_("没有编码为 %(code)s 的单位，或者它不在本单位之下"), {"unit": N_("不在本单位之下")}, code=code)
    return found


def _line_of_form() -> Line:
    form = request.form
    obj, _, act = form.get("what", "").partition("|")
    target = _below(form.get("unit", "") or unit().code)
    return Line(form.get("role", ""), target.path, obj, act, form.get("cond", ""), form.get("eft", ""),
                form.get("source", "").strip())


def _rule_form(*, error: PlatformError | None = None, checked: list[Any] | None = None,
               line: Line | None = None) -> str:
    known = access_catalogue()
    conditions = [(cond, condition_in_words(cond, known)) for cond in ("", *FACTS, *(f"!{name}" for name in FACTS))]
    words = line_in_words(line, known, unit_names(db(), [line.tenant])) if line else ""
    return render_template("access/rule_form.html", known=known, conditions=conditions, effects=EFFECTS,
                           form=request.form, error=error, checked=checked, words=words)


def _cases(error: PlatformError | None = None) -> str | Response:
    known, own = access_catalogue(), queries.list_cases(db())
    shown = [*platform_cases(), *(services.case_of(row) for row in own if row.path.startswith(unit().path))]
    names = unit_names(db(), [case.path for case in shown])
    if request.args.get("format") == "csv":
        return csv_file("access-cases", ["角色", "动作", "单位", "条件", "应", "依据"],
                      [(case.role, case.action, names.get(case.path, case.path), " ".join(sorted(case.facts)),
                        case.expect, case.because) for case in shown])
    found = store.rules(db(), queries.latest_version(db()))
    failing = {failure.case for failure in services.check_cases(db(), found, known)}
    return render_template("access/cases.html", cases=shown, names=names, known=known, facts=FACTS, failing=failing,
                           error=error, form=request.form)


def _glass(error: PlatformError | None = None) -> str | Response:
    found = glass.list_glasses(db(), viewer(), unit())
    if request.args.get("format") == "csv":
        return csv_file("break-glass", ["谁", "单位", "理由", "开始(UTC)", "到(UTC)", "告知", "知悉"],
                      [(item.who, opened.name, item.reason, item.opened_at, item.until, told.name, item.noted_by)
                       for item, opened, told in found])
    return render_template("access/break_glass.html", glasses=found, now=utcnow(), error=error, form=request.form,
                           longest=glass.LONGEST_HOURS)
