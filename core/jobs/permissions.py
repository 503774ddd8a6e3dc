"""Who sees, cancels and begins afresh the background work of others; one's own one always may."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with other people's jobs."""

    MANAGE = "core:job:manage"
    READ = "core:job:read"


ACTIONS = [
    ActionSpec(Action.MANAGE, "取消、重试他人的后台任务"),
    ActionSpec(Action.READ, "查看他人的后台任务"),
]

_READERS = (Role.PLATFORM_ADMIN, Role.SYSTEM_ADMIN, Role.PROVINCE_BUREAU, Role.CITY_BUREAU, Role.AUDITOR,
            Role.DISCIPLINE, Role.TENANT_ADMIN)

RULES = [
    *(RuleSpec(role, "core.job", "read", source="后台任务对管理和监督公开") for role in _READERS),
    *(RuleSpec(role, "core.job", "manage", source="后台任务由平台和租户管理员处置")
      for role in (Role.PLATFORM_ADMIN, Role.SYSTEM_ADMIN, Role.TENANT_ADMIN)),
]
