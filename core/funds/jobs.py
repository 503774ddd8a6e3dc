"""Every night each account is worked out again from its movements."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import N_
from core.extensions import utcnow
from core.funds.models import FundAccount
from core.funds.recounting import Difference, recount
from core.host.contract import JobRun, JobSpec
from core.tenancy.models import Tenant

CODE = "funds.recount"


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


JOBS = [JobSpec(CODE, N_("核对资金余额"), recount_all, every=86_400, lease=300, visible=False)]
