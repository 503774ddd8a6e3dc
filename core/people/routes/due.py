"""保存到期的人员: who is due by every period that plans state, and erasing chosen ones of them, or all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import islice

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.sheets import xlsx_file
from core.access.words import csv_file
from core.errors import N_, Conflict, InvalidInput, PlatformError
from core.host.request import plugin_host
from core.people.jobs import start_erasing
from core.people.queries import names_of_units
from core.people.routes.blueprint import blueprint, need, person_here, scope_for, show
from core.registry import services
from core.registry.models import Person
from core.registry.permissions import Action
from core.registry.services import Due
from core.tenancy.keeping import AID, PUPILS, period
from core.web.i18n import words
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit

PAGE = 100
HEADS = ((N_("姓名"), 12), (N_("证件号"), 22), (N_("所在村或单位"), 24), (N_("到期日期"), 12), (N_("最后到期的"), 20), (N_("依据"), 50))


@blueprint.get("/registry/due")
@require(Action.IDENTITY_ERASE)
def due(code: str) -> str:
    """Those who are due, a page at a time."""
    return _page()


@blueprint.get("/registry/due.<any(xlsx, csv):form>")
@require(Action.IDENTITY_ERASE)
def due_file(code: str, form: str) -> Response:
    """All of them as a file."""
    found = list(_everybody())
    units = names_of_units(db(), {one.person.unit_id for one in found})
    rows = [(one.person.name, one.person.id_number_mask, units[one.person.unit_id].name if one.person.unit_id in units else "",
             one.since, words(one.what), one.law) for one in found]
    heads = [(gettext(label), width) for label, width in HEADS]
    if form == "csv":
        return csv_file(f"due-{unit().code}", [label for label, _ in heads], rows)
    return xlsx_file(f"due-{unit().code}", gettext("保存到期的人员"), heads, rows)


@blueprint.post("/registry/due")
@require(Action.IDENTITY_ERASE)
def erase_due(code: str) -> ResponseReturnValue:
    """Erase the chosen ones; who is not due any more is told."""
    try:
        chosen = [_mine(uuid.UUID(text)) for text in dict.fromkeys(request.form.getlist("ids"))]
        return _erased(code, chosen)
    except (PlatformError, ValueError) as error:
        refused = error if isinstance(error, PlatformError) else InvalidInput(N_("请从列表里选择人员"))
        db().rollback()
        return _page(refused), refused.status


@blueprint.get("/registry/due/all")
@require(Action.IDENTITY_ERASE)
def all_due(code: str) -> str:
    """How many are due, before all of them are erased."""
    return _confirmation()


@blueprint.post("/registry/due/all")
@require(Action.IDENTITY_ERASE)
def erase_all_due(code: str) -> ResponseReturnValue:
    """Erase all who are due, where they are still as many as was confirmed; many of them in the background."""
    found, reason = [one.person for one in _everybody()], request.form.get("reason", "")
    try:
        if request.form.get("count", "") != str(len(found)):
            raise Conflict(N_("到期的人数有变化，现在是 %(count)s 人，请重新确认"), count=len(found))
        if len(found) <= services.MOST_AT_ONCE:
            return _erased(code, found)
        services.check_reason(reason)
        job = start_erasing(db(), g.tenant_id, unit(), actor(), reason=reason, count=len(found))
    except PlatformError as refused:
        db().rollback()
        return _confirmation(refused), refused.status
    flash(gettext("人数较多，正在后台抹去，完成后在后台任务里查看结果"), "success")
    return redirect(url_for("jobs.show", code=code, job_id=job.id))


def _erased(code: str, persons: list[Person]) -> ResponseReturnValue:
    erased, left = services.erase_due(db(), persons, actor(), reason=request.form.get("reason", ""), hooks=plugin_host())
    if left:
        return _page(erased=len(erased), left=left)
    flash(gettext("已抹去 %(count)d 人的个人信息，留痕里有抹去的凭据", count=len(erased)), "success")
    return redirect(url_for(".due", code=code))


def _everybody(after: uuid.UUID | None = None) -> Iterator[Due]:
    return services.each_due(db(), plugin_host(), scope_for(Action.IDENTITY_ERASE), g.tenant_id, after)


def _mine(person_id: uuid.UUID) -> Person:
    row = person_here(person_id)
    need(Action.IDENTITY_ERASE, row.unit_id)
    return row


def _confirmation(refused: PlatformError | None = None) -> str:
    return show("due_all.html", count=sum(1 for _ in _everybody()), refused=refused)


def _page(refused: PlatformError | None = None, erased: int = 0, left: list[tuple[Person, PlatformError]] | None = None) -> str:
    found = list(islice(_everybody(id_argument("after")), PAGE + 1))
    rows = found[:PAGE]
    return show("due.html", rows=rows, units=names_of_units(db(), {one.person.unit_id for one in rows}), refused=refused, erased=erased,
                left=left or [], next=rows[-1].person.id if len(found) > PAGE else None, most=services.MOST_AT_ONCE,
                pupils=period(db(), g.tenant_id, PUPILS), aid=period(db(), g.tenant_id, AID))
