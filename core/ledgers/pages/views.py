"""Saved views: a name for the filters, order and columns of an address."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qsl

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput
from core.extensions.phrases import phrase
from core.host.ledgers import Ledger
from core.ledgers import queries
from core.ledgers.asking import PLACES
from core.ledgers.models import LedgerView
from core.ledgers.pages import common
from core.trail.services import record
from core.web.markers import require
from core.web.request import actor, db, unit, viewer

SHARED = phrase(N_("共享%(title)s的视图“%(name)s”"))
LONGEST = 20


def install(blueprint: Blueprint, ledger: Ledger) -> None:
    """The addresses of saved views."""

    @blueprint.post("/views")
    @require(ledger.read)
    def save_view(code: str) -> ResponseReturnValue:
        name = request.form.get("name", "").strip()
        if not 1 <= len(name) <= LONGEST or not name.isprintable():
            raise InvalidInput(N_("视图名称须有 1 到 20 个字"), {"name": N_("须有 1 到 20 个字")})
        asked = common.asked_here(ledger, {name: value for name, value in
                                            parse_qsl(request.form.get("query", "")[:4_000]) if name not in PLACES})
        shared = request.form.get("shared") == "1"
        sealed = {one.name for one in common.fields_here(ledger) if one.sealed}  # a number looked for is not kept in the clear
        query = {name: value for name, value in asked.query.items() if name not in sealed}
        made = LedgerView(tenant_id=g.tenant_id, unit_id=unit().id, ledger=ledger.code, account_id=viewer().account_id,
                          name=name, shared=shared, query=query)
        db().add(made)
        db().flush()  # the entry below names its id
        if shared:
            record(db(), actor(), ledger.read, SHARED(title=ledger.title, name=name), subject=f"ledger_view:{made.id}",
                   tenant_id=g.tenant_id, unit_id=unit().id)
        flash(gettext("已存为视图“%(name)s”", name=name), "success")
        return redirect(common.back_to(code, made.query))

    @blueprint.post("/views/<uuid:view_id>/drop")
    @require(ledger.read)
    def drop_view(code: str, view_id: uuid.UUID) -> ResponseReturnValue:
        found = queries.get_view(db(), ledger, g.tenant_id, unit().id, viewer().account_id, view_id)
        db().delete(found)
        flash(gettext("视图已删除"), "success")
        return redirect(url_for(".index", code=code))
