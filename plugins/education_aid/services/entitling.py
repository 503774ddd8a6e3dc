"""Working out a term for a tenant: read the plan, gather the facts, run the engine, and store what is new or different.

A second run over the same plan and facts changes nothing. What a later run no longer finds is ended, never deleted; what
became more or less for a term that had been worked out before is kept as a difference, from which back-pay and claw-back
are drafted.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from core.errors import N_, NotFound
from core.extensions import Actor, new_id, utcnow
from core.extensions.phrases import phrase
from core.ledgers.writing import insert_rows
from core.tenancy.queries import TenantPlace, get_tenant
from core.trail.services import record
from plugins.education_aid.models.awards import AidRun, Award, Difference, Undecided
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries import facts as reading_facts
from plugins.education_aid.rules.single import Displaced, Found, displaced, entitle
from plugins.education_aid.rules.words import term_title
from plugins.education_aid.services.banding import keep
from plugins.education_aid.services.reading import PlanItems, computed, plan_items
from plugins.education_aid.services.shaping import ENTITLED, Progress, Worked, shape

BEGUN = phrase(N_("测算%(title)s应享资助，按 %(day)s 的情况"))
RECKONED = phrase(N_("%(title)s应享测算完成：%(children)s 人，%(awards)s 项，合计 %(amount)s 元，无法判定 %(undecided)s 项；"
                     "新增 %(created)s，变动 %(changed)s，不再享受 %(ended)s"))
ENDED = "ended"
CHUNK = 5_000
#: the columns by which one award differs from another
_COMPARED = ("unit_id", "enrolment_id", "stage", "class_name", "item_name", "clause", "plan_tenant", "plan_version", "kind", "amount",
             "fund", "shares", "facts", "state", "reason")


def begin_run(session: Session, tenant_id: str, unit_id: uuid.UUID, school_year: int, term: int, on: dt.date, actor: Actor) -> AidRun:
    """Note that a term is to be worked out, by the facts of a day; the caller enqueues the job."""
    run = AidRun(tenant_id=tenant_id, unit_id=unit_id, school_year=school_year, term=term, as_on=on, who=actor.name[:80],
                 account_id=actor.account_id, title=term_title(school_year, term))
    session.add(run)
    session.flush()  # the entry names it
    record(session, actor, Action.RUN_WRITE, BEGUN(title=run.title, day=on), subject=f"education_aid.runs:{run.id}",
           tenant_id=tenant_id, unit_id=unit_id)
    return run


def work(session: Session, tenant: TenantPlace, school_year: int, term: int, on: dt.date, plan: PlanItems | None = None,
         progress: Progress | None = None) -> Worked:
    """What a term comes to by the plan in force on a day (or by another plan) and the facts of that day."""
    plan = plan or plan_items(session, tenant, on)
    gathered = reading_facts.gather(session, tenant.id, school_year, term, on, plan.asked)
    return shape(tenant.id, gathered, plan, school_year, term, progress)


def run_term(session: Session, run: AidRun, actor: Actor, progress: Progress | None = None) -> dict[str, Any]:
    """Work a run's term out and store it; gives its counts. Nothing of it stands unless the caller commits."""
    tenant = get_tenant(session, run.tenant_id)
    found = work(session, tenant, run.school_year, run.term, run.as_on, progress=progress)
    keep(session, run, found)
    changes = store(session, run, found)
    counts = {**found.totals(), **changes}
    run.counts, run.state, run.finished_at = counts, "done", utcnow()
    run.plans, run.items_hash = dict(found.plan.plans), found.plan.digest
    record(session, actor, Action.RUN_WRITE,
           RECKONED(title=run.title, **{name: counts[name] for name in ("children", "awards", "amount", "undecided")},
                    **{name: changes[name] for name in ("created", "changed", "ended")}),
           subject=f"education_aid.runs:{run.id}", tenant_id=run.tenant_id, unit_id=run.unit_id)
    return counts


def store(session: Session, run: AidRun, found: Worked) -> dict[str, int]:
    """Store what is new or different; gives how many were new, changed, ended, and as before."""
    there = _standing(session, run)
    counts: Counter[str] = Counter()
    differences: list[dict[str, Any]] = []
    new = _compare(session, run, found, there, counts, differences) if there else None
    for old in there.values():
        if old.state == ENTITLED:
            _change(session, run, old.id, {"state": ENDED, "reason": "按现有情况不再符合条件"})
            differences.append(_difference(run, {"unit_id": old.unit_id, "person_id": old.person_id, "item": old.item,
                                                 "item_name": old.item_name}, old.amount, Decimal(0)))
            counts["ended"] += 1
    created = _put(session, run, found.awards.some(new))
    for part in _parts(differences):
        session.execute(insert(Difference), part)
    _replace_undecided(session, run, found.undecided)
    return {"created": created, "changed": counts["changed"], "ended": counts["ended"], "same": counts["same"],
            "differences": len(differences)}


