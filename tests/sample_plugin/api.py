"""The plugin's addresses of the API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import Schema, fields

from core.api.blueprint import plugin_api
from core.api.rules import write_cursor
from core.api.schemas import Asked, Rows
from core.web.request import actor, db, unit
from tests.sample_plugin import queries, services
from tests.sample_plugin.permissions import Action
from tests.sample_plugin.schemas import VisitSchema

api = plugin_api("sample", __name__, "示例走访")


class VisitOut(Schema):
    """A visit."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    amount = fields.String(required=True)
    happened_on = fields.Date(required=True)


@api.read("/visits", Action.VISIT_READ, many=("visits", VisitOut))
def visits(code: str, asked: Asked) -> Rows:
    """The visits in scope, newest first."""
    found = queries.list_visits(db(), g.scope, asked.before(), asked.limit)
    return Rows([_row(visit) for visit in found], write_cursor(str(found.next)) if found.next else "")


@api.write("POST", "/visits", Action.VISIT_WRITE, body=VisitSchema, one=("visit", VisitOut), status=201)
def note(code: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Note a visit."""
    return _row(services.note_visit(db(), g.tenant_id, unit().id, **sent, actor=actor()))


def _row(visit: Any) -> dict[str, Any]:
    return {"id": str(visit.id), "title": visit.title, "amount": str(visit.amount),
            "happened_on": visit.happened_on.isoformat()}
