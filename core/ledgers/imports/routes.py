"""The pages of imports: upload, columns, what the check found, confirmation. One may leave and come back any time."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, request, send_file, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from core.errors import N_, InvalidInput, NotPermitted, PlatformError
from core.host.ledgers import Ledger
from core.jobs.models import OPEN
from core.ledgers.imports import confirming, foreseen, jobs, queries, returning, services, showing, uploading
from core.ledgers.imports.desk import Desk
from core.ledgers.imports.models import Import, State
from core.ledgers.imports.staging import Staging
from core.ledgers.pages import common
from core.privacy import vault_of
from core.web.i18n import told
from core.web.markers import require
from core.web.request import actor, db, settings, unit, viewer


def install(blueprint: Blueprint, ledger: Ledger) -> None:
    """The addresses of imports on a ledger's blueprint."""
    if not ledger.importable:
        return
    blueprint.record_once(_offer)
    _install_bringing(blueprint, ledger)
    _install_checking(blueprint, ledger)
    _install_ending(blueprint, ledger)


def _install_bringing(blueprint: Blueprint, ledger: Ledger) -> None:
    """The list of imports, and bringing a file."""
    @blueprint.get("/imports")
    @require(ledger.write)
    def imports(code: str) -> str:
        return _overview(ledger)

    @blueprint.post("/imports")
    @require(ledger.write)
    def upload_import(code: str) -> Response | tuple[str, int]:
        file = request.files.get("file")
        try:
            if file is None or not file.filename:
                raise InvalidInput(N_("请选择要导入的文件"))
            taken = uploading.take_in(db(), _desk(ledger), file.filename, file.read(), afresh="afresh" in request.form)
        except PlatformError as error:
            return _overview(ledger, error), error.status
        if taken.outcome == "continued" and taken.found.state == State.MAPPED:
            _check(_desk(ledger), taken.found)
        return redirect(_address(ledger, taken.found, again="1" if taken.outcome == "again" else None))

    @blueprint.get("/imports/<uuid:import_id>")
    @require(ledger.write)
    def show_import(code: str, import_id: uuid.UUID) -> str:
        return _page(ledger, _found(ledger, import_id))


def _install_checking(blueprint: Blueprint, ledger: Ledger) -> None:
    """Which sheet, which columns, what was found and put right."""
    @blueprint.post("/imports/<uuid:import_id>/sheet")
    @require(ledger.write)
    def pick_import_sheet(code: str, import_id: uuid.UUID) -> Response:
        found = _found(ledger, import_id)
        uploading.pick_sheet(db(), _desk(ledger), found, request.form.get("sheet", ""))
        return redirect(_address(ledger, found))

    @blueprint.post("/imports/<uuid:import_id>/columns")
    @require(ledger.write)
    def map_import(code: str, import_id: uuid.UUID) -> Response | tuple[str, int]:
        found, desk = _found(ledger, import_id), _desk(ledger)
        chosen = {name.removeprefix("column-"): value for name, value in request.form.items() if name.startswith("column-")}
        filled = request.form.getlist("fill")
        constants = {name.removeprefix("same-"): value for name, value in request.form.items() if name.startswith("same-")}
        try:
            services.map_columns(db(), desk, found, chosen, filled, constants)
        except InvalidInput as error:
            return _page(ledger, found, error, showing.Chosen(chosen, frozenset(filled), constants)), 422
        _check(desk, found)
        return redirect(_address(ledger, found))

    @blueprint.post("/imports/<uuid:import_id>/check")
    @require(ledger.write)
    def check_import(code: str, import_id: uuid.UUID) -> Response:
        found = _found(ledger, import_id)
        _check(_desk(ledger), found)
        return redirect(_address(ledger, found))

    @blueprint.get("/imports/<uuid:import_id>/changes")
    @require(ledger.write)
    def foresee_import(code: str, import_id: uuid.UUID) -> str:
        found = _found(ledger, import_id)
        return common.show("imports/changes.html", ledger, found=found, cells=foreseen.foreseen(db(), _desk(ledger), found),
                           states=showing.STATES, most=foreseen.MOST)

    @blueprint.post("/imports/<uuid:import_id>/cells")
    @require(ledger.write)
    def correct_import(code: str, import_id: uuid.UUID) -> Response | tuple[str, int]:
        found, desk = _found(ledger, import_id), _desk(ledger)
        cells = list(_changed_cells())
        dropped = [int(row) for row in request.form.getlist("drop") if row.isascii() and row.isdigit() and len(row) < 8]
        if cells or dropped:
            services.correct(db(), desk, found, cells, dropped)
            _check(desk, found)
            flash(gettext("已改正 %(cells)s 格，丢弃 %(rows)s 行", cells=len(cells), rows=len(dropped)), "success")
        return redirect(_address(ledger, found))

    @blueprint.get("/imports/<uuid:import_id>/returned")
    @require(ledger.write)
    def return_import(code: str, import_id: uuid.UUID) -> Response:
        found = _found(ledger, import_id)
        if not _own(found):
            raise NotPermitted(N_("退回的表格含有原始内容，只供上传的人下载"))
        content, name = services.returned(db(), _desk(ledger), found, told)
        answer = send_file(io.BytesIO(content), mimetype=returning.MIME, as_attachment=True, download_name=name)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _install_ending(blueprint: Blueprint, ledger: Ledger) -> None:
    """Storing what is sound, or letting it all go."""
    @blueprint.post("/imports/<uuid:import_id>/confirm")
    @require(ledger.write)
    def confirm_import(code: str, import_id: uuid.UUID) -> Response | tuple[str, int]:
        found, desk = _found(ledger, import_id), _desk(ledger)
        choice, turn = request.form.get("choice", ""), request.form.get("turn", type=int, default=-1)
        try:
            if found.counts.get("emptied") and "emptied" not in request.form:
                raise InvalidInput(N_("这次导入会清空 %(count)s 格已有的内容，请先勾选确认"), count=found.counts["emptied"])
            if found.counts.get("rows", 0) > services.AT_ONCE:
                jobs.start_confirm(db(), desk, found, choice, turn)
            else:
                confirming.confirm(db(), desk, found, choice, turn)
                flash(told(confirming.said(ledger, found)), "success")
        except PlatformError as error:
            db().rollback()
            return _page(ledger, _found(ledger, import_id), error), error.status
        return redirect(_address(ledger, found))

    @blueprint.post("/imports/<uuid:import_id>/discard")
    @require(ledger.write)
    def discard_import(code: str, import_id: uuid.UUID) -> Response:
        services.discard(db(), _desk(ledger), _found(ledger, import_id))
        flash(gettext("已放弃没有存入的内容"), "success")
        return redirect(url_for(".imports", code=code))


