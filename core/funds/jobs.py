"""Every night each account is worked out again from its movements; long files are written in the background."""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access.viewer import load_viewer
from core.errors import N_, NotPermitted
from core.extensions import Actor, tenant_scope, utcnow
from core.extensions.phrases import phrase
from core.funds import exporting, pages
from core.funds.asking import asked_in
from core.funds.models import FundAccount
from core.funds.permissions import Action
from core.funds.recounting import Difference, recount
from core.host.contract import JobRun, JobSpec
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.tenancy.models import Tenant
from core.trail.services import record
from core.units.queries import get_unit

EXPORTED_MOVEMENTS = phrase(N_("导出“%(title)s”收支明细，%(count)s 笔"))
CODE, EXPORT = "funds.recount", "funds.export"


def recount_all(run: JobRun) -> None:
    """Recount tenant by tenant, each in a transaction of its own, and keep with each account what was found."""
    with run.database.session() as session:
        tenants = sorted(session.scalars(select(Tenant.id)))
    accounts = differences = 0
    for number, tenant_id in enumerate(tenants, 1):
        with run.transaction("逐户核对资金余额") as session:
            found = keep(session, tenant_id, utcnow())
            accounts, differences = accounts + found[0], differences + len(found[1])
        run.progress(number, len(tenants), tenant_id)
    with run.transaction("逐户核对资金余额") as session:
        words = f"核对 {accounts} 个资金账户" + (f"，{differences} 处与收支不符" if differences else "，余额与收支一致")
        run.finish_in(session, words, {"accounts": accounts, "differences": differences})


def recount_one(session: Session, tenant_id: str) -> list[Difference]:
    """Recount a tenant now, on somebody's asking; the scope is open."""
    return keep(session, tenant_id, utcnow())[1]


def keep(session: Session, tenant_id: str, now: dt.datetime) -> tuple[int, list[Difference]]:
    """Recount a tenant and write the first difference of each account beside its balance; how many accounts."""
    found = recount(session, tenant_id)
    first: dict[object, str] = {}
    for difference in found:
        first.setdefault(difference.account_id, difference.text[:300])
    mine = FundAccount.tenant_id == tenant_id
    count = 0
    for account_id in session.scalars(select(FundAccount.id).where(mine).order_by(FundAccount.id)):
        count += 1
        session.execute(update(FundAccount).where(mine, FundAccount.id == account_id)
                        .values(checked_at=now, fault=first.get(account_id, ""))
                        .execution_options(synchronize_session=False))
    return count, found


def start_export(session: Session, tenant_id: str, unit_id: uuid.UUID, account_id: uuid.UUID, query: dict[str, str],
                 actor: Actor) -> Job:
    """Write a long list of movements in the background."""
    asked = {"unit": str(unit_id), "account": str(account_id), "query": query}
    return enqueue(session, actor, EXPORT, asked, tenant_id=tenant_id, unit_id=unit_id)


def export(run: JobRun) -> None:
    """Write the file with the rights its person has now, keep it, and end with the entry on the trail."""
    if run.actor.account_id is None:
        raise NotPermitted(N_("导出须由一个账号发起"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        with run.database.session() as session:
            unit = get_unit(session, uuid.UUID(run.arguments["unit"]))
            viewer = load_viewer(session, run.actor.account_id, run.actor.name)
            if not viewer.allowed(Action.EXPORT, unit):
                raise NotPermitted(N_("您已没有导出资金台账的权限"))
            scope = viewer.scope(session, Action.EXPORT, unit)
            with tenant_scope(session, scope.tenants):
                account = pages.get_account(session, scope, uuid.UUID(run.arguments["account"]))
                asked = asked_in(run.arguments["query"])
                total, title = pages.sums(session, account, asked).count, account.title
                count = exporting.write_xlsx(str(path), title, exporting.watermark(run.actor.name, unit.name),
                                             exporting.MOVEMENT_HEADS, exporting.movement_lines(session, account, asked),
                                             lambda done: run.progress(done, total, "正在写入"))
        run.keep_file(f"{title}-收支明细.xlsx", exporting.MIME, path)
        with run.transaction() as session:
            record(session, run.actor, Action.EXPORT, EXPORTED_MOVEMENTS(title=title, count=count), subject="core.funds",
                   tenant_id=run.tenant_id, unit_id=run.unit_id, after={"count": count})
            run.finish_in(session, f"已导出 {count} 笔", {"count": count})


JOBS = [JobSpec(EXPORT, N_("导出资金收支"), export), JobSpec(CODE, N_("核对资金余额"), recount_all, every=86_400, lease=300, visible=False)]
