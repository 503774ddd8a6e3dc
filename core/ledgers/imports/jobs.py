"""Large imports judged and stored in the background, and the housekeeping of what is left behind."""

from __future__ import annotations

import datetime as dt
import time
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.viewer import load_viewer
from core.errors import N_, NotFound, NotPermitted
from core.extensions import tenant_scope, utcnow
from core.extensions.phrases import phrase
from core.host.contract import JobRun, JobSpec
from core.host.ledgers import Ledger
from core.host.queries import enabled_many
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.ledgers.imports import confirming, services
from core.ledgers.imports.desk import Desk, let_go
from core.ledgers.imports.models import Import, State
from core.ledgers.imports.staging import Staging, stray_files
from core.ledgers.jobs import title_of
from core.privacy import Vault
from core.units.queries import get_unit

CHECK, CONFIRM, TIDY = "ledgers.check_import", "ledgers.confirm_import", "ledgers.tidy_imports"
#: an import nobody has touched for so long is given up; a file nobody refers to is removed after a day
KEPT_DAYS, STRAY_SECONDS = 30, 86_400
CHECKED = phrase(N_("核对“%(file)s”：可导入 %(good)s 行，有误 %(bad)s 行"))


def start_check(session: Session, desk: Desk, found: Import) -> None:
    """Judge an import in the background."""
    _start(session, desk, found, CHECK, {})


def start_confirm(session: Session, desk: Desk, found: Import, choice: str, turn: int) -> None:
    """Store an import in the background. Two who ask at once get the same job."""
    confirming.may_confirm(found, choice, turn)
    _start(session, desk, found, CONFIRM, {"choice": choice})


def _start(session: Session, desk: Desk, found: Import, code: str, more: dict[str, str]) -> None:
    arguments = {"import": str(found.id), "ledger": found.ledger, "turn": found.turn, **more}
    job = enqueue(session, desk.actor, code, arguments, tenant_id=desk.tenant_id, unit_id=found.unit_id,
                  key=f"import:{code}:{found.id}:{found.turn}")
    found.job_id = job.id


def job_of(session: Session, found: Import) -> Job | None:
    """The background work for an import, if there is any."""
    return session.get(Job, (found.tenant_id, found.job_id)) if found.job_id else None


def run_check(run: JobRun) -> None:
    """Judge; the rows are looked at before anything is locked."""
    with run.database.session() as session, tenant_scope(session, run.tenant_id):
        desk, found = _desk(run, session)
        total = found.counts.get("rows", 0)
        run.progress(0, total, N_("正在核对"))
        findings = services.look(session, desk, found)
    run.progress(total, total, N_("正在保存核对结果"))
    with run.transaction() as session:
        desk, found = _desk(run, session)
        services.keep(session, desk, found, findings)
        counts = found.counts
        run.finish_in(session, CHECKED(file=found.file_name, good=counts["good"], bad=counts["bad"]))


def run_confirm(run: JobRun) -> None:
    """Store everything in one transaction, which also ends the job."""
    run.progress(0, 0, N_("正在存入"))  # how far it is can be seen when it is over: until then nothing is stored
    with run.transaction() as session:
        desk, found = _desk(run, session)
        confirming.confirm(session, desk, found, str(run.arguments["choice"]), int(run.arguments["turn"]))
        run.finish_in(session, confirming.said(desk.ledger, found), dict(found.counts))


def _desk(run: JobRun, session: Session) -> tuple[Desk, Import]:
    """Whoever started it must still be allowed to, with the reach they have now."""
    ledger = _ledger(run, session)
    found = session.get(Import, (run.tenant_id, uuid.UUID(str(run.arguments["import"]))))
    if found is None:
        raise NotFound(N_("没有这次导入，或者它不在您的范围内"))
    unit = get_unit(session, found.unit_id)
    if run.actor.account_id is None:
        raise NotPermitted(N_("发起人已不能登记这本台账"))
    person = load_viewer(session, run.actor.account_id, run.actor.name)
    if not person.allowed(ledger.write, unit):
        raise NotPermitted(N_("发起人已不能登记这本台账"))
    scope = person.scope(session, ledger.write, unit).only({run.tenant_id})
    return Desk(ledger, run.tenant_id, unit, run.actor, scope, Staging(run.settings.data_dir, Vault.of(run.settings), run.tenant_id)), found


def _ledger(run: JobRun, session: Session) -> Ledger:
    known: dict[str, Ledger] = {ledger.code: ledger for ledger in run.host.registered("register_ledgers")}
    ledger = known.get(str(run.arguments["ledger"]))
    on = enabled_many(session, run.host, [run.tenant_id]).get(run.tenant_id, frozenset())
    if ledger is None or (ledger.slug != "core" and ledger.slug not in on):
        raise NotFound(N_("这本台账现在没有启用"))
    return ledger


def tidy(run: JobRun) -> None:
    """Give up forgotten imports and remove files nobody refers to."""
    old = utcnow() - dt.timedelta(days=KEPT_DAYS)
    with run.transaction("清理长期没有确认的导入和不再需要的文件") as session:
        for found in session.scalars(select(Import).where(Import.created_at < old, Import.source_sheet != "")):
            let_go(session, Staging(run.settings.data_dir, Vault.of(run.settings), found.tenant_id), found)
            if found.state != State.CONFIRMED:
                found.state = State.DISCARDED
        kept = {name for found in session.scalars(select(Import).where(Import.source_sheet != "")) for name in found.files}
        run.finish_in(session, "")
    for path in stray_files(run.settings.data_dir, kept, time.time() - STRAY_SECONDS):
        path.unlink(missing_ok=True)


JOBS = [
    JobSpec(CHECK, N_("核对导入的表格"), run_check, lease=300, about=title_of),
    JobSpec(CONFIRM, N_("存入导入的表格"), run_confirm, lease=600, about=title_of),
    JobSpec(TIDY, N_("清理过期的导入"), tidy, every=86_400, visible=False),
]
