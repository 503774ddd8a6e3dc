"""Renewing the keys of personal data, and putting old ones aside, as background work of the platform."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import JobRun, JobSpec
from core.privacy import rotation, vault_of
from core.trail.services import record

CODE, RETIRE = "privacy.rotate", "privacy.retire"
REASON = "更换密钥"
SEALING, PROVING = N_("正在重新加密"), N_("正在逐处核对")


def run(job: JobRun) -> None:
    """Seal everything again with the newest key; killed in the middle, the next attempt goes on."""
    @contextmanager
    def transaction() -> Iterator[Session]:
        with job.transaction(REASON) as session:
            yield session

    with transaction() as session:
        vault = vault_of(session)
        version = rotation.begin(session, vault)
    count = rotation.reseal(transaction, vault, lambda done, total, _: job.progress(done, total, SEALING))
    files = rotation.reseal_files(vault, job.settings.data_dir)
    with transaction() as session:
        _finish(job, session, f"换用第 {version} 版密钥，重新加密 {count} 处、{files} 个文件", {"values": count, "files": files})


def retire(job: JobRun) -> None:
    """Open everything with the current key, and then put the older ones aside. Proving only reads, so that others go on
    writing meanwhile: they write with the current key."""
    with job.database.session() as session:
        vault = vault_of(session)
        rotation.prove(session, vault, job.settings.data_dir, progress=lambda done, total, _: job.progress(done, total, PROVING))
    with job.transaction(REASON) as session:
        old = rotation.put_aside(vault)
        said = f"停用第 {'、'.join(map(str, old))} 版密钥" if old else "没有旧密钥"
        _finish(job, session, said, {"versions": old})


def _finish(job: JobRun, session: Session, sentence: str, result: dict[str, object]) -> None:
    record(session, job.actor, rotation.TRAILED, sentence, subject=f"job:{job.job_id}", tenant_id=job.tenant_id, unit_id=job.unit_id)
    job.finish_in(session, sentence, result)


JOBS = [JobSpec(CODE, N_("更换个人信息的加密密钥"), run, lease=120), JobSpec(RETIRE, N_("核对并停用旧的加密密钥"), retire, lease=120)]
