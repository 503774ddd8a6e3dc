"""The life of a version: proposed by one person, approved by another, applied in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, InvalidInput, RuleViolation
from core.extensions import Actor, current_scope, tenant_scope, today, utcnow
from core.extensions.phrases import Phrase, phrase
from core.host.events import emit
from core.host.manager import PluginHost
from core.host.queries import enabled
from core.host.rules import with_requirements
from core.host.services import set_switch
from core.tenancy import queries
from core.tenancy.entries import to_row
from core.tenancy.events import Happened
from core.tenancy.grammar import Profile, ProfileRefused
from core.tenancy.grammar.masks import plain
from core.tenancy.models import Plan
from core.tenancy.permissions import Action
from core.tenancy.queries import APPLIED, PROPOSED, REFUSED, WITHDRAWN, TenantPlace
from core.tenancy.services.context import check_profile, tenant_for
from core.tenancy.services.founding import found_tenant
from core.tenancy.services.previewing import Preview, planned_plugins, preview
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.models import Unit

PASSED = phrase(N_("审批通过%(name)s第 %(version)s 版方案“%(title)s”"))
APPLIED_BY_COMMAND = phrase(N_("由命令行应用%(name)s第 %(version)s 版方案“%(title)s”"))
SENT_BACK, TAKEN_BACK = phrase(N_("退回第 %(version)s 版方案“%(title)s”")), phrase(N_("撤回第 %(version)s 版方案“%(title)s”"))
PLAN_PROPOSED = phrase(N_("为%(name)s提出第 %(version)s 版方案“%(title)s”"))


def sound_profile(session: Session, host: PluginHost, data: bytes | str, file: str) -> Profile:
    """The profile if nothing is wrong with it; otherwise ProfileRefused with every problem."""
    checked = check_profile(session, host, data, file)
    if checked.profile is None:
        raise ProfileRefused(list(checked.problems))
    return checked.profile


def propose_plan(
    session: Session,
    host: PluginHost,
    data: bytes,
    file: str,
    actor: Actor,
    *,
    unit: Unit,
    base_version: int | None,
    starts_on: dt.date | None = None,
    note: str = "",
) -> Plan:
    """Store a new version for approval. It must be the plan of `unit`, and be built on the version that was
    previewed; a first version starts when the profile says, a later one today unless a day is given."""
    profile = sound_profile(session, host, data, file)
    if profile.place.unit != unit.code:
        raise InvalidInput(N_("这是“%(other)s”（%(code)s）的方案，不是“%(unit)s”的"), other=profile.place.name,
                           code=profile.place.unit, unit=unit.name)
    tenant_id = queries.tenant_id_of(session, unit)
    _still_based_on(session, tenant_id, base_version)
    if any(other.state == PROPOSED for other in queries.list_versions(session, tenant_id)):
        raise Conflict(N_("已有一版方案在等待审批，请先审批或撤回"))
    plan = _stored(session, tenant_id, profile, file, data, actor, starts_on, note, base_version)
    record(session, actor, Action.PLAN_WRITE, PLAN_PROPOSED(name=unit.name, version=plan.version, title=plan.title),
           subject=f"plan:{plan.id}", tenant_id=_trail_tenant(session, tenant_id), unit_id=unit.id,
           after=_facts(plan), reason=note)
    return plan


def approve_plan(session: Session, host: PluginHost, plan: Plan, actor: Actor, *, note: str = "") -> Plan:
    """Apply a proposed version. The approver is never the proposer, the version it was previewed against must
    still be the newest, and the profile is checked again: units, plugins and upper plans may have changed."""
    _waiting(session, plan)
    if actor.account_id is None or actor.account_id == plan.proposed_account_id:
        raise RuleViolation(N_("提出方案的人不能审批自己的方案，须由第二人审批"), rule="separation-of-duties",
                            clause=N_("方案变更须经第二人审批"))
    _still_based_on(session, plan.tenant_id, plan.base_version)
    profile = sound_profile(session, host, plan.source, plan.file)
    plan.note = note or plan.note
    return _apply(session, host, plan, profile, actor, PASSED)


def refuse_plan(session: Session, plan: Plan, actor: Actor, *, reason: str) -> None:
    """Refuse a proposed version; the running plan stays."""
    _decide(session, plan, actor, REFUSED, SENT_BACK, Action.PLAN_APPROVE, reason)


def withdraw_plan(session: Session, plan: Plan, actor: Actor, *, reason: str = "") -> None:
    """The proposer takes a version back before it is decided."""
    if actor.account_id is None or actor.account_id != plan.proposed_account_id:
        raise RuleViolation(N_("只有提出人可以撤回"), rule="only-proposer")
    _decide(session, plan, actor, WITHDRAWN, TAKEN_BACK, Action.PLAN_WRITE, reason or N_("提出人撤回"))


def apply_from_command_line(session: Session, host: PluginHost, data: bytes, file: str,
                            actor: Actor | None = None) -> tuple[Plan, Preview]:
    """Apply a profile at once, leaving a trail entry. The same text applied again changes nothing."""
    actor = actor or Actor.command_line()
    profile = sound_profile(session, host, data, file)
    seen = preview(session, host, profile)
    running = queries.newest_applied(session, seen.tenant.id) if seen.tenant else None
    if running is not None and running.digest == _digest(data):
        return running, seen
    tenant = seen.tenant or found_tenant(session, host, profile, actor)
    plan = _stored(session, tenant.id, profile, file, data, actor, None, "", seen.base_version)
    return _apply(session, host, plan, profile, actor, APPLIED_BY_COMMAND), seen


def _stored(session: Session, tenant_id: str, profile: Profile, file: str, data: bytes, actor: Actor,
            starts_on: dt.date | None, note: str, base_version: int | None) -> Plan:
    default = profile.starts if base_version is None else today()
    head: dict[str, object] = {"place": plain(vars(profile.place)), "documents": plain(list(profile.documents)),
                               "clauses": plain(list(profile.clauses))}
    plan = Plan(
        tenant_id=tenant_id,
        version=queries.next_version(session, tenant_id),
        state=PROPOSED,
        source=data.decode("utf-8"),
        file=file[-200:],
        digest=_digest(data),
        title=str(profile.documents[0]["title"]),
        head=head,
        starts_on=starts_on or default,
        base_version=base_version,
        proposed_by=actor.name,
        proposed_account_id=actor.account_id,
        note=note,
    )
    session.add(plan)
    try:
        session.flush()  # the trail and the entries name the version by its id
    except IntegrityError as error:
        raise Conflict(N_("有人同时提交了一版方案，请重新预览再提交")) from error
    return plan


def _apply(session: Session, host: PluginHost, plan: Plan, profile: Profile, actor: Actor, said: Phrase) -> Plan:
    counts = preview(session, host, profile).counts
    tenant = tenant_for(session, profile.place) or found_tenant(session, host, profile, actor)
    before = queries.newest_applied(session, tenant.id)
    plan.tenant_id = tenant.id
    plan.state, plan.decided_by, plan.decided_account_id, plan.decided_at = (
        APPLIED, actor.name, actor.account_id, utcnow())
    session.add_all(to_row(plan, entry) for entry in profile.entries)
    session.flush()  # switches, hooks and the next preview read the entries
    with _opened(session, tenant.id):
        sync_switches(session, host, tenant.id, actor)
        host.notify("on_plan_applied", enabled(session, host, tenant.id), session=session, tenant_id=tenant.id,
                    plan_id=plan.id, actor=actor)
    record(session, actor, Action.PLAN_APPROVE, said(name=tenant.name, version=plan.version, title=plan.title),
           subject=f"plan:{plan.id}", tenant_id=tenant.id, unit_id=tenant.unit.id,
           before=_facts(before) if before else None, after={**_facts(plan), **counts}, reason=plan.note)
    emit(session, host, tenant.id, Happened.APPLIED, _told(plan, tenant), unit_id=tenant.unit.id)
    return plan


def _opened(session: Session, tenant_id: str) -> AbstractContextManager[object]:
    """The tenant's scope for the plugins' part, where none is open: on the command line."""
    return nullcontext() if current_scope(session) else tenant_scope(session, tenant_id)


def sync_switches(session: Session, host: PluginHost, tenant_id: str, actor: Actor) -> list[str]:
    """Bring the switches in line with the plan of today: what it uses goes on, what it no longer uses off.
    Also run when a plan or an entry begins or ends by its date; the slugs changed, in order."""
    plan = queries.running_plan(session, tenant_id)
    planned = planned_plugins(session, plan)
    reason = f"第 {plan.version} 版方案“{plan.title}”" if plan else "没有现行方案"
    with _opened(session, tenant_id):
        return _synced(session, host, tenant_id, actor, planned, reason)


def _synced(session: Session, host: PluginHost, tenant_id: str, actor: Actor, planned: frozenset[str],
            reason: str) -> list[str]:
    changed: list[str] = []
    for slug in sorted(enabled(session, host, tenant_id) - planned):
        if slug in enabled(session, host, tenant_id):  # it may have gone off with one it requires
            changed += set_switch(session, host, tenant_id, slug, False, actor, reason=reason, planned=planned)
    for slug in sorted(planned & set(host.requires)):
        if set(with_requirements(slug, host.requires)) <= planned:
            changed += set_switch(session, host, tenant_id, slug, True, actor, reason=reason, planned=planned)
    return changed


def _waiting(session: Session, plan: Plan) -> None:
    session.refresh(plan, with_for_update=True)  # of two decisions at once the second finds the first
    if plan.state != PROPOSED:
        raise Conflict(N_("第 %(version)d 版方案已有结论，不能再审批"), version=plan.version)


def _decide(session: Session, plan: Plan, actor: Actor, state: str, said: Phrase, action: str, reason: str) -> None:
    _waiting(session, plan)
    if not reason.strip():
        raise InvalidInput(N_("请写明理由"), fields={"reason": N_("请写明理由")})
    plan.state, plan.decided_by, plan.decided_account_id, plan.decided_at, plan.note = (
        state, actor.name, actor.account_id, utcnow(), reason[:400])
    record(session, actor, action, said(version=plan.version, title=plan.title), subject=f"plan:{plan.id}",
           tenant_id=_trail_tenant(session, plan.tenant_id), after=_facts(plan), reason=reason)


def _trail_tenant(session: Session, tenant_id: str) -> str:
    """Where an entry is left: a first plan is proposed before its tenant is founded."""
    return tenant_id if queries.find_tenant(session, tenant_id) else PLATFORM


def _still_based_on(session: Session, tenant_id: str, version: int | None) -> None:
    newest = queries.newest_applied(session, tenant_id)
    if (newest.version if newest else None) != version:
        raise Conflict(N_("预览之后方案已有变化，请重新预览再提交"))


def _told(plan: Plan, tenant: TenantPlace) -> dict[str, object]:
    return {"plan": str(plan.id), "version": plan.version, "starts_on": plan.starts_on.isoformat(),
            "digest": plan.digest, "link": f"/api/v1/units/{tenant.unit.code}/plan/versions/{plan.version}"}


def _facts(plan: Plan) -> dict[str, object]:
    return {"version": plan.version, "state": plan.state, "digest": plan.digest,
            "starts_on": plan.starts_on.isoformat()}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