def _offer(state: BlueprintSetupState) -> None:
    """The way in from the list of a ledger."""
    def way_in(ledger: Ledger) -> Markup:
        address, words = url_for(f"{ledger.endpoint}.imports", code=unit().code), gettext("导入 Excel")
        return Markup('<a class="dropdown-item" href="{}">{}</a>').format(address, words)

    state.app.jinja_env.globals["parts_of_imports"] = way_in


def _desk(ledger: Ledger) -> Desk:
    staging = Staging(settings().data_dir, vault_of(db()), g.tenant_id)
    return Desk(ledger, g.tenant_id, unit(), actor(), g.scope.only({g.tenant_id}), staging)


def _found(ledger: Ledger, import_id: uuid.UUID) -> Import:
    return queries.get_import(db(), ledger, import_id, g.scope.only({g.tenant_id}))


def _own(found: Import) -> bool:
    """What the file said is shown to whoever brought it; others see sealed kinds masked."""
    return found.account_id is not None and found.account_id == viewer().account_id


def _address(ledger: Ledger, found: Import, again: str | None = None) -> str:
    return url_for(".show_import", code=unit().code, import_id=found.id, again=again)


def _check(desk: Desk, found: Import) -> None:
    if found.counts.get("rows", 0) > services.AT_ONCE:
        jobs.start_check(db(), desk, found)
    else:
        services.check(db(), desk, found)


def _changed_cells() -> Iterator[tuple[int, str, str]]:
    """The cells whose text is not what stood there when the page was made."""
    for name, value in request.form.items():
        row, _, letter = name.removeprefix("cell-").partition("-")
        if name.startswith("cell-") and row.isascii() and row.isdigit() and value != request.form.get(f"was-{row}-{letter}", ""):
            yield int(row), letter, value


def _overview(ledger: Ledger, error: PlatformError | None = None) -> str:
    before = request.args.get("before", type=uuid.UUID)
    page = queries.list_imports(db(), ledger, g.scope.only({g.tenant_id}), before)
    template = f"{ledger.endpoint}.template_file"
    return common.show("imports/overview.html", ledger, rows=page.rows, more=page.next, error=error, states=showing.STATES,
                       template=template if template in current_app.view_functions else "",
                       most=current_app.config["MAX_CONTENT_LENGTH"] // 2**20)


def _page(ledger: Ledger, found: Import, error: PlatformError | None = None, chosen: showing.Chosen | None = None) -> str:
    desk, job = _desk(ledger), jobs.job_of(db(), found)
    values: dict[str, Any] = {"found": found, "error": error, "states": showing.STATES, "own": _own(found), "job": job,
                              "working": job is not None and job.state in OPEN, "notes": showing.notes_of(found),
                              "again": "again" in request.args, "said": confirming.said}
    if values["working"]:
        return common.show("imports/working.html", ledger, **values)
    if found.state == State.UPLOADED or (found.source_sheet and request.args.get("step") == "columns"):
        return common.show("imports/columns.html", ledger, **values,
                           **showing.columns_page(db(), desk, found, chosen, own=_own(found)))
    errors = showing.errors_page(db(), desk, found, request.args.get("column", ""), own=_own(found))
    return common.show("imports/result.html", ledger, **values, errors=errors)
