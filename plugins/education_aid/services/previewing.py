"""What a version of a plan would mean, in a few sentences, from the facts of the newest run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

from sqlalchemy.orm import Session

from core.errors import N_
from core.host.contract import Effect
from core.tenancy.queries import get_tenant
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.services.reading import plan_items
from plugins.education_aid.services.trying import Snapshot, Trial, try_out

#: so many children are worked out while somebody waits for the page; more are left to a trial in the background
MOST = 30_000
NO_RUN = N_("还没有测算过应享，说不出谁多了、谁少了；先测算一次，再回来看")
TOO_MANY = N_("学生较多，请到“方案试算”里选这一版，在后台计算谁多了、谁少了")
SAME = N_("应享的项目、标准和对象都没有变化")


def plan_effects(session: Session, tenant_id: str, starts_on: dt.date, drafted: Callable[[], AbstractContextManager[None]]) -> list[Effect]:
    """Who gains and who loses, item by item, and what it costs by fund, in the term of the newest run."""
    run = latest_run(session, tenant_id)
    if run is None or run.counts.get("children", 0) > MOST:
        return [Effect(NO_RUN if run is None else TOO_MANY, status="warning")]
    tenant, day = get_tenant(session, tenant_id), max(starts_on, run.as_on)
    base = plan_items(session, tenant, day)
    with drafted():
        draft = plan_items(session, tenant, day)
    if base.digest == draft.digest:
        return [Effect(SAME)]
    trial = try_out(session, tenant, Snapshot(run.school_year, run.term, run.as_on), base, draft)
    return [*_whole(trial, run.title), *_items(trial), *_funds(trial)]


def _whole(trial: Trial, title: str) -> list[Effect]:
    found = trial.found
    if not found.items:
        return [Effect(SAME)]
    said = [Effect(f"按{title}的学生情况，一个学期{_more(found.difference)}；金额增加的学生", count=found.gainers)]
    return [*said, Effect("金额减少的学生", count=found.losers, status="warning")] if found.losers else said


def _items(trial: Trial) -> list[Effect]:
    return [Effect(f"{trial.names[code]}：由 {line.before} 人 {line.paid:,.2f} 元变为 {line.after} 人 {line.due:,.2f} 元",
                   status="warning" if line.due < line.paid else "info") for code, line in trial.found.items.items()
            if (line.before, line.paid) != (line.after, line.due)]


def _funds(trial: Trial) -> list[Effect]:
    return [Effect(f"资金“{name or '未写明'}”{_more(total)}") for name, total in trial.found.funds.items()]


def _more(amount: Decimal) -> str:
    return f"{'多' if amount >= 0 else '少'}支出 {abs(amount):,.2f} 元"
