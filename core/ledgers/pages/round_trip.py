"""Taking an edited export back: upload, look at the differences, decide the conflicts, merge."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from core.errors import N_, InvalidInput, PlatformError
from core.host.ledgers import Ledger
from core.ledgers import exporting, returning
from core.ledgers.pages import common
from core.privacy.vault import vault_of
from core.web.markers import require
from core.web.request import actor, db, settings, viewer

SHOWN = 500


def install(blueprint: Blueprint, ledger: Ledger) -> None:
    """The addresses of the round trip."""

    @blueprint.get("/round-trip")
    @require(ledger.write)
    def round_trip(code: str) -> str:
        return common.show("round_trip.html", ledger, error=None)

    @blueprint.post("/round-trip")
    @require(ledger.write)
    def compare(code: str) -> ResponseReturnValue:
        sent = request.files.get("file")
        fields, key = common.fields_here(ledger), exporting.file_key(settings().data_dir)
        try:
            if sent is None or not sent.filename:
                raise InvalidInput(N_("请选择文件"), {"file": N_("请选择文件")})
            file = returning.read_file(sent.read(), ledger, fields, key)
            found = returning.compare(db(), ledger, g.scope, file, fields, common.context_here(ledger), key)
        except PlatformError as refused:
            return common.show("round_trip.html", ledger, error=refused), refused.status
        packed = returning.pack(vault_of(db()), viewer().account_id, found.changes)
        return common.show("returned.html", ledger, found=found, packed=packed, meta=file.meta, shown=SHOWN)

    @blueprint.post("/round-trip/merge")
    @require(ledger.write)
    def merge(code: str) -> ResponseReturnValue:
        parts = returning.unpack(vault_of(db()), viewer().account_id, request.form.get("changes", ""))
        count = returning.merge(db(), ledger, g.scope, parts, set(request.form.getlist("mine")), common.fields_here(ledger),
                                common.context_here(ledger), actor())
        flash(gettext("已合并，修改 %(count)s 条", count=count), "success")
        return redirect(url_for(".index", code=code))
