"""Steps of the processes that a ledger's records go through: what was done, and doing the next one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import g
from marshmallow import Schema, fields

from core.api.answers import check_tag
from core.api.blueprint import ApiBlueprint
from core.api.schemas import Asked, Rows, short
from core.host.ledgers import Ledger
from core.host.processes import Process, Step
from core.host.request import plugin_host
from core.ledgers import queries
from core.processes.queries import marks_of
from core.processes.services import take
from core.web.request import actor, db, viewer

Shown = Callable[[Any], dict[str, Any]]


class StepIn(Schema):
    """What a step takes."""

    reason = short(400, description="理由；退回等步骤必填")


class MarkOut(Schema):
    """A step that was done."""

    id = fields.UUID(required=True)
    step = fields.String(required=True)
    title = fields.String(required=True)
    from_state = fields.String(required=True)
    to_state = fields.String(required=True)
    who = fields.String(required=True)
    at = fields.String(required=True)
    reason = fields.String(required=True)


def install(api: ApiBlueprint, ledger: Ledger, process: Process, out: type[Schema], shown: Shown) -> None:
    """The addresses of the steps; `shown` gives a record as JSON."""

    @api.read("/<uuid:record_id>/steps", ledger.read, many=("steps", MarkOut), title=f"{ledger.title}：办理过程")
    def steps(code: str, record_id: uuid.UUID, asked: Asked) -> Rows:
        row = queries.get_record(db(), ledger, g.scope, record_id)
        return Rows([{"id": str(mark.id), "step": mark.step, "title": process.step_title(mark.step), "from_state": mark.from_state,
                      "to_state": mark.to_state, "who": mark.who, "at": mark.at.isoformat(), "reason": mark.reason}
                     for mark in marks_of(db(), process, row.tenant_id, row.id)])

    for step in process.steps:
        _install(api, ledger, process, step, out, shown)


def _install(api: ApiBlueprint, ledger: Ledger, process: Process, step: Step, out: type[Schema], shown: Shown) -> None:
    def go(code: str, record_id: uuid.UUID, sent: dict[str, Any]) -> dict[str, Any]:
        row = queries.get_record(db(), ledger, g.scope, record_id)
        check_tag(shown(row))
        take(db(), plugin_host(), process, row, step.code, actor(), sent["reason"], viewer=viewer())
        return shown(row)

    go.__name__ = f"step_{step.code}"
    api.write("POST", f"/<uuid:record_id>/steps/{step.code}", step.action, body=StepIn, one=("record", out), tagged=True,
              title=f"{ledger.title}：{step.title}")(go)
