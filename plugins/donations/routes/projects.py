"""What gifts are used for, project by project."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import PlatformError
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit
from plugins.donations.permissions import Action
from plugins.donations.queries import campaigns, spendings
from plugins.donations.routes.asking import day_of, every, may, need
from plugins.donations.routes.blueprint import blueprint, scope_for, show
from plugins.donations.rules import words
from plugins.donations.schemas import ProjectSchema, blank, read
from plugins.donations.services import campaigns as services


@blueprint.get("/projects")
@require(Action.SPENDING_READ)
def projects_list(code: str) -> str:
    """The projects, newest first."""
    scope = scope_for(Action.SPENDING_READ)
    rows = campaigns.list_projects(db(), scope, id_argument("before"))
    return show("projects.html", rows=rows, words=words, spent=spendings.spent_by_project(db(), scope))


@blueprint.get("/projects.csv")
@require(Action.SPENDING_EXPORT)
def projects_file(code: str) -> Response:
    """The same as a file, with what was paid for each."""
    scope = scope_for(Action.SPENDING_EXPORT)
    rows = list(every(lambda before: campaigns.list_projects(db(), scope, before)))
    spent = spendings.spent_by_project(db(), scope)
    lines = [(row.code, row.title, words.label(words.USES, row.use), row.starts_on, row.ends_on or "",
              spent.get(row.code, spendings.ZERO)) for row in rows]
    head = [gettext(text) for text in ("编号", "项目", "用途", "开始日", "结束日", "已支出")]
    return csv_file(f"donation-projects-{unit().code}", head, lines)


@blueprint.get("/projects/new")
@require(Action.SPENDING_WRITE)
def new_project(code: str) -> str:
    """The form of a project."""
    return _form({})


def _form(entered: Mapping[str, Any], refused: PlatformError | None = None) -> str:
    return show("project_form.html", entered=blank(ProjectSchema, entered), refused=refused, errors=refused.fields if refused else {},
                uses=[use for use in words.USES if use[0] not in (words.COSTS, "counterpart")])


@blueprint.post("/projects/new")
@require(Action.SPENDING_WRITE)
def create_project(code: str) -> ResponseReturnValue:
    """Enter a project."""
    try:
        made = services.add_project(db(), g.tenant_id, unit(), read(ProjectSchema(), request.form), actor())
    except PlatformError as refused:
        db().rollback()
        return _form(request.form.to_dict(), refused), refused.status
    flash(gettext("已登记"), "success")
    return redirect(url_for("donations.project", code=code, project_id=made.id))


@blueprint.get("/projects/<uuid:project_id>")
@require(Action.SPENDING_READ)
def project(code: str, project_id: uuid.UUID) -> str:
    """One project with what was paid for it."""
    scope = scope_for(Action.SPENDING_READ)
    row = campaigns.get_project(db(), scope, project_id)
    return show("project.html", row=row, words=words, spendings=spendings.spendings_of_project(db(), scope, row.code),
                may_write=may(Action.SPENDING_WRITE, row.unit_id))


@blueprint.post("/projects/<uuid:project_id>/end")
@require(Action.SPENDING_WRITE)
def end_project(code: str, project_id: uuid.UUID) -> ResponseReturnValue:
    """Say when it ended: from that day its use is to be published."""
    row = campaigns.get_project(db(), scope_for(Action.SPENDING_READ), project_id)
    need(Action.SPENDING_WRITE, row.unit_id)
    services.end_project(db(), row, day_of("on"), actor())
    flash(gettext("已登记结束"), "success")
    return redirect(url_for("donations.project", code=code, project_id=project_id))
