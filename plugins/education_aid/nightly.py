"""The nightly look for who was missed: county by county, so that one that fails loses no other."""

from __future__ import annotations

import logging

from core.errors import N_, PlatformError
from core.extensions import current_scope, today
from core.extensions.phrases import phrase
from core.host.contract import JobRun
from core.jobs.errors import JobCancelled, JobLost
from core.tenancy.queries import get_tenant
from core.trail.services import record
from plugins.education_aid.permissions import Action
from plugins.education_aid.rules.words import term_on
from plugins.education_aid.services import cases

NOT_DONE = phrase(N_("夜间核查没有完成：%(why)s"))
_WHY = "夜间核查应享未享"
log = logging.getLogger(__name__)


def look_everywhere(run: JobRun) -> None:
    """The term of today, in every tenant where the plugin is on, each in a transaction of its own."""
    with run.transaction(_WHY) as session:
        opened = current_scope(session)
        tenants = sorted(opened.tenants) if opened is not None else []
    found, failed = 0, dict[str, str]()
    for number, tenant_id in enumerate(tenants, 1):
        try:
            found += _look(run, tenant_id)
        except (JobLost, JobCancelled):
            raise
        except Exception as error:
            log.exception("nightly look at %s went wrong", tenant_id)
            failed[tenant_id] = error.text if isinstance(error, PlatformError) else "原因已记入日志"
        run.progress(number, len(tenants), f"已核查 {number} 个县")
    _finish(run, len(tenants), found, failed)


def _look(run: JobRun, tenant_id: str) -> int:
    with run.transaction(_WHY) as session:
        return cases.look(session, tenant_id, *term_on(today()), run.actor).new


def _finish(run: JobRun, count: int, found: int, failed: dict[str, str]) -> None:
    """End the job; a county that was not looked at is named, here and on its own trail."""
    with run.transaction(_WHY) as session:
        said = []
        for tenant_id, why in failed.items():
            tenant = get_tenant(session, tenant_id)
            said.append(f"{tenant.name}（{why}）")
            record(session, run.actor, Action.CASE_WRITE, NOT_DONE(why=why), subject="education_aid.cases:look",
                   tenant_id=tenant_id, unit_id=tenant.unit.id)
        run.finish_in(session, f"核查 {count - len(failed)} 个县：新发现 {found} 件"
                      + (f"；{len(failed)} 个县没有核查成功：{'、'.join(said)}" if said else ""), {"failed": failed})
