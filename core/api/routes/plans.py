"""Plans: the one that runs, its entries, its versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.api import queries
from core.api.blueprint import core_api
from core.api.permissions import Action
from core.api.routes.units import day
from core.api.rules import write_cursor
from core.api.schemas import Asked, EntriesQuery, EntryOut, PlanOut, PlanQuery, Rows, numbers
from core.errors import N_, NotFound
from core.tenancy.models import Plan
from core.tenancy.queries import get_version, running_plan, tenant_of
from core.web.request import db, unit

api = core_api("plans", __name__, "方案")


@api.read("/units/<code>/plan", Action.PLAN_READ, one=("plan", PlanOut), query=PlanQuery, title="正在执行的方案")
def running(code: str, asked: Asked) -> dict[str, Any]:
    """The plan that runs at the unit: its tenant's, on a day."""
    return _row(_running(asked["on"]))


@api.read("/units/<code>/plan/entries", Action.PLAN_READ, many=("entries", EntryOut), query=EntriesQuery, title="执行中方案的条目")
def entries(code: str, asked: Asked) -> Rows:
    """The entries of the running plan in the order of the document."""
    return _entries(_running(asked["on"]), asked)


@api.read("/units/<code>/plan/versions", Action.PLAN_READ, many=("versions", PlanOut), title="方案的历次版本")
def versions(code: str, asked: Asked) -> Rows:
    """Every version, newest first."""
    found = queries.page_of_versions(db(), _tenant_id(), below=asked.number(), limit=asked.limit + 1)
    page = found[: asked.limit]
    return Rows([_row(plan) for plan in page], write_cursor(str(page[-1].version)) if len(found) > len(page) else "")


@api.read("/units/<code>/plan/versions/<int:number>", Action.PLAN_READ, one=("plan", PlanOut), title="方案的一版")
def version(code: str, number: int, asked: Asked) -> dict[str, Any]:
    """One version."""
    return _row(get_version(db(), _tenant_id(), number))


@api.read("/units/<code>/plan/versions/<int:number>/entries", Action.PLAN_READ, many=("entries", EntryOut),
          query=EntriesQuery, title="某一版方案的条目")
def version_entries(code: str, number: int, asked: Asked) -> Rows:
    """The entries of one version."""
    return _entries(get_version(db(), _tenant_id(), number), asked)


def _tenant_id() -> str:
    tenant = tenant_of(db(), unit())
    if tenant is None:
        raise NotFound(N_("%(name)s还没有正在执行的方案"), name=unit().name)
    return tenant.id


def _running(on: dt.date | None) -> Plan:
    found = running_plan(db(), _tenant_id(), on)
    if found is None:
        raise NotFound(N_("%(name)s还没有正在执行的方案"), name=unit().name)
    return found


def _entries(plan: Plan, asked: Asked) -> Rows:
    parts = asked.cursor(2)
    after = numbers(parts) if parts else None
    found = queries.page_of_entries(db(), plan, section=asked["section"], limit=asked.limit + 1,
                                    after=(after[0], after[1]) if after else None)
    page = found[: asked.limit]
    rows = [{"section": entry.section, "code": entry.code, "name": entry.name, "clause": entry.clause,
             "valid_from": day(entry.valid_from), "valid_to": day(entry.valid_to), "state": entry.state,
             "mode": entry.mode, "value": entry.value} for entry in page]
    more = len(found) > len(page)
    return Rows(rows, write_cursor(str(page[-1].line), str(page[-1].position)) if more else "")


def _row(plan: Plan) -> dict[str, Any]:
    return {"tenant": plan.tenant_id, "version": plan.version, "title": plan.title, "state": plan.state,
            "starts_on": day(plan.starts_on), "digest": plan.digest, "proposed_by": plan.proposed_by,
            "proposed_at": moment(plan.proposed_at), "decided_by": plan.decided_by,
            "decided_at": moment(plan.decided_at)}


def moment(value: dt.datetime | None) -> str | None:
    """A moment as JSON has it: they are stored in UTC."""
    return value.isoformat(timespec="milliseconds") + "Z" if value else None
