"""The addresses of a ledger, made from its declaration: list, record, entering, changing, removing, totals.

Values are as the database has them: money and decimals as text, days as 2026-11-21, choices by their code. Sealed
fields come masked; their originals are shown on pages alone, to a person, with a reason.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from flask import g, request
from marshmallow import Schema, ValidationError, fields

from core.api import steps
from core.api.answers import check_tag
from core.api.blueprint import PREFIX, ApiBlueprint
from core.api.rules import write_cursor
from core.api.schemas import Asked, PageQuery, Rows, short
from core.errors import N_, InvalidInput, RuleViolation
from core.host.ledgers import Field, Ledger
from core.host.manager import PluginHost
from core.ledgers import asking, queries, storing
from core.ledgers.asking import read_asked
from core.ledgers.checking import compile_schema, described, messages_of
from core.ledgers.pages.common import context_here, fields_here, place_for
from core.ledgers.values import stored
from core.web.request import actor, db

_KINDS: Mapping[str, type[fields.Field[Any]]] = {
    "integer": fields.Integer, "school_year": fields.Integer, "term": fields.Integer, "yes_no": fields.Boolean,
    "unit": fields.UUID, "person": fields.UUID, "household": fields.UUID, "date": fields.Date}


def mount(description: Any, host: PluginHost) -> None:
    """The addresses of every ledger, into the description of the API."""
    for ledger in host.registered("register_ledgers"):
        description.register_blueprint(ledger_api(ledger))


def ledger_api(ledger: Ledger) -> ApiBlueprint:
    """Addresses at `/api/v1/u/<code>/ledgers/<plural>`, of a plugin's below `p/<slug>`; they exist where it is on."""
    slug = "" if ledger.slug == "core" else f"/p/{ledger.slug}"
    api = ApiBlueprint(f"api-{ledger.endpoint}", __name__, url_prefix=f"{PREFIX}/u/<code>{slug}/ledgers/{ledger.plural}",
                       description=ledger.title)
    if slug:
        api.plugin = ledger.slug
    _reading(api, ledger)
    _writing(api, ledger)
    if ledger.process is not None:
        steps.install(api, ledger, ledger.process, out_schema(ledger), lambda row: row_of(row, fields_here(ledger)))
    return api


@cache
def out_schema(ledger: Ledger) -> type[Schema]:
    """What a record looks like."""
    base: dict[str, fields.Field[Any]] = {
        "id": fields.UUID(required=True), "unit_id": fields.UUID(required=True), "version": fields.Integer(required=True)}
    own = {field.name: _out(field) for field in ledger.fields if field.exported}
    more: dict[str, fields.Field[Any]] = {"extra": fields.Dict(required=True)} if ledger.has_column("extra") else {}
    return _named(ledger, "Out", {**base, **own, **more})


def _out(field: Field) -> fields.Field[Any]:
    options: dict[str, Any] = {"required": True, "allow_none": True, "metadata": described(field)}
    if field.kind == "choices":
        return fields.List(fields.String(), **options)
    return (fields.String if field.sealed else _KINDS.get(field.kind, fields.String))(**options)


def _named(ledger: Ledger, ending: str, found: Mapping[str, Any], parent: type[Schema] = Schema) -> type[Schema]:
    name = f"{ledger.slug}_{ledger.plural}".title().replace("_", "") + ending
    made: type[Schema] = type(name, (parent,), {**found, "__doc__": ledger.title})
    return made


@cache
def _query(ledger: Ledger) -> type[Schema]:
    """What a list takes: the filters and orders the ledger offers."""
    found: dict[str, Any] = {"sort": short(80, description="排序字段，前加 - 为倒序：" + "、".join(
        field.name for field in ledger.fields if field.sort))}
    for field in ledger.fields:
        if field.filter == "range":
            found[f"{field.name}_from"] = short(40, description=f"{field.label}从")
            found[f"{field.name}_to"] = short(40, description=f"{field.label}到")
        elif field.filter not in ("", "unit"):
            found[field.name] = short(80, description=field.label)
    return _named(ledger, "Query", found, PageQuery)


class TotalsOut(Schema):
    """How many records there are, and their sums by field."""

    count = fields.Integer(required=True)
    sums = fields.Dict(required=True)


