"""The actions of webhooks, and which roles hold them."""

from __future__ import annotations

from enum import StrEnum

from core.errors import N_
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with subscriptions."""

    HOST_MANAGE = "core:webhook_host:manage"
    MANAGE = "core:webhook:manage"


ACTIONS = [
    ActionSpec(Action.MANAGE, N_("管理事件推送")),
    ActionSpec(Action.HOST_MANAGE, N_("放行事件推送的内网主机")),
]

RULES = [
    RuleSpec(role, "core.webhook", "manage", source=N_("事件推送由平台和租户管理员管理"))
    for role in ("platform_admin", "tenant_admin")
] + [RuleSpec("platform_admin", "core.webhook_host", "manage", source=N_("内网主机由平台管理员放行"))]
