"""What a changed plan would cost: a draft against the facts of a past run, before anybody proposes or approves it.

The draft is read exactly as it would be once applied: its entries stand in the database inside a savepoint that is taken
back. Only items that the draft changes are worked out, under the plan that runs and under the draft; the others are the same
for every child and are used as they are. What was cited, in a report or a decision, is kept and cannot be deleted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, ParameterError, RuleViolation
from core.extensions import Actor, new_id, utcnow
from core.funds.rules.shares import split
from core.host.manager import PluginHost
from core.tenancy import queries
from core.tenancy.entries import to_row
from core.tenancy.grammar import Profile
from core.tenancy.models import Plan
from core.tenancy.parameters import parameter
from core.tenancy.queries import APPLIED, TenantPlace, get_tenant
from core.tenancy.services import sound_profile
from core.trail.services import record
from plugins.education_aid.models.awards import AidRun
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.facts import Gathered, gather
from plugins.education_aid.rules.items import AUTUMN
from plugins.education_aid.rules.what_if import Outcome, changed_codes, compare, months_between, with_related
from plugins.education_aid.rules.what_if import Plan as Tried
from plugins.education_aid.services.reading import PlanItems, computed, plan_items
from plugins.education_aid.services.shaping import Progress, Worked, shape

WHAT_IF = "what_if"
SAMPLED = 200


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
    record(session, actor, Action.RUN_WRITE, f"试算方案草稿“{run.title}”，按“{snapshot.title}”的情况", tenant_id=tenant.id,
           unit_id=run.unit_id, subject=f"education_aid.runs:{run.id}", after={"digest": _digest(profile.text)})
    return run


def run_what_if(session: Session, host: PluginHost, run: AidRun, actor: Actor, progress: Progress | None = None) -> dict[str, Any]:
    """Try the draft; gives the counts, which are kept with the run. No award is touched."""
    tenant = get_tenant(session, run.tenant_id)
    profile = sound_profile(session, host, run.draft, str(run.plans.get("file", "")))
    day = max(run.as_on, profile.starts)
    base = plan_items(session, tenant, day)
    with as_if_applied(session, tenant, profile, day):
        draft = plan_items(session, tenant, day)
    before, after, changed, reused = _both(session, tenant, run, base, draft, progress)
    found = compare(before.awards.columns, after.awards.columns, changed, run.id.int, SAMPLED)
    run.counts = {**_said(found, before, after, reused), "rules_on": day.isoformat(), **_months(session, tenant, run, found)}
    run.state, run.finished_at, run.items_hash = "done", utcnow(), draft.digest
    run.plans = {**run.plans, "base": dict(base.plans)}
    record(session, actor, Action.RUN_WRITE, f"方案草稿“{run.title}”试算完成：{found.gainers} 人增加，{found.losers} 人减少，"
           f"合计 {found.difference} 元", tenant_id=tenant.id, unit_id=run.unit_id, subject=f"education_aid.runs:{run.id}")
    return dict(run.counts)


@contextmanager
def as_if_applied(session: Session, tenant: TenantPlace, profile: Profile, day: dt.date) -> Iterator[None]:
    """Within the block the draft is the tenant's running plan; at its end nothing of it is left."""
    savepoint = session.begin_nested()
    try:
        plan = Plan(id=new_id(), tenant_id=tenant.id, version=queries.next_version(session, tenant.id), state=APPLIED,
                    source="", file="", digest="", title=str(profile.documents[0]["title"]), head={}, starts_on=min(day, profile.starts),
                    proposed_by="")
        session.add(plan)
        session.flush()  # its entries refer to it
        session.add_all(to_row(plan, entry) for entry in profile.entries)
        session.flush()
        yield
    finally:
        savepoint.rollback()


def _both(session: Session, tenant: TenantPlace, run: AidRun, base: PlanItems, draft: PlanItems,
          progress: Progress | None) -> tuple[Worked, Worked, frozenset[str], int]:
    """What the changed items come to under either plan, and how many items are used as they are."""
    old, new = (Tried(computed(plan.items), plan.groups) for plan in (base, draft))
    asked = frozenset(name for name, same in (("fee", base.fees == draft.fees), ("tag", base.tags == draft.tags),
                                              ("tier", base.tiers == draft.tiers)) if not same)
    changed = changed_codes(old, new, asked)
    gathered = _gather(session, tenant, run, base)
    again = _gather(session, tenant, run, draft) if asked else gathered
    before = shape(tenant.id, gathered, _only(base, old, changed), run.school_year, run.term, progress)
    after = shape(tenant.id, again, _only(draft, new, changed), run.school_year, run.term, progress)
    return before, after, changed, sum(item.code not in changed for item in new.items)


