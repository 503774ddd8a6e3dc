"""Background work: one's own, and that of the units where one may see others'."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g
from marshmallow import Schema, fields, validate

from core.api.blueprint import core_api
from core.api.routes.plans import moment
from core.api.rules import write_cursor
from core.api.schemas import Asked, PageQuery, Rows
from core.host.request import plugin_host
from core.jobs import queries
from core.jobs.catalogue import hidden_codes, title_of
from core.jobs.models import Job, State
from core.jobs.permissions import Action
from core.jobs.queries import Sight
from core.units.permissions import Action as UnitAction
from core.web.request import db, unit, viewer

api = core_api("jobs", __name__, "后台任务")


class JobOut(Schema):
    """A job and how far it is; its result file is for the person who asked for it, on its page."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    unit_id = fields.UUID(required=True, allow_none=True)
    unit_name = fields.String(required=True)
    who = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(State)))
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, metadata={"description": "0 为还不知道"})
    note = fields.String(required=True)
    sentence = fields.String(required=True, metadata={"description": "结果，或没有做成的原因"})
    attempts = fields.Integer(required=True)
    has_file = fields.Boolean(required=True, metadata={"description": "有结果文件，由发起人在页面下载"})
    created_at = fields.DateTime(required=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    finished_at = fields.DateTime(required=True, allow_none=True)


class JobsQuery(PageQuery):
    """Which jobs are asked for."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *State]))


@api.read("/units/<code>/jobs", UnitAction.READ, many=("jobs", JobOut), query=JobsQuery, title="后台任务")
def jobs(code: str, asked: Asked) -> Rows:
    """The newest jobs at the unit and below it."""
    rows, more = queries.list_jobs(db(), _sight(), state=asked["state"] or "", before=asked.before(), limit=asked.limit)
    return Rows([_row(job, name) for job, name in rows], write_cursor(str(more)) if more else "")


@api.read("/units/<code>/jobs/<uuid:job_id>", UnitAction.READ, one=("job", JobOut), title="一个后台任务")
def job(code: str, job_id: uuid.UUID, asked: Asked) -> dict[str, Any]:
    """One job."""
    return _row(*queries.get_job(db(), _sight(), job_id))


def _sight() -> Sight:
    person = viewer()
    return Sight(person.account_id, g.scope, person.scope(db(), Action.READ, unit()).only(g.tenants),
                 hidden_codes(plugin_host()))


def _row(one: Job, unit_name: str) -> dict[str, Any]:
    return {"id": str(one.id), "code": one.code, "title": title_of(plugin_host(), one.code),
            "unit_id": str(one.unit_id) if one.unit_id else None, "unit_name": unit_name, "who": one.who,
            "state": one.state, "done": one.done, "total": one.total, "note": one.note, "sentence": one.sentence,
            "attempts": one.attempts, "has_file": bool(one.file_path), "created_at": moment(one.created_at),
            "started_at": moment(one.started_at), "finished_at": moment(one.finished_at)}
