"""贯通培养: who is on a pathway, who moved on or left, and where the registry does not bear it out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_, NotFound
from core.extensions import today
from core.tenancy.queries import tenant_of
from core.tenancy.stages import STAGES
from core.units.queries import units_by_id
from core.web.markers import require
from core.web.request import actor, db, unit
from plugins.education_aid.models.needs import PathwayMember, PathwayStep
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import needs as reading
from plugins.education_aid.routes.blueprint import blueprint, scope_for, show
from plugins.education_aid.rules import pathways as rules
from plugins.education_aid.rules.pathways import Pathway
from plugins.education_aid.services import agreed, piloting


def _asked() -> tuple[dict[str, Pathway], Pathway | None]:
    """The pathways in force here, and the one the page is about."""
    tenant = tenant_of(db(), unit())
    known = agreed.pathways_of(db(), tenant, today()) if tenant is not None else {}
    code = request.values.get("pathway", "") or next(iter(known), "")
    return known, known.get(code)


@blueprint.get("/pathways")
@require(Action.NEED_READ)
def pathway_page(code: str) -> str:
    """A pathway with its stages, how many are in each, and every pupil with a gap by name."""
    known, pathway = _asked()
    members = reading.members_of(db(), scope_for(Action.NEED_READ), pathway.code) if pathway else []
    found = {}
    for tenant_id in {row.tenant_id for row in members}:
        found.update(piloting.findings(db(), tenant_id, [row for row in members if row.tenant_id == tenant_id], today()))
    steps = reading.newest_steps(db(), scope_for(Action.NEED_READ))
    return show("pathways.html", known=known, pathway=pathway, members=members, found=found, findings=rules.FINDINGS, gaps=rules.GAPS,
                states=dict(rules.STATES), stages=STAGES, names=_names(members, steps), steps=steps,
                counts=_counts(pathway, members), schools=units_by_id(db(), {row.unit_id for row in members}))


def _counts(pathway: Pathway | None, members: list[PathwayMember]) -> list[tuple[str, int, int]]:
    """(stage, its years, how many are in it) for each part of a pathway."""
    if pathway is None:
        return []
    active = [row for row in members if row.state == rules.ACTIVE]
    return [(part.stage, part.years, sum(row.stage in part.stages for row in active)) for part in pathway.parts]


@blueprint.get("/pathways.csv")
@require(Action.NEED_EXPORT)
def pathway_file(code: str) -> Response:
    """Everybody on a pathway as a file."""
    _, pathway = _asked()
    members = reading.members_of(db(), scope_for(Action.NEED_EXPORT), pathway.code) if pathway else []
    names, schools = _names(members), units_by_id(db(), {row.unit_id for row in members})
    head = [gettext(text) for text in (N_("学生"), N_("学校"), N_("学段"), N_("年级"), N_("升入日期"), N_("预计结束"), N_("状态"),
                                          N_("原因"))]
    lines = [(names.get(row.person_id, ""), schools[row.unit_id].name, gettext(STAGES[row.stage]), row.grade, row.since,
              row.expected_end or "", gettext(dict(rules.STATES)[row.state]), row.ended_why) for row in members]
    return csv_file(f"pathways-{unit().code}", head, lines)


@blueprint.post("/pathways/follow")
@require(Action.NEED_WRITE)
def follow_pathways(code: str) -> ResponseReturnValue:
    """Compare everybody with the registry: move on who moved on, let out who is out, name the gaps."""
    _, pathway = _asked()
    if pathway is None:
        raise NotFound(N_("方案没有写明贯通培养"))
    members = reading.members_of(db(), scope_for(Action.NEED_WRITE), pathway.code)
    done = piloting.Followed()
    for tenant_id in sorted({row.tenant_id for row in members}):
        one = piloting.follow(db(), tenant_id, [row for row in members if row.tenant_id == tenant_id], actor())
        for name in vars(done):
            setattr(done, name, getattr(done, name) + getattr(one, name))
    flash(gettext("转段 %(stepped)s 人，完成 %(finished)s 人，退出 %(left)s 人，待查 %(gaps)s 人", **vars(done)), "success")
    return redirect(url_for("education_aid.pathway_page", code=code, pathway=pathway.code))


def _names(members: list[PathwayMember], steps: Sequence[tuple[PathwayStep, uuid.UUID]] = ()) -> dict[uuid.UUID, str]:
    return reading.names_for(db(), [*((row.tenant_id, row.person_id) for row in members),
                                    *((step.tenant_id, person_id) for step, person_id in steps)])
