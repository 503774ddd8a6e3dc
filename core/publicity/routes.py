"""The desk of publicity: what is being shown, objections and their answers, duties to publish, evidence."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.scoping import get_scoped
from core.documents.storage import Store
from core.errors import InvalidInput, NotFound
from core.extensions import today
from core.host.request import plugin_host
from core.privacy.reveal import reveal
from core.publicity import queries, yearly
from core.publicity.models import OPEN, RUNNING, DutyClock, Notice, Objection
from core.publicity.permissions import Action
from core.publicity.rules.periods import days_left, days_overdue, is_shown
from core.publicity.services import answer_objection, meet_clock, withdraw
from core.publicity.services.evidence import evidence_pack
from core.publicity.services.objecting import OUTCOMES
from core.units.queries import units_by_id
from core.web.i18n import said
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, id_argument, settings, unit

blueprint: Blueprint = unit_blueprint("publicity", __name__, template_folder="templates")
#: rows of a notice that the desk shows at once
PREVIEW = 10
STATES = ("open", "closed", "withdrawn")


@blueprint.get("/publicity")
@require(Action.NOTICE_READ)
def index(code: str) -> str:
    state = request.args.get("state", "open")
    notices = queries.list_notices(db(), g.scope, id_argument("before"), state if state in STATES else "")
    return render_template("publicity/index.html", notices=notices, state=state, **_facts(notices), **_counts())


@blueprint.get("/publicity/notices/<uuid:notice_id>")
@require(Action.NOTICE_READ)
def show(code: str, notice_id: uuid.UUID) -> str:
    return _page(queries.get_notice(db(), g.scope, notice_id))


@blueprint.post("/publicity/notices/<uuid:notice_id>/withdraw")
@require(Action.NOTICE_MANAGE)
def take_down(code: str, notice_id: uuid.UUID) -> ResponseReturnValue:
    notice = queries.get_notice(db(), g.scope, notice_id)
    try:
        withdraw(db(), plugin_host(), notice, actor(), request.form.get("reason", ""))
    except InvalidInput as error:
        return _page(notice, errors=error.fields), 422
    flash(gettext("已撤下公示“%(title)s”", title=notice.title), "success")
    return redirect(url_for("publicity.show", code=code, notice_id=notice.id))


@blueprint.get("/publicity/notices/<uuid:notice_id>/evidence.zip")
@require(Action.NOTICE_EXPORT)
def evidence(code: str, notice_id: uuid.UUID) -> Response:
    notice = queries.get_notice(db(), g.scope, notice_id)
    place = units_by_id(db(), {notice.unit_id}).get(notice.unit_id)
    where = url_for("public.notice", code=notice.tenant_id, notice_id=notice.id, _external=True)
    template = current_app.jinja_env.get_template("publicity/evidence.html")
    page = template.generate(notice=notice, rows=queries.all_rows(db(), notice), unit=place, where=where)
    packed = evidence_pack(db(), Store.of(settings()), notice, page, {"address": where, "unit": place.name if place else ""},
                           actor())
    return send_file(packed, "application/zip", as_attachment=True,
                     download_name=f"{gettext('公示证据')}-{notice.title[:40]}-{notice.opens_on}.zip")


@blueprint.get("/publicity/objections")
@require(Action.NOTICE_READ)
def objections(code: str) -> str:
    found = queries.waiting_objections(db(), g.scope)
    about = {row.notice_id: queries.find_public(db(), row.tenant_id, row.notice_id) for row in found}
    return render_template("publicity/objections.html", objections=found, about=about, **_counts())


@blueprint.post("/publicity/objections/<uuid:objection_id>/answer")
@require(Action.OBJECTION_WRITE)
def answer(code: str, objection_id: uuid.UUID) -> ResponseReturnValue:
    objection = queries.get_objection(db(), g.scope, objection_id)
    notice = _notice_of(objection)
    try:
        answer_objection(db(), plugin_host(), notice, objection, request.form.get("outcome", ""),
                         request.form.get("answer", ""), actor())
    except InvalidInput as error:
        return _page(notice, errors=error.fields, asked=objection.id), 422
    flash(gettext("已答复异议"), "success")
    return redirect(url_for("publicity.show", code=code, notice_id=notice.id))


@blueprint.post("/publicity/objections/<uuid:objection_id>/reveal")
@require(Action.OBJECTION_WRITE)
def look(code: str, objection_id: uuid.UUID) -> ResponseReturnValue:
    objection = queries.get_objection(db(), g.scope, objection_id)
    field = "text" if request.form.get("field") == "text" else "contact"
    try:
        text = reveal(db(), actor(), objection, "core.objections", field, request.form.get("reason", ""))
    except InvalidInput as error:
        return _page(_notice_of(objection), errors=error.fields, asked=objection.id), 422
    return _page(_notice_of(objection), revealed={(objection.id, field): text})


@blueprint.get("/publicity/clocks")
@require(Action.NOTICE_READ)
def clocks(code: str) -> str:
    return _clocks()


@blueprint.post("/publicity/clocks/<uuid:clock_id>/meet")
@require(Action.NOTICE_MANAGE)
def meet(code: str, clock_id: uuid.UUID) -> ResponseReturnValue:
    clock = get_scoped(db(), DutyClock, clock_id, g.scope)
    try:
        meet_clock(db(), clock, actor(), how=request.form.get("how", ""))
    except InvalidInput as error:
        return _clocks(errors=error.fields, asked=clock.id), 422
    flash(gettext("已登记公示"), "success")
    return redirect(url_for("publicity.clocks", code=code))


@blueprint.get("/publicity/funds/new")
@require(Action.NOTICE_MANAGE)
def new_funds(code: str) -> str:
    return render_template("publicity/funds.html", entered={"year": str(today().year)}, errors={}, message="")


@blueprint.post("/publicity/funds/new")
@require(Action.NOTICE_MANAGE)
def publish_funds(code: str) -> ResponseReturnValue:
    year = request.form.get("year", 0, type=int)
    try:
        notice = yearly.publish_funds(db(), plugin_host(), g.tenant_id, unit(), year, request.form.get("rows", ""), actor())
    except InvalidInput as error:
        return render_template("publicity/funds.html", entered=request.form, errors=error.fields, message=said(error)), 422
    flash(gettext("已公开"), "success")
    return redirect(url_for("publicity.show", code=code, notice_id=notice.id))


def _page(notice: Notice, *, errors: dict[str, str] | None = None, asked: uuid.UUID | None = None,
          revealed: dict[tuple[uuid.UUID, str], str] | None = None) -> str:
    rows = queries.page_of(db(), notice, 1)[:PREVIEW]
    facts = _facts([notice])
    return render_template(
        "publicity/notice.html", notice=notice, rows=rows, objections=queries.objections_to(db(), notice), errors=errors or {},
        asked=asked, revealed=revealed or {}, outcomes=OUTCOMES, now=shown_now(notice), met=queries.clocks_met_by(db(), notice),
        **facts)


def shown_now(notice: Notice) -> bool:
    """Whether the public sees it today."""
    return bool(notice.state == OPEN and is_shown(notice.opens_on, notice.closes_on, today()))


def _clocks(*, errors: dict[str, str] | None = None, asked: uuid.UUID | None = None) -> str:
    found = queries.list_clocks(db(), g.scope)
    late = {clock.id: days_overdue(clock.due_on, today()) for clock in found if clock.due_on < today()}
    return render_template("publicity/clocks.html", clocks=found, late=late, errors=errors or {}, asked=asked,
                           units=units_by_id(db(), {clock.unit_id for clock in found}), **_counts())


def _notice_of(objection: Objection) -> Notice:
    found = queries.find_public(db(), objection.tenant_id, objection.notice_id)
    if found is None:
        raise NotFound()
    return found


def _facts(notices: object) -> dict[str, object]:
    """What pages show beside notices: units, titles of kinds, days left, what the public sees now."""
    found: list[Notice] = list(notices)  # type: ignore[call-overload]
    titles = {spec.code: spec.title for spec in plugin_host().registered("register_notices")}
    return {"units": units_by_id(db(), {notice.unit_id for notice in found}), "titles": titles,
            "left": {notice.id: days_left(notice.closes_on, today()) for notice in found},
            "seen": {notice.id: shown_now(notice) for notice in found}}


def _counts() -> dict[str, object]:
    return {"waiting": queries.open_objections(db(), g.scope), "late_count": queries.count_overdue(db(), g.scope, today()),
            "running": RUNNING}
