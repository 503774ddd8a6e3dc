"""Puts the steps of every registered process on the app: of one record, and of many."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from core.access.scoping import get_scoped, in_scope
from core.errors import N_, InvalidInput
from core.host.manager import PluginHost
from core.host.processes import Process, Step
from core.host.request import plugin_host
from core.processes import bulk, services, showing
from core.web.markers import require
from core.web.request import actor, db, unit, viewer

CHUNK = 500


def mount(app: Flask, host: PluginHost) -> None:
    """The steps of every process."""
    for process in showing.processes_of(host):
        app.register_blueprint(make_blueprint(process))


def make_blueprint(process: Process) -> Blueprint:
    """Steps at `/u/<code>/processes/<noun>/…`, or below the plugin's own address; a plugin's exist where it is on."""
    slug = "" if process.slug == "core" else f"/p/{process.slug}"
    blueprint = Blueprint(process.endpoint, __name__, url_prefix=f"/u/<code>{slug}/processes/{process.noun}")
    if slug:
        blueprint.plugin = process.slug  # type: ignore[attr-defined]
    for step in process.steps:
        _install(blueprint, process, step)
    return blueprint


def _install(blueprint: Blueprint, process: Process, step: Step) -> None:
    @require(step.action)
    def take(code: str, record_id: uuid.UUID) -> ResponseReturnValue:
        record = get_scoped(db(), process.model, record_id, g.scope)
        services.take(db(), plugin_host(), process, record, step.code, actor(), request.form.get("reason", ""),
                      version=request.form.get("version", type=int), viewer=viewer())
        flash(gettext("%(name)s：已%(step)s", name=process.name_of(record), step=gettext(step.title)), "success")
        return redirect(_back(showing.page_of(process, record, code) or "/"))

    @require(step.action)
    def many(code: str) -> str:
        taken, missing = _take_many(process, step)
        return render_template("processes/taken.html", process=process, step=step, taken=taken, missing=missing, unit=unit(),
                               back=_back(""))

    blueprint.add_url_rule(f"/<uuid:record_id>/{step.code}", f"take_{step.code}", take, methods=["POST"])
    if step.bulk:
        blueprint.add_url_rule(f"/bulk/{step.code}", f"many_{step.code}", many, methods=["POST"])


def _take_many(process: Process, step: Step) -> tuple[bulk.Taken, int]:
    """What became of the chosen records, and how many of them are not within reach."""
    try:
        ids = list(dict.fromkeys(uuid.UUID(text) for text in request.form.getlist("ids")))
    except ValueError as error:
        raise InvalidInput(N_("所选的记录不对，请重新勾选")) from error
    if not ids:
        raise InvalidInput(N_("请先勾选要办理的记录"))
    model = process.model
    records = list[Any]()
    for at in range(0, min(len(ids), bulk.MOST + 1), CHUNK):
        records += db().scalars(in_scope(select(model).where(model.id.in_(ids[at : at + CHUNK])), model, g.scope)).all()
    taken = bulk.take_many(db(), plugin_host(), process, sorted(records, key=lambda one: one.id), step.code, actor(),
                           request.form.get("reason", ""), viewer=viewer())
    return taken, len(ids) - len(records)


def _back(otherwise: str) -> str:
    """The page the step was asked from, within this site."""
    found = request.form.get("next", "")
    return found if found.startswith("/") and not found.startswith(("//", "/\\")) else otherwise
