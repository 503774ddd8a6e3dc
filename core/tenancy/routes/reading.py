"""Reading plans: the plan itself, its layers, two plans side by side, versions, exports."""

from __future__ import annotations

import csv
import io

from flask import Response, render_template, request

from core.errors import N_, NotFound
from core.extensions import today
from core.host.queries import enabled
from core.host.request import plugin_host
from core.tenancy import pages, queries
from core.tenancy.grammar import Grammar
from core.tenancy.models import Plan
from core.tenancy.permissions import Action
from core.tenancy.queries import TenantPlace
from core.tenancy.routes.blueprint import blueprint, known
from core.web.markers import require
from core.web.request import db, unit, viewer


@blueprint.get("/plan")
@require(Action.PLAN_READ)
def plan(code: str) -> str:
    """The plan a unit works by, as officials read it."""
    place = pages.belonging(db(), unit())
    grammar = known()
    page = pages.plan_page(db(), place.plan, grammar, unit().path) if place.plan else None
    switched = enabled(db(), plugin_host(), place.tenant.id) if place.tenant else frozenset()
    return render_template("tenancy/plan.html", place=place, page=page, titles=_titles(grammar),
                           switched=switched, installed=grammar.requires)


def _titles(grammar: Grammar) -> dict[str, str]:
    installed = {found.slug: found.manifest.title for found in plugin_host().plugins}
    return {**installed, **grammar.programmes}


@blueprint.get("/plan/layers")
@require(Action.PLAN_READ)
def layers(code: str) -> str:
    """What each layer from the country down says, and how it differs from the one above."""
    chain = queries.chain_of(db(), unit())
    columns = [pages.column_of(db(), place) for place in chain]
    everything = request.args.get("all") == "1"
    grammar = known()
    sections = pages.layer_rows(columns, grammar, shared_only=not everything)
    return render_template("tenancy/layers.html", columns=columns, sections=sections, everything=everything,
                           grammar=grammar)


@blueprint.get("/plan/compare")
@require(Action.PLAN_READ)
def compare(code: str) -> str:
    """Two tenants' plans side by side."""
    choices = _comparable()
    left = queries.tenant_of(db(), unit())
    wanted, first = request.args.get("with", ""), request.args.get("left", "")
    left = next((place for place in choices if place.unit.code == first), left)
    right = next((place for place in choices if place.unit.code == wanted), None)
    if wanted and right is None:
        raise NotFound(N_("没有编码为 %(code)s 的方案，或者它不在您的任职范围内"), code=wanted)
    grammar = known()
    found = pages.compare(db(), left, right, grammar) if left and right else None
    options = [(place.unit.code, f"{place.name}　{place.unit.code}") for place in choices]
    return render_template("tenancy/compare.html", options=options, left=left, right=right, found=found,
                           grammar=grammar, titles=_titles(grammar))


def _comparable() -> list[TenantPlace]:
    """The tenants whose plans this person may read: those in scope, and the layers above the unit."""
    own = {place.id: place for place in queries.chain_of(db(), unit())}
    found = {place.id: place for place in queries.list_tenants(db())
             if viewer().allowed(Action.PLAN_READ, place.unit)}
    return sorted({**own, **found}.values(), key=lambda place: place.unit.path)


@blueprint.get("/plan/versions")
@require(Action.PLAN_READ)
def versions(code: str) -> str:
    """Every version of the unit's own plan: who, when, what became of it."""
    place = pages.belonging(db(), unit())
    found = queries.list_versions(db(), place.tenant_id)
    states = {version.version: pages.version_state(version, found, today()) for version in found}
    return render_template("tenancy/versions.html", place=place, versions=found, states=states)


def own_version(number: int) -> Plan:
    """A version of the unit's own plan; no other tenant's."""
    return queries.get_version(db(), pages.belonging(db(), unit()).tenant_id, number)


@blueprint.get("/plan/versions/<int:number>.toml")
@require(Action.PLAN_EXPORT)
def download(code: str, number: int) -> Response:
    """The profile exactly as it was given."""
    found = own_version(number)
    name = f"plan-{found.tenant_id}-v{found.version}.toml"
    return Response(found.source.encode(), mimetype="application/toml",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.get("/plan/versions/<int:number>.csv")
@require(Action.PLAN_EXPORT)
def entries_csv(code: str, number: int) -> Response:
    """The entries as a table for Excel; text that a spreadsheet would run as a formula is defused."""
    found = own_version(number)
    grammar = known()
    page = pages.plan_page(db(), found, grammar)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["章节", "编码", "名称", "内容", "条款", "原文", "自", "至", "状态", "对下级"])
    for group in page.groups:
        for line in group.lines:
            entry = line.entry
            writer.writerow(_harmless(cell) for cell in (
                group.title, entry.code, entry.name, line.text, entry.clause, line.quote,
                str(entry.valid_from or ""), str(entry.valid_to or ""), entry.state, entry.mode))
    name = f"plan-{found.tenant_id}-v{found.version}.csv"
    return Response("\ufeff" + out.getvalue(), mimetype="text/csv",
                    headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
