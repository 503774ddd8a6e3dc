"""The pages of background work: one's own, and of the units where one may see others'."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from core.errors import N_, InvalidInput, NotPermitted
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.host.request import plugin_host
from core.jobs import queries, services
from core.jobs.catalogue import about_of, hidden_codes, title_of
from core.jobs.models import OPEN, Job, State, is_periodic
from core.jobs.permissions import Action
from core.jobs.queries import Sight
from core.jobs.running import has_file, open_file
from core.trail.services import record
from core.units.permissions import Action as UnitAction
from core.web.markers import require, signed_in, unit_blueprint
from core.web.request import actor, database, db, id_argument, settings, unit, viewer

DOWNLOADED = phrase(N_("%(name)s下载后台任务的结果文件“%(file_name)s”"))
blueprint = unit_blueprint("jobs", __name__, template_folder="templates")
own = Blueprint("own_jobs", __name__)

STATES = {State.WAITING: (N_("等待"), "plain", "clock"), State.RUNNING: (N_("进行中"), "info", "progress"),
          State.DONE: (N_("完成"), "success", "circle-check"), State.FAILED: (N_("未完成"), "danger", "alert-octagon"),
          State.CANCELLED: (N_("已取消"), "warning", "ban")}


def _sight() -> Sight:
    person = viewer()
    return Sight(person.account_id, g.scope, person.scope(db(), Action.READ, unit()).only(g.tenants),
                 hidden_codes(plugin_host()))


def _may(job: Job) -> dict[str, bool]:
    """What the person may do with a job. A file may hold what only the person who asked for it may see."""
    mine = job.account_id == viewer().account_id
    manages = mine or viewer().allowed(Action.MANAGE, unit())
    return {"cancel": manages and job.state in OPEN and not job.cancelled_by and not is_periodic(job),
            "retry": manages and job.state in (State.FAILED, State.CANCELLED),
            "file": (mine or (job.account_id is None and manages)) and has_file(settings(), job)}


def _title(host: PluginHost, job: Job) -> str:
    title, about = gettext(title_of(host, job.code)), about_of(host, job)
    return f"{title} · {gettext(about)}" if about else title


def _facts() -> dict[str, Any]:
    host = plugin_host()
    return {"title_of": lambda job: _title(host, job), "states": STATES, "may": _may, "open_states": OPEN, "moves": queries.moves}


@blueprint.get("/jobs")
@require(UnitAction.READ)
def overview(code: str) -> str:
    """The newest jobs; while one goes on, the page asks for itself again."""
    state, mine = request.args.get("state", ""), request.args.get("mine") == "1"
    if state and state not in list(State):
        raise InvalidInput(N_("没有这种状态"))
    sight = _sight()
    rows, more = queries.list_jobs(db(), sight, state=state, mine=mine, before=id_argument("before"))
    _seen()
    listed = [(value, gettext(word)) for value, (word, _status, _sign) in STATES.items()]
    return render_template("jobs/overview.html", rows=rows, states_listed=listed,
                           moving=any(queries.moves(job) for job, _name in rows), more=more, state=state, mine=mine,
                           sees_others=bool(sight.others.tenants), **_facts())


@blueprint.get("/jobs/<uuid:job_id>")
@require(UnitAction.READ)
def show(code: str, job_id: uuid.UUID) -> str:
    """One job, with its progress and what came of it."""
    job, name = queries.get_job(db(), _sight(), job_id)
    _seen()
    return render_template("jobs/show.html", job=job, unit_name=name, periodic=is_periodic(job), **_facts())


@blueprint.post("/jobs/<uuid:job_id>/cancel")
@require(UnitAction.READ)
def cancel(code: str, job_id: uuid.UUID) -> AnyResponse:
    """Ask for an end."""
    job = _managed(job_id)
    services.cancel_job(db(), job, actor())
    flash(gettext("已取消，正在进行的会在下一步停下"), "success")
    return redirect(url_for("jobs.show", code=code, job_id=job_id))


@blueprint.post("/jobs/<uuid:job_id>/retry")
@require(UnitAction.READ)
def retry(code: str, job_id: uuid.UUID) -> AnyResponse:
    """Begin afresh."""
    job = _managed(job_id)
    services.retry_job(db(), job, actor())
    flash(gettext("已重新排队"), "success")
    return redirect(url_for("jobs.show", code=code, job_id=job_id))


@blueprint.get("/jobs/<uuid:job_id>/file")
@require(UnitAction.READ)
def file(code: str, job_id: uuid.UUID) -> Response:
    """The result file, to the person who asked for it; each download is trailed before it is given."""
    job, _name = queries.get_job(db(), _sight(), job_id)
    pieces = open_file(settings(), job)
    if not _may(job)["file"]:
        raise NotPermitted(N_("结果文件只供发起人下载"))
    person = actor()
    with database().transaction() as session:
        record(session, person, "export:jobs.file", DOWNLOADED(name=person.name, file_name=job.file_name),
               subject=f"job:{job.id}", tenant_id=job.tenant_id, unit_id=job.unit_id)
    given = Response(pieces, mimetype=job.file_type)
    given.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(job.file_name, safe='')}"
    given.content_length = job.file_size
    return given


@own.app_context_processor
def _shell_facts() -> dict[str, Any]:
    """What the top bar asks for on every page of a signed-in person."""
    return {"my_jobs": lambda: queries.count_mine(db(), viewer().account_id, hidden_codes(plugin_host()))}


@own.get("/jobs/mark")
@signed_in
def mark() -> str:
    """The mark in the top bar, which asks for itself while one's own jobs go on."""
    return render_template("jobs/mark.html", code=request.args.get("at", ""))


def _managed(job_id: uuid.UUID) -> Job:
    job, _name = queries.get_job(db(), _sight(), job_id)
    if job.account_id != viewer().account_id and not viewer().allowed(Action.MANAGE, unit()):
        raise NotPermitted(N_("只有发起人和管理员可以处置这个任务"))
    return job


def _seen() -> None:
    """One's ended jobs are no news any more; a page that is only read writes apart."""
    person = viewer()
    if queries.count_mine(db(), person.account_id, []).ended:
        with database().transaction() as session:
            services.note_seen(session, person.account_id)