def _gather(session: Session, tenant: TenantPlace, run: AidRun, plan: PlanItems) -> Gathered:
    return gather(session, tenant.id, run.school_year, run.term, run.as_on, plan.asked)


def _only(plan: PlanItems, tried: Tried, changed: frozenset[str]) -> PlanItems:
    return replace(plan, items=tuple(with_related(tried, changed)))


def _said(found: Outcome, before: Worked, after: Worked, reused: int) -> dict[str, Any]:
    """The outcome as JSON keeps it."""
    names = {code: item.name for worked in (before, after) for code, (item, _, _) in worked.sums.items()}
    return {
        "children": len(after.gathered.rows), "gainers": found.gainers, "losers": found.losers, "difference": str(found.difference),
        "items": {code: [names[code], line.before, str(line.paid), line.after, str(line.due)] for code, line in found.items.items()},
        "funds": {name: str(total) for name, total in found.funds.items()},
        "payers": {name: str(total) for name, total in found.payers.items()},
        "schools": {str(unit): [gain, lose, str(total)] for unit, (gain, lose, total) in found.schools.items()},
        "sample": {side: [[str(person), str(total)] for person, total in people] for side, people in found.sample.items()},
        "undecided": [len(before.undecided), len(after.undecided)], "reused": reused,
        "displaced": [sum(count for _, count in worked.displaced.values()) for worked in (before, after)],
        "open": [[one.code, one.name, one.clause, one.why] for one in after.plan.open]}


def _months(session: Session, tenant: TenantPlace, run: AidRun, found: Outcome) -> dict[str, Any]:
    """The difference over the months of the term, where a plan says when the term begins and ends."""
    name = "autumn" if run.term == AUTUMN else "spring"
    try:
        edges = [str(parameter(session, tenant, f"term.{name}.{edge}", on=run.as_on)) for edge in ("start", "end")]
    except ParameterError:
        return {"months": {}}
    months = months_between(run.school_year if run.term == AUTUMN else run.school_year + 1, edges[0], edges[1])
    return {"months": {month: str(part) for month, part in zip(months, split(found.difference, [1] * len(months)), strict=True)}}


def cite(session: Session, run: AidRun, where: str, actor: Actor) -> None:
    """Note where the outcome was used; from then on it stays."""
    if run.kind != WHAT_IF or run.state != "done":
        raise Conflict(N_("试算完成以后才能引用"))
    if len(where.strip()) < 2:
        raise InvalidInput(N_("请写明引用的文件或报告"), fields={"cited_in": N_("请写明引用的文件或报告")})
    run.cited_in, run.version = where.strip()[:200], run.version + 1
    record(session, actor, Action.RUN_WRITE, f"引用方案试算“{run.title}”：{run.cited_in}", tenant_id=run.tenant_id, unit_id=run.unit_id,
           subject=f"education_aid.runs:{run.id}")


def remove(session: Session, run: AidRun, actor: Actor) -> None:
    """Delete a trial that nobody has cited. Raises RuleViolation otherwise."""
    if run.kind != WHAT_IF:
        raise RuleViolation(N_("应享测算不能删除"), rule="run-kept")
    if run.cited_in:
        raise RuleViolation(N_("这次试算已被“%(where)s”引用，须保留备查，不能删除"), rule="what-if-cited", where=run.cited_in)
    record(session, actor, Action.RUN_WRITE, f"删除方案试算“{run.title}”", tenant_id=run.tenant_id, unit_id=run.unit_id,
           subject=f"education_aid.runs:{run.id}", before={"digest": _digest(run.draft), "counts": run.counts.get("difference", "")})
    session.delete(run)


def sampled(run: AidRun, side: str) -> dict[uuid.UUID, str]:
    """Some of the children who gain or lose, with by how much."""
    return {uuid.UUID(person): total for person, total in run.counts.get("sample", {}).get(side, [])}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
