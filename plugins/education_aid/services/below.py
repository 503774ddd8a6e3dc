"""What a draft of an upper level would cost in the counties below: one county at a time, in that county's own scope.

Each county is worked out by its own newest run of the term and its own plan, with the draft in the place of the upper
level's plan. Counts and sums alone go up; who reads a county's children leaves an entry on that county's trail.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput, PlatformError
from core.extensions import Actor, Database, tenant_scope, today, utcnow
from core.extensions.phrases import phrase
from core.host.manager import PluginHost
from core.host.queries import enabled
from core.tenancy.grammar import Profile
from core.tenancy.queries import TenantPlace, get_tenant, tenants_under
from core.tenancy.services import as_if_applied, sound_profile
from core.trail.services import record
from plugins.education_aid.models.awards import AidRun
from plugins.education_aid.permissions import Action
from plugins.education_aid.queries.runs import latest_run
from plugins.education_aid.rules.below import DONE, FAILED, NONE, OFF, total
from plugins.education_aid.rules.words import term_title
from plugins.education_aid.services.reading import plan_items
from plugins.education_aid.services.trying import Snapshot, try_out
from plugins.education_aid.services.what_if import over_months, said

BEGUN = phrase(N_("对下级 %(count)s 个县试算方案草稿“%(title)s”，%(term)s"))
FINISHED = phrase(N_("方案草稿“%(title)s”逐县试算完成：%(counties)s 个县，%(gainers)s 人增加，%(losers)s 人减少，"
                     "合计 %(difference)s 元；%(left)s 个县没有算"))
TRIED_HERE = phrase(N_("%(name)s用本县%(term)s的学生情况试算方案草稿“%(title)s”，只取人数和金额"))
BELOW, SLUG = "below", "education_aid"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What is costed: the draft of an upper tenant, in a term, by whose order."""

    upper: TenantPlace
    profile: Profile
    title: str
    school_year: int
    term: int
    actor: Actor


def counties_of(session: Session, upper: TenantPlace, tenants: Iterable[str]) -> list[TenantPlace]:
    """The tenants below one, of those somebody may have costed, in the order of the tree."""
    allowed = set(tenants)
    return [place for place in tenants_under(session, upper.unit.path) if place.id != upper.id and place.id in allowed]


def begin_below(session: Session, host: PluginHost, upper: TenantPlace, term: tuple[int, int], data: bytes, title: str,
                counties: Iterable[TenantPlace], actor: Actor) -> AidRun:
    """Note that a draft is to be costed in these counties; the caller enqueues the job. Raises ProfileRefused with every
    problem of the draft."""
    file, places = f"{upper.unit.code}.toml", list(counties)
    profile = sound_profile(session, host, data, file)
    if profile.place.unit != upper.unit.code:
        raise InvalidInput(N_("这是“%(other)s”的方案，不是“%(unit)s”的"), other=profile.place.name, unit=upper.name)
    if not places:
        raise InvalidInput(N_("您的范围内没有下级县，不能逐县试算"))
    run = AidRun(tenant_id=upper.id, unit_id=upper.unit.id, kind=BELOW, title=title[:120] or N_("逐县试算"), school_year=term[0],
                 term=term[1], as_on=today(), who=actor.name[:80], account_id=actor.account_id, draft=profile.text,
                 plans={"file": file, "tenants": [place.id for place in places]}, counts={"counties": {}})
    session.add(run)
    session.flush()  # the entry names it
    record(session, actor, Action.RUN_MANAGE, BEGUN(count=len(places), title=run.title, term=term_title(*term)),
           tenant_id=upper.id, unit_id=upper.unit.id, subject=f"education_aid.runs:{run.id}")
    return run


def asked_of(session: Session, host: PluginHost, run: AidRun, actor: Actor) -> Asked:
    """What a run that was begun is about."""
    profile = sound_profile(session, host, run.draft, str(run.plans.get("file", "")))
    return Asked(get_tenant(session, run.tenant_id), profile, run.title, run.school_year, run.term, actor)


def cost_county(database: Database, host: PluginHost, asked: Asked, tenant_id: str) -> dict[str, Any]:
    """One county in a scope of its own: its counts and sums, or why there are none. What goes wrong in one county is said
    of that county and does not hide the others."""
    session = database.session()
    try:
        with tenant_scope(session, tenant_id):
            place = get_tenant(session, tenant_id)
            found = {"name": place.name, **_costed(session, host, asked, place)}
    except PlatformError as error:
        found = {"name": tenant_id, "state": FAILED, "why": error.text}
    except Exception:  # whatever it was stands in the log, and the other counties still count
        _log.exception("costing a draft failed in %s", tenant_id)
        found = {"name": tenant_id, "state": FAILED, "why": N_("计算出错，已记入运行日志")}
    finally:
        session.close()
    if found["state"] == DONE:
        _leave_word(database, asked, tenant_id)
    return found


def _costed(session: Session, host: PluginHost, asked: Asked, place: TenantPlace) -> dict[str, Any]:
    if SLUG not in enabled(session, host, place.id):
        return {"state": OFF, "why": N_("没有开启学生资助")}
    run = latest_run(session, place.id, asked.school_year, asked.term)
    if run is None:
        return {"state": NONE, "why": N_("这个学期还没有完成过应享测算")}
    day = max(run.as_on, asked.profile.starts)
    base = plan_items(session, place, day)
    with as_if_applied(session, asked.upper.id, asked.profile):
        draft = plan_items(session, place, day)
    trial = try_out(session, place, Snapshot(run.school_year, run.term, run.as_on), base, draft)
    counts = {**said(trial), **over_months(session, place, run, trial.found.difference)}
    del counts["sample"]  # whom it concerns stays in the county
    return {"state": DONE, "as_on": run.as_on.isoformat(), **counts}


def _leave_word(database: Database, asked: Asked, tenant_id: str) -> None:
    with database.transaction() as session, tenant_scope(session, tenant_id):
        record(session, asked.actor, Action.RUN_READ,
               TRIED_HERE(name=asked.upper.name, term=term_title(asked.school_year, asked.term), title=asked.title),
               subject="education_aid.runs:below", tenant_id=tenant_id,
               reason=f"{asked.upper.name}逐县试算")


def note_county(run: AidRun, tenant_id: str, found: dict[str, Any]) -> None:
    """Keep what a county came to."""
    run.counts = {"counties": {**run.counts.get("counties", {}), tenant_id: found}}


def finish(session: Session, run: AidRun, actor: Actor) -> dict[str, Any]:
    """Add the counties up; gives the totals."""
    counties = run.counts.get("counties", {})
    found = total(counties.values())
    run.counts, run.state, run.finished_at = {"counties": counties, "total": found}, "done", utcnow()
    record(session, actor, Action.RUN_MANAGE, FINISHED(
        title=run.title, counties=found["counties"], gainers=found["gainers"], losers=found["losers"], difference=found["difference"],
        left=len(counties) - found["counties"]),
           tenant_id=run.tenant_id, unit_id=run.unit_id, subject=f"education_aid.runs:{run.id}")
    return found
