"""The one action that the pages of people add to those of the registry."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be seen of the keys of personal data."""

    VAULT_READ = "core:vault:read"


ACTIONS = [ActionSpec(Action.VAULT_READ, "查看个人信息密钥状态")]
RULES = [RuleSpec(role, "core.vault", "read", source="密钥由平台管理员保管，审计核查") for role in
         (Role.PLATFORM_ADMIN, Role.AUDITOR)]
