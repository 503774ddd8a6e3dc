"""Pages for accounts by Excel: template, upload, faults, confirmation."""

from __future__ import annotations

import io
import uuid

from flask import g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from core.access.guard import access_catalogue
from core.access.permissions import Action
from core.accounts import importing, queries, workbooks
from core.accounts.giving import roles_to_give
from core.accounts.importing import Asker
from core.accounts.sign_in import security
from core.errors import N_, InvalidInput, NotFound, PlatformError
from core.host.request import plugin_host
from core.web.markers import require, unit_blueprint
from core.web.request import actor, db, unit, viewer

blueprint = unit_blueprint("bulk", __name__, template_folder="templates")
#: the template lists no more units than a drop-down is good for
MOST_UNITS = 2000


@blueprint.get("/accounts/excel")
@require(Action.ACCOUNT_MANAGE)
def overview(code: str) -> str:
    return _overview()


@blueprint.get("/accounts/excel/template")
@require(Action.ACCOUNT_MANAGE)
def template(code: str) -> Response:
    known = access_catalogue()
    places = queries.units_below(db(), viewer().reach(Action.ACCOUNT_MANAGE).within(unit().path), MOST_UNITS)
    roles = {role for place in {place.level: place for place in places}.values()
             for role in roles_to_give(viewer(), place, known)}
    return _file(workbooks.template([spec.title for role, spec in known.roles.items() if role in roles],
                                    [(place.code, place.name) for place in places]), "账号模板.xlsx")


@blueprint.post("/accounts/excel")
@require(Action.ACCOUNT_MANAGE)
def upload(code: str) -> Response | tuple[str, int]:
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidInput(N_("请选择要上传的工作簿"))
        staged = importing.stage(db(), _asker(), sent.filename, sent.read())
    except InvalidInput as error:
        return _overview(error), error.status
    return redirect(url_for("bulk.show", code=code, import_id=staged.id))


@blueprint.get("/accounts/excel/<uuid:import_id>")
@require(Action.ACCOUNT_MANAGE)
def show(code: str, import_id: uuid.UUID) -> str:
    return render_template("accounts/import.html", staged=importing.get_import(db(), unit(), import_id),
                           known=access_catalogue())


@blueprint.get("/accounts/excel/<uuid:import_id>/marked")
@require(Action.ACCOUNT_MANAGE)
def marked(code: str, import_id: uuid.UUID) -> Response:
    found = importing.get_import(db(), unit(), import_id)
    if found.marked is None:
        raise NotFound(N_("这份名单没有错误"))
    return _file(found.marked, f"标注-{found.file_name}")


@blueprint.post("/accounts/excel/<uuid:import_id>/confirm")
@require(Action.ACCOUNT_MANAGE)
def confirm(code: str, import_id: uuid.UUID) -> Response:
    """The first passwords come in the answer, and nowhere else: as a file to hand out from."""
    people = importing.confirm(db(), _asker(), import_id)
    if not people:
        return redirect(url_for("bulk.show", code=code, import_id=import_id))
    return _file(workbooks.passwords_file(people), "初始密码.xlsx")


def _asker() -> Asker:
    return Asker(viewer(), unit(), g.tenant_id, actor(), access_catalogue(), security().policy, plugin_host())


def _overview(error: PlatformError | None = None) -> str:
    return render_template("accounts/excel.html", imports=importing.list_imports(db(), unit()), error=error)


def _file(content: bytes, name: str) -> Response:
    answer = send_file(io.BytesIO(content), mimetype=workbooks.MIME, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
