"""Who holds campaigns, who sends messages, who may carry telephone numbers out, who sets up the gateway."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with campaigns and messages."""

    CAMPAIGN_EXPORT = "core:campaign:export"
    CAMPAIGN_READ = "core:campaign:read"
    CAMPAIGN_WRITE = "core:campaign:write"
    MESSAGE_EXPORT = "core:message:export"
    MESSAGE_MANAGE = "core:message:manage"
    MESSAGE_READ = "core:message:read"
    MESSAGE_WRITE = "core:message:write"


ACTIONS = [
    ActionSpec(Action.CAMPAIGN_EXPORT, "导出政策宣讲"),
    ActionSpec(Action.CAMPAIGN_READ, "查看政策宣讲"),
    ActionSpec(Action.CAMPAIGN_WRITE, "登记政策宣讲"),
    ActionSpec(Action.MESSAGE_EXPORT, "下载短信名单（含手机号原文）"),
    ActionSpec(Action.MESSAGE_MANAGE, "设置短信通道"),
    ActionSpec(Action.MESSAGE_READ, "查看短信发送记录"),
    ActionSpec(Action.MESSAGE_WRITE, "发送短信、登记不愿接收"),
]

_READERS = (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.CENTRAL_SCHOOL, Role.SCHOOL_CLERK, Role.PROJECT_OFFICE, Role.BASIC_EDUCATION,
            Role.CITY_BUREAU, Role.PROVINCE_BUREAU, Role.AUDITOR, Role.DISCIPLINE)
_HOLDERS = (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.CENTRAL_SCHOOL, Role.SCHOOL_CLERK)

RULES = [
    *(RuleSpec(role, "core.campaign", "read", source="EA-021 宣讲接受监督") for role in _READERS),
    *(RuleSpec(role, "core.campaign", act, source="EA-021 各教育指导站和学校宣讲") for role in _HOLDERS for act in ("write", "export")),
    *(RuleSpec(role, "core.message", "read", source="EA-021 短信逐条留记录") for role in _READERS),
    RuleSpec(Role.AID_CENTRE, "core.message", "write", source="EA-021 短信由资助中心发送"),
    RuleSpec(Role.AID_CENTRE, "core.message", "export", source="手机号原文只给发送单位"),
    RuleSpec(Role.TENANT_ADMIN, "core.message", "manage", source="短信通道由本县管理员设置"),
]
