"""The action of managing identity providers, and who has it."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with identity providers."""

    PROVIDER_MANAGE = "core:provider:manage"


ACTIONS = [ActionSpec(Action.PROVIDER_MANAGE, "管理统一身份认证")]
RULES = [
    RuleSpec(Role.PLATFORM_ADMIN, "core.provider", "manage", source="统一身份认证由平台管理员接入"),
    RuleSpec(Role.SYSTEM_ADMIN, "core.provider", "manage", source="三员分立：系统管理员接入统一身份认证"),
]
