"""Changing the rules: a new version in the same transaction, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import queries, store
from core.access.cases import Case, Failure, failures, platform_cases
from core.access.catalogue import Catalogue
from core.access.engine import BadRules, RuleSet
from core.access.events import Happened
from core.access.models import AccessCase, AccessRule, AccessVersion
from core.access.permissions import Action
from core.access.rules import Fault, Heir, Line, heir_faults, line_faults
from core.access.viewer import Viewer
from core.errors import N_, Conflict, InvalidInput, NotFound, NotPermitted, RuleViolation
from core.extensions import Actor
from core.extensions.phrases import phrase
from core.host.events import emit
from core.host.manager import PluginHost
from core.trail.models import PLATFORM
from core.trail.services import record
from core.units.models import Unit

CASE_ADDED = phrase(N_("添加权限用例：%(role)s 对 %(action)s 应%(expect)s"))
RULES_CHANGED = phrase(N_("访问规则第%(number)s版：增加%(count)s条，终止%(ended)s条"))


def sync_defaults(session: Session, known: Catalogue, actor: Actor | None = None) -> int:
    """Bring the default lines of core and the plugins up to date; the version that holds afterwards.

    At the first start this makes version 1; afterwards it writes a version only when something differs.
    Lines that counties have added stay as they are.
    """
    version = queries.latest_version(session)
    rows = queries.list_rows(session, version)
    standing = {_key(row): row for row in rows if row.owner == ""}
    wanted: dict[tuple[str, str], Line | Heir] = {
        **{("p", str(line)): line for line in known.lines}, **{("g", str(heir)): heir for heir in known.heirs}}
    ending = [row for key, row in standing.items() if key not in wanted]
    adding = [item for key, item in wanted.items() if key not in standing]
    if version and not ending and not adding:
        return version
    faults = [Fault(str(heir), message) for heir in known.heirs for message in heir_faults(heir, known.heirs, known.roles)]
    if faults:
        raise BadRules(faults)
    who = actor or Actor(None, "平台", role="platform_admin", source="cli")
    return _write(session, known, who, rows, ending, adding, N_("默认规则随平台与插件更新"), PLATFORM, None)


def change_rules(session: Session, actor: Actor, viewer: Viewer, unit: Unit, *, ending: Iterable[uuid.UUID] = (),
                 adding: Sequence[Line] = (), note: str, known: Catalogue, tenant_id: str = PLATFORM,
                 host: PluginHost | None = None) -> int:
    """End lines and add others by the authority of a unit; the new version.

    Both only at and below that unit: nobody writes a line for the neighbour, ends a line of a level above, or
    gives away an action of the platform that they do not hold. What a level above denies stays denied, since
    a denial overrides.
    """
    if not note.strip():
        raise InvalidInput(N_("请写明修改理由或文号"), fields={"note": N_("请写明修改理由或文号")})
    version = queries.latest_version(session)
    rows = queries.list_rows(session, version)
    ended = _to_end(rows, set(ending), unit, viewer)
    if not ended and not adding:
        raise InvalidInput(N_("没有要增加或终止的规则"))
    lines = [_owned(line, unit, viewer, known) for line in adding]
    standing = {_key(row) for row in rows} - {_key(row) for row in ended}
    fresh = [line for line in dict.fromkeys(lines) if ("p", str(line)) not in standing]
    if not ended and not fresh:
        raise Conflict(N_("这些规则已经在执行"))
    made = _write(session, known, actor, rows, ended, fresh, note.strip(), tenant_id, unit)
    emit(session, host, tenant_id, Happened.CHANGED, {"version": made, "added": len(fresh), "ended": len(ended)},
         unit_id=unit.id)
    return made


def preview_change(session: Session, *, ending: Iterable[uuid.UUID], adding: Sequence[Line],
                   known: Catalogue) -> list[Failure]:
    """The cases a change would fail; nothing is written."""
    version = queries.latest_version(session)
    ended = set(ending)
    rows = [row for row in queries.list_rows(session, version) if row.id not in ended]
    return check_cases(session, _rule_set(version, rows, adding), known)


def check_cases(session: Session, rules: RuleSet, known: Catalogue) -> list[Failure]:
    """The cases, the platform's and the counties', that a rule set fails."""
    return failures(rules, [*platform_cases(), *map(case_of, queries.list_cases(session))], known.actions)


def add_case(session: Session, actor: Actor, unit: Unit, case: Case, known: Catalogue,
             tenant_id: str = PLATFORM) -> AccessCase:
    """Add a case for a unit at or below one's own; the rules of today must already answer it so."""
    fields = {}
    if case.role not in known.roles:
        fields["role"] = N_("没有这个角色")
    if case.action not in known.actions:
        fields["action"] = N_("没有这个权限动作")
    if case.expect not in ("allow", "deny"):
        fields["expect"] = N_("只能是允许或拒绝")
    if not case.because.strip():
        fields["because"] = N_("请写明条款或文号")
    if fields:
        raise InvalidInput(fields=fields)
    if not case.path.startswith(unit.path):
        raise NotPermitted(N_("只能为本单位及以下添加用例"))
    missed = failures(store.rules(session, queries.latest_version(session)), [case], known.actions)
    if missed:
        raise RuleViolation(N_("现行规则与这个用例不符：%(case)s"), rule="access-case", clause=case.because,
                            case=missed[0].sentence)
    row = AccessCase(role=case.role, path=case.path, action=case.action, facts=sorted(case.facts),
                     expect=case.expect, because=case.because.strip(), added_by=actor.name)
    session.add(row)
    record(session, actor, Action.ACCESS_MANAGE, CASE_ADDED(role=case.role, action=case.action, expect=case.expect),
           subject=f"access_case:{case.role}", tenant_id=tenant_id, unit_id=unit.id, reason=case.because)
    return row


