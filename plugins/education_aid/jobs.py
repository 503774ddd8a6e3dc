"""Background work of the plugin: working out a term."""

from __future__ import annotations

import uuid

from core.host.contract import JobRun, JobSpec
from plugins.education_aid.nightly import look_everywhere
from plugins.education_aid.queries.runs import get_run
from plugins.education_aid.services import below, cases
from plugins.education_aid.services.entitling import run_term
from plugins.education_aid.services.what_if import run_what_if

RUN, LOOK, NIGHTLY = "education_aid.run", "education_aid.look", "education_aid.nightly"
WHAT_IF, BELOW = "education_aid.what_if", "education_aid.below"
DAY = 86_400


def work_out_term(run: JobRun) -> None:
    """Work a term out in one transaction with the end of the job: a process that dies leaves the state before."""
    with run.transaction() as session:
        found = get_run(session, run.tenant_id, uuid.UUID(run.arguments["run"]))
        counts = run_term(session, found, run.actor, run.progress)
        run.finish_in(session, f"{found.title}：{counts['awards']} 项应享，合计 {counts['amount']} 元，无法判定 {counts['undecided']} 项",
                      {"run": str(found.id)})


def try_draft(run: JobRun) -> None:
    """Try a draft plan on the facts of a past run."""
    with run.transaction() as session:
        found = get_run(session, run.tenant_id, uuid.UUID(run.arguments["run"]))
        counts = run_what_if(session, run.host, found, run.actor, run.progress)
        run.finish_in(session, f"{found.title}：{counts['gainers']} 人增加，{counts['losers']} 人减少，合计 {counts['difference']} 元",
                      {"run": str(found.id)})


def cost_below(run: JobRun) -> None:
    """Cost a draft in the counties below, one after the other; what is done already is not done again."""
    run_id = uuid.UUID(run.arguments["run"])
    with run.transaction() as session:
        found = get_run(session, run.tenant_id, run_id)
        asked = below.asked_of(session, run.host, found, run.actor)
        tenants, known = list(found.plans["tenants"]), set(found.counts["counties"])
    for number, tenant_id in enumerate(tenants, 1):
        if tenant_id not in known:
            counts = below.cost_county(run.database, run.host, asked, tenant_id)
            with run.transaction() as session:
                below.note_county(get_run(session, run.tenant_id, run_id), tenant_id, counts)
        run.progress(number, len(tenants), tenant_id)
    with run.transaction() as session:
        found = get_run(session, run.tenant_id, run_id)
        sums = below.finish(session, found, run.actor)
        run.finish_in(session, f"{found.title}：{sums['counties']} 个县，{sums['gainers']} 人增加，{sums['losers']} 人减少，"
                      f"合计 {sums['difference']} 元", {"run": str(run_id)})


def look_for_missed(run: JobRun) -> None:
    """Look for who was missed in a term, in one transaction with the end of the job."""
    with run.transaction() as session:
        found = cases.look(session, run.tenant_id, run.arguments["school_year"], run.arguments["term"], run.actor)
        run.finish_in(session, f"核查 {found.children} 人：新发现 {found.new} 件，仍在 {found.standing} 件，已消除 {found.gone} 件")


JOBS = [JobSpec(RUN, "测算应享资助", work_out_term, lease=300),
        JobSpec(WHAT_IF, "试算方案草稿", try_draft, lease=300),
        JobSpec(BELOW, "逐县试算方案草稿", cost_below, lease=600),
        JobSpec(LOOK, "核查应享未享", look_for_missed, lease=300),
        JobSpec(NIGHTLY, "夜间核查应享未享", look_everywhere, every=DAY, visible=False, lease=600)]
