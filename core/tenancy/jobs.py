"""Plans begin and end by their dates: the switches follow."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from core.errors import PlatformError
from core.extensions import today
from core.host.contract import JobRun, JobSpec
from core.tenancy import queries
from core.tenancy.services import sync_switches
from core.tenancy.services.previewing import planned_plugins


def follow_dates(run: JobRun) -> None:
    """Bring the switches of those tenants in line whose plan uses other plugins today than when this last ran.
    A switch somebody has turned by hand is left alone as long as the plan stays the same."""
    day = today()
    since = dt.date.fromisoformat((run.last or {}).get("day", (day - dt.timedelta(days=1)).isoformat()))
    with run.database.session() as session:
        tenants = [tenant for tenant in queries.list_tenants(session) if _differs(session, tenant.id, since, day)]
    changed: list[str] = []
    faults: list[str] = []
    for number, tenant in enumerate(tenants, 1):
        try:
            with run.transaction() as session:
                slugs = sync_switches(session, run.host, tenant.id, run.actor)
            changed += [f"{tenant.name}（{'、'.join(slugs)}）"] if slugs else []
        except PlatformError as error:  # one tenant's plugin objects: the others go on, and this one is asked again
            faults.append(f"{tenant.name}：{error.text}")
        run.progress(number, len(tenants), tenant.name)
    sentence = f"随日期开关插件：{'、'.join(changed)}" if changed else "没有方案随日期变化"
    with run.transaction() as session:
        run.finish_in(session, "；".join([sentence, *faults]), {"day": (since if faults else day).isoformat()})


def _differs(session: Session, tenant_id: str, since: dt.date, now: dt.date) -> bool:
    before, after = (planned_plugins(session, queries.running_plan(session, tenant_id, day), day) for day in (since, now))
    return before != after


JOBS = [JobSpec("tenancy.dates", "随方案日期开关插件", follow_dates, every=3600, visible=False)]
