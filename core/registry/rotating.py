"""Renewing the keys of personal data as background work of the platform."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import JobRun, JobSpec
from core.privacy import rotation, vault_of

CODE = "privacy.rotate"
REASON = "更换密钥"


def run(job: JobRun) -> None:
    """Seal everything again with the newest key; killed in the middle, the next attempt goes on."""
    @contextmanager
    def transaction() -> Iterator[Session]:
        with job.transaction(REASON) as session:
            yield session

    with transaction() as session:
        vault = vault_of(session)
        version = rotation.begin(session, vault)
    count = rotation.reseal(transaction, vault, lambda done, total, note: job.progress(done, total, note))
    files = rotation.reseal_files(vault, job.settings.data_dir)
    with transaction() as session:
        job.finish_in(session, f"换用第 {version} 版密钥，重新加密 {count} 处、{files} 个文件", {"values": count, "files": files})


JOB = JobSpec(CODE, N_("更换个人信息的加密密钥"), run, lease=120)
