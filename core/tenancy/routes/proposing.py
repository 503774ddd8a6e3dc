"""Proposing a version: upload or paste a profile, or change one value; problems or a preview, then submit."""

from __future__ import annotations

import datetime as dt
from base64 import b64decode, b64encode

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from core.errors import N_, InvalidInput
from core.extensions import today
from core.host.request import plugin_host
from core.tenancy import pages, queries
from core.tenancy.grammar import Checked
from core.tenancy.permissions import Action
from core.tenancy.routes.blueprint import blueprint, known, sent
from core.tenancy.routes.reading import own_version
from core.tenancy.services import editing, plan_effects, preview, propose_plan
from core.tenancy.services.context import check_profile
from core.web.markers import require
from core.web.request import actor, db, unit

LARGEST = 1024 * 1024


@blueprint.get("/plan/propose")
@require(Action.PLAN_WRITE)
def propose(code: str) -> str:
    """The form: a file, or the text of the newest version to go on from."""
    place = pages.belonging(db(), unit())
    newest = queries.newest_applied(db(), place.tenant_id)
    return render_template("tenancy/propose.html", place=place, text=newest.source if newest else "",
                           file=newest.file if newest else f"{unit().code}.toml")


@blueprint.post("/plan/propose")
@require(Action.PLAN_WRITE)
def examine(code: str) -> str | tuple[str, int]:
    """Check what was sent: the problems by line, or the preview with a button to submit. Nothing is stored."""
    data, file = _sent()
    return _examined(data, file)


@blueprint.post("/plan/submit")
@require(Action.PLAN_WRITE)
def submit(code: str) -> Response:
    """Store the version for approval, if nothing has moved since the preview."""
    data, file = _sent()
    base = sent("base", 9)
    found = propose_plan(db(), plugin_host(), data, file, actor(), unit=unit(),
                         base_version=int(base) if base.isascii() and base.isdigit() else None,
                         starts_on=_day(sent("starts_on")),
                         note=sent("note"))
    flash(gettext("第 %(version)s 版方案已提交，等待第二人审批", version=found.version), "success")
    return redirect(url_for("tenancy.version", code=code, number=found.version))


@blueprint.get("/plan/versions/<int:number>/edit/<section>/<int:position>")
@require(Action.PLAN_WRITE)
def edit(code: str, number: int, section: str, position: int) -> str:
    """The form for one entry's values."""
    found = own_version(number)
    entry = next((row for row in queries.list_entries(db(), found, section) if row.position == position), None)
    table = editing.entry_table(found.source, section, entry.code if entry else "", position)
    return render_template("tenancy/edit.html", plan=found, entry=entry, values=editing.editable_values(table),
                           section=section, title=known().title(section))


@blueprint.post("/plan/versions/<int:number>/edit/<section>/<int:position>")
@require(Action.PLAN_WRITE)
def change(code: str, number: int, section: str, position: int) -> str | tuple[str, int]:
    """One value changed in the text of the plan, then examined like an upload."""
    found = own_version(number)
    wanted = editing.Change(section, sent("entry"), position, sent("key"), sent("value", 2000), _day(sent("from_day")))
    return _examined(editing.change_value(found.source, wanted).encode(), found.file)


def _sent() -> tuple[bytes, str]:
    """What was uploaded, previewed before, or pasted; the first two byte for byte."""
    file = sent("name") or f"{unit().code}.toml"
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        data, file = upload.read(LARGEST + 1), upload.filename.replace("\x00", "")
    elif "data" in request.form:
        data = _unpacked(request.form["data"])
    else:
        # A browser sends line ends as CR LF, whatever stood in the box.
        data = request.form.get("text", "").replace("\r\n", "\n").encode()
    if not data.strip():
        raise InvalidInput(N_("请上传方案文件，或粘贴方案全文"))
    if len(data) > LARGEST:
        raise InvalidInput(N_("方案文件超过 1 MB"))
    return data, file.replace("\\", "/").rpartition("/")[2][-200:]


def _unpacked(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except ValueError:
        raise InvalidInput(N_("预览的内容不完整，请重新上传")) from None


def _examined(data: bytes, file: str) -> str | tuple[str, int]:
    checked = check_profile(db(), plugin_host(), data, file)
    text = data.decode("utf-8", errors="replace")
    place = pages.belonging(db(), unit())
    if checked.profile is None or checked.profile.place.unit != unit().code:
        return render_template("tenancy/problems.html", place=place, checked=checked, text=text, file=file,
                               other=_other(checked)), 422
    seen = preview(db(), plugin_host(), checked.profile)
    effects = plan_effects(db(), plugin_host(), seen.tenant, checked.profile)
    starts = checked.profile.starts if seen.base_version is None else today()
    return render_template("tenancy/preview.html", place=place, checked=checked, seen=seen, effects=effects, file=file, starts=starts,
                           data=b64encode(data).decode(), grammar=known())


def _other(checked: Checked) -> str:
    return checked.profile.place.name if checked.profile else ""


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(N_("没有 %(day)s 这一天"), day=text) from None
