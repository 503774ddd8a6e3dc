"""Exports too long for a request, written by a job with the rights its person has when it runs."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.access.viewer import Viewer, load_viewer
from core.errors import N_, NotFound, NotPermitted
from core.extensions import tenant_scope
from core.extensions.phrases import phrase
from core.host.contract import JobRun, JobSpec
from core.host.ledgers import Ledger
from core.host.manager import PluginHost
from core.host.queries import enabled_many
from core.ledgers import exporting, queries
from core.ledgers.asking import read_asked
from core.ledgers.columns import fields_for
from core.ledgers.workbooks import MIME
from core.privacy.reveal import EXPORT
from core.units.models import Unit
from core.units.queries import find_unit_by_code, get_unit

CODE = "ledgers.export"
EXPORTED = phrase(N_("已导出 %(count)s 条"))


def find_ledger(host: PluginHost, code: str) -> Ledger:
    """A ledger by its code, or NotFound where its plugin is gone."""
    for ledger in host.registered("register_ledgers"):
        if ledger.code == code:
            found: Ledger = ledger
            return found
    raise NotFound(N_("没有这本台账，或者它的插件不在"))


def run_export(run: JobRun) -> None:
    """Write the file in a reading session of its own, keep it, and end with the entry on the trail."""
    ledger, key = find_ledger(run.host, run.arguments["ledger"]), exporting.file_key(run.settings.data_dir)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        with run.database.session() as session:
            order = _order(run, session, ledger)
            with tenant_scope(session, order.scope.tenants):
                total = queries.count_records(session, ledger, order.scope, order.asked)
                count, given = exporting.write_rows(session, order, str(path), key,
                                                    lambda done: run.progress(done, total, "正在写入"))
        run.keep_file(f"{ledger.title}-{order.unit.name}.xlsx", MIME, path)
        with run.transaction() as session:
            exporting.leave_entry(session, order, count, given)
            run.finish_in(session, EXPORTED(count=count), result={"count": count})


def _order(run: JobRun, session: Session, ledger: Ledger) -> exporting.Order:
    if run.actor.account_id is None:
        raise NotPermitted(N_("导出须由一个账号发起"))
    asked_for = run.arguments
    viewer = load_viewer(session, run.actor.account_id, run.actor.name)
    unit = get_unit(session, uuid.UUID(asked_for["unit"]))
    if not viewer.allowed(ledger.export, unit):
        raise NotPermitted(N_("您已没有导出“%(title)s”的权限"), title=ledger.title)
    fields = fields_for(session, ledger, run.tenant_id)
    asked = read_asked(session, ledger, fields, asked_for["query"])
    chosen = find_unit_by_code(session, asked.query["unit"]) if asked.query.get("unit") else unit
    scope = _open(session, run.host, viewer, ledger, ledger.export, unit if chosen is None else chosen, unit)
    identity = _open(session, run.host, viewer, ledger, EXPORT, unit, unit) if asked_for["originals"] else None
    shown = exporting.exported_fields(fields, asked, asked_for["all_columns"])
    return exporting.Order(ledger, unit, run.tenant_id, scope, asked, shown, run.actor, asked_for["reason"], identity)


def _open(session: Session, host: PluginHost, viewer: Viewer, ledger: Ledger, action: str, chosen: Unit, unit: Unit) -> Any:
    """The scope of an action, less the tenants where the ledger's plugin is off."""
    scope = viewer.scope(session, action, chosen if chosen.path.startswith(unit.path) else unit)
    if ledger.slug == "core":
        return scope
    switches = enabled_many(session, host, scope.tenants)
    return scope.only(name for name in scope.tenants if ledger.slug in switches[name])


def title_of(host: PluginHost, arguments: Mapping[str, Any]) -> str:
    """The title of the ledger a job is about, or nothing where its plugin is gone."""
    return next((ledger.title for ledger in host.registered("register_ledgers") if ledger.code == arguments.get("ledger")), "")


JOBS = [JobSpec(CODE, N_("导出台账"), run_export, about=title_of)]