def _compare(session: Session, run: AidRun, found: Worked, there: dict[tuple[uuid.UUID, str], Any], counts: Counter[str],
             differences: list[dict[str, Any]]) -> list[int]:
    """Take out of `there` whatever stands already, change what differs; gives which awards are new."""
    new: list[int] = []
    for at, award in enumerate(found.awards):
        old = there.pop((award["person_id"], award["item"]), None)
        if old is None:
            new.append(at)
            differences.append(_difference(run, award, Decimal(0), award["amount"]))
        elif any(getattr(old, name) != award[name] for name in _COMPARED):
            before = old.amount if old.state == ENTITLED else Decimal(0)
            if before != award["amount"]:
                differences.append(_difference(run, award, before, award["amount"]))
            _change(session, run, old.id, award)
            counts["changed"] += 1
        else:
            counts["same"] += 1
    return new


def _put(session: Session, run: AidRun, columns: dict[str, list[Any]]) -> int:
    """Insert awards by columns, the fastest way of the database."""
    count = len(columns["item"]) if columns else 0
    if count:
        insert_rows(session, cast(Table, Award.__table__), {
            **columns, "id": [new_id() for _ in range(count)], "version": [1] * count, "run_id": [run.id] * count})
    return count


def _standing(session: Session, run: AidRun) -> dict[tuple[uuid.UUID, str], Any]:
    columns = [getattr(Award, name) for name in ("id", "person_id", "item", *_COMPARED)]
    rows = session.execute(select(*columns).where(Award.tenant_id == run.tenant_id, Award.school_year == run.school_year,
                                                  Award.term == run.term, Award.kind != "discretionary"))
    return {(row.person_id, row.item): row for row in rows}


def _change(session: Session, run: AidRun, award_id: uuid.UUID, values: dict[str, Any]) -> None:
    session.execute(update(Award).where(Award.tenant_id == run.tenant_id, Award.id == award_id)
                    .values(**values, run_id=run.id, version=Award.version + 1).execution_options(synchronize_session=False))


def _difference(run: AidRun, award: dict[str, Any], before: Decimal, after: Decimal) -> dict[str, Any]:
    return {"tenant_id": run.tenant_id, "id": new_id(), "unit_id": award["unit_id"], "version": 1, "run_id": run.id,
            "person_id": award["person_id"], "school_year": run.school_year, "term": run.term, "item": award["item"],
            "item_name": award["item_name"], "before": before, "after": after, "kind": "backpay" if after > before else "clawback",
            "state": "draft"}


def _replace_undecided(session: Session, run: AidRun, rows: list[dict[str, Any]]) -> None:
    session.execute(delete(Undecided).where(Undecided.tenant_id == run.tenant_id, Undecided.school_year == run.school_year,
                                            Undecided.term == run.term).execution_options(synchronize_session=False))
    for part in _parts([{**row, "run_id": run.id} for row in rows]):
        session.execute(insert(Undecided), part)


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for at in range(0, len(rows), CHUNK):
        yield rows[at : at + CHUNK]


@dataclass(frozen=True)
class Why:
    """Why one child gets what they get: every item that applies or cannot be decided, those that another takes the place
    of, and the facts they were judged by."""

    facts: dict[str, Any]
    found: list[Found]
    displaced: list[Displaced]
    plan: PlanItems


def why(session: Session, tenant: TenantPlace, person_id: uuid.UUID, school_year: int, term: int, on: dt.date) -> Why:
    """The same for one child, worked out again by the single interpreter; raises NotFound where they are not enrolled."""
    plan = plan_items(session, tenant, on)
    gathered = reading_facts.gather(session, tenant.id, school_year, term, on, plan.asked, [person_id])
    if not gathered.rows:
        raise NotFound(N_("这名学生在%(term)s没有就读记录"), term=term_title(school_year, term))
    given = (computed(plan.items), gathered.facts[0], term, plan.groups)
    return Why(gathered.facts[0], entitle(*given), displaced(*given), plan)
