"""The actions of plans and plugin switches, and which roles hold them."""

from __future__ import annotations

from enum import StrEnum

from core.errors import N_
from core.host.contract import ActionSpec, RuleSpec
from core.host.permissions import Action as HostAction


class Action(StrEnum):
    """What may be done with plans."""

    PLAN_APPROVE = "core:plan:approve"
    PLAN_EXPORT = "core:plan:export"
    PLAN_READ = "core:plan:read"
    PLAN_WRITE = "core:plan:write"


ACTIONS = [
    ActionSpec(Action.PLAN_READ, N_("查看方案")),
    ActionSpec(Action.PLAN_WRITE, N_("提出方案修改")),
    ActionSpec(Action.PLAN_APPROVE, N_("审批方案")),
    ActionSpec(Action.PLAN_EXPORT, N_("导出方案")),
    ActionSpec(HostAction.SWITCH_READ, N_("查看插件开关")),
    ActionSpec(HostAction.SWITCH_MANAGE, N_("开关插件")),
]

_SUPERVISORS = ("platform_admin", "province_bureau", "city_bureau", "auditor", "discipline")


def _allow(source: str, obj: str, act: str, *roles: str) -> list[RuleSpec]:
    return [RuleSpec(role, obj, act, source=source) for role in roles]


RULES = [
    *_allow("方案是公开印发的文件，任职范围内都能看", "core.plan", "read", "*"),
    *_allow("方案由管理员提出", "core.plan", "write", "platform_admin", "tenant_admin"),
    *_allow("方案由第二人审批", "core.plan", "approve", "plan_approver"),
    *_allow("方案可导出存档", "core.plan", "export", *_SUPERVISORS, "tenant_admin", "plan_approver"),
    *_allow("插件开关对管理和监督公开", "core.switch", "read", *_SUPERVISORS, "tenant_admin", "plan_approver"),
    *_allow("开关插件属于平台和租户管理", "core.switch", "manage", "platform_admin", "tenant_admin"),
]
