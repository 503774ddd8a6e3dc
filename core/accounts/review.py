"""Pages of the yearly review of posts."""

from __future__ import annotations

import uuid

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue
from core.access.permissions import Action
from core.access.reach import Reach
from core.access.words import csv_file
from core.accounts import reviewing
from core.extensions import today
from core.host.request import plugin_host
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, unit, viewer

blueprint = unit_blueprint("review", __name__, template_folder="templates")


@blueprint.get("/accounts/review")
@require(Action.ACCOUNT_MANAGE)
def overview(code: str) -> str | Response:
    year, reach, known = today().year, _reach(), access_catalogue()
    open_only = request.args.get("show", "open") == "open"
    if request.args.get("format") == "csv":
        return csv_file(f"review-{year}", ["登录名", "姓名", "角色", "单位编码", "单位", "起", "止", "最近登录", "核查人", "核查时间"],
                        [(line.login, line.name, known.role_title(line.role), line.unit_code, line.unit_name,
                          line.valid_from, line.valid_to, line.last_seen_at, line.reviewed_by, line.reviewed_at)
                         for line in reviewing.list_lines(db(), reach, year, open_only=False, limit=None)])
    lines = reviewing.list_lines(db(), reach, year, open_only=open_only, after=_after())
    total, waiting = reviewing.count_lines(db(), reach, year)
    return render_template("accounts/review.html", lines=lines, total=total, waiting=waiting, year=year, known=known,
                           open_only=open_only, after=lines[-1].id if len(lines) == reviewing.PAGE else None)


@blueprint.post("/accounts/review/<uuid:post_id>")
@require(Action.ACCOUNT_MANAGE)
def decide(code: str, post_id: uuid.UUID) -> Response:
    reviewing.review(db(), _reach(), post_id, today().year, actor(), keep=request.form.get("keep") == "yes",
                     tenant_id=g.tenant_id, host=plugin_host())
    return redirect(url_for("review.overview", code=code))


def _reach() -> Reach:
    found: Reach = viewer().reach(Action.ACCOUNT_MANAGE).within(unit().path)
    return found


def _after() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get("after", ""))
    except ValueError:
        return None
