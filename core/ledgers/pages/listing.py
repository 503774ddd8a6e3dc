"""The list: filters in the address, any offered order, totals, and the units beneath."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from core.errors import PlatformError
from core.host.ledgers import Field, Ledger
from core.ledgers import queries
from core.ledgers.asking import Asked, write_after
from core.ledgers.pages import common
from core.ledgers.values import written
from core.web.markers import require
from core.web.request import db, unit, viewer

SUGGESTED = 12


def install(blueprint: Blueprint, ledger: Ledger) -> None:
    """The addresses of the list."""

    @blueprint.get("/")
    @require(ledger.read)
    def index(code: str) -> ResponseReturnValue:
        if request.args.getlist("column"):
            kept = {name: value for name, value in request.args.to_dict().items() if name not in ("column", "after")}
            return redirect(common.back_to(code, {**kept, "columns": ",".join(request.args.getlist("column"))}))
        error: PlatformError | None = None
        asked, scope = Asked(shown=tuple(field for field in ledger.fields if field.listed)), g.scope
        try:
            asked = common.asked_here(ledger)
            scope = common.scope_here(ledger.read, asked)
        except PlatformError as refused:
            error = refused
        fields = common.fields_here(ledger)
        page = queries.list_records(db(), ledger, scope, asked, fields) if error is None else None
        rows = page.rows if page else []
        shown = [field for field in asked.shown if field.name != ledger.naming.name]
        views = queries.list_views(db(), ledger, g.tenant_id, unit().id, viewer().account_id)
        body = common.show(
            "index.html", ledger, rows=rows, error=error, asked=asked, fields=fields, shown=shown, views=views,
            names=common.names_of(rows, [ledger.naming, *asked.shown]),
            filters=[field for field in fields if field.filter and not field.extra],
            next=write_after(page.next) if page else "", chosen=common.chosen_unit(asked) if error is None else None,
            summed=queries.totalled(asked.shown), first=not request.args.get("after"))
        return body, error.status if error else 200

    @blueprint.get("/totals")
    @require(ledger.read)
    def totals(code: str) -> str:
        """How many there are and their sums: asked for by the list once it stands."""
        asked = common.asked_here(ledger)
        found = queries.totals(db(), ledger, common.scope_here(ledger.read, asked), asked, fields=common.fields_here(ledger))
        summed = queries.totalled(common.fields_here(ledger))
        return common.show("_totals.html", ledger, found=found, summed=summed, pairs=list(zip(summed, found.sums, strict=True)))

    @blueprint.get("/groups")
    @require(ledger.read)
    def groups(code: str) -> str:
        """The same for each unit beneath."""
        asked = common.asked_here(ledger)
        fields, scope = common.fields_here(ledger), common.scope_here(ledger.read, asked)
        top = common.chosen_unit(asked) or unit()
        found = queries.groups_by_unit(db(), ledger, scope, asked, fields, top)
        query = {name: value for name, value in asked.query.items() if name != "unit"}
        return common.show("groups.html", ledger, groups=found, summed=queries.totalled(fields), top=top, query=query)

    @blueprint.get("/suggest")
    @require(ledger.read)
    def suggest(code: str) -> ResponseReturnValue:
        """Records whose name begins with the words, for boxes that complete themselves."""
        return jsonify(_suggested(ledger, ledger.naming, request.args.get("q", "").strip()))


def _suggested(ledger: Ledger, naming: Field, words: str) -> list[dict[str, Any]]:
    if not words or naming.sealed or naming.filter != "prefix":
        return []
    asked = common.asked_here(ledger, {naming.name: words})
    page = queries.list_records(db(), ledger, g.scope, asked, [naming], limit=SUGGESTED)
    return [{"value": str(row.id), "text": written(getattr(row, naming.column), naming)} for row in page.rows]
