"""The actions on the keys of personal data, which the pages of people add to those of the registry."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be seen and done about the keys of personal data."""

    VAULT_READ = "core:vault:read"
    VAULT_WRITE = "core:vault:write"


ACTIONS = [ActionSpec(Action.VAULT_READ, "查看个人信息密钥状态"), ActionSpec(Action.VAULT_WRITE, "更换个人信息密钥")]
RULES = [RuleSpec(role, "core.vault", word, source="密钥由平台管理员保管，审计核查") for role, word in
         ((Role.PLATFORM_ADMIN, "read"), (Role.PLATFORM_ADMIN, "write"), (Role.AUDITOR, "read"))]
