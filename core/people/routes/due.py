"""保存到期的人员: who is due by every period that plans state, and erasing chosen ones of them."""

from __future__ import annotations

import uuid
from itertools import islice

from flask import Response, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.access.words import csv_file
from core.errors import N_, InvalidInput, PlatformError
from core.host.request import plugin_host
from core.people.queries import names_of_units
from core.people.routes.blueprint import blueprint, need, person_here, scope_for, show
from core.registry import services
from core.registry.models import Person
from core.registry.permissions import Action
from core.tenancy.keeping import AID, PUPILS, period
from core.web.i18n import words
from core.web.markers import require
from core.web.request import actor, db, id_argument, unit

PAGE = 100


@blueprint.get("/registry/due")
@require(Action.IDENTITY_ERASE)
def due(code: str) -> str:
    """Those who are due, a page at a time."""
    return _page()


@blueprint.get("/registry/due.csv")
@require(Action.IDENTITY_ERASE)
def due_file(code: str) -> Response:
    """All of them as a file."""
    found = list(services.each_due(db(), plugin_host(), scope_for(Action.IDENTITY_ERASE), g.tenant_id))
    units = names_of_units(db(), {one.person.unit_id for one in found})
    head = [gettext(text) for text in ("姓名", "证件号", "所在村或单位", "到期日期", "最后到期的", "依据")]
    rows = [(one.person.name, one.person.id_number_mask, units[one.person.unit_id].name if one.person.unit_id in units else "",
             one.since, words(one.what), one.law) for one in found]
    return csv_file(f"due-{unit().code}", head, rows)


@blueprint.post("/registry/due")
@require(Action.IDENTITY_ERASE)
def erase_due(code: str) -> ResponseReturnValue:
    """Erase the chosen ones; who is not due any more is told."""
    try:
        chosen = [_mine(uuid.UUID(text)) for text in dict.fromkeys(request.form.getlist("ids"))]
        erased, left = services.erase_due(db(), chosen, actor(), reason=request.form.get("reason", ""), hooks=plugin_host())
    except (PlatformError, ValueError) as error:
        refused = error if isinstance(error, PlatformError) else InvalidInput(N_("请从列表里选择人员"))
        db().rollback()
        return _page(refused), refused.status
    if left:
        return _page(erased=len(erased), left=left)
    flash(gettext("已抹去 %(count)d 人的个人信息，留痕里有抹去的凭据", count=len(erased)), "success")
    return redirect(url_for(".due", code=code))


def _mine(person_id: uuid.UUID) -> Person:
    row = person_here(person_id)
    need(Action.IDENTITY_ERASE, row.unit_id)
    return row


def _page(refused: PlatformError | None = None, erased: int = 0, left: list[tuple[Person, PlatformError]] | None = None) -> str:
    found = list(islice(services.each_due(db(), plugin_host(), scope_for(Action.IDENTITY_ERASE), g.tenant_id, id_argument("after")),
                        PAGE + 1))
    rows = found[:PAGE]
    return show("due.html", rows=rows, units=names_of_units(db(), {one.person.unit_id for one in rows}), refused=refused, erased=erased,
                left=left or [], next=rows[-1].person.id if len(found) > PAGE else None, most=services.MOST_AT_ONCE,
                pupils=period(db(), g.tenant_id, PUPILS), aid=period(db(), g.tenant_id, AID))