def _reading(api: ApiBlueprint, ledger: Ledger) -> None:
    query, out = _query(ledger), out_schema(ledger)

    @api.read("", ledger.read, many=("records", out), query=query, title=f"{ledger.title}：列表")
    def records(code: str, asked: Asked) -> Rows:
        known = fields_here(ledger)
        wanted = _asked(ledger, asked)
        page = queries.list_records(db(), ledger, g.scope, wanted, known, limit=asked.limit)
        return Rows([row_of(row, known) for row in page.rows], write_cursor(asking.write_after(page.next)) if page.next else "")

    @api.read("/totals", ledger.read, one=("totals", TotalsOut), query=query, title=f"{ledger.title}：合计")
    def totals(code: str, asked: Asked) -> dict[str, Any]:
        known = fields_here(ledger)
        found = queries.totals(db(), ledger, g.scope, _asked(ledger, asked), known)
        return {"count": found.count, "sums": {field.name: plain(value) for field, value
                                               in zip(queries.totalled(known), found.sums, strict=True)}}

    @api.read("/<uuid:record_id>", ledger.read, one=("record", out), title=f"{ledger.title}：一条")
    def record(code: str, record_id: uuid.UUID, asked: Asked) -> dict[str, Any]:
        return row_of(queries.get_record(db(), ledger, g.scope, record_id), fields_here(ledger))


def _asked(ledger: Ledger, asked: Asked) -> asking.Asked:
    given = {name: str(value) for name, value in asked.values.items() if value and name not in ("after", "limit", "wanted")}
    parts = asked.cursor()
    return read_asked(db(), ledger, fields_here(ledger), {**given, **({"after": parts[0]} if parts else {})})


def _writing(api: ApiBlueprint, ledger: Ledger) -> None:
    out, taken = out_schema(ledger), _taken(ledger)

    if ledger.creatable:
        @api.write("POST", "", ledger.write, body=taken, one=("record", out), status=201, title=f"{ledger.title}：登记")
        def enter(code: str, sent: dict[str, Any]) -> dict[str, Any]:
            values, known = _judged(ledger, False), fields_here(ledger)
            tenant_id, unit_id = place_for(values)
            record_id = storing.create(db(), ledger, tenant_id, unit_id, values, actor(), fields=known)
            return row_of(queries.get_record(db(), ledger, g.scope, record_id), known)

    @api.write("PATCH", "/<uuid:record_id>", ledger.write, body=taken, one=("record", out), title=f"{ledger.title}：修改")
    def change(code: str, record_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
        row, known = queries.get_record(db(), ledger, g.scope, record_id), fields_here(ledger)
        check_tag(row_of(row, known))
        values = _judged(ledger, True)
        if values.get("unit_id") is None:
            values.pop("unit_id", None)
        elif place_for(values)[0] != row.tenant_id:
            raise InvalidInput(N_("记录不能移到别的租户"), {"unit_id": N_("不在同一个租户")})
        if values:
            storing.update(db(), ledger, row, values, row.version, actor(), fields=known)
        return row_of(row, known)

    if ledger.removable and ledger.has_column("removed_at"):
        @api.write("DELETE", "/<uuid:record_id>", ledger.write, body=Schema, one=("record", out), title=f"{ledger.title}：删除")
        def remove(code: str, record_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
            row, known = queries.get_record(db(), ledger, g.scope, record_id), fields_here(ledger)
            check_tag(row_of(row, known))
            if row.removed_at is not None:
                raise RuleViolation(N_("这条记录已经删除"), rule="ledger-removed")
            storing.remove(db(), ledger, row, row.version, actor())
            return row_of(row, known)


@cache
def _taken(ledger: Ledger) -> type[Schema]:
    """What a write takes; judged by the ledger's own rules, with the columns the tenant's plan adds."""
    cells = {field.name: fields.Raw(allow_none=True, metadata=described(field)) for field in ledger.fields if field.editable}
    return _named(ledger, "Taken", {**cells, "Meta": _Any})


class _Any:
    unknown = "include"


def _judged(ledger: Ledger, partial: bool) -> dict[str, Any]:
    schema = compile_schema(ledger, context_here(ledger), fields_here(ledger))()
    try:
        found: dict[str, Any] = schema.load(request.get_json(silent=True) or {}, partial=partial)
    except ValidationError as error:
        said = messages_of(error)
        raise InvalidInput(N_("填写有误"), said) from error
    return found


def row_of(row: Any, known: tuple[Field, ...]) -> dict[str, Any]:
    """A record as JSON."""
    found: dict[str, Any] = {"id": str(row.id), "unit_id": str(row.unit_id), "version": row.version}
    extra = {}
    for field in known:
        if field.extra:
            extra[field.name] = plain(stored(row, field))
        elif field.exported:
            found[field.name] = plain(stored(row, field))
    return {**found, "extra": extra} if hasattr(row, "extra") else found


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value


