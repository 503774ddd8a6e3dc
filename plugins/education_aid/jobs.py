"""Background work of the plugin: working out a term."""

from __future__ import annotations

import uuid

from core.host.contract import JobRun, JobSpec
from plugins.education_aid.queries.runs import get_run
from plugins.education_aid.services.entitling import run_term

RUN = "education_aid.run"


def work_out_term(run: JobRun) -> None:
    """Work a term out in one transaction with the end of the job: a process that dies leaves the state before."""
    with run.transaction() as session:
        found = get_run(session, run.tenant_id, uuid.UUID(run.arguments["run"]))
        counts = run_term(session, found, run.actor, run.progress)
        run.finish_in(session, f"{found.title}：{counts['awards']} 项应享，合计 {counts['amount']} 元，无法判定 {counts['undecided']} 项",
                      {"run": str(found.id)})


JOBS = [JobSpec(RUN, "测算应享资助", work_out_term, lease=300)]