def case_of(row: AccessCase) -> Case:
    """A stored case as a case."""
    return Case(row.role, row.action, row.expect, row.because, frozenset(row.facts), row.path)


def _to_end(rows: list[AccessRule], ids: set[uuid.UUID], unit: Unit, viewer: Viewer) -> list[AccessRule]:
    found = [row for row in rows if row.id in ids]
    if len(found) != len(ids):
        raise NotFound(N_("要终止的规则已不在执行，请刷新后再看"))
    for row in found:
        if not row.owner or not row.owner.startswith(unit.path):
            raise NotPermitted(N_("规则“%(line)s”由上级或平台制定，本单位不能终止"), line=str(queries.line_of(row)))
        _may_manage(viewer, queries.line_of(row))
    return found


def _may_manage(viewer: Viewer, line: Line) -> None:
    """A line further down may lie where managing is denied."""
    if not viewer.decide(Action.ACCESS_MANAGE, line.tenant).allowed:
        raise NotPermitted(N_("您不能管理规则“%(line)s”所在单位的访问规则"), line=str(line))


def _owned(line: Line, unit: Unit, viewer: Viewer, known: Catalogue) -> Line:
    faults = line_faults(line, known.actions, known.roles)
    if faults:
        raise InvalidInput(N_("规则“%(line)s”有误：%(faults)s"), line=str(line), faults="；".join(faults))
    if not line.tenant.startswith(unit.path):
        raise NotPermitted(N_("规则“%(line)s”超出本单位范围：只能写在本单位及以下"), line=str(line))
    _may_manage(viewer, line)
    if line.eft == "allow":
        lacking = [code for code in known.actions_of(line)
                   if code.startswith("core:") and not viewer.decide(code, line.tenant).allowed]
        if lacking:
            raise NotPermitted(N_("您自己没有“%(actions)s”的权限，不能授予他人"),
                               actions="、".join(known.action_title(code) for code in lacking))
    return Line(line.role, line.tenant, line.obj, line.act, line.cond, line.eft, line.source, unit.path)


def _write(session: Session, known: Catalogue, actor: Actor, rows: list[AccessRule], ending: list[AccessRule],
           adding: Sequence[Line | Heir], note: str, tenant_id: str, unit: Unit | None) -> int:
    version = queries.latest_version(session)
    ended = {row.id for row in ending}
    rules = _rule_set(version + 1, [row for row in rows if row.id not in ended], adding)
    missed = check_cases(session, rules, known)
    if missed:
        raise RuleViolation(N_("规则没有通过用例，未作修改：%(cases)s"), rule="access-case",
                            clause=missed[0].case.because, cases="；".join(item.sentence for item in missed[:5]))
    for row in ending:
        row.until_version = version + 1
    session.add_all([_row_of(item, version + 1) for item in adding])
    session.add(AccessVersion(version=version + 1, made_by=actor.name, note=note[:400]))
    try:
        session.flush()  # a second writer of the same version fails here, not at the commit
    except IntegrityError as error:
        raise Conflict(N_("别人刚刚修改了规则，请刷新后重做")) from error
    session.info[store.CHANGED] = True
    record(session, actor, Action.ACCESS_MANAGE, RULES_CHANGED(number=version + 1, count=len(adding), ended=len(ending)),
           subject=f"access_version:{version + 1}", tenant_id=tenant_id, unit_id=unit.id if unit else None,
           before={"ended": [str(_item(row)) for row in ending]}, after={"added": [str(item) for item in adding]},
           reason=note)
    return version + 1


def _rule_set(version: int, rows: Iterable[AccessRule], adding: Iterable[Line | Heir]) -> RuleSet:
    lines, heirs = queries.lines_and_heirs(rows)
    fresh = list(adding)
    return RuleSet(version, [*lines, *(item for item in fresh if isinstance(item, Line))],
                   [*heirs, *(item for item in fresh if isinstance(item, Heir))])


def _row_of(item: Line | Heir, version: int) -> AccessRule:
    if isinstance(item, Heir):
        return AccessRule(kind="g", role=item.role, obj=item.parent, source=item.source, since_version=version)
    return AccessRule(kind="p", role=item.role, tenant=item.tenant, obj=item.obj, act=item.act, cond=item.cond,
                      eft=item.eft, source=item.source, owner=item.owner, since_version=version)


def _item(row: AccessRule) -> Line | Heir:
    return queries.line_of(row) if row.kind == "p" else Heir(row.role, row.obj, row.source)


def _key(row: AccessRule) -> tuple[str, str]:
    return row.kind, str(_item(row))
