"""Who sees the desk of publicity, withdraws a notice, answers an objection and carries evidence away."""

from __future__ import annotations

from enum import StrEnum

from core.access.permissions import Role
from core.host.contract import ActionSpec, RuleSpec


class Action(StrEnum):
    """What may be done with notices."""

    NOTICE_EXPORT = "core:notice:export"
    NOTICE_MANAGE = "core:notice:manage"
    NOTICE_READ = "core:notice:read"
    OBJECTION_WRITE = "core:objection:write"


ACTIONS = [
    ActionSpec(Action.NOTICE_EXPORT, "下载公示证据包"),
    ActionSpec(Action.NOTICE_MANAGE, "发布和撤下公示"),
    ActionSpec(Action.NOTICE_READ, "查看公示与异议"),
    ActionSpec(Action.OBJECTION_WRITE, "答复公示异议"),
]

#: a township's central school enters and answers, and manages nothing (EA-017)
_OFFICES = (Role.TENANT_ADMIN, Role.AID_CENTRE, Role.PROJECT_OFFICE)
_READERS = (*_OFFICES, Role.CENTRAL_SCHOOL, Role.BASIC_EDUCATION, Role.SCHOOL_CLERK, Role.PROVINCE_BUREAU, Role.CITY_BUREAU, Role.AUDITOR,
            Role.DISCIPLINE)

RULES = [
    *(RuleSpec(role, "core.notice", "read", source="公示接受监督") for role in _READERS),
    *(RuleSpec(role, "core.notice", "manage", source="发布单位撤下自己的公示") for role in _OFFICES),
    *(RuleSpec(role, "core.objection", "write", source="异议由发布单位核实答复")
      for role in (*_OFFICES, Role.CENTRAL_SCHOOL)),
    *(RuleSpec(role, "core.notice", "export", source="公示归档和督查调阅")
      for role in (*_OFFICES, Role.AUDITOR, Role.DISCIPLINE)),
]
