"""What a changed plan would cost: a draft against the facts of a past run, before anybody proposes or approves it.

The draft is read exactly as it would be once applied, and nothing of it is stored. Only items that the draft changes are
worked out, under the plan that runs and under the draft; the others are the same for every child and are used as they are.
What was cited, in a report or a decision, is kept and cannot be deleted.
"""

from __future__ import annotations

import hashlib
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.funds.rules.shares import split
from core.host.manager import PluginHost
from core.tenancy.queries import TenantPlace, get_tenant
from core.tenancy.services import as_if_applied, sound_profile
from core.trail.services import record
from plugins.education_aid.models.awards import AidRun
from plugins.education_aid.permissions import Action
from plugins.education_aid.services.months import months_of
from plugins.education_aid.services.reading import plan_items
from plugins.education_aid.services.shaping import Progress
from plugins.education_aid.services.trying import Snapshot, Trial, try_out

BEGUN = phrase(N_("试算方案草稿“%(title)s”，按“%(snapshot)s”的情况"))
FINISHED = phrase(N_("方案草稿“%(title)s”试算完成：%(gainers)s 人增加，%(losers)s 人减少，合计 %(difference)s 元"))
CITED = phrase(N_("引用方案试算“%(title)s”：%(where)s"))
REMOVED = phrase(N_("删除方案试算“%(title)s”"))
WHAT_IF = "what_if"
#: trials, which can be cited or thrown away: over the facts of one run, or over the counties below
TRIALS = (WHAT_IF, "below")


def begin_what_if(session: Session, host: PluginHost, snapshot: AidRun, data: bytes, file: str, title: str, actor: Actor) -> AidRun:
    """Note that a draft is to be tried on the facts of a run; the caller enqueues the job. Raises ProfileRefused with
    every problem of the draft, the floors of the layers above among them."""
    tenant = get_tenant(session, snapshot.tenant_id)
    profile = sound_profile(session, host, data, file)
    if profile.place.unit != tenant.unit.code:
        raise InvalidInput(N_("这是“%(other)s”的方案，不是“%(unit)s”的"), other=profile.place.name, unit=tenant.name)
    if snapshot.state != "done" or snapshot.kind == WHAT_IF:
        raise Conflict(N_("请选择一次已经完成的测算作为比较的底数"))
    run = AidRun(tenant_id=tenant.id, unit_id=snapshot.unit_id, kind=WHAT_IF, title=title[:120] or N_("方案试算"),
                 school_year=snapshot.school_year, term=snapshot.term, as_on=snapshot.as_on, who=actor.name[:80],
                 account_id=actor.account_id, draft=profile.text, plans={"snapshot": str(snapshot.id), "file": file[-200:]})
    session.add(run)
    session.flush()  # the entry names it
    record(session, actor, Action.RUN_WRITE, BEGUN(title=run.title, snapshot=snapshot.title), tenant_id=tenant.id,
           unit_id=run.unit_id, subject=f"education_aid.runs:{run.id}", after={"digest": _digest(profile.text)})
    return run


def run_what_if(session: Session, host: PluginHost, run: AidRun, actor: Actor, progress: Progress | None = None) -> dict[str, Any]:
    """Try the draft; gives the counts, which are kept with the run. No award is touched."""
    tenant = get_tenant(session, run.tenant_id)
    profile = sound_profile(session, host, run.draft, str(run.plans.get("file", "")))
    day = max(run.as_on, profile.starts)
    base = plan_items(session, tenant, day)
    with as_if_applied(session, tenant.id, profile):
        draft = plan_items(session, tenant, day)
    trial = try_out(session, tenant, Snapshot(run.school_year, run.term, run.as_on), base, draft, run.id.int, progress)
    found = trial.found
    run.counts = {**said(trial), **over_months(session, tenant, run, found.difference), "rules_on": day.isoformat(),
                  "schools": {str(unit): [gain, lose, str(total)] for unit, (gain, lose, total) in found.schools.items()}}
    run.state, run.finished_at, run.items_hash = "done", utcnow(), draft.digest
    run.plans = {**run.plans, "base": dict(base.plans)}
    record(session, actor, Action.RUN_WRITE, FINISHED(
        title=run.title, gainers=found.gainers, losers=found.losers, difference=found.difference), tenant_id=tenant.id, unit_id=run.unit_id,
           subject=f"education_aid.runs:{run.id}")
    return dict(run.counts)


def said(trial: Trial) -> dict[str, Any]:
    """The outcome as JSON keeps it, sums in yuan as text."""
    found, names = trial.found, trial.names
    return {
        "children": len(trial.after.gathered.rows), "gainers": found.gainers, "losers": found.losers, "difference": str(found.difference),
        "items": {code: [names[code], line.before, str(line.paid), line.after, str(line.due)] for code, line in found.items.items()},
        "funds": {name: str(total) for name, total in found.funds.items()},
        "payers": {name: str(total) for name, total in found.payers.items()},
        "sample": {side: [[str(person), str(total)] for person, total in people] for side, people in found.sample.items()},
        "undecided": [len(trial.before.undecided), len(trial.after.undecided)], "reused": trial.reused,
        "displaced": list(trial.displaced),
        "open": [[one.code, one.name, one.clause, one.why] for one in trial.after.plan.open]}


def over_months(session: Session, tenant: TenantPlace, run: AidRun, difference: Decimal) -> dict[str, Any]:
    """The difference over the months of the term, and by whose word, or why not."""
    found = months_of(session, tenant, run.school_year, run.term, run.as_on)
    parts = split(difference, [1] * len(found.months)) if found.months else []
    return {"months": {month: str(part) for month, part in zip(found.months, parts, strict=True)}, "months_by": found.why}


def cite(session: Session, run: AidRun, where: str, actor: Actor) -> None:
    """Note where the outcome was used; from then on it stays."""
    if run.kind not in TRIALS or run.state != "done":
        raise Conflict(N_("试算完成以后才能引用"))
    if len(where.strip()) < 2:
        raise InvalidInput(N_("请写明引用的文件或报告"), fields={"cited_in": N_("请写明引用的文件或报告")})
    run.cited_in, run.version = where.strip()[:200], run.version + 1
    record(session, actor, Action.RUN_WRITE, CITED(title=run.title, where=run.cited_in), tenant_id=run.tenant_id, unit_id=run.unit_id,
           subject=f"education_aid.runs:{run.id}")


def remove(session: Session, run: AidRun, actor: Actor) -> None:
    """Delete a trial that nobody has cited. Raises RuleViolation otherwise."""
    if run.kind not in TRIALS:
        raise RuleViolation(N_("应享测算不能删除"), rule="run-kept")
    if run.cited_in:
        raise RuleViolation(N_("这次试算已被“%(where)s”引用，须保留备查，不能删除"), rule="what-if-cited", where=run.cited_in)
    record(session, actor, Action.RUN_WRITE, REMOVED(title=run.title), tenant_id=run.tenant_id, unit_id=run.unit_id,
           subject=f"education_aid.runs:{run.id}", before={"digest": _digest(run.draft), "counts": run.counts.get("difference", "")})
    session.delete(run)


def sampled(run: AidRun, side: str) -> dict[uuid.UUID, str]:
    """Some of the children who gain or lose, with by how much."""
    return {uuid.UUID(person): total for person, total in run.counts.get("sample", {}).get(side, [])}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
