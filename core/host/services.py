"""Switching a plugin on and off for a tenant. Data always stay; only what can be reached changes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.errors import N_, InvalidInput, NotFound, RuleViolation
from core.extensions import Actor, utcnow
from core.extensions.phrases import phrase
from core.host import queries
from core.host.contract import Effect
from core.host.events import Happened, emit
from core.host.manager import PluginHost
from core.host.models import PluginSwitch
from core.host.permissions import Action
from core.host.rules import with_dependants, with_requirements
from core.trail.services import record

SWITCHED_ON = phrase(N_("为租户 %(tenant)s 开启插件“%(title)s”"))
SWITCHED_OFF = phrase(N_("为租户 %(tenant)s 关闭插件“%(title)s”"))


def switch_effect(session: Session, host: PluginHost, tenant_id: str, plugin: str, on: bool) -> list[Effect]:
    """What switching would do, listed before it is done; nothing is written. An empty list: no change."""
    effects: list[Effect] = []
    for slug in _changing(session, host, tenant_id, plugin, on):
        effects += _effects_of(session, host, tenant_id, slug, on, asked=slug == plugin)
    return effects


def set_switch(session: Session, host: PluginHost, tenant_id: str, plugin: str, on: bool, actor: Actor, *,
               reason: str, planned: frozenset[str]) -> tuple[str, ...]:
    """Switch a plugin, with those it requires (on) or those that require it (off); the names changed, in
    the order done. `planned` are the plugins the tenant's plan uses; only those can be switched on. Switching
    to the state that holds already changes nothing and leaves no entry."""
    if not reason.strip():
        raise InvalidInput(N_("请写明开关插件的理由或文号"), fields={"reason": N_("请写明理由或文号")})
    _installed(host, plugin)
    if on and plugin not in planned:
        message = N_("租户 %(tenant)s 的方案没有使用插件“%(plugin)s”，不能开启；请先在方案中写明并注明条款")
        raise RuleViolation(message, rule="plugin-in-plan", tenant=tenant_id, plugin=host.title(plugin))
    changed = _changing(session, host, tenant_id, plugin, on)
    if not on:
        for slug in changed:
            host.notify_one("before_plugin_disabled", slug, session=session, tenant_id=tenant_id, actor=actor)
    for slug in changed:
        _write(session, host, tenant_id, slug, on, actor, reason)
    return tuple(changed)


def _installed(host: PluginHost, plugin: str) -> None:
    reason = host.why_quarantined(plugin)
    if reason:
        raise RuleViolation(N_("插件“%(plugin)s”已被隔离，不能开关：%(why)s"), rule="plugin-quarantined",
                            plugin=plugin, why=reason)
    if host.find(plugin) is None:
        raise NotFound(N_("没有安装插件“%(plugin)s”"), plugin=plugin)


def _changing(session: Session, host: PluginHost, tenant_id: str, plugin: str, on: bool) -> list[str]:
    _installed(host, plugin)
    now = queries.enabled(session, host, tenant_id)
    chain = with_requirements(plugin, host.requires) if on else with_dependants(plugin, host.requires)
    return [slug for slug in chain if (slug in now) != on]


def _write(session: Session, host: PluginHost, tenant_id: str, slug: str, on: bool, actor: Actor,
           reason: str) -> None:
    switch = queries.find_switch(session, tenant_id, slug)
    if switch is None:
        switch = PluginSwitch(tenant_id=tenant_id, plugin=slug, on=False, changed_by=actor.name)
        session.add(switch)
    before = switch.on
    switch.on, switch.changed_by, switch.changed_at = on, actor.name, utcnow()
    session.flush()  # the plugin's hook reads the switch as it now stands
    host.notify_one("on_plugin_enabled" if on else "on_plugin_disabled", slug, session=session,
                    tenant_id=tenant_id, actor=actor)
    title = host.title(slug)
    said = (SWITCHED_ON if on else SWITCHED_OFF)(tenant=tenant_id, title=title)
    record(session, actor, Action.SWITCH_MANAGE, said, subject=f"plugin:{slug}", tenant_id=tenant_id,
           before={"on": bool(before)}, after={"on": on}, reason=reason)
    emit(session, host, tenant_id, Happened.SWITCHED_ON if on else Happened.SWITCHED_OFF, {"plugin": slug})


def _effects_of(session: Session, host: PluginHost, tenant_id: str, slug: str, on: bool, *,
                asked: bool) -> list[Effect]:
    title = host.title(slug)
    effects: list[Effect] = []
    if not asked:
        why = N_("所需插件“%(title)s”一并开启") if on else N_("依赖它的插件“%(title)s”一并关闭")
        effects.append(Effect(why % {"title": title}, status="warning"))
    menus = [item.label for owner, item in host.registered_by("register_menus") if owner == slug]
    pages = host.count_pages(slug)
    verb = "出现" if on else "消失，地址返回“没有找到”"
    effects.append(Effect(f"“{title}”的 {pages} 个页面{verb}", count=pages))
    if menus:
        effects.append(Effect(f"菜单“{'、'.join(menus)}”{'出现' if on else '消失'}", count=len(menus)))
    effects += host.collect_one("collect_switch_effects", slug, session=session, tenant_id=tenant_id, on=on)
    if not on:
        effects.append(Effect(f"“{title}”已有的数据保留，督查审计仍可查阅，重新开启后照旧"))
    return effects
