"""Large lists taken in, persons compared and lists given out in the background, and the files nobody needs."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access.scope import Scope
from core.access.viewer import load_viewer
from core.config import Settings
from core.errors import N_, NotPermitted
from core.extensions import tenant_scope, utcnow
from core.extensions.phrases import phrase
from core.host.contract import JobRun, JobSpec
from core.jobs.models import Job
from core.jobs.services import enqueue
from core.matching import exporting, queries
from core.matching.models import Source, State
from core.matching.neighbours import find_neighbours
from core.matching.permissions import Action
from core.matching.services import finding, sources
from core.matching.services.sources import FOLDER, Place
from core.privacy import Vault
from core.privacy.files import ENDING, SealedFiles
from core.registry.models import Person
from core.registry.queries import present
from core.trail.services import record
from core.units.models import Unit
from core.units.queries import get_unit

GIVEN_OUT = phrase(N_("导出%(title)s，%(count)s 人"))
LOAD, FIND, EXPORT, TIDY = "matching.load", "matching.find", "matching.export", "matching.tidy"
#: a registry larger than this is compared by a job
PERSONS_AT_ONCE = 5_000
KEPT_DAYS, STRAY_SECONDS = 30, 86_400
FOUND = phrase(N_("疑似重复待核 %(count)s 对，与外县不一致新增 %(elsewhere)s 对"))
COMPARED = phrase(N_("“%(title)s”%(rows)s 人：对上 %(matched)s，待核 %(review)s，本库没有 %(unmatched)s"))
EXPORTED = phrase(N_("已导出 %(count)s 人"))


def files_of(settings: Settings, vault: Vault, tenant_id: str) -> SealedFiles:
    """Where lists wait under seal."""
    return SealedFiles(vault, settings.data_dir / FOLDER / tenant_id)


def take_rows(session: Session, place: Place, source: Source) -> None:
    """Store a mapped list and compare it, at once where it is small."""
    if source.counts.get("rows", 0) > sources.AT_ONCE or not _few_persons(session, place.tenant_id):
        source.state = State.LOADING
        _start(session, place, LOAD, source)
        return
    sources.load(session, place, source)
    finding.match_source(session, source, place.actor)


def compare_again(session: Session, place: Place, source: Source) -> bool:
    """Compare a list with the registry as it is now; gives whether it is done already."""
    if source.counts.get("rows", 0) > sources.AT_ONCE or not _few_persons(session, place.tenant_id):
        _start(session, place, FIND, source)
        return False
    finding.match_source(session, source, place.actor)
    return True


def look_for_duplicates(session: Session, place: Place) -> bool:
    """Look for persons who stand twice in the tenant; gives whether it is done already."""
    if not _few_persons(session, place.tenant_id):
        _start(session, place, FIND, None)
        return False
    finding.find_duplicates(session, place.tenant_id, place.unit.id, place.actor)
    find_neighbours(session, place.tenant_id, place.actor)
    return True


def start_export(session: Session, place: Place, asked: dict[str, Any]) -> Job:
    """Write a long list in the background."""
    return enqueue(session, place.actor, EXPORT, {**asked, "unit": str(place.unit.id)}, tenant_id=place.tenant_id, unit_id=place.unit.id)


def _start(session: Session, place: Place, code: str, source: Source | None) -> None:
    job = enqueue(session, place.actor, code, {"source": str(source.id) if source else "", "unit": str(place.unit.id)},
                  tenant_id=place.tenant_id, unit_id=place.unit.id, key=f"{code}:{source.id if source else ''}")
    if source is not None:
        source.job_id = job.id


def _few_persons(session: Session, tenant_id: str) -> bool:
    some = select(Person.id).where(Person.tenant_id == tenant_id, present(Person)).limit(PERSONS_AT_ONCE + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= PERSONS_AT_ONCE


def run_load(run: JobRun) -> None:
    """Store, then compare: two transactions, of which the first is not done twice."""
    run.progress(0, 2, N_("正在存入名单"))
    with run.transaction() as session:
        place, source = _place(run, session, Action.SOURCE_WRITE), _source(run, session)
        if source.state != State.READY:
            sources.load(session, place, source)
    _compare(run, 1)


def run_find(run: JobRun) -> None:
    """Compare a list with the registry, or the registry with itself and with its neighbours."""
    if run.arguments.get("source"):
        _compare(run, 1)
        return
    run.progress(0, 2, N_("正在查找疑似重复"))
    with run.database.session() as session, tenant_scope(session, run.tenant_id):
        _place(run, session, Action.MATCH_WRITE)
        findings = finding.look_for_duplicates(session, run.tenant_id)
    run.progress(1, 2, N_("正在保存"))
    with run.transaction() as session:
        count = finding.find_duplicates(session, run.tenant_id, run.unit_id, run.actor, findings)
        elsewhere = find_neighbours(session, run.tenant_id, run.actor)
        run.finish_in(session, FOUND(count=count, elsewhere=elsewhere), {"open": count, "neighbours": elsewhere})


def _compare(run: JobRun, done: int) -> None:
    """The lists are read and compared before anything is locked."""
    run.progress(done, 2, N_("正在与本库比对"))
    with run.database.session() as session, tenant_scope(session, run.tenant_id):
        findings = finding.look_at_source(session, _source(run, session))
    with run.transaction() as session:
        source = _source(run, session)
        counts = finding.match_source(session, source, run.actor, findings)
        run.finish_in(session, COMPARED(title=source.title, **counts), dict(counts))


def run_export(run: JobRun) -> None:
    """Write the file with the reach its person has now."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        with run.database.session() as session, tenant_scope(session, run.tenant_id):
            place = _place(run, session, Action.SOURCE_EXPORT)
            order = exporting.order_of(session, place.scope, run.arguments)
            count = exporting.write_xlsx(session, order, str(path), exporting.watermark(place.actor.name, place.unit.name),
                                         lambda done: run.progress(done, 0, N_("正在写入")))
        run.keep_file(f"{order.title}.xlsx", exporting.MIME, path)
        with run.transaction() as session:
            record(session, run.actor, Action.SOURCE_EXPORT, GIVEN_OUT(title=order.title, count=count), subject="ledger:core.sources",
                   tenant_id=run.tenant_id, unit_id=run.unit_id, after={"count": count})
            run.finish_in(session, EXPORTED(count=count), {"count": count})


