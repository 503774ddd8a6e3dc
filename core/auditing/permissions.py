"""What may be done with the trail; reading it is declared with access."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with the trail."""

    EXPORT = "core:trail:export"
    MANAGE = "core:trail:manage"
    READ = "core:trail:read"


ACTIONS = [
    ActionSpec(Action.EXPORT, "导出留痕"),
    ActionSpec(Action.MANAGE, "封存留痕"),
]

_READERS = (Role.PLATFORM_ADMIN, Role.PROVINCE_BUREAU, Role.CITY_BUREAU, Role.AUDITOR, Role.AUDIT_ADMIN,
            Role.DISCIPLINE, Role.TENANT_ADMIN)

RULES = [
    *(RuleSpec(role, "core.trail", "export", source="留痕供管理和监督取证") for role in _READERS),
    *(RuleSpec(role, "core.trail", "manage", source="封存由平台和租户管理员办理")
      for role in (Role.PLATFORM_ADMIN, Role.TENANT_ADMIN)),
]
