"""The trail is sealed every hour."""

from __future__ import annotations

from core.auditing import services
from core.errors import PlatformError
from core.host.contract import JobRun, JobSpec
from core.trail.keys import Keyring


def seal_trails(run: JobRun) -> None:
    """Seal what waits in every tenant, the lowest first, as `bangfu trail seal` does. A tenant whose key is
    missing or whose seals were tampered with does not hold up the others."""
    keyring = Keyring(run.settings.data_dir)
    with run.database.session() as session:
        above = services.uppers(session)
    tenants = services.chosen(above, None)
    made, faults = 0, list[str]()
    for number, tenant_id in enumerate(tenants, 1):
        try:
            for _batch in services.seal_tenant(run.database, keyring, above, tenant_id, run.actor):
                made += 1
                run.progress(number - 1, len(tenants), tenant_id)
        except PlatformError as error:
            faults.append(error.text)
        run.progress(number, len(tenants), tenant_id)
    if faults:
        reasons = "；".join(faults)
        raise PlatformError(reasons)
    with run.transaction() as session:
        run.finish_in(session, f"封存 {made} 批" if made else "没有等待封存的留痕")


JOBS = [JobSpec("auditing.seal", "封存留痕", seal_trails, every=3600, lease=300, visible=False)]