def _place(run: JobRun, session: Session, action: str) -> Place:
    """Whoever started it must still be allowed to, with the reach they have now."""
    unit: Unit = get_unit(session, uuid.UUID(str(run.arguments["unit"])))
    viewer = load_viewer(session, run.actor.account_id, run.actor.name) if run.actor.account_id else None
    if viewer is None or not viewer.allowed(action, unit):
        raise NotPermitted(N_("发起人已没有办理这件事的权限"))
    scope: Scope = viewer.scope(session, action, unit).only({run.tenant_id})
    return Place(run.tenant_id, unit, run.actor, scope, files_of(run.settings, Vault.of(run.settings), run.tenant_id))


def _source(run: JobRun, session: Session) -> Source:
    return queries.get_source(session, Scope(whole=(run.tenant_id,)), uuid.UUID(str(run.arguments["source"])))


def tidy(run: JobRun) -> None:
    """Give up lists that nobody has finished, and remove files nobody refers to."""
    old = utcnow() - dt.timedelta(days=KEPT_DAYS)
    with run.transaction("清理没有导入完的名单") as session:
        waiting = session.scalars(select(Source).where(Source.staged != "")).all()
        for source in waiting:
            if source.created_at < old:
                source.staged, source.removed_at = "", utcnow()
        kept = {source.staged for source in waiting if source.staged}
        run.finish_in(session, "")
    before = time.time() - STRAY_SECONDS
    for path in (run.settings.data_dir / FOLDER).glob("*/*"):
        if path.name.removesuffix(ENDING) not in kept and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


JOBS = [
    JobSpec(LOAD, N_("导入比对名单"), run_load, lease=600),
    JobSpec(FIND, N_("查找同一人"), run_find, lease=600),
    JobSpec(EXPORT, N_("导出名单比对结果"), run_export, lease=300),
    JobSpec(TIDY, N_("清理没有导入完的名单"), tidy, every=86_400, visible=False),
]
